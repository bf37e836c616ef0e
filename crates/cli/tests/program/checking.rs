//! `check`: yes, no, or why it cannot be told, by the exit code.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use serde_json::json;

use crate::support::Home;
use crate::support::SECRET;
use crate::support::World;
use crate::support::now;

fn token(claims: &Value) -> String {
    token_of(&claims.to_string())
}

fn token_of(claims: &str) -> String {
    let claims = URL_SAFE_NO_PAD.encode(claims);
    format!("eyJhbGciOiJSUzI1NiJ9.{claims}.c2ln")
}

#[test]
fn a_cached_token_serves_and_nobody_is_asked() {
    let world = World::with_profile();
    let none = world.call(&["check", "-p", "sp"]).run();
    assert_eq!(
        (none.code(), none.stdout()),
        (Some(1), "no token is cached\n")
    );
    world.call(&["get-token", "-p", "sp"]).run().answer();
    let said = world.call(&["check", "-p", "sp"]).run().answer();
    assert!(
        said.starts_with("valid for ") && said.ends_with(", profile sp\n"),
        "{said}"
    );
    let quiet = world.call(&["check", "-p", "sp", "-q"]).run();
    assert_eq!(quiet.answer(), "");
    let short = world
        .call(&["check", "-p", "sp", "--min-ttl", "48h", "-o", "json"])
        .run();
    let answer: Value = serde_json::from_str(short.stdout()).unwrap();
    assert_eq!(short.code(), Some(1));
    assert_eq!(
        (&answer["valid"], &answer["reason"]),
        (&json!(false), &json!("short_lived"))
    );
    assert_eq!(world.emulator.token_requests(), 1);
}

#[test]
fn a_token_from_outside_is_judged_by_its_claims() {
    let home = Home::new();
    for (claims, code, reason) in [
        (json!({"exp": now() + 600}), 0, "valid"),
        (json!({"exp": now() - 600}), 1, "expired"),
        (
            json!({"exp": now() + 900, "nbf": now() + 600}),
            1,
            "not_yet_valid",
        ),
    ] {
        let outcome = home
            .call(&["check", "-o", "json"])
            .input(token(&claims))
            .run();
        let answer: Value = serde_json::from_str(outcome.stdout()).unwrap();
        assert_eq!(outcome.code(), Some(code), "{claims}");
        assert_eq!(answer["reason"], reason, "{claims}");
    }
}

