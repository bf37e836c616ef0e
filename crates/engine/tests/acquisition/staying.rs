//! Staying signed in: the cache, then the refresh token, then the person.

use std::time::Duration;

use engine::CacheUse;
use engine::EngineError;
use engine::Issued;
use engine::Shortfall;
use model::Clock;
use model::Flow;
use model::Prompt;
use model::Scopes;
use protocol::TransportErrorKind;
use serde_json::json;
use vault::LockName;
use vault::RefreshTokenIdentity;

use crate::stage::Reply;
use crate::stage::Stage;
use crate::stage::answer;
use crate::stage::refused;
use crate::stage::request_of_a_person;
use crate::stage::text;
use crate::stage::token_of;

const HOUR: Duration = Duration::from_hours(1);

fn code() -> Reply {
    answer(
        200,
        &[],
        &json!({
            "device_code": "d", "user_code": "u", "expires_in": 900, "interval": 5,
            "verification_uri": "https://microsoft.com/devicelogin",
        })
        .to_string(),
    )
}

fn asks(stage: &Stage, scope: &str) -> Result<Issued, EngineError> {
    stage.ask(&request_of_a_person(Flow::DeviceCode, scope))
}

/// Ada signed in, and has a refresh token.
fn signed_in() -> Stage {
    let stage = Stage::new().with_a_person();
    stage.will_reply([code(), token_of("first", "ada", Some("refresh-1"))]);
    let issued = asks(&stage, "User.Read").unwrap();
    assert_eq!(text(&issued), "first");
    assert_eq!(
        issued.entry.account.as_ref().unwrap().username,
        "ada@contoso.com"
    );
    stage
}

fn requests(stage: &Stage) -> usize {
    stage.network.asked().len()
}

#[test]
fn the_cache_comes_first_then_the_refresh_token() {
    let stage = signed_in();
    stage.alone();
    assert!(asks(&stage, "User.Read").unwrap().is_from_cache());
    assert_eq!(requests(&stage), 2);

    stage.clock.advance(HOUR);
    stage.will_reply([token_of("second", "ada", Some("refresh-2"))]);
    assert_eq!(text(&asks(&stage, "User.Read").unwrap()), "second");
    let form = stage.network.forms().pop().unwrap();
    assert!(
        form.contains("grant_type=refresh_token") && form.contains("refresh-1"),
        "{form}"
    );

    // The returned one replaces it; a missing one keeps it; it serves every scope and resource.
    stage.will_reply([token_of("third", "ada", None)]);
    assert_eq!(
        text(&asks(&stage, "https://management.azure.com/.default").unwrap()),
        "third"
    );
    assert!(stage.network.forms().pop().unwrap().contains("refresh-2"));
    stage.will_reply([token_of("fourth", "ada", None)]);
    assert_eq!(text(&asks(&stage, "Mail.Read").unwrap()), "fourth");
    assert!(stage.network.forms().pop().unwrap().contains("refresh-2"));
}

#[test]
fn a_dead_refresh_token_is_forgotten_and_the_person_asked() {
    for dead in [
        json!({"suberror": "bad_token"}),
        json!({"error_description": "AADSTS50173: revoked", "error_codes": [50173]}),
        json!({"error_description": "AADSTS700082: expired", "error_codes": [700_082]}),
    ] {
        let stage = signed_in();
        stage.will_reply([
            refused("invalid_grant", &dead),
            code(),
            token_of("anew", "ada", Some("refresh-3")),
        ]);
        assert_eq!(text(&asks(&stage, "Mail.Read").unwrap()), "anew");
    }
    let stage = signed_in();
    stage.alone();
    stage.will_reply([refused("invalid_grant", &json!({"suberror": "bad_token"}))]);
    let error = asks(&stage, "Mail.Read").unwrap_err();
    assert!(
        matches!(
            error,
            EngineError::PersonNeeded {
                refused: Some(_),
                ..
            }
        ),
        "{error:?}"
    );
    let before = requests(&stage);
    let error = asks(&stage, "Mail.Read").unwrap_err();
    assert!(
        matches!(error, EngineError::PersonNeeded { refused: None, .. }),
        "{error:?}"
    );
    assert_eq!(requests(&stage), before, "it is not sent again");
}

