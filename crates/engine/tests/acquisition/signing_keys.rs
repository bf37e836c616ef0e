//! An authority's keys are asked for once a day, and again for a key that is not among them, at
//! most once in five minutes.

use std::time::Duration;

use engine::signing_keys::KeysWanted;
use engine::signing_keys::SigningKeysError;
use engine::signing_keys::signing_keys;
use model::Authority;
use model::AuthorityInput;
use serde_json::json;

use crate::stage::Reply;
use crate::stage::Stage;
use crate::stage::answer;

const MINUTE: Duration = Duration::from_mins(1);
const SECOND: Duration = Duration::from_secs(1);

fn entra() -> Authority {
    let input = AuthorityInput {
        cloud: None,
        authority: None,
        kind: None,
        tenant: Some("organizations"),
    };
    input.resolve().unwrap()
}

fn openid() -> Authority {
    let input = AuthorityInput {
        cloud: None,
        authority: Some("https://issuer.example"),
        kind: Some(model::AuthorityKind::Oidc),
        tenant: None,
    };
    input.resolve().unwrap()
}

fn keys(ids: &[&str]) -> Reply {
    let key = |id: &&str| json!({"kty": "RSA", "kid": id, "n": "AQAB", "e": "AQAB"});
    let keys: Vec<_> = ids.iter().map(key).collect();
    answer(200, &[], &json!({ "keys": keys }).to_string())
}

/// A store that exists, since none is made for keys.
fn stage() -> Stage {
    let stage = Stage::new();
    stage.vault.unlock().unwrap();
    stage
}

fn wanted<'a>(authority: &'a Authority, key_id: Option<&'a str>) -> KeysWanted<'a> {
    KeysWanted {
        authority,
        ca_file: None,
        key_id,
        ask_again: false,
        allowed: MINUTE,
    }
}

/// Whether that key was found.
fn has(stage: &Stage, wanted: &KeysWanted<'_>) -> Result<bool, SigningKeysError> {
    let found = signing_keys(&stage.network, &*stage.clock, &stage.vault, wanted)?;
    Ok(wanted.key_id.is_none_or(|id| found.keys.has(id)))
}

#[test]
fn they_are_asked_for_once_a_day() {
    let (stage, authority) = (stage(), entra());
    let ask = |key_id, found, asked| {
        assert_eq!(has(&stage, &wanted(&authority, key_id)).unwrap(), found);
        assert_eq!(stage.network.asked().len(), asked);
    };
    stage.will_reply([keys(&["a"]), keys(&["a"])]);
    ask(Some("a"), true, 1);
    ask(Some("a"), true, 1);
    ask(None, true, 1);
    stage.clock.advance(SECOND * (24 * 3600 - 1));
    ask(Some("a"), true, 1);
    stage.clock.advance(SECOND);
    ask(Some("a"), true, 2);
}

#[test]
fn whoever_wants_none_of_the_kept_ones_gets_new_ones_for_everybody() {
    let (stage, authority) = (stage(), entra());
    let kept = wanted(&authority, Some("withdrawn"));
    let fresh = KeysWanted {
        ask_again: true,
        ..kept
    };
    stage.will_reply([keys(&["withdrawn"]), answer(503, &[], ""), keys(&["a"])]);
    assert!(has(&stage, &kept).unwrap());
    has(&stage, &fresh).unwrap_err();
    assert!(has(&stage, &kept).unwrap(), "a failure changes nothing");
    assert!(!has(&stage, &fresh).unwrap());
    assert!(!has(&stage, &kept).unwrap());
    assert_eq!(stage.network.asked().len(), 3);
}

#[test]
fn an_unknown_key_asks_again_but_not_more_often_than_every_five_minutes() {
    let (stage, authority) = (stage(), entra());
    let ask = |key_id, found, asked| {
        assert_eq!(
            has(&stage, &wanted(&authority, Some(key_id))).unwrap(),
            found
        );
        assert_eq!(stage.network.asked().len(), asked);
    };
    stage.will_reply([keys(&["a"]), keys(&["a", "b"]), keys(&["b"])]);
    ask("a", true, 1);
    ask("b", false, 1);
    stage.clock.advance(SECOND * (5 * 60 - 1));
    ask("b", false, 1);
    stage.clock.advance(SECOND);
    ask("b", true, 2);
    ask("forged", false, 2);
    stage.clock.advance(MINUTE * 5);
    ask("a", true, 2);
    ask("forged", false, 3);
    ask("a", false, 3);
}

