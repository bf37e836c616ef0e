//! Refresh tokens: kept for one account at one place, replaced, and dropped only if still the same.

use model::AccountId;
use model::Flow;
use model::RefreshToken;
use vault::RefreshTokenIdentity;
use vault::Vault;

use crate::common::Home;
use crate::common::account;
use crate::common::destination;
use crate::common::refresh_token;
use crate::common::refresh_token_id;
use crate::common::with_identity;
use crate::records::homes;

fn put(vault: &Vault, tenant: &str, name: &str, text: &str) {
    with_identity(tenant, name, |identity| {
        vault.refresh_tokens().put(identity, &refresh_token(text))
    })
    .unwrap();
}

fn get(vault: &Vault, tenant: &str, name: &str) -> Option<String> {
    with_identity(tenant, name, |identity| {
        vault.refresh_tokens().get(identity)
    })
    .unwrap()
    .map(|stored| stored.token.expose_secret().to_owned())
}

#[test]
fn a_refresh_token_is_found_again_wherever_the_key_rests_and_replaced() {
    for (kind, home) in homes() {
        put(&home.vault(), "t", "ada", "first");
        put(&home.vault(), "t", "ada", "sec\"ond\u{1}\u{e4}");
        let vault = home.vault();
        assert_eq!(
            get(&vault, "t", "ada").as_deref(),
            Some("sec\"ond\u{1}\u{e4}"),
            "{kind}"
        );
        let stored = with_identity("t", "ada", |identity| vault.refresh_tokens().get(identity));
        let stored = stored.unwrap().unwrap();
        assert_eq!(stored.obtained_on.unix_seconds(), 1_700_000_000);
        assert_eq!(stored.flow, Flow::DeviceCode);
        assert_eq!(home.files("state/refresh-tokens").len(), 1);
    }
}

#[test]
fn another_place_dialect_or_account_finds_none() {
    let home = Home::new();
    let vault = home.vault();
    put(&vault, "t", "ada", "token");
    assert_eq!(get(&vault, "evil", "ada"), None);
    assert_eq!(get(&vault, "t", "bob"), None);
    let other_dialect = RefreshTokenIdentity {
        destination: &destination("t"),
        dialect: "oidc ",
        account: &account("ada").id,
    };
    assert!(
        vault
            .refresh_tokens()
            .get(&other_dialect)
            .unwrap()
            .is_none()
    );
}

#[test]
fn the_refusal_of_an_old_token_leaves_a_newer_one() {
    let home = Home::new();
    let vault = home.vault();
    put(&vault, "t", "ada", "old");
    put(&vault, "t", "ada", "new");
    let refused = |text: &str| {
        with_identity("t", "ada", |identity| {
            let token = RefreshToken::from(text.to_owned());
            vault.refresh_tokens().remove_if(identity, &token)
        })
        .unwrap()
    };
    for other in ["old", "", "ne", "new "] {
        assert!(!refused(other), "{other}");
        assert_eq!(get(&vault, "t", "ada").as_deref(), Some("new"));
    }
    assert!(refused("new"));
    assert_eq!(get(&vault, "t", "ada"), None);
    assert!(!refused("new"));
}

#[test]
fn what_is_held_is_listed_without_the_tokens() {
    let home = Home::new();
    let vault = home.vault();
    put(&vault, "t", "ada", "pl4nted");
    put(&vault, "u", "ada", "pl4nted");
    let list = vault.refresh_tokens().list().unwrap();
    assert_eq!((list.held.len(), list.closed), (2, 0));
    assert!(!format!("{list:?}").contains("pl4nted"));
    for tenant in ["t", "u"] {
        let id = refresh_token_id(tenant, "ada");
        let held = list.held.iter().find(|held| held.id == id).unwrap();
        assert_eq!(held.destination, destination(tenant));
        assert_eq!(held.account, account("ada").id);
        assert_eq!(held.dialect, "entra public");
        assert_eq!(held.flow, Flow::DeviceCode);
    }
}

#[test]
fn they_are_forgotten_one_by_one_by_account_and_all_at_once() {
    let home = Home::new();
    let vault = home.vault();
    let tokens = vault.refresh_tokens();
    for (tenant, name) in [("t", "ada"), ("t", "bob"), ("u", "ada"), ("u", "bob")] {
        put(&vault, tenant, name, "token");
    }
    let other_dialect = RefreshTokenIdentity {
        destination: &destination("t"),
        dialect: "entra usgov",
        account: &account("ada").id,
    };
    tokens.put(&other_dialect, &refresh_token("token")).unwrap();
    let remove = || with_identity("u", "bob", |identity| tokens.remove(identity)).unwrap();
    assert!(remove());
    assert!(!remove());
    let forget = |id: &AccountId| tokens.remove_for_account(&destination("t"), id).unwrap();
    assert_eq!(forget(&account("ada").id), 2);
    assert_eq!(forget(&account("ada").id), 0);
    assert_eq!(tokens.list().unwrap().held.len(), 2);
    assert_eq!(tokens.remove_all().unwrap(), 2);
    assert_eq!(tokens.remove_all().unwrap(), 0);
    assert!(home.files("state/refresh-tokens").is_empty());
}
