//! `inspect`: what a token says, wherever it came from.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use emulator::App;
use emulator::Emulator;
use emulator::Resource;
use emulator::TokenVersion;
use serde_json::Value;
use serde_json::json;

use crate::support::CLIENT_ID;
use crate::support::Home;
use crate::support::SECRET;
use crate::support::Terminal;
use crate::support::World;
use crate::support::named_in_snapshots;
use crate::support::now;

/// An unverified token with these claims.
fn token(claims: &Value) -> String {
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = encoded(&json!({"alg": "RS256", "typ": "JWT", "kid": "k1"}));
    format!("{header}.{}.c2ln", encoded(claims))
}

fn living() -> String {
    token(&json!({"aud": "https://graph.microsoft.com", "scp": "User.Read", "exp": now() + 3000}))
}

#[test]
fn a_cached_token_is_shown_without_asking_anybody() {
    let world = World::with_profile();
    world.call(&["get-token", "-p", "sp"]).run().answer();
    let shown = world.call(&["inspect", "-p", "sp"]).run().answer();
    let _names = named_in_snapshots();
    let steady: Vec<&str> = shown.lines().take(1).collect();
    insta::assert_snapshot!(steady.join("\n"));
    assert!(shown.contains("valid for"), "{shown}");
    assert_eq!(world.emulator.token_requests(), 1);
    assert!(!shown.contains("eyJ"), "the token itself is shown: {shown}");
}

#[test]
fn json_and_yaml_say_the_same_and_claims_are_reachable() {
    let world = World::with_profile();
    let token = world.call(&["get-token", "-p", "sp"]).run().answer();
    let json = world
        .call(&["inspect", "-p", "sp", "-o", "json"])
        .run()
        .answer();
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["profile"], "sp");
    assert_eq!(json["kind"], "jws");
    assert_eq!(json["valid"], true);
    assert_eq!(json["signature"]["algorithm"], "RS256");
    let claimed = json["claims"]["appid"]
        .as_str()
        .or(json["claims"]["azp"].as_str());
    assert_eq!(claimed, Some(CLIENT_ID));
    assert_eq!(json["expires_on"], json["claims"]["exp"]);
    let payload = token.trim().split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    assert_eq!(json["claims"], claims);
    for (flag, part) in [("--claims", "claims"), ("--header", "header")] {
        let alone = world.call(&["inspect", "-p", "sp", flag]).run().answer();
        assert_eq!(serde_json::from_str::<Value>(&alone).unwrap(), json[part]);
    }
    let yaml = world
        .call(&["inspect", "-p", "sp", "-o", "yaml"])
        .run()
        .answer();
    let mut yaml: Value = serde_saphyr::from_str(&yaml).unwrap();
    yaml["expires_in"] = json["expires_in"].clone();
    assert_eq!(yaml, json);
}

#[test]
fn every_way_in_leads_to_the_same_token() {
    let home = Home::new();
    let token = living();
    let file = home.put("token.txt", format!("Authorization: Bearer {token}\r\n"));
    let file = file.to_str().unwrap();
    let reply = json!({"access_token": token}).to_string();
    let expected = home
        .call(&["inspect", "-", "--claims"])
        .input(token.clone())
        .run()
        .answer();
    for (arguments, input) in [
        (&["inspect", "--claims"][..], reply.as_str()),
        (&["inspect", "--claims"], &format!("\"{token}\"\n")),
        (&["inspect", "--claims", "--file", file], ""),
        (&["inspect", "--claims", &token], ""),
        (&["inspect", "--claims", "-t", &token], ""),
    ] {
        let outcome = home.call(arguments).input(input).run();
        let warned = outcome.stderr().contains("process list");
        assert_eq!(warned, arguments.contains(&token.as_str()), "{arguments:?}");
        assert_eq!(outcome.stdout(), expected, "{arguments:?}");
        assert_eq!(outcome.code(), Some(0), "{arguments:?}");
    }
}

