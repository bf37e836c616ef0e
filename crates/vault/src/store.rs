//! The vault itself: finds the store, its header and its keys when they are needed, and not before.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::Weak;
use std::time::Duration;

use keyring_core::CredentialStore;
use model::Clock;

use crate::accounts::Accounts;
use crate::approvals::Approvals;
use crate::change;
use crate::error::StorageError;
use crate::error::VaultError;
use crate::files::Directory;
use crate::files::directory::Opening;
use crate::header;
use crate::header::Header;
use crate::header::Keeping;
use crate::hold::HeldLock;
use crate::imports;
use crate::imports::Imports;
use crate::key::Key;
use crate::key::KeyId;
use crate::key::StoreId;
use crate::locations::Locations;
use crate::locks::LOCKS;
use crate::locks::LockName;
use crate::locks::Locks;
use crate::notice::Notice;
use crate::profiles::Profiles;
use crate::protection::KeyFile;
use crate::protection::KeySettings;
use crate::protection::KeyStoreChoice;
use crate::protection::KeyUnavailable;
use crate::protection::Protection;
use crate::protection::keyring::Keyring;
use crate::protection::keyring::SERVICE;
use crate::protection::passphrase::Cost;
use crate::protection::passphrase::WrappedKey;
use crate::refresh_tokens::RefreshTokens;
use crate::reminders::Reminders;
use crate::renames;
use crate::renames::Renames;
use crate::secrets::Secrets;
use crate::session;
use crate::signing_keys::SigningKeyRecords;
use crate::tokens::Tokens;
use crate::unlocked::Unlocked;

/// Directories of sealed records, inside the state directory.
pub(crate) const TOKENS: &str = "tokens";
pub(crate) const SECRETS: &str = "secrets";
pub(crate) const APPROVALS: &str = "approvals";
pub(crate) const REFRESH_TOKENS: &str = "refresh-tokens";
pub(crate) const ACCOUNTS: &str = "accounts";
pub(crate) const ACCOUNT_COPIES: &str = "account-copies";
pub(crate) const REMINDERS: &str = "reminders";
pub(crate) const SIGNING_KEYS: &str = "signing-keys";

/// The directories of records that the master key alone seals.
pub(crate) const UNDER_THE_MASTER_KEY: [&str; 4] = [SECRETS, APPROVALS, REFRESH_TOKENS, ACCOUNTS];

/// Whether a directory of that name in the state directory holds sealed records, which are of no use
/// without the store's header.
fn is_records(name: &str) -> bool {
    match name.split_once('.') {
        None => {
            [TOKENS, ACCOUNT_COPIES, SIGNING_KEYS].contains(&name)
                || UNDER_THE_MASTER_KEY.contains(&name)
        }
        Some((records, key)) => {
            UNDER_THE_MASTER_KEY.contains(&records) && KeyId::parse(key).is_some()
        }
    }
}

/// Whether that name stands in the state directory.
fn is_own_name(name: &str) -> bool {
    [
        header::NAME,
        LOCKS,
        imports::NAME,
        renames::NAME,
        change::NAME,
        REMINDERS,
    ]
    .contains(&name)
        || is_records(name)
}

/// How long a process waits for another one that makes the store. A person may be typing a
/// passphrase there.
const WAIT_FOR_A_NEW_STORE: Duration = Duration::from_mins(2);

/// Everything at rest. Making one is cheap and touches nothing.
pub struct Vault {
    pub(crate) locations: Locations,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) keys: KeySettings,
    pub(crate) keyring: Keyring,
    looks_only: bool,
    pub(crate) held: Mutex<Weak<HeldLock>>,
    state: OnceLock<Directory>,
    header: OnceLock<Header>,
    master: OnceLock<Key>,
    session: OnceLock<Key>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Vault")
            .field("locations", &self.locations)
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

