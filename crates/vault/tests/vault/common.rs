//! What the tests hand in: a clock, a passphrase, ears for notices, a keyring, a home.
#![allow(
    clippy::disallowed_methods,
    reason = "tests arrange files and read the real clock"
)]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;
use std::time::Instant;
use std::time::SystemTime;

use aws_lc_rs::digest::SHA256;
use aws_lc_rs::digest::digest;
use keyring_core::CredentialStore;
use model::AccessToken;
use model::Account;
use model::AccountId;
use model::AuthMethod;
use model::ClientId;
use model::Clock;
use model::Destination;
use model::Flow;
use model::Passphrase;
use model::Profile;
use model::ProfileName;
use model::RefreshToken;
use model::Timestamp;
use model::TokenEntry;
use vault::AccountBook;
use vault::AccountOwner;
use vault::EntryId;
use vault::EntryIdentity;
use vault::KeySettings;
use vault::KeyStoreChoice;
use vault::Locations;
use vault::Notice;
use vault::Notices;
use vault::PassphraseSource;
use vault::PassphraseUnavailable;
use vault::RefreshTokenId;
use vault::RefreshTokenIdentity;
use vault::StoredRefreshToken;
use vault::Subject;
use vault::Vault;

/// What vouches for a journal, beside the profiles.
pub(crate) const NOTE: &str = "config/profiles.unfinished";

/// The real time: several processes must agree on it.
pub(crate) struct RealClock(Instant);

impl RealClock {
    pub(crate) fn new() -> Self {
        Self(Instant::now())
    }
}

impl Clock for RealClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(i64::try_from(self.now_nanoseconds() / 1_000_000_000).unwrap())
    }

    fn now_nanoseconds(&self) -> i128 {
        SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap()
            .as_nanos()
            .cast_signed()
    }

    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

/// A clock on which waiting takes no time.
#[derive(Default)]
pub(crate) struct FastClock(Mutex<Duration>);

impl Clock for FastClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(1_800_000_000).plus(self.monotonic())
    }

    fn now_nanoseconds(&self) -> i128 {
        1_800_000_000_000_000_000 + self.monotonic().as_nanos().cast_signed()
    }

    fn monotonic(&self) -> Duration {
        *self.0.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) {
        *self.0.lock().unwrap() += duration.max(Duration::from_nanos(1));
    }
}

#[derive(Clone, Default)]
pub(crate) struct Heard(Arc<Mutex<Vec<Notice>>>);

impl Heard {
    pub(crate) fn all(&self) -> Vec<Notice> {
        self.0.lock().unwrap().clone()
    }
}

impl Notices for Heard {
    fn notice(&self, notice: &Notice) {
        self.0.lock().unwrap().push(notice.clone());
    }
}

pub(crate) struct Known(pub(crate) Option<&'static str>);

impl PassphraseSource for Known {
    fn is_available(&self) -> bool {
        self.0.is_some()
    }

    fn unlock(&self) -> Result<Passphrase, PassphraseUnavailable> {
        self.0
            .map(|text| Passphrase::from(text.to_owned()))
            .ok_or(PassphraseUnavailable::InputNotAllowed)
    }

    fn choose(&self) -> Result<Passphrase, PassphraseUnavailable> {
        self.unlock()
    }
}

/// A throw-away home. `runtime` is set where this machine has a tmpfs to test with.
pub(crate) struct Home {
    pub(crate) root: tempfile::TempDir,
    pub(crate) runtime: Option<tempfile::TempDir>,
    pub(crate) heard: Heard,
    pub(crate) keyring: Option<Arc<CredentialStore>>,
    pub(crate) choice: Option<KeyStoreChoice>,
    pub(crate) passphrase: Option<&'static str>,
}

impl Home {
    /// No keyring answers here, and there is no place for a session key.
    pub(crate) fn new() -> Self {
        Self {
            root: tempfile::tempdir().unwrap(),
            runtime: None,
            heard: Heard::default(),
            keyring: None,
            choice: None,
            passphrase: None,
        }
    }

    /// The same with a session directory in memory.
    #[cfg(target_os = "linux")]
    pub(crate) fn with_session() -> Self {
        let runtime = tempfile::Builder::new()
            .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700))
            .tempdir_in("/dev/shm")
            .unwrap();
        Self {
            runtime: Some(runtime),
            ..Self::new()
        }
    }

    pub(crate) fn with_keyring() -> Self {
        let store: Arc<CredentialStore> = keyring_core::mock::Store::new().unwrap();
        Self {
            keyring: Some(store),
            ..Self::new()
        }
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.root.path().join(below)
    }

    pub(crate) fn locations(&self) -> Locations {
        Locations {
            config: self.path("config"),
            state: self.path("state"),
            data: self.path("data"),
            runtime: self.runtime.as_ref().map(|place| place.path().to_owned()),
        }
    }

    pub(crate) fn vault(&self) -> Vault {
        self.vault_with(Arc::new(RealClock::new()))
    }

    pub(crate) fn vault_with(&self, clock: Arc<dyn Clock>) -> Vault {
        vault_at(
            self.locations(),
            clock,
            self.heard.clone(),
            self.choice.clone(),
            self.passphrase,
            self.keyring.clone(),
        )
    }

    /// Writes a journal into the state directory, and the note that vouches for it.
    pub(crate) fn decide(&self, journal: &str, contents: &str) {
        let digest = digest(&SHA256, contents.as_bytes());
        let hex = digest
            .as_ref()
            .iter()
            .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        std::fs::write(self.path("state").join(journal), contents).unwrap();
        std::fs::write(self.path(NOTE), format!("{hex}  {journal}\n")).unwrap();
    }

    /// Nothing is left of a decision.
    #[track_caller]
    pub(crate) fn assert_nothing_is_decided(&self) {
        for left in ["state/import.json", "state/rename.json", NOTE] {
            assert!(!self.path(left).exists(), "{left}");
        }
    }

    /// The files in a directory below, in order.
    pub(crate) fn files(&self, below: &str) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(self.path(below)) else {
            return Vec::new();
        };
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }
}

