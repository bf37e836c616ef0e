//! What is refused before a secret is read or the network is touched. The stage's environment
//! panics if it is read, and its network if it is asked.

use engine::Credential;
use engine::EngineError;
use engine::SecretSource;
use engine::TokenRequest;
use model::ClientId;
use model::ProfileName;
use model::Scopes;
use model::SecretReference;
use model::Tenant;
use vault::Approval;
use vault::SecretKind;
use vault::VaultError;

use crate::stage::Stage;
use crate::stage::request;
use crate::stage::text;
use crate::stage::token;

fn profile() -> ProfileName {
    ProfileName::parse("sp").unwrap()
}

/// A request whose secret is a reference that needs approval.
fn referring() -> TokenRequest {
    let plain = request();
    let approval = Approval {
        destination: plain.destination(),
        references: vec!["client secret from: environment variable APP_SECRET".to_owned()],
    };
    TokenRequest {
        credential: Credential::Secret(SecretSource::Reference(SecretReference::Env(
            "APP_SECRET".to_owned(),
        ))),
        profile: Some(profile()),
        approval: Some(approval),
        ..plain
    }
}

/// A request whose secret is stored.
fn stored() -> TokenRequest {
    TokenRequest {
        credential: Credential::Secret(SecretSource::Stored {
            profile: profile(),
            kind: SecretKind::ClientSecret,
            otherwise: None,
        }),
        profile: Some(profile()),
        ..request()
    }
}

#[test]
fn a_reference_is_not_read_before_it_was_approved() {
    let stage = Stage::new();
    match stage.ask(&referring()).unwrap_err() {
        EngineError::NotApproved { approved_for, .. } => assert_eq!(approved_for, None),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_approval_holds_for_exactly_what_was_approved() {
    let stage = Stage::new();
    let approved = referring().approval.unwrap();
    stage
        .vault
        .approvals()
        .approve(&profile(), &approved)
        .unwrap();
    let mut other_reference = referring();
    other_reference
        .approval
        .as_mut()
        .unwrap()
        .references
        .push("CA file: /x".to_owned());
    match stage.ask(&other_reference).unwrap_err() {
        EngineError::NotApproved {
            references,
            approved_for,
            ..
        } => {
            assert_eq!(references.len(), 2);
            assert_eq!(approved_for, None);
        }
        other => panic!("{other:?}"),
    }
    let mut elsewhere = referring();
    elsewhere.client_id = ClientId::parse("another").unwrap();
    elsewhere.approval.as_mut().unwrap().destination = elsewhere.destination();
    match stage.ask(&elsewhere).unwrap_err() {
        EngineError::NotApproved {
            destination,
            approved_for,
            ..
        } => {
            assert_eq!(*destination, elsewhere.destination());
            assert_eq!(approved_for.as_deref(), Some(&approved.destination));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_stored_secret_goes_where_it_may_go_and_nowhere_else() {
    let stage = Stage::new();
    let bound = stored().destination();
    stage
        .vault
        .secrets()
        .put(&profile(), SecretKind::ClientSecret, &bound, "s3cret")
        .unwrap();
    let mut elsewhere = stored();
    elsewhere.authority = elsewhere
        .authority
        .with_tenant(Tenant::parse("fabrikam.com").unwrap())
        .unwrap();
    match stage.ask(&elsewhere).unwrap_err() {
        EngineError::Vault(VaultError::DestinationChanged { stored, requested }) => {
            assert_eq!(*stored, bound);
            assert_eq!(*requested, elsewhere.destination());
        }
        other => panic!("{other:?}"),
    }
    stage.will_reply([token("given", 3600)]);
    assert_eq!(text(&stage.ask(&stored()).unwrap()), "given");
}

#[test]
fn a_secret_that_is_kept_nowhere_is_told() {
    let stage = Stage::new();
    match stage.ask(&stored()).unwrap_err() {
        EngineError::CredentialMissing { what, profile } => {
            assert_eq!(what, "client secret");
            assert_eq!(profile.unwrap().as_str(), "sp");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_cannot_work_is_refused_before_it_is_tried() {
    let stage = Stage::new();
    let mut everybody = request();
    everybody.authority = everybody
        .authority
        .with_tenant(Tenant::parse("organizations").unwrap())
        .unwrap();
    assert!(matches!(
        stage.ask(&everybody),
        Err(EngineError::TenantNotConcrete { tenant }) if tenant == "organizations"
    ));
    let personal = TokenRequest {
        scopes: Scopes::parse(["User.Read"], None).unwrap(),
        ..request()
    };
    assert!(matches!(stage.ask(&personal), Err(EngineError::Scope(_))));
    let nothing = TokenRequest {
        credential: Credential::None,
        ..request()
    };
    assert!(matches!(
        stage.ask(&nothing),
        Err(EngineError::CredentialMissing { .. })
    ));
}
