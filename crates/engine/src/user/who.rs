//! Which account a request is about.

use model::Account;
use model::Prompt;
use vault::AccountBook;

use crate::EngineError;
use crate::request::SignInWishes;

/// Whom a token is to speak for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Who {
    /// An account that signed in before.
    Known(Account),
    /// Whoever signs in, or the one of that name who never did.
    New(Option<String>),
}

impl Who {
    /// Whom a request means, given who is signed in: `--account`, else the default.
    pub(super) fn meant(
        book: Option<&AccountBook>,
        wishes: &SignInWishes,
    ) -> Result<Self, EngineError> {
        if let Some(name) = &wishes.account {
            let found = book.and_then(|book| book.find(name));
            return Ok(match found {
                Some(account) => Self::Known(account.clone()),
                None => Self::New(Some(name.clone())),
            });
        }
        let Some(book) = book else {
            return Ok(Self::New(None));
        };
        match book.default_account() {
            Some(account) => Ok(Self::Known(account.clone())),
            None if book.accounts.is_empty() => Ok(Self::New(None)),
            None => Err(EngineError::WhichAccount(book.accounts.clone())),
        }
    }

    /// Whether the same lock guards both.
    pub(super) fn is_guarded_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Known(one), Self::Known(another)) => one.id == another.id,
            (Self::New(_), Self::New(_)) => true,
            (Self::Known(_), Self::New(_)) | (Self::New(_), Self::Known(_)) => false,
        }
    }

    /// What to call them, if anybody in particular is meant.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Known(account) => Some(&account.username),
            Self::New(name) => name.as_deref(),
        }
    }

    /// Refuses somebody else than was meant, unless the person was to choose.
    pub(super) fn check(&self, actual: &Account, wishes: &SignInWishes) -> Result<(), EngineError> {
        let is_the_one = match self {
            Self::Known(account) => account.id == actual.id || lets_choose(wishes),
            Self::New(Some(name)) => actual.is_meant_by(name),
            Self::New(None) => true,
        };
        if is_the_one {
            return Ok(());
        }
        Err(EngineError::OtherAccount {
            expected: match self {
                Self::Known(account) => account.to_string(),
                Self::New(name) => name.clone().unwrap_or_default(),
            },
            actual: Box::new(actual.clone()),
        })
    }
}

/// Whether the person was asked to choose an account, and so may take another one.
pub(super) fn lets_choose(wishes: &SignInWishes) -> bool {
    wishes.account.is_none() && wishes.prompt == Some(Prompt::SelectAccount)
}

#[cfg(test)]
mod tests {
    use model::AccountId;
    use model::AuthorityInput;
    use model::ClientId;
    use model::Destination;

    use super::*;

    fn account(name: &str) -> Account {
        Account {
            id: AccountId::of_entra(name, "tenant"),
            username: format!("{name}@contoso.com"),
            tenant_id: "tenant".to_owned(),
        }
    }

    fn book(names: &[&str], default: Option<&str>) -> AccountBook {
        let authority = AuthorityInput {
            tenant: Some("contoso.com"),
            ..AuthorityInput::default()
        }
        .resolve()
        .unwrap();
        AccountBook {
            destination: Destination::new(&authority, &ClientId::parse("app").unwrap()),
            default: default.map(|name| account(name).id),
            accounts: names.iter().map(|name| account(name)).collect(),
        }
    }

    fn wish(name: Option<&str>) -> SignInWishes {
        SignInWishes {
            account: name.map(str::to_owned),
            ..SignInWishes::default()
        }
    }

    #[test]
    fn the_default_is_meant_unless_one_is_named() {
        let both = book(&["ada", "grace"], Some("ada"));
        let meant = |name| Who::meant(Some(&both), &wish(name)).unwrap();
        assert_eq!(meant(None), Who::Known(account("ada")));
        assert_eq!(
            meant(Some("GRACE@contoso.com")),
            Who::Known(account("grace"))
        );
        assert_eq!(meant(Some("lin")), Who::New(Some("lin".to_owned())));
    }

    #[test]
    fn of_several_without_a_default_one_has_to_be_named() {
        let both = book(&["ada", "grace"], None);
        let error = Who::meant(Some(&both), &wish(None)).unwrap_err();
        assert!(matches!(error, EngineError::WhichAccount(all) if all.len() == 2));
        assert_eq!(Who::meant(None, &wish(None)).unwrap(), Who::New(None));
        let nobody = book(&[], None);
        assert_eq!(
            Who::meant(Some(&nobody), &wish(None)).unwrap(),
            Who::New(None)
        );
    }

    #[test]
    fn somebody_else_is_refused_unless_the_person_was_to_choose() {
        let ada = Who::Known(account("ada"));
        let choose = SignInWishes {
            prompt: Some(Prompt::SelectAccount),
            ..SignInWishes::default()
        };
        assert!(ada.check(&account("ada"), &wish(None)).is_ok());
        assert!(ada.check(&account("grace"), &wish(None)).is_err());
        assert!(ada.check(&account("grace"), &choose).is_ok());
        let named = Who::New(Some("ada@contoso.com".to_owned()));
        assert!(named.check(&account("ada"), &choose).is_ok());
        assert!(named.check(&account("grace"), &choose).is_err());
        assert!(Who::New(None).check(&account("grace"), &wish(None)).is_ok());
    }
}