pub(crate) fn vault_at(
    locations: Locations,
    clock: Arc<dyn Clock>,
    heard: Heard,
    choice: Option<KeyStoreChoice>,
    passphrase: Option<&'static str>,
    keyring: Option<Arc<CredentialStore>>,
) -> Vault {
    let settings = KeySettings {
        choice,
        passphrase: Box::new(Known(passphrase)),
        notices: Box::new(heard),
        keyring_timeout: Duration::from_secs(20),
        allow_foreign_home: false,
    };
    Vault::new(locations, clock, settings).with_keyring(move || {
        keyring
            .clone()
            .ok_or_else(|| keyring_core::Error::PlatformFailure("no bus".into()))
    })
}

pub(crate) fn name(text: &str) -> ProfileName {
    ProfileName::parse(text).unwrap()
}

pub(crate) fn profile(text: &str) -> Profile {
    Profile::new(name(text), AuthMethod::ClientSecret)
}

pub(crate) fn destination(tenant: &str) -> Destination {
    Destination {
        authority: "https://login.microsoftonline.com".to_owned(),
        tenant: tenant.to_owned(),
        client_id: client("c"),
    }
}

pub(crate) fn account(name: &str) -> Account {
    Account {
        id: AccountId::of_entra(name, "tid"),
        username: format!("{name}@contoso.com"),
        tenant_id: "tid".to_owned(),
    }
}

/// A book of these accounts; the first one is the default.
pub(crate) fn book(tenant: &str, names: &[&str]) -> AccountBook {
    names
        .iter()
        .fold(AccountBook::new(destination(tenant)), |book, name| {
            book.with(account(name), false)
        })
}

pub(crate) fn owner(profile: &str) -> AccountOwner {
    AccountOwner::Profile(name(profile))
}

/// Calls with the identity of that account's refresh token at that tenant.
pub(crate) fn with_identity<T>(
    tenant: &str,
    name: &str,
    call: impl FnOnce(&RefreshTokenIdentity<'_>) -> T,
) -> T {
    call(&RefreshTokenIdentity {
        destination: &destination(tenant),
        dialect: "entra public",
        account: &account(name).id,
    })
}

pub(crate) fn refresh_token_id(tenant: &str, name: &str) -> RefreshTokenId {
    let (destination, account) = (destination(tenant), account(name));
    RefreshTokenIdentity {
        destination: &destination,
        dialect: "entra public",
        account: &account.id,
    }
    .id()
}

pub(crate) fn refresh_token(text: &str) -> StoredRefreshToken {
    StoredRefreshToken {
        token: RefreshToken::from(text.to_owned()),
        obtained_on: Timestamp::from_unix_seconds(1_700_000_000),
        flow: Flow::DeviceCode,
    }
}

pub(crate) fn client(text: &str) -> ClientId {
    ClientId::parse(text).unwrap()
}

pub(crate) fn entry_id(scopes: &str) -> EntryId {
    EntryIdentity {
        authority: "https://login.microsoftonline.com",
        dialect: "entra public",
        tenant: "contoso.com",
        client_id: "c",
        subject: Subject::App,
        scopes,
        cp1: false,
    }
    .id()
}

pub(crate) fn token(text: &str) -> TokenEntry {
    TokenEntry {
        access_token: AccessToken::parse(text.to_owned()).unwrap(),
        token_type: "Bearer".to_owned(),
        scope: "https://graph.microsoft.com/.default".to_owned(),
        obtained_on: Timestamp::from_unix_seconds(1_700_000_000),
        expires_on: Timestamp::from_unix_seconds(1_700_003_599),
        refresh_on: Some(Timestamp::from_unix_seconds(1_700_001_800)),
        authority: "https://login.microsoftonline.com/contoso.com".to_owned(),
        tenant_id: "contoso.com".to_owned(),
        client_id: client("c"),
        account: None,
        flow: Flow::ClientCredentials,
    }
}