#[test]
fn a_policy_of_one_resource_keeps_the_refresh_token() {
    let stage = signed_in();
    stage.alone();
    let claims = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
    stage.will_reply([refused(
        "interaction_required",
        &json!({"error_description": "AADSTS50076: MFA", "error_codes": [50076], "claims": claims}),
    )]);
    let error = asks(&stage, "Mail.Read").unwrap_err();
    assert!(
        matches!(&error, EngineError::PersonNeeded { claims: Some(found), .. } if found == claims),
        "{error:?}"
    );
    stage.will_reply([token_of("other", "ada", None)]);
    assert_eq!(
        text(&asks(&stage, "https://vault.azure.net/.default").unwrap()),
        "other"
    );
    assert!(stage.network.forms().pop().unwrap().contains("refresh-1"));
}

#[test]
fn claims_of_a_refusal_go_into_the_sign_in() {
    let stage = signed_in();
    let claims = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
    stage.will_reply([
        refused("interaction_required", &json!({"claims": claims})),
        code(),
        token_of("stepped-up", "ada", None),
    ]);
    assert_eq!(text(&asks(&stage, "Mail.Read").unwrap()), "stepped-up");
    let forms = stage.network.forms();
    assert!(
        forms[3].contains("claims=%7B") && forms[3].contains("acrs"),
        "{}",
        forms[3]
    );
}

#[test]
fn network_trouble_opens_no_sign_in_and_loses_nothing() {
    let stage = signed_in();
    let failures = || (0..2).map(|_| Reply::Failure(TransportErrorKind::Connect));
    stage.will_reply(failures());
    let error = asks(&stage, "Mail.Read").unwrap_err();
    assert!(matches!(error, EngineError::Transport { .. }), "{error:?}");
    stage.clock.advance(Duration::from_secs(10));
    stage.will_reply([token_of("later", "ada", None)]);
    assert_eq!(text(&asks(&stage, "Mail.Read").unwrap()), "later");
    assert!(stage.network.forms().pop().unwrap().contains("refresh-1"));
}

#[test]
fn a_living_token_serves_where_nobody_may_be_asked() {
    let stage = signed_in();
    stage.alone();
    stage.clock.advance(Duration::from_mins(56));
    stage.will_reply([refused("invalid_grant", &json!({"suberror": "bad_token"}))]);
    let issued = asks(&stage, "User.Read").unwrap();
    assert_eq!(text(&issued), "first");
    assert!(matches!(issued.shortfall, Some(Shortfall::NotRenewed(_))));
}

#[test]
fn a_living_token_waits_for_nobodys_sign_in() {
    let stage = signed_in();
    let request = request_of_a_person(Flow::DeviceCode, "User.Read");
    let account = asks(&stage, "User.Read").unwrap().entry.account.unwrap();
    let identity = RefreshTokenIdentity {
        destination: &request.destination(),
        dialect: "entra public public",
        account: &account.id,
    };
    let name = LockName::refresh_token(&identity.id());
    let somebody_signs_in = stage
        .vault
        .locks()
        .acquire(&name, Duration::ZERO, 0, &mut |_| ())
        .unwrap();
    stage.clock.advance(Duration::from_mins(56));
    let began = stage.clock.monotonic();
    let issued = asks(&stage, "User.Read").unwrap();
    assert_eq!(text(&issued), "first");
    assert!(matches!(issued.shortfall, Some(Shortfall::NotRenewed(_))));
    let waited = stage.clock.monotonic().saturating_sub(began);
    assert!(waited < Duration::from_secs(5), "{waited:?}");
    drop(somebody_signs_in);
}