#[test]
fn what_is_no_token_is_an_error_that_repeats_nothing() {
    let home = Home::new();
    for (input, code) in [
        ("", "token_input_invalid"),
        ("Bearer ", "token_input_invalid"),
        ("{\"token\":\"s3cret\"}", "token_input_invalid"),
        ("\u{ff}", "token_unreadable"),
    ] {
        let failed = home
            .call(&["inspect", "--claims", "-o", "json"])
            .input(input)
            .run();
        let document = failed.failure_document(4);
        assert_eq!(document["code"], code, "{input:?}");
        assert!(!document.to_string().contains("s3cret"), "{document}");
    }
    let failed = home
        .call(&["inspect", "-o", "json"])
        .input(vec![0xff, 0xfe])
        .run();
    assert_eq!(failed.failure_document(4)["code"], "token_input_invalid");
    let world = World::with_profile();
    let failed = world.call(&["inspect", "-p", "sp", "-o", "json"]).run();
    assert_eq!(failed.failure_document(4)["code"], "no_cached_token");
    world.call(&["inspect", "-p", "nobody"]).run().failure(3);
}

#[test]
fn a_file_is_read_where_that_is_said_and_its_name_is_no_token() {
    let home = Home::new();
    let file = home.put("kept.token", living());
    let file = file.to_str().unwrap();
    for command in ["inspect", "check"] {
        let at = format!("@{file}");
        home.call(&[command, &at]).run().answer();
        let said = home.call(&[command, file]).run().failure(4);
        assert!(said.contains("it is the name of a file"), "{said}");
        assert!(said.contains(&at), "{said}");
    }
    let call = home.call(&["inspect", "-", "--diff", file]);
    let said = call.input(living()).run().failure(4);
    assert!(said.contains("it is the name of a file"), "{said}");
    let call = home.call(&["inspect", "-", "--diff", "opaque"]);
    let said = call.input(living()).run().failure(4);
    assert!(said.contains("it cannot be compared: opaque"), "{said}");
}

#[test]
fn a_profiles_name_in_a_tokens_place_is_told_as_that() {
    let world = World::with_profile();
    for command in ["inspect", "check"] {
        let said = world.call(&[command, "sp"]).run().failure(4);
        assert_eq!(
            said,
            "error: `sp` is no token: it is the name of a profile [token_input_invalid]\n\
             hint: Look at its cached token: -p sp\n"
        );
    }
}

#[test]
fn a_token_cannot_reach_the_terminal() {
    let home = Home::new();
    let hostile = "\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}\u{e0041}";
    let claims = json!({"upn": hostile, hostile: [hostile], "exp": now() + 60, "aud": hostile});
    let file = home.put("token", token(&claims));
    let call = home.call(&["inspect", "--file", file.to_str().unwrap()]);
    let (shown, code) = Terminal::start(call.without_env("NO_COLOR")).end();
    assert_eq!(code, 0);
    // What is left once the program's own colours are taken off.
    let plain = anstream::adapter::strip_str(&shown).to_string();
    assert!(
        !plain.contains("owned\u{7}") && plain.contains(r"\u{1b}]0;owned\u{7}"),
        "{shown:?}"
    );
    for character in ['\u{7}', '\u{9b}', '\u{202e}', '\u{e0041}'] {
        assert!(!shown.contains(character), "{shown:?}");
    }
    assert!(!shown.contains("\u{1b}]"), "{shown:?}");
    for format in ["json", "yaml"] {
        let call = home.call(&["inspect", "--file", file.to_str().unwrap(), "-o", format]);
        let answer = call.run().answer();
        assert!(
            answer
                .chars()
                .all(|character| character == '\n' || !character.is_control())
        );
        assert!(!answer.contains('\u{202e}'), "{answer}");
    }
}

#[test]
fn two_tokens_are_compared_claim_by_claim() {
    let home = Home::new();
    let this = token(
        &json!({"aud": "a", "uti": "1", "exp": 1_790_000_000, "roles": ["x"], "upn": "ada\u{1b}[2J"}),
    );
    let other = home.put(
        "other",
        token(&json!({"aud": "a", "uti": "2", "exp": 1_790_003_600, "roles": ["y"]})),
    );
    let other = format!("@{}", other.display());
    let call = home.call(&["inspect", "-", "--diff", &other]);
    let said = call.input(this.clone()).run().answer();
    insta::assert_snapshot!(said);
    let call = home.call(&["inspect", "-", "--diff", &other, "-o", "json"]);
    let document: Value = serde_json::from_str(&call.input(this).run().answer()).unwrap();
    assert_eq!(document["same"], false);
    assert_eq!(
        document["claims"][1],
        json!({"name": "roles", "this": ["x"], "other": ["y"]})
    );
    assert_eq!(document["header"], json!([]));
}

