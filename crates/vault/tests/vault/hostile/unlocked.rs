//! The key of a passphrase-protected store, held open for some hours.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use model::Clock;
use model::Passphrase;
use vault::KeyStoreChoice;
use vault::LONGEST_HOLD;
use vault::NewProtection;
use vault::ProtectionChange;
use vault::Vault;
use vault::VaultError;

use crate::common::FastClock;
use crate::common::Home;
use crate::hostile::LONG;
use crate::hostile::fill;

const OLD: &str = "correct horse";
const NEW: &str = "battery staple";

fn change(vault: Vault, to: NewProtection) {
    let change = ProtectionChange {
        to,
        forget_unreadable: true,
        deadline: LONG,
    };
    vault.change_protection(change, &mut |_| ()).unwrap();
}

fn passphrase(text: &str) -> NewProtection {
    NewProtection::Passphrase(Passphrase::from(text.to_owned()))
}

#[cfg(target_os = "linux")]
#[test]
fn a_key_held_open_ends_with_its_time_and_with_a_change() {
    let clock = Arc::new(FastClock::default());
    let mut home = Home {
        choice: Some(KeyStoreChoice::Passphrase),
        passphrase: Some(OLD),
        ..Home::with_session()
    };
    fill(&home);
    let shared = || Arc::<FastClock>::clone(&clock);
    let hour = Duration::from_hours(1);
    let until = home.vault_with(shared()).unlocked().put(hour).unwrap();
    assert_eq!(until, clock.now().plus(hour));
    let file = home
        .runtime
        .as_ref()
        .map(|place| fs::read_dir(place.path()).unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|it| it == "unlocked"))
        .unwrap();
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let held = fs::read(&file).unwrap();
    home.passphrase = None;
    home.vault_with(shared()).unlock().unwrap();
    let write = |bytes: &[u8], mode| {
        fs::write(&file, bytes).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
        fs::set_permissions(&file, mode).unwrap();
    };
    // Somebody else's bytes open nothing, and go.
    for bad in [&held[..50], b"EACLUNLOCKED", &[0; 64]] {
        write(bad, 0o600);
        assert!(home.vault_with(shared()).unlock().is_err());
        assert!(!file.exists());
    }
    // Nobody held it open for so long.
    let with_until = |length| {
        let until = clock.now().plus(length).unix_seconds().to_be_bytes();
        [&held[..24], until.as_slice(), &held[32..]].concat()
    };
    write(&with_until(LONGEST_HOLD), 0o600);
    home.vault_with(shared()).unlock().unwrap();
    write(&with_until(LONGEST_HOLD + Duration::from_secs(1)), 0o600);
    assert!(home.vault_with(shared()).unlock().is_err());
    assert!(!file.exists(), "its end is too far");
    for mode in [0o644, 0o640, 0o620] {
        write(&held, mode);
        assert!(home.vault_with(shared()).unlock().is_err());
        assert!(!file.exists(), "others may use it: {mode:o}");
    }
    write(&held, 0o600);
    clock.sleep(hour);
    assert!(home.vault_with(shared()).unlock().is_err());
    assert!(!file.exists(), "it has expired");
    // A clock that was set back proves nothing.
    write(&held, 0o600);
    let earlier = Arc::new(EarlierClock);
    assert!(home.vault_with(earlier).unlock().is_err());
    assert!(!file.exists());

    home.passphrase = Some(OLD);
    home.vault_with(shared()).unlocked().put(hour).unwrap();
    assert!(home.vault_with(shared()).unlocked().remove().unwrap());
    home.vault_with(shared()).unlocked().put(hour).unwrap();
    change(home.vault_with(shared()), passphrase(NEW));
    assert!(!file.exists());
    home.passphrase = Some(NEW);
    change(home.vault_with(shared()), NewProtection::KeyFile(None));
    let refused = home.vault_with(shared()).unlocked().put(hour);
    assert!(
        matches!(refused, Err(VaultError::NoPassphrase(_))),
        "{refused:?}"
    );
}

#[test]
fn a_key_is_held_open_only_in_memory() {
    let home = Home {
        choice: Some(KeyStoreChoice::Passphrase),
        passphrase: Some(OLD),
        ..Home::new()
    };
    let none = home.vault().unlocked().put(LONG);
    assert!(matches!(none, Err(VaultError::NoStore)), "{none:?}");
    home.vault().unlock().unwrap();
    let refused = home.vault().unlocked().put(LONG);
    assert!(
        matches!(refused, Err(VaultError::NoSessionPlace)),
        "{refused:?}"
    );
}

/// A clock that stands long before any other.
struct EarlierClock;

impl Clock for EarlierClock {
    fn now(&self) -> model::Timestamp {
        model::Timestamp::from_unix_seconds(1)
    }

    fn now_nanoseconds(&self) -> i128 {
        1
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) {}
}
