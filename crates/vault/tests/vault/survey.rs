//! Looking at a store: what is found, and that nothing is changed.

use keyring_core::Error;
use vault::SecretKind;
use vault::survey;
use vault::survey::KeyAccess;
#[cfg(target_os = "linux")]
use vault::survey::SessionKey;
use vault::survey::Standing;

use crate::common::Home;
use crate::common::RealClock;
use crate::common::destination;
use crate::common::name;

#[test]
fn who_only_looks_makes_no_store() {
    let home = Home::new();
    let vault = home.vault().looking_only();
    assert_eq!(vault.key_access().unwrap(), KeyAccess::NoStore);
    assert!(vault.unlock().is_err());
    let put = vault.secrets().put(
        &name("sp"),
        SecretKind::ClientSecret,
        &destination("t"),
        "x",
    );
    assert!(put.is_err());
    assert_eq!(home.files(""), Vec::<std::path::PathBuf>::new());
    assert!(!home.locations().state.exists());
}

#[test]
fn who_only_looks_reads_what_is_there() {
    let home = Home::new();
    let writer = home.vault();
    let (profile, destination) = (name("sp"), destination("t"));
    let secrets = writer.secrets();
    secrets
        .put(&profile, SecretKind::ClientSecret, &destination, "x")
        .unwrap();
    let vault = home.vault().looking_only();
    assert_eq!(vault.key_access().unwrap(), KeyAccess::Had);
    let found = vault
        .secrets()
        .get(&profile, SecretKind::ClientSecret, &destination);
    assert_eq!(found.unwrap().unwrap().as_str(), "x");
    let written = vault.secret_written(&profile, SecretKind::ClientSecret);
    let age = {
        use model::Clock as _;
        RealClock::new()
            .now()
            .seconds_since(written.unwrap().unwrap())
    };
    assert!((-5..600).contains(&age), "{age}");
    assert_eq!(vault.has_file_locks().unwrap(), Some(()));
    let seen = survey::place(&home.locations().state).unwrap();
    assert_eq!(seen.stands, Standing::Directory);
    assert!(seen.is_writable);
}

#[cfg(unix)]
#[test]
fn who_only_looks_repairs_no_mode() {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;

    let home = Home::new();
    home.vault().unlock().unwrap();
    let state = home.locations().state;
    std::fs::set_permissions(&state, Permissions::from_mode(0o755)).unwrap();
    assert_eq!(
        home.vault().looking_only().key_access().unwrap(),
        KeyAccess::Had
    );
    let seen = survey::place(&state).unwrap().ownership.unwrap();
    assert_eq!(seen.mode, 0o755);
    assert!(seen.is_ours);
}

#[test]
fn a_place_that_is_not_there_is_judged_by_what_is_above_it() {
    let home = Home::new();
    let place = survey::place(&home.path("a/b/c")).unwrap();
    assert_eq!(place.stands, Standing::Nothing);
    assert!(place.is_writable);
    #[cfg(unix)]
    {
        assert!(place.free_space.is_some_and(|bytes| bytes > 0));
        std::os::unix::fs::symlink("/tmp", home.path("link")).unwrap();
        let link = survey::place(&home.path("link")).unwrap();
        assert_eq!(link.stands, Standing::Link);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_session_key_is_found_or_the_lack_of_a_place_explained() {
    let without = Home::new();
    let state = without.vault().looking_only().session_key_state().unwrap();
    assert!(matches!(state, SessionKey::Impossible(_)), "{state:?}");
    let home = Home::with_session();
    let vault = home.vault().looking_only();
    assert_eq!(vault.session_key_state().unwrap(), SessionKey::NotYet);
    home.vault().fingerprint(&["a"]).unwrap();
    let vault = home.vault().looking_only();
    assert_eq!(vault.session_key_state().unwrap(), SessionKey::Present);
}

#[test]
fn a_keyring_that_fails_is_an_error() {
    let home = Home::with_keyring();
    home.vault().unlock().unwrap();
    let gone = home
        .vault()
        .with_keyring(|| Err(Error::NoStorageAccess("locked".into())))
        .looking_only();
    assert!(gone.key_access().is_err());
    assert_eq!(
        home.vault().looking_only().key_access().unwrap(),
        KeyAccess::Had
    );
}
