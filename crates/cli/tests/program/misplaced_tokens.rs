//! A token that was typed where something else belongs: no error repeats it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use serde_json::json;

use crate::support::Home;

const TOKEN: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl";

#[test]
fn no_error_repeats_a_token() {
    let home = Home::new();
    let (at, http) = (format!("@{TOKEN}"), format!("http://{TOKEN}"));
    for (arguments, code) in [
        (&["inspect", "-p", TOKEN][..], 3),
        (&["check", "-p", TOKEN], 3),
        (&["doctor", "-p", TOKEN], 3),
        (&["explain", "-p", TOKEN, "AADSTS65001"], 3),
        (&["get-token", "-p", TOKEN], 3),
        (&["config", "show", TOKEN], 3),
        (&["inspect", "--file", TOKEN], 4),
        (&["inspect", "--verify", "--keys", TOKEN, TOKEN], 4),
        (&["inspect", "--diff", &at, TOKEN], 4),
        (&["inspect", "--verify", "--tenant-id", &at, TOKEN], 4),
        (&["inspect", "--verify", "--authority", &http, TOKEN], 4),
    ] {
        let said = home.call(arguments).run().failure(code);
        assert!(!said.contains("eyJ"), "{arguments:?}: {said}");
        let document = home.call(arguments).args(["-o", "json"]).run();
        assert_eq!(document.code(), Some(code), "{arguments:?}");
        assert!(!document.stderr().contains("eyJ"), "{arguments:?}");
        let last = document.stderr().lines().last().unwrap();
        let last: Value = serde_json::from_str(last).unwrap();
        assert_eq!(last["exit_code"], json!(code), "{arguments:?}");
    }
}

#[test]
fn no_refusal_of_a_token_repeats_another() {
    let home = Home::new();
    let key =
        json!({"kty": "RSA", "kid": "k", "n": URL_SAFE_NO_PAD.encode([0xff; 256]), "e": "AQAB"});
    let keys = home.put("keys.json", json!({"keys": [key]}).to_string());
    let keys = keys.to_str().unwrap();
    for flag in ["--issuer", "--audience"] {
        for output in ["pretty", "json", "yaml"] {
            let call = home.call(&[
                "inspect", "--verify", "--keys", keys, flag, TOKEN, "-o", output,
            ]);
            let outcome = call.input(TOKEN).run();
            assert_eq!(outcome.code(), Some(1), "{outcome:?}");
            for shown in [outcome.stdout(), outcome.stderr()] {
                assert!(!shown.contains("eyJ"), "{flag} {output}: {shown}");
            }
        }
    }
}
