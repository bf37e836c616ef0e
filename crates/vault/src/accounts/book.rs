//! Who signed in, as a value.

use std::fmt;

use model::Account;
use model::AccountId;
use model::Destination;
use model::ProfileName;

use crate::bytes::digest_name;

/// Whose accounts they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountOwner {
    /// A profile's.
    Profile(ProfileName),
    /// Those who signed in there without a profile, or with a profile whose destination was moved
    /// for one call.
    Destination(Destination),
}

impl AccountOwner {
    /// What names the owner's records and locks: SHA-256 over the parts, each behind its length.
    pub(crate) fn digest(&self) -> String {
        const WHAT: &[u8] = b"entra-auth-cli accounts 1";
        match self {
            Self::Profile(name) => digest_name(&[WHAT, b"profile", name.as_str().as_bytes()]),
            Self::Destination(destination) => {
                let [authority, tenant, client_id] = destination.parts().map(str::as_bytes);
                digest_name(&[WHAT, b"destination", authority, tenant, client_id])
            }
        }
    }
}

impl fmt::Display for AccountOwner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Profile(name) => write!(formatter, "profile `{name}`"),
            Self::Destination(destination) => write!(formatter, "{destination}"),
        }
    }
}

/// The accounts that signed in at one destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountBook {
    /// Where they signed in: they say nothing about any other place.
    pub destination: Destination,
    /// The account that is meant where none is named.
    pub default: Option<AccountId>,
    /// The accounts, in the order in which they first signed in.
    pub accounts: Vec<Account>,
}

impl AccountBook {
    /// A book without accounts.
    pub fn new(destination: Destination) -> Self {
        Self {
            destination,
            default: None,
            accounts: Vec::new(),
        }
    }

    /// The account that is meant where none is named; `None` if somebody has to say.
    pub fn default_account(&self) -> Option<&Account> {
        let default = self.default.as_ref()?;
        self.accounts.iter().find(|account| account.id == *default)
    }

    /// The account that a person means by that text ([`Account::is_meant_by`]). Several may bear one
    /// user name: a whole identifier wins, then the default, then who signed in first.
    pub fn find(&self, text: &str) -> Option<&Account> {
        let by_id = |account: &&Account| account.id.as_str().eq_ignore_ascii_case(text);
        let meant = |account: &&Account| account.is_meant_by(text);
        self.accounts
            .iter()
            .find(by_id)
            .or_else(|| self.default_account().filter(meant))
            .or_else(|| self.accounts.iter().find(meant))
    }

    /// The book after that account signed in: it is added, or its name brought up to date. The first
    /// one becomes the default; another one does if `make_default` says so.
    #[must_use]
    pub fn with(mut self, account: Account, make_default: bool) -> Self {
        let others = |known: &&Account| known.id != account.id;
        if make_default || !self.accounts.iter().any(|known| others(&known)) {
            self.default = Some(account.id.clone());
        }
        match self
            .accounts
            .iter_mut()
            .find(|known| known.id == account.id)
        {
            Some(known) => *known = account,
            None => self.accounts.push(account),
        }
        self
    }

    /// The book without that account. If it was the default, the only one left takes its place; of
    /// several, none does.
    #[must_use]
    pub fn without(mut self, id: &AccountId) -> Self {
        self.accounts.retain(|account| account.id != *id);
        if self.default_account().is_none() {
            self.default = match self.accounts.as_slice() {
                [only] => Some(only.id.clone()),
                _ => None,
            };
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use model::ClientId;

    use super::*;

    fn destination(tenant: &str) -> Destination {
        Destination {
            authority: "https://login.microsoftonline.com".to_owned(),
            tenant: tenant.to_owned(),
            client_id: ClientId::parse("c").unwrap(),
        }
    }

    fn account(oid: &str, tid: &str, username: &str) -> Account {
        Account {
            id: AccountId::of_entra(oid, tid),
            username: username.to_owned(),
            tenant_id: tid.to_owned(),
        }
    }

    fn three() -> AccountBook {
        AccountBook::new(destination("t"))
            .with(account("1", "t", "ada@contoso.com"), false)
            .with(account("2", "t", "bob@contoso.com"), false)
            .with(account("3", "u", "Bob@Contoso.com"), false)
    }

    #[test]
    fn the_first_account_is_the_default_until_another_one_is_made_it() {
        let book = three();
        assert_eq!(book.default_account().unwrap().username, "ada@contoso.com");
        let book = book.with(account("2", "t", "bob@contoso.com"), true);
        assert_eq!(book.default_account().unwrap().username, "bob@contoso.com");
        assert_eq!(book.accounts.len(), 3);
    }

    #[test]
    fn who_signs_in_again_keeps_the_place_and_brings_the_new_name() {
        let book = three().with(account("1", "t", "ada.king@contoso.com"), false);
        assert_eq!(book.accounts[0].username, "ada.king@contoso.com");
        assert_eq!(book.accounts.len(), 3);
        assert_eq!(book.default, Some(AccountId::of_entra("1", "t")));
    }

    #[test]
    fn the_default_falls_to_the_only_one_left_and_else_to_nobody() {
        let (ada, bob) = (AccountId::of_entra("1", "t"), AccountId::of_entra("2", "t"));
        let book = three().without(&ada);
        assert_eq!((book.accounts.len(), &book.default), (2, &None));
        let more = book
            .clone()
            .with(account("4", "t", "cy@contoso.com"), false);
        assert_eq!(more.default, None, "nobody chose it");
        let book = book.without(&bob);
        assert_eq!(book.default, Some(AccountId::of_entra("3", "u")));
        let book = book.without(&AccountId::of_entra("3", "u"));
        assert_eq!(book, AccountBook::new(destination("t")));
        assert_eq!(three().without(&bob).default, Some(ada));
        assert_eq!(three().without(&AccountId::of_entra("9", "t")), three());
    }

    #[test]
    fn a_name_borne_by_two_means_the_whole_identifier_then_the_default_then_the_first() {
        let book = three();
        let found = |book: &AccountBook, text: &str| book.find(text).map(|found| found.id.clone());
        let (second, third) = (AccountId::of_entra("2", "t"), AccountId::of_entra("3", "u"));
        assert_eq!(found(&book, "BOB@contoso.com"), Some(second));
        assert_eq!(found(&book, "3.U"), Some(third.clone()));
        assert_eq!(found(&book, "3"), Some(third.clone()));
        assert_eq!(found(&book, "eve"), None);
        let book = book.with(account("3", "u", "Bob@Contoso.com"), true);
        assert_eq!(found(&book, "bob@contoso.com"), Some(third));
    }

    #[test]
    fn owners_have_names_of_their_own() {
        let profile = |text: &str| AccountOwner::Profile(ProfileName::parse(text).unwrap());
        let mut digests = vec![
            profile("a").digest(),
            profile("A").digest(),
            AccountOwner::Destination(destination("a")).digest(),
            AccountOwner::Destination(destination("A")).digest(),
        ];
        digests.sort();
        digests.dedup();
        assert_eq!(digests.len(), 4);
    }
}
