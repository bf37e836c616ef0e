//! The operating system's keyring, every call with a deadline.

#[cfg(target_os = "linux")]
#[path = "keyring/linux.rs"]
mod platform;
#[cfg(target_os = "macos")]
#[path = "keyring/macos.rs"]
mod platform;
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
#[path = "keyring/none.rs"]
mod platform;
#[cfg(windows)]
#[path = "keyring/windows.rs"]
mod platform;

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc;
use std::sync::mpsc::RecvTimeoutError;
use std::thread;
use std::time::Duration;

use keyring_core::CredentialStore;
use keyring_core::Entry;
use keyring_core::Error;
use thiserror::Error;
use zeroize::Zeroizing;

/// Under which service our items stand.
pub(crate) const SERVICE: &str = "entra-auth-cli";

/// Why the keyring did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyringError {
    /// It did not answer in time; perhaps it waits for a prompt that nobody sees.
    #[error("the keyring did not answer within {} s", .0.as_secs())]
    TimedOut(Duration),
    /// It is locked, or refused this program.
    #[error("the keyring is locked or refused access: {0}")]
    Locked(String),
    /// It holds more than one such key.
    #[error("the keyring holds more than one such key")]
    Ambiguous,
    /// Nothing that holds keys answers on this system: no bus, no service.
    #[error("no keyring answers here ({0})")]
    Absent(String),
    /// It failed.
    #[error("the keyring cannot be used: {0}")]
    Failed(String),
}

impl KeyringError {
    /// Whether there is no keyring at all: no bus, no service, no such thing on this system. One
    /// that is there but locked, or does not answer, is another matter.
    pub(crate) const fn is_absence(&self) -> bool {
        matches!(self, Self::Absent(_) | Self::Failed(_))
    }
}

impl From<Error> for KeyringError {
    fn from(error: Error) -> Self {
        if let Some(waited) = platform::waited_in_vain(&error) {
            return Self::TimedOut(waited);
        }
        match error {
            Error::NoStorageAccess(why) => Self::Locked(why.to_string()),
            Error::Ambiguous(_) => Self::Ambiguous,
            Error::PlatformFailure(why) => Self::Failed(why.to_string()),
            other => Self::Failed(other.to_string()),
        }
    }
}

/// What it means that a keyring could not be opened.
fn not_opened(error: Error) -> KeyringError {
    let reason = platform::why_none_answers(&error);
    match KeyringError::from(error) {
        KeyringError::Failed(why) => KeyringError::Absent(reason.map_or(why, ToOwned::to_owned)),
        other => other,
    }
}

/// What opens the keyring: the operating system's, or a test's.
pub(crate) type Open = Arc<dyn Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send + Sync>;

/// Whether an item can be read without anybody being asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// It is read at once, if it is there.
    Open,
    /// The keyring would ask a person first.
    Locked,
    /// This keyring does not tell before it is read.
    #[cfg_attr(
        not(target_os = "macos"),
        expect(dead_code, reason = "the other keyrings tell")
    )]
    Unknown,
}

/// What tells how an item of that service and account can be read, without asking anybody.
type Look = fn(&str, &str) -> Result<Access, KeyringError>;