#[test]
fn a_cached_token_for_another_api_than_its_scopes_name_is_told() {
    let azure_resource_manager = "797f4846-ba00-4fd7-ba43-dac1f8f63013";
    let orders = Resource::new(azure_resource_manager, "api://orders");
    let emulator = Emulator::builder()
        .app(App::confidential(CLIENT_ID).secret(SECRET))
        .resource(orders.token_version(TokenVersion::V2))
        .start()
        .unwrap();
    let world = World::with_profile_at(emulator);
    let warned = |scope: &str| {
        let get = world.call(&["get-token", "-p", "sp", "-s", scope]);
        get.run().answer();
        let call = world.call(&["inspect", "-p", "sp", "-s", scope, "-o", "json"]);
        let shown: Value = serde_json::from_str(&call.run().answer()).unwrap();
        let warnings = shown["warnings"].as_array().unwrap();
        warnings
            .iter()
            .any(|warning| warning["code"] == "other_resource")
    };
    assert!(warned("api://orders/.default"));
    assert!(!warned("graph"));
}

#[test]
fn a_stray_token_is_not_repeated_in_the_complaint_about_it() {
    let home = Home::new();
    let (token, stray) = (living(), living());
    for flags in [
        &["inspect", token.as_str(), stray.as_str()][..],
        &["inspect", "--file", "f", &token],
        &["get-token", &stray],
        &[&stray],
    ] {
        for as_json in [&[][..], &["-o", "json"]] {
            let outcome = home.call(flags).args(as_json).run();
            assert_eq!(outcome.code(), Some(4), "{}", outcome.stderr());
            assert!(!outcome.stderr().contains("eyJ"), "{}", outcome.stderr());
        }
    }
}

#[test]
fn local_times_are_those_of_the_variable_or_else_of_the_system() {
    let world = World::new();
    let shown = |zone: Option<&str>| {
        let call = world.call(&["inspect", "-"]).without_env("TZ");
        let call = match zone {
            Some(zone) => call.env("TZ", zone),
            None => call,
        };
        // The end is 2001-09-09T01:46:40Z.
        call.input("e30.eyJleHAiOjEwMDAwMDAwMDB9.c2ln")
            .run()
            .answer()
    };
    let tokyo = shown(Some("Asia/Tokyo"));
    assert!(tokyo.contains("2001-09-09 10:46:40 +09:00"), "{tokyo}");
    let date = std::process::Command::new("date")
        .args(["-d", "@1000000000", "+%Y-%m-%d %H:%M:%S %:z"])
        .env_remove("TZ")
        .output()
        .unwrap();
    let here = String::from_utf8(date.stdout).unwrap();
    let system = shown(None);
    assert!(system.contains(here.trim()), "{system}");
}

#[test]
fn white_space_inside_a_token_is_taken_out_and_told_once() {
    let home = Home::new();
    let whole = living();
    let (start, end) = whole.split_at(60);
    let wrapped = format!("{start}\r\n    {end}\n");
    let said = "white space inside it was taken out";
    let run = |arguments: &[&str], input: &str| home.call(arguments).input(input).run();
    for (arguments, in_answer) in [
        (&["inspect"][..], true),
        (&["inspect", "-o", "json"], true),
        (&["inspect", "--claims"], false),
        (&["inspect", "--header"], false),
        (
            &["inspect", "-", "--diff", "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"],
            false,
        ),
        (&["check"], false),
    ] {
        let outcome = run(arguments, &wrapped);
        let found = (
            outcome.stdout().matches(said).count(),
            outcome.stderr().matches(said).count(),
        );
        let expected = if in_answer { (1, 0) } else { (0, 1) };
        assert_eq!(found, expected, "{arguments:?}: {outcome:#?}");
        assert_eq!(outcome.code(), Some(0), "{arguments:?}");
        let plain = run(arguments, &format!("\"{whole}\"\n"));
        let heard = format!("{}{}", plain.stdout(), plain.stderr());
        assert!(!heard.contains(said), "{arguments:?}: {heard}");
    }
    let quiet = run(&["check", "-q"], &wrapped);
    assert_eq!((quiet.stdout(), quiet.stderr()), ("", ""));
}