#[test]
fn a_silent_change_of_account_is_an_error_that_names_both() {
    let stage = signed_in();
    stage.will_reply([token_of("stolen", "mallory", Some("refresh-9"))]);
    let error = asks(&stage, "Mail.Read").unwrap_err();
    let EngineError::OtherAccount { expected, actual } = &error else {
        panic!("{error:?}");
    };
    assert!(expected.contains("ada@contoso.com") && actual.username == "mallory@contoso.com");
    stage.clock.advance(Duration::from_secs(10));
    stage.will_reply([token_of("mine", "ada", None)]);
    asks(&stage, "Mail.Read").unwrap();
    assert!(
        stage.network.forms().pop().unwrap().contains("refresh-1"),
        "nothing of it was kept"
    );
}

#[test]
fn a_second_account_is_added_by_name() {
    let stage = signed_in();
    let mut request = request_of_a_person(Flow::DeviceCode, "User.Read");
    request.sign_in.account = Some("grace@contoso.com".to_owned());
    stage.will_reply([code(), token_of("hers", "grace", Some("refresh-g"))]);
    assert_eq!(text(&stage.ask(&request).unwrap()), "hers");
    assert!(stage.ask(&request).unwrap().is_from_cache());
    assert_eq!(text(&asks(&stage, "User.Read").unwrap()), "first");

    request.sign_in.account = Some("lin@contoso.com".to_owned());
    stage.will_reply([code(), token_of("hers", "grace", None)]);
    let error = stage.ask(&request).unwrap_err();
    assert!(
        matches!(error, EngineError::OtherAccount { .. }),
        "{error:?}"
    );
}

#[test]
fn who_may_choose_becomes_the_default() {
    let stage = signed_in();
    let mut request = request_of_a_person(Flow::DeviceCode, "User.Read");
    request.sign_in.prompt = Some(Prompt::SelectAccount);
    stage.will_reply([code(), token_of("hers", "grace", Some("refresh-g"))]);
    assert_eq!(text(&stage.ask(&request).unwrap()), "hers");
    assert_eq!(text(&asks(&stage, "User.Read").unwrap()), "hers");
}

#[test]
fn a_new_token_is_had_by_the_refresh_token() {
    let stage = signed_in();
    let mut request = request_of_a_person(Flow::InteractiveBrowser, "User.Read");
    request.cache = CacheUse::WriteOnly;
    stage.will_reply([token_of("fresh", "ada", None)]);
    assert_eq!(text(&stage.ask(&request).unwrap()), "fresh");
    assert_eq!(text(&asks(&stage, "User.Read").unwrap()), "fresh");
}

#[test]
fn nothing_is_asked_where_nobody_may_be() {
    let stage = Stage::new();
    let error = asks(&stage, "User.Read").unwrap_err();
    assert!(
        matches!(error, EngineError::PersonNeeded { .. }),
        "{error:?}"
    );
    assert_eq!(requests(&stage), 0);
}

#[test]
fn the_refresh_token_of_another_tenant_stays_where_it_is() {
    let stage = signed_in();
    stage.alone();
    let mut request = request_of_a_person(Flow::DeviceCode, "User.Read");
    request.authority = model::AuthorityInput {
        tenant: Some("fabrikam.com"),
        ..model::AuthorityInput::default()
    }
    .resolve()
    .unwrap();
    let error = stage.ask(&request).unwrap_err();
    assert!(
        matches!(error, EngineError::PersonNeeded { .. }),
        "{error:?}"
    );
    assert_eq!(requests(&stage), 2);
}

#[test]
fn a_store_left_alone_keeps_nobody_signed_in() {
    let stage = Stage::new().with_a_person();
    let mut request = request_of_a_person(Flow::DeviceCode, "User.Read");
    request.cache = CacheUse::None;
    request.scopes = Scopes::parse(["User.Read"], None).unwrap();
    for name in ["one", "two"] {
        stage.will_reply([code(), token_of(name, "ada", Some("r"))]);
        assert_eq!(text(&stage.ask(&request).unwrap()), name);
    }
    stage.alone();
    assert!(asks(&stage, "User.Read").is_err());
}