#[test]
fn a_refusal_is_told_and_keeps_what_was_known() {
    let (stage, authority) = (stage(), entra());
    stage.will_reply([keys(&["a"]), answer(503, &[], ""), answer(200, &[], "{}")]);
    assert!(has(&stage, &wanted(&authority, Some("a"))).unwrap());
    stage.clock.advance(MINUTE * 5);
    let refused = has(&stage, &wanted(&authority, Some("b"))).unwrap_err();
    assert!(matches!(
        refused,
        SigningKeysError::Status { status: 503, .. }
    ));
    let refused = has(&stage, &wanted(&authority, Some("b"))).unwrap_err();
    assert!(matches!(refused, SigningKeysError::Unusable { .. }));
    assert!(has(&stage, &wanted(&authority, Some("a"))).unwrap());
    assert_eq!(stage.network.asked().len(), 3);
}

#[test]
fn a_provider_that_describes_itself_is_kept_with_its_description() {
    let (stage, authority) = (stage(), openid());
    let description = json!({
        "issuer": "https://issuer.example",
        "token_endpoint": "https://issuer.example/token",
        "jwks_uri": "https://issuer.example/keys",
    });
    stage.will_reply([answer(200, &[], &description.to_string()), keys(&["a"])]);
    for _ in 0..2 {
        assert!(has(&stage, &wanted(&authority, Some("a"))).unwrap());
        assert_eq!(stage.network.asked().len(), 2);
    }
}

#[test]
fn a_domain_is_looked_up_and_its_directory_kept_with_the_keys() {
    const ID: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    let input = AuthorityInput {
        tenant: Some("contoso.com"),
        ..AuthorityInput::default()
    };
    let authority = input.resolve().unwrap();
    for (named, expected) in [(ID, Some(ID)), ("{tenantid}", None)] {
        let stage = stage();
        let issuer = format!("https://login.microsoftonline.com/{named}/v2.0");
        let description = json!({ "issuer": issuer }).to_string();
        stage.will_reply([answer(200, &[], &description), keys(&["a"])]);
        for _ in 0..2 {
            let wanted = wanted(&authority, Some("a"));
            let found = signing_keys(&stage.network, &*stage.clock, &stage.vault, &wanted).unwrap();
            assert_eq!(found.directory.as_deref(), expected);
            assert_eq!(stage.network.asked().len(), 2);
        }
    }
    let stage = stage();
    stage.will_reply([answer(400, &[], "{}")]);
    assert!(matches!(
        has(&stage, &wanted(&authority, Some("a"))).unwrap_err(),
        SigningKeysError::Discovery(_)
    ));
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the test is the person who writes the file"
)]
fn nobodys_keys_count_for_another() {
    let stage = stage();
    let (entra, openid) = (entra(), openid());
    stage.will_reply([keys(&["a"]), answer(404, &[], ""), keys(&["b"])]);
    assert!(has(&stage, &wanted(&entra, Some("a"))).unwrap());
    has(&stage, &wanted(&openid, Some("a"))).unwrap_err();
    let directory = tempfile::tempdir().unwrap();
    let own = directory.path().join("own.pem");
    std::fs::write(&own, "own").unwrap();
    let believing_others = KeysWanted {
        ca_file: Some(&own),
        ..wanted(&entra, Some("a"))
    };
    assert!(!has(&stage, &believing_others).unwrap());
    assert_eq!(stage.network.asked().len(), 3);
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the test is the person who writes the file"
)]
fn what_a_file_vouched_for_ends_with_its_content() {
    let (stage, authority) = (stage(), entra());
    let directory = tempfile::tempdir().unwrap();
    let own = directory.path().join("own.pem");
    let believing = |path| KeysWanted {
        ca_file: Some(path),
        ..wanted(&authority, Some("a"))
    };
    stage.will_reply([keys(&["a"]), keys(&["b"]), keys(&["a"]), keys(&["a"])]);
    std::fs::write(&own, "one").unwrap();
    for _ in 0..2 {
        assert!(has(&stage, &believing(&own)).unwrap());
        assert_eq!(stage.network.asked().len(), 1);
    }
    std::fs::write(&own, "another").unwrap();
    assert!(!has(&stage, &believing(&own)).unwrap());
    std::fs::write(&own, "one").unwrap();
    assert!(has(&stage, &believing(&own)).unwrap());
    assert_eq!(stage.network.asked().len(), 2);
    std::fs::remove_file(&own).unwrap();
    for asked in 3..=4 {
        assert!(has(&stage, &believing(&own)).unwrap());
        assert_eq!(stage.network.asked().len(), asked, "nothing is kept");
    }
}

#[test]
fn without_a_store_they_are_asked_for_each_time() {
    let (stage, authority) = (Stage::new(), entra());
    stage.will_reply([keys(&["a"]), keys(&["a"])]);
    for asked in 1..=2 {
        assert!(has(&stage, &wanted(&authority, Some("a"))).unwrap());
        assert_eq!(stage.network.asked().len(), asked);
    }
}