#[test]
fn the_time_in_brackets_is_the_one_that_is_spoken_of() {
    let home = Home::new();
    let (begins, ends) = (4_102_444_800_i64, 4_102_448_400_i64);
    let early = token(&json!({"nbf": begins, "exp": ends}));
    let said = home.call(&["check"]).input(early).run();
    assert_eq!(said.code(), Some(1));
    assert!(
        said.stdout().starts_with("not valid before ")
            && said
                .stdout()
                .ends_with(" from now (2100-01-01T00:00:00Z)\n"),
        "{}",
        said.stdout()
    );
    let valid = token(&json!({"exp": ends}));
    let said = home.call(&["check"]).input(valid).run().answer();
    assert!(said.ends_with(" (2100-01-01T01:00:00Z)\n"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_written_is_neither_yes_nor_no() {
    let home = Home::new();
    let key =
        json!({"kty": "RSA", "kid": "k", "n": URL_SAFE_NO_PAD.encode([0xff; 256]), "e": "AQAB"});
    let keys = home.put("keys.json", json!({"keys": [key]}).to_string());
    let keys = keys.to_str().unwrap();
    let valid = token(&json!({"exp": now() + 600}));
    for arguments in [
        &["check"][..],
        &["check", "-o", "json"],
        &["inspect", "--verify", "--keys", keys, "-o", "json"],
        &["inspect", "--verify", "--keys", keys],
    ] {
        let full = std::fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let call = home.call(arguments).input(&*valid).stdout(full);
        let said = call.run().failure(8);
        assert!(said.contains("stdout_not_writable"), "{said}");
    }
}

#[test]
fn what_cannot_be_told_is_neither_yes_nor_no() {
    let home = Home::new();
    for input in [
        "opaque",
        "eyJhbGciOiJSUzI1NiJ9.e30.c2ln",
        "eyJhbGciOiJSUzI1NiJ9.*.c2ln",
    ] {
        let failed = home.call(&["check", "-o", "json"]).input(input).run();
        assert_eq!(
            failed.failure_document(4)["code"],
            "token_unreadable",
            "{input}"
        );
        let said = home.call(&["check"]).input(input).run().failure(4);
        assert!(
            said.contains("entra-auth-cli inspect") && !said.contains("--claims"),
            "{said}"
        );
    }
    let (past, future) = (now() - 600, now() + 600);
    for (claims, why) in [
        (
            format!(r#"{{"exp":{future},"nbf":"{past}"}}"#),
            "its `nbf` is no time",
        ),
        (
            format!(r#"{{"exp":{future},"nbf":[{past}]}}"#),
            "its `nbf` is no time",
        ),
        (
            format!(r#"{{"exp":{future},"nbf":null}}"#),
            "its `nbf` is no time",
        ),
        (
            format!(r#"{{"exp":{past},"exp":{future}}}"#),
            "its `exp` stands there more than once",
        ),
    ] {
        let check = home.call(&["check", "-o", "json"]);
        let document = check.input(token_of(&claims)).run().failure_document(4);
        assert_eq!(document["code"], "token_unreadable", "{claims}");
        let said = document.to_string();
        assert!(said.contains(why), "{said}");
    }
    home.call(&["check", "-p", "nobody", "-q"]).run().failure(3);
}

#[test]
fn a_token_that_nobody_signed_is_judged_by_its_times_and_told_of() {
    let home = Home::new();
    let claims = URL_SAFE_NO_PAD.encode(json!({"exp": now() + 600}).to_string());
    for header in [r#"{"alg":"RS256"}"#, r#"{"alg":"none"}"#] {
        let token = format!("{}.{claims}.", URL_SAFE_NO_PAD.encode(header));
        let said = home.call(&["check"]).input(token.as_str()).run();
        assert_eq!(said.code(), Some(0), "{said:?}");
        assert!(said.stderr().contains("it is not signed"), "{said:?}");
        let quiet = home.call(&["check", "-q"]).input(token.as_str()).run();
        assert_eq!((quiet.code(), quiet.stderr()), (Some(0), ""), "{header}");
    }
}

#[test]
fn a_token_of_another_login_session_is_told_from_none() {
    let mut world = World::new();
    world.home = Home::with_session();
    let other = Home::with_session();
    world.create("sp", &["--client-secret-stdin"], SECRET);
    let call = world.call(&["get-token", "-s", "arm"]);
    call.env("XDG_RUNTIME_DIR", other.session()).run().answer();

    let check = |flags: &[&str]| world.call(&["check", "-p", "sp"]).args(flags).run();
    let none = check(&[]);
    assert_eq!(
        (none.code(), none.stdout(), none.stderr()),
        (
            Some(1),
            "no token is cached\n",
            "Get one: entra-auth-cli get-token -p sp\n"
        )
    );
    let closed = check(&["-s", "arm"]);
    assert_eq!(closed.code(), Some(1));
    let (said, hint) = (closed.stdout(), closed.stderr());
    assert!(
        said.starts_with("a token is cached, but cannot be opened here"),
        "{said}"
    );
    assert_eq!(hint, "Get one: entra-auth-cli get-token -p sp -s arm\n");
    let quiet = check(&["-s", "arm", "-q"]);
    assert_eq!(
        (quiet.code(), quiet.stdout(), quiet.stderr()),
        (Some(1), "", "")
    );
    let document = check(&["-s", "arm", "-o", "json"]);
    let document: Value = serde_json::from_str(document.stdout()).unwrap();
    assert_eq!(
        (&document["valid"], &document["reason"]),
        (&json!(false), &json!("closed"))
    );
    let inspect = world.call(&["inspect", "-p", "sp", "-s", "arm", "-o", "json"]);
    let document = inspect.run().failure_document(4);
    assert_eq!(document["code"], "cached_token_closed");
    assert!(document.to_string().contains("get-token -p sp -s arm"));

    world.call(&["get-token", "-s", "arm"]).run().answer();
    assert_eq!(check(&["-s", "arm"]).code(), Some(0));
    assert_eq!(
        world.home.token_files().len(),
        2,
        "neither took the other's"
    );
}

#[test]
fn who_wants_to_see_why_is_sent_to_the_same_token() {
    let home = Home::new();
    let file = home.put("cut.token", "opaque");
    let file = file.to_str().unwrap();
    for (arguments, command) in [
        (
            &["check", "--file", file][..],
            format!("inspect --file {file}"),
        ),
        (&["check"], "inspect -".to_owned()),
    ] {
        let said = home.call(arguments).input("opaque").run().failure(4);
        let hint = format!("hint: See what it says: entra-auth-cli {command}\n");
        assert!(said.ends_with(&hint), "{said}");
    }
}
