//! Who signed in and was forgotten, in words.

use engine::sign_out::SignedOut;
use model::Account;
use model::AuthorityInput;
use model::AuthorityKind;
use model::Destination;
use model::ProfileName;
use vault::AccountBook;
use vault::AccountOwner;
use vault::VaultError;

use super::kept::counted;
use crate::command_error::CommandError;

/// What `logout` did, line by line.
pub(crate) fn signed_out(done: &SignedOut) -> Vec<String> {
    let mut lines: Vec<String> = done
        .accounts
        .iter()
        .map(|account| format!("Signed out {account} of {}.", done.owner))
        .collect();
    lines.push(format!(
        "Forgot {} and {}.",
        counted(done.access_tokens, "cached token"),
        counted(done.refresh_tokens, "refresh token")
    ));
    for (account, other) in &done.shared {
        lines.push(format!(
            "The refresh token of {account} stays: {other} is signed in with it."
        ));
    }
    if let Some(left) = &done.left {
        lines.push(still_signed_in(left));
    }
    lines.push(format!(
        "Nothing was revoked at {}: your browser may still be signed in there, and copies of tokens \
         work until they end.",
        done.destination.authority
    ));
    if let Some(page) = sign_out_page(&done.destination) {
        lines.push(format!("To sign out in the browser: {page}"));
    }
    lines
}

fn still_signed_in(left: &AccountBook) -> String {
    let all = names(&left.accounts);
    match (left.accounts.as_slice(), left.default_account()) {
        ([_], _) => format!("Still signed in: {all}."),
        (_, Some(default)) => format!("Still signed in: {all}. The default is {default}."),
        (_, None) => {
            format!(
                "Still signed in: {all}. None is the default: name one with --account, or choose one for good with \
                 get-token --prompt select_account."
            )
        }
    }
}

/// Nobody is signed in, so nobody was signed out.
pub(crate) fn nobody(owner: &AccountOwner) -> String {
    format!("Nobody is signed in with {owner}.")
}

/// The same for the whole store.
pub(crate) fn nobody_anywhere() -> String {
    "Nobody is signed in.".to_owned()
}

/// The account that was named is not signed in, others are.
pub(crate) fn no_such_account(account: &str, owner: &AccountOwner, others: &[Account]) -> String {
    format!(
        "`{account}` is not signed in with {owner}; these are: {}",
        names(others)
    )
}

/// Several are signed in, and nothing says who is meant.
pub(crate) fn which_account(owner: &AccountOwner, accounts: &[Account]) -> CommandError {
    CommandError::usage(
        "account_missing",
        format!("several accounts are signed in with {owner}, and none is the default"),
    )
    .hint(format!("Name one with --account: {}", names(accounts)))
    .hint("Or all of them: --all")
}

/// Accounts were forgotten without the key that tells which refresh tokens are theirs.
pub(crate) fn refresh_tokens_left(owner: &AccountOwner) -> String {
    format!(
        "the accounts of {owner} are forgotten; their refresh tokens stay, because the store's key \
         cannot be had. To forget all of them: entra-auth-cli cache clear --sign-ins"
    )
}

/// A profile goes elsewhere now, and who signed in before is forgotten.
pub(crate) fn sign_in_again() -> String {
    "Who had signed in elsewhere was forgotten: people sign in again.".to_owned()
}

/// The same, where it could not be done.
pub(crate) fn not_rebound(profile: &ProfileName, error: &VaultError) -> String {
    format!(
        "who had signed in elsewhere could not be forgotten ({error}), so the profile is refused \
         until the change is approved: entra-auth-cli config trust {profile}"
    )
}

/// What approving a new destination does to who signed in at the old one.
pub(crate) fn will_be_forgotten(book: &AccountBook) -> String {
    format!(
        "forgets who signed in at {}: {}",
        book.destination,
        names(&book.accounts)
    )
}

/// The question before everybody is signed out.
pub(crate) fn forget_everybody(all: &[(AccountOwner, AccountBook)]) -> String {
    let accounts = all.iter().map(|(_, book)| book.accounts.len()).sum();
    format!(
        "Sign out {} of {}?",
        counted(accounts, "account"),
        counted(all.len(), "profile")
    )
}

/// Somebody is signing in or refreshing, which is waited for.
pub(crate) fn waiting_for_a_sign_in(holder: Option<u32>) -> String {
    match holder {
        Some(pid) => format!("Waiting for process {pid}, which signs in or refreshes…"),
        None => "Waiting for another process, which signs in or refreshes…".to_owned(),
    }
}

fn names(accounts: &[Account]) -> String {
    let names: Vec<String> = accounts.iter().map(ToString::to_string).collect();
    names.join(", ")
}

/// Where a person ends the session in the browser (Microsoft identity platform, "Send a sign-out
/// request"); only Entra's addresses tell it.
fn sign_out_page(destination: &Destination) -> Option<String> {
    let input = AuthorityInput {
        authority: Some(&destination.authority),
        tenant: Some(&destination.tenant)
            .filter(|tenant| !tenant.is_empty())
            .map(String::as_str),
        ..AuthorityInput::default()
    };
    let authority = input.resolve().ok()?;
    matches!(
        authority.kind(),
        AuthorityKind::Entra | AuthorityKind::ExternalId
    )
    .then(|| format!("{}/oauth2/v2.0/logout", authority.address()))
}

#[cfg(test)]
mod tests {
    use model::ClientId;

    use super::*;

    #[test]
    fn only_entra_has_a_page_to_sign_out_that_follows_from_its_address() {
        let page = |authority: &str, tenant: &str| {
            sign_out_page(&Destination {
                authority: authority.to_owned(),
                tenant: tenant.to_owned(),
                client_id: ClientId::parse("app").unwrap(),
            })
        };
        assert_eq!(
            page("https://login.microsoftonline.com", "contoso.com").as_deref(),
            Some("https://login.microsoftonline.com/contoso.com/oauth2/v2.0/logout")
        );
        assert!(page("https://contoso.ciamlogin.com", "contoso.onmicrosoft.com").is_some());
        assert_eq!(page("https://fs.contoso.com/adfs", ""), None);
        assert_eq!(page("https://idp.example/realms/a", ""), None);
    }
}
