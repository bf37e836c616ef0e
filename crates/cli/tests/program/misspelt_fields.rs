//! Fields that people misspell in `profiles.json`, and names that stand there twice.

use serde_json::Value;

use crate::support::Call;
use crate::support::Home;
use crate::support::World;

const FIELD: &str = "profile `sp`: the field `clientID` on line";

/// The findings of `doctor` by id: status, detail and fix.
#[track_caller]
fn finding(call: Call, code: i32, id: &str) -> [String; 3] {
    let outcome = call.args(["--offline", "-o", "json"]).run();
    assert_eq!(outcome.code(), Some(code), "{outcome:?}");
    let report: Value = serde_json::from_str(outcome.stdout()).unwrap();
    let all = report["findings"].as_array().unwrap();
    let found = all.iter().find(|finding| finding["id"] == id).unwrap();
    ["status", "detail", "fix"].map(|name| found[name].as_str().unwrap_or("-").to_owned())
}

#[test]
fn a_misspelt_field_is_told_wherever_the_profile_fails() {
    let world = World::with_profile();
    world
        .home
        .edit_profiles(|text| text.replace("clientId", "clientID"));
    let told = world.call(&["get-token", "-p", "sp"]).run().failure(4);
    assert!(told.contains(FIELD), "{told}");
    assert!(told.contains("`clientId` is"), "{told}");
    let (_, told) = world
        .call(&["config", "show", "sp"])
        .run()
        .answer_and_words();
    assert!(told.contains(FIELD), "{told}");
    let doctor = || world.call(&["doctor", "-p", "sp"]);
    let [status, detail, fix] = finding(doctor(), 1, "profiles.file");
    assert_eq!(status, "warning");
    assert!(detail.contains(FIELD), "{detail}");
    assert!(fix.starts_with("Correct these names"), "{fix}");
    let [status, _, fix] = finding(doctor(), 1, "profile.destination");
    assert_eq!(
        (status.as_str(), fix.as_str()),
        (
            "failed",
            "Name it: entra-auth-cli config edit sp --client-id ID"
        )
    );
    for follower in ["profile.approval", "profile.secret", "profile.tokens"] {
        assert_eq!(finding(doctor(), 1, follower)[0], "skipped", "{follower}");
    }
}

#[test]
fn a_misspelt_field_is_told_with_a_new_token_and_not_with_a_cached_one() {
    let world = World::with_profile();
    world
        .home
        .edit_profiles(|text| text.replacen("\"name\"", "\"scope\": [], \"name\"", 1));
    let (_, told) = world.call(&["get-token"]).run().answer_and_words();
    assert!(told.contains("the field `scope` on line"), "{told}");
    let (_, told) = world.call(&["get-token"]).run().answer_and_words();
    assert_eq!(told, "");
}

#[test]
fn a_misspelt_name_is_told_and_is_no_empty_file() {
    let home = Home::new();
    let file = ".config/entra-auth-cli/profiles.json";
    home.put(
        file,
        "[\n{\n\"nmae\": \"svc\", \"authMethod\": \"Public\"}]",
    );
    let field = "its field `nmae` on line 3 may be meant";
    let named = home.call(&["get-token", "-p", "svc"]).run().failure(3);
    assert!(named.contains("there is no profile `svc`"), "{named}");
    assert!(named.contains(field), "{named}");
    let unnamed = home.call(&["get-token"]).run().failure(3);
    assert!(unnamed.contains("no profile in profiles.json has a name"));
    assert!(unnamed.contains(field), "{unnamed}");
    let (_, listed) = home.call(&["config", "list"]).run().answer_and_words();
    assert!(listed.contains(field), "{listed}");
    assert!(!listed.contains("There is no profile yet"), "{listed}");
    let [status, detail, _] = finding(home.call(&["doctor", "-p", "svc"]), 1, "profiles.file");
    assert_eq!(status, "failed");
    assert!(detail.contains(field), "{detail}");
    let [status, _, _] = finding(home.call(&["doctor", "-p", "svc"]), 1, "profiles.chosen");
    assert_eq!(status, "failed");
    let [status, detail, _] = finding(home.call(&["doctor"]), 1, "profiles.chosen");
    assert_eq!(status, "skipped", "{detail}");
}

#[test]
fn two_profiles_of_one_name_are_a_failure_that_names_both_lines() {
    let home = Home::new();
    let one = |name: &str| format!("{{\"name\": \"{name}\", \"authMethod\": \"Public\"}}");
    let text = format!("[\n{},\n{},\n{}]", one("svc"), one("other"), one("svc"));
    home.put(".config/entra-auth-cli/profiles.json", text);
    for meant in [&["-p", "svc"][..], &["--all-profiles"], &[]] {
        let [status, detail, fix] = finding(home.call(&["doctor"]).args(meant), 1, "profiles.file");
        assert_eq!(status, "failed");
        for line in [
            "line 2, `svc`: another profile on line 4 has this name too",
            "line 4, `svc`: another profile on line 2 has this name too",
        ] {
            assert!(detail.contains(line), "{detail}");
        }
        assert!(fix.contains("rename or remove all but one"), "{fix}");
    }
    let all = finding(
        home.call(&["doctor", "--all-profiles"]),
        1,
        "profiles.chosen",
    );
    assert_eq!(all[1], "1 of 3 are examined");
    let (listed, told) = home
        .call(&["config", "list", "-q"])
        .run()
        .answer_and_words();
    assert_eq!(listed, "other\n");
    for line in ["on line 2 cannot be used", "on line 4 cannot be used"] {
        assert!(told.contains(line), "{told}");
    }
}
