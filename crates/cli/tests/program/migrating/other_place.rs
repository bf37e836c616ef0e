//! Profiles and secrets of the .NET tool that lie elsewhere.

use super::FILE;
use super::PASSWORD_FILE;
use super::fixture;
use super::migrate;
use super::stored;
use super::text;
use crate::support::Home;

/// A home of this program, with what the .NET tool left in `old`.
fn home() -> Home {
    let home = Home::new();
    home.put("old/profiles.json", fixture("profiles.json"));
    for file in [FILE, PASSWORD_FILE] {
        home.put(&format!("old/secure/{file}"), fixture(file));
    }
    home
}

const PLACES: [&str; 4] = ["--from", "old", "--secrets", "old/secure"];

fn names(home: &Home) -> Vec<String> {
    let listed = home.call(&["config", "list", "-q"]).run();
    let listed = listed.answer_and_words().0;
    listed.lines().map(ToOwned::to_owned).collect()
}

fn with_places(home: &Home, flags: &[&str]) -> crate::support::Call {
    migrate(home, &PLACES).args(flags)
}

#[test]
fn profiles_and_secrets_come_together_and_a_second_time_nothing() {
    let home = home();
    let (_, said) = with_places(&home, &["--yes"]).run().answer_and_words();
    for expected in [
        "`sp` is new",
        "Imported profile `sp`.",
        "config trust cert.app",
        "config edit sp --client-secret-stdin",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert_eq!(names(&home), ["sp", "cert.app"]);
    let found = stored(&home, "sp", "clientSecret");
    assert_eq!(found, Some(text("app.secret")));
    let flags = ["--yes", "--keep-old"];
    let (_, said) = with_places(&home, &flags).run().answer_and_words();
    assert!(said.contains("Nothing to take over."), "{said}");
    let flags = ["--delete-old"];
    let (_, said) = with_places(&home, &flags).run().answer_and_words();
    assert!(said.contains("Deleted 2"), "{said}");
    assert!(home.at("old/profiles.json").exists());
}

#[test]
fn what_becomes_of_a_name_that_is_taken_is_said() {
    let (mine, theirs) = ("my own", text("app.secret"));
    for (wish, expected, kept) in [
        ("skip", &["sp", "cert.app"][..], Some(mine)),
        ("overwrite", &["sp", "cert.app"], Some(theirs.as_str())),
        ("rename", &["sp", "sp-2", "cert.app"], Some(mine)),
    ] {
        let home = home();
        let create = home.call(&["config", "create", "--name", "sp"]);
        create
            .args(["--tenant-id", "mine.com", "--client-id"])
            .arg(crate::support::CLIENT_ID)
            .arg("--client-secret-stdin")
            .input(mine)
            .run()
            .answer_and_words();
        let before = home.contents();
        with_places(&home, &["--yes"]).run().failure(4);
        assert_eq!(home.contents(), before);
        let flags = ["--yes", "--on-conflict", wish, "--delete-old"];
        with_places(&home, &flags).run().answer_and_words();
        let mut found = names(&home);
        found.sort();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(found, expected, "{wish}");
        assert_eq!(stored(&home, "sp", "clientSecret").as_deref(), kept);
        if wish == "rename" {
            let renamed = stored(&home, "sp-2", "clientSecret");
            assert_eq!(renamed.as_deref(), Some(theirs.as_str()));
        }
        // A secret that was not taken stays in its file.
        assert_eq!(home.at("old/secure").join(FILE).exists(), wish == "skip");
    }
}

#[test]
fn two_names_that_differ_in_letter_case_come_once() {
    let home = home();
    let profiles = text("profiles.json").replace("\"cert.app\"", "\"SP\"");
    home.put("old/profiles.json", profiles);
    let (_, said) = with_places(&home, &["--yes"]).run().answer_and_words();
    assert!(said.contains("`SP` is left out"), "{said}");
    assert_eq!(names(&home), ["sp"]);
}

#[test]
fn a_place_that_is_not_there_is_an_error() {
    let home = home();
    for (flag, path) in [("--from", "nowhere"), ("--secrets", "nowhere")] {
        let said = migrate(&home, &[flag, path]).run().failure(4);
        assert!(said.contains("nowhere") && said.contains(flag), "{said}");
    }
    home.put("old/profiles.json", "[{]");
    let said = with_places(&home, &["--yes"]).run().failure(4);
    assert!(said.contains("profiles.json:1:3"), "{said}");
}

/// Whoever moved the profiles uses them where they are now; the secrets did not move.
#[test]
fn moved_profiles_find_their_secrets() {
    let home = super::old_home();
    let moved = home.at("moved");
    std::fs::rename(home.at(".config/entra-auth-cli"), &moved).unwrap();
    let call = migrate(&home, &["--yes"]).env("ENTRA_AUTH_CONFIG_DIR", &moved);
    let (_, said) = call.run().answer_and_words();
    assert!(said.contains("Profiles stay where they are"), "{said}");
    assert!(
        said.contains("The client secret of `sp` is stored"),
        "{said}"
    );
}
