//! Accounts in a store, put there as a sign-in leaves them.

use std::sync::Arc;
use std::time::Duration;

use engine::SystemClock;
use model::AccessToken;
use model::Account;
use model::AccountId;
use model::ClientId;
use model::Clock as _;
use model::Destination;
use model::Flow;
use model::Passphrase;
use model::ProfileName;
use model::RefreshToken;
use model::TokenEntry;
use vault::AccountBook;
use vault::AccountOwner;
use vault::EntryIdentity;
use vault::KeySettings;
use vault::KeyStoreChoice;
use vault::LocationVariables;
use vault::Locations;
use vault::Notice;
use vault::Notices;
use vault::PassphraseSource;
use vault::PassphraseUnavailable;
use vault::RefreshTokenIdentity;
use vault::StoredRefreshToken;
use vault::Subject;
use vault::Vault;

use super::CLIENT_ID;
use super::Home;
use super::TENANT;
use super::World;

const PATIENCE: Duration = Duration::from_mins(1);

/// No passphrase, and nobody who hears anything.
struct Nothing;

impl PassphraseSource for Nothing {
    fn is_available(&self) -> bool {
        false
    }

    fn unlock(&self) -> Result<Passphrase, PassphraseUnavailable> {
        Err(PassphraseUnavailable::InputNotAllowed)
    }

    fn choose(&self) -> Result<Passphrase, PassphraseUnavailable> {
        self.unlock()
    }
}

impl Notices for Nothing {
    fn notice(&self, _notice: &Notice) {}
}

impl Home {
    /// The store of this home, as the program finds it.
    pub(crate) fn vault(&self) -> Vault {
        let variables = LocationVariables {
            home: Some(self.path().into()),
            xdg_runtime_dir: Some(self.session().into()),
            ..LocationVariables::default()
        };
        let keys = KeySettings {
            choice: Some(KeyStoreChoice::File(None)),
            passphrase: Box::new(Nothing),
            notices: Box::new(Nothing),
            keyring_timeout: PATIENCE,
            allow_foreign_home: false,
        };
        let locations = Locations::resolve(&variables).unwrap();
        Vault::new(locations, Arc::new(SystemClock::start()), keys)
    }
}

/// The accounts of a profile.
pub(crate) fn profile(name: &str) -> AccountOwner {
    AccountOwner::Profile(ProfileName::parse(name).unwrap())
}

/// An account of this world's directory.
pub(crate) fn account(username: &str) -> Account {
    Account {
        id: AccountId::of_entra(&format!("oid-{}", username.escape_default()), "tid"),
        username: username.to_owned(),
        tenant_id: "tid".to_owned(),
    }
}

impl World {
    /// Where this world's application asks.
    pub(crate) fn destination(&self) -> Destination {
        Destination {
            authority: self.emulator.base_url().to_owned(),
            tenant: TENANT.to_owned(),
            client_id: ClientId::parse(CLIENT_ID).unwrap(),
        }
    }

    /// Leaves what a sign-in of that person leaves: the account, a refresh token, an access token.
    pub(crate) fn sign_in(&self, owner: &AccountOwner, username: &str) {
        self.sign_in_at(&self.destination(), owner, username);
    }

    /// The same at another destination.
    pub(crate) fn sign_in_at(&self, place: &Destination, owner: &AccountOwner, username: &str) {
        let (vault, account) = (self.home.vault(), account(username));
        let now = SystemClock::start().now();
        let identity = RefreshTokenIdentity {
            destination: place,
            dialect: "entra ",
            account: &account.id,
        };
        let refresh_token = StoredRefreshToken {
            token: RefreshToken::from(format!("refresh-{username}")),
            obtained_on: now,
            flow: Flow::InteractiveBrowser,
        };
        vault
            .refresh_tokens()
            .put(&identity, &refresh_token)
            .unwrap();
        let entry = TokenEntry {
            access_token: AccessToken::parse("user-token".to_owned()).unwrap(),
            token_type: "Bearer".to_owned(),
            scope: "User.Read".to_owned(),
            obtained_on: now,
            expires_on: now.plus(Duration::from_hours(1)),
            refresh_on: None,
            authority: format!("{}/{}", place.authority, place.tenant),
            tenant_id: "tid".to_owned(),
            client_id: place.client_id.clone(),
            account: Some(account.clone()),
            flow: Flow::InteractiveBrowser,
        };
        let id = EntryIdentity {
            authority: &place.authority,
            dialect: "entra ",
            tenant: &place.tenant,
            client_id: place.client_id.as_str(),
            subject: Subject::Account(account.id.as_str()),
            scopes: "user.read",
            cp1: false,
        };
        vault.tokens().put(&id.id(), &entry).unwrap();
        let kept = vault.accounts().update(owner, PATIENCE, &mut |book| {
            let book = book.unwrap_or_else(|| AccountBook::new(place.clone()));
            Some(book.with(account.clone(), false))
        });
        kept.unwrap();
    }

    /// Who is signed in, by user name, and who of them is the default.
    pub(crate) fn signed_in(&self, owner: &AccountOwner) -> (Vec<String>, Option<String>) {
        let Some(book) = self.home.vault().accounts().get(owner).unwrap() else {
            return (Vec::new(), None);
        };
        let default = book
            .default_account()
            .map(|account| account.username.clone());
        let names = book.accounts.into_iter().map(|account| account.username);
        (names.collect(), default)
    }

    /// Whose refresh tokens are kept, in order.
    pub(crate) fn refresh_tokens(&self) -> Vec<AccountId> {
        let held = self.home.vault().refresh_tokens().list().unwrap().held;
        let mut accounts: Vec<AccountId> = held.into_iter().map(|held| held.account).collect();
        accounts.sort();
        accounts
    }
}