/// A keyring that is opened when it is needed.
pub(crate) struct Keyring {
    open: Open,
    look: Look,
    timeout: Duration,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Keyring")
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl Keyring {
    /// The operating system's keyring.
    pub(crate) fn of_the_system(timeout: Duration) -> Self {
        Self {
            open: Arc::new(platform::open),
            look: platform::access,
            timeout,
        }
    }

    /// The keyring that `open` opens.
    pub(crate) fn opened_by(open: Open, timeout: Duration) -> Self {
        Self {
            open,
            look: |_, _| Ok(Access::Open),
            timeout,
        }
    }

    /// Whether the item of that account can be read without anybody being asked.
    pub(crate) fn access(&self, service: &str, account: &str) -> Result<Access, KeyringError> {
        let look = self.look;
        let (service, account) = (service.to_owned(), account.to_owned());
        self.in_time(move || look(&service, &account))?
    }

    /// The secret of that account; `None` if the keyring answers but holds none.
    pub(crate) fn get(
        &self,
        service: &str,
        account: &str,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, KeyringError> {
        self.within_the_timeout(service, account, |entry| match entry.get_secret() {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        })
    }

    /// Keeps a secret for that account, and reads it back to be sure.
    pub(crate) fn put(
        &self,
        service: &str,
        account: &str,
        secret: &[u8],
    ) -> Result<(), KeyringError> {
        let secret = Zeroizing::new(secret.to_vec());
        let kept = self.within_the_timeout(service, account, move |entry| {
            entry.set_secret(&secret)?;
            let read = Zeroizing::new(entry.get_secret()?);
            Ok(*read == *secret)
        })?;
        if kept {
            Ok(())
        } else {
            let why = "it gave back something other than what it was given";
            Err(KeyringError::Failed(why.to_owned()))
        }
    }

    /// Removes the secret of that account, if there is one.
    pub(crate) fn delete(&self, service: &str, account: &str) -> Result<(), KeyringError> {
        self.within_the_timeout(service, account, |entry| match entry.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(error),
        })
    }

    /// A locked keyring may wait for ever for a prompt, and no store takes a deadline: the call
    /// runs in a thread of its own, which is left behind at the deadline.
    fn within_the_timeout<T: Send + 'static>(
        &self,
        service: &str,
        account: &str,
        call: impl FnOnce(&Entry) -> keyring_core::Result<T> + Send + 'static,
    ) -> Result<T, KeyringError> {
        let open = Arc::clone(&self.open);
        let (service, account) = (service.to_owned(), account.to_owned());
        self.in_time(move || {
            let store = open().map_err(not_opened)?;
            let entry = store.build(&service, &account, None)?;
            Ok(call(&entry)?)
        })?
    }

    fn in_time<T: Send + 'static>(
        &self,
        call: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, KeyringError> {
        let (sender, receiver) = mpsc::sync_channel(1);
        thread::Builder::new()
            .name("keyring".to_owned())
            .spawn(move || {
                // Past the deadline nobody listens any more.
                let _ = sender.send(call());
            })
            .map_err(|error| KeyringError::Failed(error.to_string()))?;
        match receiver.recv_timeout(self.timeout) {
            Ok(answer) => Ok(answer),
            Err(RecvTimeoutError::Timeout) => Err(KeyringError::TimedOut(self.timeout)),
            Err(RecvTimeoutError::Disconnected) => {
                Err(KeyringError::Failed("its client library failed".to_owned()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use keyring_core::mock;

    use super::*;

    fn mock() -> Keyring {
        let store: Arc<CredentialStore> = mock::Store::new().unwrap();
        Keyring::opened_by(
            Arc::new(move || Ok(Arc::clone(&store))),
            Duration::from_secs(30),
        )
    }

    #[test]
    fn gives_back_what_it_was_given() {
        let keyring = mock();
        assert!(keyring.get(SERVICE, "a").unwrap().is_none());
        keyring.put(SERVICE, "a", b"secret").unwrap();
        assert_eq!(
            &keyring.get(SERVICE, "a").unwrap().unwrap()[..],
            &b"secret"[..]
        );
        assert!(keyring.get(SERVICE, "b").unwrap().is_none());
        for _ in 0..2 {
            keyring.delete(SERVICE, "a").unwrap();
        }
        assert!(keyring.get(SERVICE, "a").unwrap().is_none());
    }

    #[test]
    fn a_keyring_that_hangs_is_given_up() {
        let (_hold, wait) = mpsc::channel::<()>();
        let wait = std::sync::Mutex::new(wait);
        let keyring = Keyring::opened_by(
            Arc::new(move || {
                let _ = wait.lock().unwrap().recv();
                Err(Error::NoDefaultStore)
            }),
            Duration::from_millis(20),
        );
        assert_eq!(
            keyring.get(SERVICE, "a").unwrap_err(),
            KeyringError::TimedOut(Duration::from_millis(20))
        );
    }

    #[test]
    fn locked_and_absent_keyrings_are_told_apart() {
        let locked = Keyring::opened_by(
            Arc::new(|| Err(Error::NoStorageAccess("locked".into()))),
            Duration::from_secs(30),
        );
        assert!(matches!(
            locked.get(SERVICE, "a"),
            Err(KeyringError::Locked(_))
        ));
        let absent = Keyring::opened_by(
            Arc::new(|| Err(Error::PlatformFailure("no bus".into()))),
            Duration::from_secs(30),
        );
        assert!(matches!(
            absent.put(SERVICE, "a", b"x"),
            Err(KeyringError::Absent(why)) if why == "no bus"
        ));
    }
}