impl Vault {
    /// The vault at these places. No file is touched before something is asked of it.
    pub fn new(locations: Locations, clock: Arc<dyn Clock>, keys: KeySettings) -> Self {
        Self {
            keyring: Keyring::of_the_system(keys.keyring_timeout),
            looks_only: false,
            locations,
            clock,
            keys,
            held: Mutex::new(Weak::new()),
            state: OnceLock::new(),
            header: OnceLock::new(),
            master: OnceLock::new(),
            session: OnceLock::new(),
        }
    }

    /// The same vault with another keyring than the operating system's.
    #[must_use]
    pub fn with_keyring(
        mut self,
        open: impl Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send + Sync + 'static,
    ) -> Self {
        self.keyring = Keyring::opened_by(Arc::new(open), self.keys.keyring_timeout);
        self
    }

    /// The same vault for one who only looks: no directory is made, no mode is repaired, no lock is
    /// taken and nothing is written. What would need that fails.
    #[must_use]
    pub fn looking_only(mut self) -> Self {
        self.looks_only = true;
        self
    }

    /// The profiles of `profiles.json`.
    pub fn profiles(&self) -> Profiles<'_> {
        Profiles::new(self)
    }

    /// The sealed token cache.
    pub fn tokens(&self) -> Tokens<'_> {
        Tokens::new(self)
    }

    /// The sealed client secrets and certificate passwords.
    pub fn secrets(&self) -> Secrets<'_> {
        Secrets::new(self)
    }

    /// The sealed refresh tokens.
    pub fn refresh_tokens(&self) -> RefreshTokens<'_> {
        RefreshTokens::new(self)
    }

    /// Who signed in with which profile.
    pub fn accounts(&self) -> Accounts<'_> {
        Accounts::new(self)
    }

    /// What was approved on this machine.
    pub fn approvals(&self) -> Approvals<'_> {
        Approvals::new(self)
    }

    /// What was told lately.
    pub fn reminders(&self) -> Reminders<'_> {
        Reminders::new(self)
    }

    /// The keys that authorities sign with, as they were last had.
    pub fn signing_keys(&self) -> SigningKeyRecords<'_> {
        SigningKeyRecords::new(self)
    }

    /// Imports into the profiles and the sealed secrets.
    pub fn imports(&self) -> Imports<'_> {
        Imports::new(self)
    }

    /// New names for profiles.
    pub fn renames(&self) -> Renames<'_> {
        Renames::new(self)
    }

    /// The key of a passphrase-protected store, held open for some hours.
    pub fn unlocked(&self) -> Unlocked<'_> {
        Unlocked::new(self)
    }

    /// The locks.
    pub fn locks(&self) -> Locks<'_> {
        Locks::new(self)
    }

    /// Where everything is kept.
    pub fn locations(&self) -> &Locations {
        &self.locations
    }

    /// What protects the master key; `None` if there is no store yet.
    ///
    /// # Errors
    /// [`VaultError`] if the store's header cannot be read.
    pub fn protection(&self) -> Result<Option<Protection>, VaultError> {
        Ok(self
            .existing_header()?
            .map(|header| header.keeping.protection()))
    }

    /// Whether access tokens are sealed under a session key here, rather than the master key.
    ///
    /// # Errors
    /// [`VaultError`] if the store cannot be read.
    pub fn has_session_key(&self) -> Result<bool, VaultError> {
        match self.existing_header()? {
            Some(header) => Ok(self.existing_session_key(header.store)?.is_some()),
            None => Ok(false),
        }
    }

    /// Gets the master key, making the store if there is none: proof that secrets can be kept.
    ///
    /// # Errors
    /// [`VaultError`] if the key cannot be had or made.
    pub fn unlock(&self) -> Result<(), VaultError> {
        self.master_key().map(|_| ())
    }

    /// A keyed digest of these parts, the same for every process of this login session: tells
    /// whether two requests are the same without storing what they hold.
    ///
    /// # Errors
    /// [`VaultError`] if no key can be had.
    pub fn fingerprint(&self, parts: &[&str]) -> Result<String, VaultError> {
        Ok(self.token_key()?.fingerprint(parts))
    }

    pub(crate) fn opening(&self) -> Opening<'_> {
        Opening {
            notices: &*self.keys.notices,
            allow_foreign_home: self.keys.allow_foreign_home,
            is_own_name,
            looks_only: self.looks_only,
        }
    }

    /// The state directory, if it is there.
    pub(crate) fn existing_state(&self) -> Result<Option<&Directory>, VaultError> {
        if self.state.get().is_none() {
            let Some(state) = Directory::open(&self.locations.state, self.opening())? else {
                return Ok(None);
            };
            return Ok(Some(self.state.get_or_init(|| state)));
        }
        Ok(self.state.get())
    }

    /// The state directory, made if it is not there.
    pub(crate) fn state(&self) -> Result<&Directory, VaultError> {
        self.refuse_to_write()?;
        if let Some(state) = self.state.get() {
            return Ok(state);
        }
        let state = Directory::create(&self.locations.state, self.opening())?;
        Ok(self.state.get_or_init(|| state))
    }

    fn refuse_to_write(&self) -> Result<(), VaultError> {
        if self.looks_only {
            let refused = std::io::Error::other("this command only looks");
            return Err(StorageError::io("change", &self.locations.state, refused).into());
        }
        Ok(())
    }

    /// A directory of records, if it is there.
    pub(crate) fn existing_records(&self, name: &str) -> Result<Option<Directory>, VaultError> {
        let Some(state) = self.existing_state()? else {
            return Ok(None);
        };
        let directory = self.directory_of(name)?;
        let found = state.open_below(&directory, self.opening())?;
        if found.is_none() && UNDER_THE_MASTER_KEY.contains(&name) {
            match self.known_header() {
                Some(_) => self.must_be_current()?,
                None => self.must_have_no_records(state)?,
            }
        }
        Ok(found)
    }

    /// A directory of records, made if it is not there.
    pub(crate) fn records(&self, name: &str) -> Result<Directory, VaultError> {
        let directory = self.directory_of(name)?;
        Ok(self.state()?.create_below(&directory, self.opening())?)
    }

    /// What the directory of these records is called.
    fn directory_of<'n>(&self, name: &'n str) -> Result<Cow<'n, str>, VaultError> {
        if UNDER_THE_MASTER_KEY.contains(&name)
            && let Some(header) = self.existing_header()?
        {
            return Ok(header.directory(name));
        }
        Ok(Cow::Borrowed(name))
    }

    /// The header, if it was read by now.
    pub(crate) fn known_header(&self) -> Option<&Header> {
        self.header.get()
    }

    /// The header, if there is a store.
    pub(crate) fn existing_header(&self) -> Result<Option<&Header>, VaultError> {
        if let Some(header) = self.header.get() {
            return Ok(Some(header));
        }
        let Some(state) = self.existing_state()? else {
            return Ok(None);
        };
        Ok(Header::read(state)?.map(|header| self.header.get_or_init(|| header)))
    }

    /// The header; the store is made if there is none.
    pub(crate) fn header(&self) -> Result<&Header, VaultError> {
        match self.existing_header()? {
            Some(header) => Ok(header),
            None => self.make_store(),
        }
    }

    /// The master key; the store is made if there is none.
    pub(crate) fn master_key(&self) -> Result<&Key, VaultError> {
        let header = self.header()?;
        if let Some(key) = self.master.get() {
            return Ok(key);
        }
        let key = self
            .fetch(header)
            .and_then(|key| {
                if key.id() == header.key_id && key.matches(&header.check) {
                    Ok(key)
                } else {
                    Err(KeyUnavailable::WrongKey)
                }
            })
            .map_err(|why| VaultError::KeyUnavailable {
                protection: Box::new(header.keeping.protection()),
                why,
            });
        if key.is_err() {
            // A key that is gone because another one took its place is no loss.
            self.must_be_current()?;
        }
        let key = key?;
        Ok(self.master.get_or_init(|| key))
    }

    /// The master key, to open a record that exists: its store must exist as well.
    pub(crate) fn key_of_existing_store(&self) -> Result<&Key, VaultError> {
        if self.existing_header()?.is_none() {
            return Err(VaultError::HeaderMissing {
                path: self.locations.state.join(header::NAME),
            });
        }
        self.master_key()
    }

    /// The key that seals access tokens, made if need be: the session's, or else the master key.
    pub(crate) fn token_key(&self) -> Result<&Key, VaultError> {
        match self.session_key()? {
            Some(key) => Ok(key),
            None => self.master_key(),
        }
    }

    /// The session key, made if need be; `None` if there is no place for one.
    pub(crate) fn session_key(&self) -> Result<Option<&Key>, VaultError> {
        let store = self.header()?.store;
        if let Some(key) = self.session.get() {
            return Ok(Some(key));
        }
        self.refuse_to_write()?;
        let runtime = self.locations.runtime.as_deref();
        let made = session::create(runtime, &self.keyring, store)?;
        Ok(made.map(|key| self.session.get_or_init(|| key)))
    }

    /// The session key, if there is one.
    pub(crate) fn existing_session_key(&self, store: StoreId) -> Result<Option<&Key>, VaultError> {
        if let Some(key) = self.session.get() {
            return Ok(Some(key));
        }
        let runtime = self.locations.runtime.as_deref();
        let found = session::read(runtime, &self.keyring, store)?;
        Ok(found.map(|key| self.session.get_or_init(|| key)))
    }

    /// The key for what is worth keeping, but worth nobody's trouble: the session's, else the master
    /// key unless somebody would have to be asked for it, a person or a keyring that may be locked.
    /// `None` if there is neither; nothing is made.
    pub(crate) fn key_at_hand(&self) -> Result<Option<&Key>, VaultError> {
        let Some(header) = self.existing_header()? else {
            return Ok(None);
        };
        if let Some(key) = self.existing_session_key(header.store)? {
            return Ok(Some(key));
        }
        let asks = match header.keeping {
            Keeping::Passphrase(_) | Keeping::Keyring { .. } => true,
            Keeping::KeyFile { .. } => false,
        };
        if asks && self.master.get().is_none() {
            return Ok(None);
        }
        self.master_key().map(Some)
    }

    fn fetch(&self, header: &Header) -> Result<Key, KeyUnavailable> {
        match &header.keeping {
            Keeping::Keyring { service, account } => {
                let secret = self
                    .keyring
                    .get(service, account)?
                    .ok_or(KeyUnavailable::NotInKeyring)?;
                Key::from_slice(&secret, header.store).ok_or(KeyUnavailable::WrongKey)
            }
            Keeping::KeyFile { path } => {
                KeyFile::at(path).read(header.store, self.keys.allow_foreign_home)
            }
            Keeping::Passphrase(wrapped) => match self.unlocked().key(header)? {
                Some(key) => Ok(key),
                None => wrapped.unwrap(&self.keys.passphrase.unlock()?, header.store),
            },
        }
    }

    /// Makes the store, once: whoever comes second takes the first one's.
    fn make_store(&self) -> Result<&Header, VaultError> {
        let state = self.state()?;
        let _lock = self.locks().acquire(
            &LockName::store(),
            WAIT_FOR_A_NEW_STORE,
            self.clock.now_nanoseconds(),
            &mut |_| (),
        )?;
        if let Some(header) = self.existing_header()? {
            return Ok(header);
        }
        self.must_have_no_records(state)?;
        let key = Key::random(StoreId::random()?)?;
        let (key, keeping) = self.keep(key)?;
        let header = Header::new(&key, keeping);
        if !header.write(state)? {
            // Somebody writes the header without taking the lock: theirs is there to stay.
            return self.header();
        }
        let _ = self.master.set(key);
        Ok(self.header.get_or_init(|| header))
    }

    /// Refuses to take a store whose header is gone for none at all.
    fn must_have_no_records(&self, state: &Directory) -> Result<(), VaultError> {
        for name in state.directories()? {
            if is_records(&name)
                && let Some(records) = state.open_below(&name, self.opening())?
                && !records.names()?.is_empty()
                // Another process may have made the store since.
                && Header::read(state)?.is_none()
            {
                return Err(VaultError::HeaderMissing {
                    path: Header::path(state),
                });
            }
        }
        Ok(())
    }

    /// Puts a new store's key where it is to be kept.
    fn keep(&self, key: Key) -> Result<(Key, Keeping), VaultError> {
        match &self.keys.choice {
            Some(KeyStoreChoice::Keyring) => {
                let keeping = self
                    .keep_in_keyring(&key)
                    .map_err(|why| VaultError::KeyNotMade { why })?;
                Ok((key, keeping))
            }
            Some(KeyStoreChoice::Passphrase) => self.keep_under_passphrase(key),
            Some(KeyStoreChoice::File(path)) => self.keep_in_file(key, path.as_deref()),
            None => {
                match self.keep_in_keyring(&key) {
                    Ok(keeping) => return Ok((key, keeping)),
                    Err(KeyUnavailable::Keyring(error)) if error.is_absence() => {}
                    // Whoever has a keyring expects the key in it, not in a file beside it.
                    Err(why) => return Err(VaultError::KeyNotMade { why }),
                }
                if self.keys.passphrase.is_available() {
                    return self.keep_under_passphrase(key);
                }
                let kept = self.keep_in_file(key, None)?;
                if let Keeping::KeyFile { path } = &kept.1 {
                    let path = path.clone();
                    self.keys.notices.notice(&Notice::KeyFileMade { path });
                }
                Ok(kept)
            }
        }
    }

    fn keep_in_keyring(&self, key: &Key) -> Result<Keeping, KeyUnavailable> {
        let account = header::first_account(key.store());
        self.keyring.put(SERVICE, &account, key.expose())?;
        Ok(Keeping::Keyring {
            service: SERVICE.to_owned(),
            account,
        })
    }

    fn keep_under_passphrase(&self, key: Key) -> Result<(Key, Keeping), VaultError> {
        let passphrase = self
            .keys
            .passphrase
            .choose()
            .map_err(|why| VaultError::KeyNotMade { why: why.into() })?;
        let wrapped = WrappedKey::wrap(&key, &passphrase, Cost::NEW)?;
        Ok((key, Keeping::Passphrase(wrapped)))
    }

    /// A key that already stands at the chosen path is taken, so that machines which come and go
    /// can share one.
    fn keep_in_file(
        &self,
        key: Key,
        chosen: Option<&std::path::Path>,
    ) -> Result<(Key, Keeping), VaultError> {
        let path = chosen.map_or_else(
            || KeyFile::default_path(&self.locations.data, key.store()),
            std::path::Path::to_owned,
        );
        if path.to_str().is_none() {
            return Err(VaultError::KeyNotMade {
                why: KeyUnavailable::KeyFilePath,
            });
        }
        let file = KeyFile::at(&path);
        if chosen.is_some() && file.is_below(&self.locations.state) {
            return Err(VaultError::KeyNotMade {
                why: KeyUnavailable::KeyFileInState,
            });
        }
        let read = || file.take(key.store(), self.keys.allow_foreign_home);
        let key = match read() {
            Ok(found) => found,
            Err(KeyUnavailable::KeyFileMissing) if file.write(&key, self.opening())? => key,
            Err(KeyUnavailable::KeyFileMissing) => {
                read().map_err(|why| VaultError::KeyNotMade { why })?
            }
            Err(why) => return Err(VaultError::KeyNotMade { why }),
        };
        Ok((key, Keeping::KeyFile { path }))
    }
}
