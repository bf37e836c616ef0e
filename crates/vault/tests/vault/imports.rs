//! Imports: all or nothing, whatever stands in the way and whenever the process ends.

use std::fs;
use std::path::PathBuf;

use model::AuthMethod;
use model::Passphrase;
use model::Profile;
use vault::Approval;
use vault::Bundle;
use vault::BundleError;
use vault::BundledProfile;
use vault::BundledSecret;
use vault::ExportFile;
use vault::Incoming;
use vault::ProfilesError;
use vault::SecretKind;
use vault::Vault;
use vault::VaultError;

use crate::common::Home;
use crate::common::NOTE;
use crate::common::destination;
use crate::common::name;
use crate::common::profile;

fn secret(kind: SecretKind, tenant: &str, value: &str) -> BundledSecret {
    BundledSecret {
        kind,
        destination: destination(tenant),
        value: value.to_owned().into(),
    }
}

fn incoming(text: &str, tenant: &str, value: &str, replaces: bool) -> Incoming {
    Incoming {
        profile: Profile {
            tenant_id: Some(tenant.to_owned()),
            ..profile(text)
        },
        secrets: vec![secret(SecretKind::ClientSecret, tenant, value)],
        replaces,
    }
}

/// A home with the profile `sp`, whose secret, password and approval are its own.
fn home() -> Home {
    let home = Home::new();
    let vault = home.vault();
    vault.profiles().create(&old(), false).unwrap();
    for (kind, value) in [
        (SecretKind::ClientSecret, "old secret"),
        (SecretKind::CertificatePassword, "old password"),
    ] {
        vault
            .secrets()
            .put(&name("sp"), kind, &destination("old"), value)
            .unwrap();
    }
    vault.approvals().approve(&name("sp"), &approval()).unwrap();
    home
}

fn old() -> Profile {
    Profile {
        tenant_id: Some("old".to_owned()),
        ..profile("sp")
    }
}

fn approval() -> Approval {
    Approval {
        destination: destination("old"),
        references: vec!["command [\"op\"]".to_owned()],
    }
}

fn kept(vault: &Vault, text: &str, kind: SecretKind, tenant: &str) -> Option<String> {
    let found = vault.secrets().get(&name(text), kind, &destination(tenant));
    found.unwrap().map(|value| value.to_string())
}

#[track_caller]
fn assert_old(home: &Home) {
    let vault = home.vault();
    assert_eq!(vault.profiles().find("sp").unwrap().profile, old());
    assert_eq!(vault.profiles().names().unwrap(), [name("sp")]);
    let secret = kept(&vault, "sp", SecretKind::ClientSecret, "old");
    assert_eq!(secret.as_deref(), Some("old secret"));
    let password = kept(&vault, "sp", SecretKind::CertificatePassword, "old");
    assert_eq!(password.as_deref(), Some("old password"));
    assert_eq!(
        vault.approvals().get(&name("sp")).unwrap(),
        Some(approval())
    );
    home.assert_nothing_is_decided();
}

#[track_caller]
fn assert_new(home: &Home) {
    let vault = home.vault();
    // Who reads the profiles finishes what was begun.
    let found = vault.profiles().find("sp").unwrap().profile;
    assert_eq!(found.tenant_id.as_deref(), Some("new"));
    assert_eq!(
        vault.profiles().names().unwrap(),
        [name("sp"), name("more")]
    );
    let secret = kept(&vault, "sp", SecretKind::ClientSecret, "new");
    assert_eq!(secret.as_deref(), Some("new secret"));
    assert_eq!(
        vault
            .secrets()
            .has(&name("sp"), SecretKind::CertificatePassword)
            .unwrap(),
        None
    );
    let secret = kept(&vault, "more", SecretKind::ClientSecret, "new");
    assert_eq!(secret.as_deref(), Some("more secret"));
    assert_eq!(vault.approvals().get(&name("sp")).unwrap(), None);
    home.assert_nothing_is_decided();
}

fn both() -> [Incoming; 2] {
    [
        incoming("sp", "new", "new secret", true),
        incoming("more", "new", "more secret", false),
    ]
}

#[test]
fn what_is_replaced_keeps_nothing_of_its_own() {
    let home = home();
    home.vault().imports().write(&both()).unwrap();
    assert_new(&home);
}

#[test]
fn a_name_that_is_taken_stops_all_of_it() {
    let home = home();
    for text in ["sp", "SP"] {
        let taken = [
            incoming("more", "new", "more secret", false),
            incoming(text, "new", "new secret", false),
        ];
        let refused = home.vault().imports().write(&taken);
        assert!(
            matches!(&refused, Err(ProfilesError::Exists(taken)) if *taken == name(text)),
            "{refused:?}"
        );
        assert_old(&home);
    }
}

/// Each of them believed the name free when it looked.
#[test]
fn of_two_at_once_one_gets_the_name() {
    let home = Home::new();
    home.vault().unlock().unwrap();
    let results: Vec<_> = std::thread::scope(|scope| {
        let imports: Vec<_> = ["one", "two", "three", "four"]
            .map(|tenant| {
                let vault = home.vault();
                scope.spawn(move || {
                    let mine = incoming("sp", tenant, tenant, false);
                    (tenant, vault.imports().write(&[mine]))
                })
            })
            .into_iter()
            .collect();
        imports
            .into_iter()
            .map(|import| import.join().unwrap())
            .collect()
    });
    let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().partition(|(_, end)| end.is_ok());
    assert_eq!(won.len(), 1, "{won:?}");
    for (_, end) in lost {
        assert!(matches!(end, Err(ProfilesError::Exists(_))), "{end:?}");
    }
    let tenant = won[0].0;
    let vault = home.vault();
    let found = vault.profiles().find("sp").unwrap().profile;
    assert_eq!(found.tenant_id.as_deref(), Some(tenant));
    let secret = kept(&vault, "sp", SecretKind::ClientSecret, tenant);
    assert_eq!(secret.as_deref(), Some(tenant));
}

/// Profiles are only text: what lies in the store under their names may be anybody's.
#[test]
fn a_new_profile_inherits_nothing_that_was_left_under_its_name() {
    let home = home();
    fs::remove_file(home.path("config/profiles.json")).unwrap();
    let bare = Incoming {
        profile: old(),
        secrets: Vec::new(),
        replaces: false,
    };
    let vault = home.vault();
    vault.imports().write(&[bare]).unwrap();
    for kind in SecretKind::ALL {
        assert_eq!(vault.secrets().has(&name("sp"), kind).unwrap(), None);
    }
    assert_eq!(vault.approvals().get(&name("sp")).unwrap(), None);
}

#[test]
fn profiles_alone_need_no_key() {
    let home = Home::new();
    let bare = Incoming {
        profile: profile("sp"),
        secrets: Vec::new(),
        replaces: false,
    };
    home.vault().imports().write(&[bare]).unwrap();
    assert!(!home.path("state/store.json").exists());
    assert!(home.files("data").is_empty());
    assert_eq!(home.vault().profiles().names().unwrap(), [name("sp")]);
}

#[cfg(unix)]
#[test]
fn a_broken_or_unwritable_file_of_profiles_stops_all_of_it() {
    let home = home();
    let path = home.path("config/profiles.json");
    let before = fs::read_to_string(&path).unwrap();
    fs::write(&path, "[{]").unwrap();
    let refused = home.vault().imports().write(&both());
    assert!(
        matches!(refused, Err(ProfilesError::Syntax { .. })),
        "{refused:?}"
    );
    fs::write(&path, &before).unwrap();
    assert_old(&home);

    // A place in which nothing can be made, not even by root.
    fs::rename(home.path("config"), home.path("aside")).unwrap();
    std::os::unix::fs::symlink("/proc/self/none", home.path("config")).unwrap();
    let refused = home.vault().imports().write(&[both()[1].clone()]);
    assert!(
        matches!(refused, Err(ProfilesError::Storage(_))),
        "{refused:?}"
    );
    home.assert_nothing_is_decided();
    fs::remove_file(home.path("config")).unwrap();
    fs::rename(home.path("aside"), home.path("config")).unwrap();
    assert_old(&home);
}

/// The file of the secret of that kind, found by making it.
fn file_of(text: &str, kind: SecretKind) -> PathBuf {
    let home = Home::new();
    let vault = home.vault();
    vault
        .secrets()
        .put(&name(text), kind, &destination("x"), "x")
        .unwrap();
    PathBuf::from("state/secrets").join(home.files("state/secrets")[0].file_name().unwrap())
}

/// A directory in a file's place stops even root. Each record in turn stops the import there, as
/// a full disk or a kill would; what was before is put back, as if that much had not been reached
/// either, and the next command ends it from there.
#[test]
fn once_decided_it_is_finished_by_whoever_comes_next() {
    for (text, kind) in [
        ("sp", SecretKind::ClientSecret),
        ("sp", SecretKind::CertificatePassword),
        ("more", SecretKind::ClientSecret),
    ] {
        let home = home();
        let before = fs::read(home.path("config/profiles.json")).unwrap();
        let obstacle = home.root.path().join(file_of(text, kind));
        let _ = fs::remove_file(&obstacle);
        fs::create_dir(&obstacle).unwrap();
        let stopped = home.vault().imports().write(&both());
        assert!(
            matches!(stopped, Err(ProfilesError::Vault(VaultError::Storage(_)))),
            "{stopped:?}"
        );
        // Still in the way: nobody goes on with half of it.
        assert!(home.vault().profiles().find("sp").is_err());
        fs::remove_dir(&obstacle).unwrap();
        fs::write(home.path("config/profiles.json"), before).unwrap();
        assert_new(&home);
        // Ended for good: what is changed now stays.
        let vault = home.vault();
        vault.profiles().remove(&name("more")).unwrap();
        assert_eq!(home.vault().profiles().names().unwrap(), [name("sp")]);
    }
}

#[test]
fn a_change_of_profiles_finishes_an_import_first() {
    let home = home();
    let obstacle = home
        .root
        .path()
        .join(file_of("more", SecretKind::ClientSecret));
    fs::create_dir(&obstacle).unwrap();
    assert!(home.vault().imports().write(&both()).is_err());
    fs::remove_dir(&obstacle).unwrap();
    let edited = home.vault().profiles().edit(&name("more"), |profile| {
        profile.auth_method = AuthMethod::Public;
    });
    assert_eq!(edited.unwrap().tenant_id.as_deref(), Some("new"));
    assert_new(&home);
}

#[test]
fn an_unfinished_import_that_cannot_be_read_is_an_error_and_stays() {
    for (text, said) in [
        ("{", "EOF"),
        (
            r#"{"format":2,"profiles":[],"secrets":[]}"#,
            "another version",
        ),
        (
            r#"{"format":1,"profiles":[{"name":"../x","authMethod":"Public"}],"secrets":[]}"#,
            "letters",
        ),
        (
            r#"{"format":1,"profiles":[],"secrets":[{"profile":"../x","kind":"clientSecret","sealed":""}]}"#,
            "letters",
        ),
        (
            r#"{"format":1,"profiles":[],"secrets":[],"files":["/etc/passwd"]}"#,
            "unknown field",
        ),
    ] {
        let home = home();
        home.decide("import.json", text);
        let error = home.vault().profiles().names().unwrap_err().to_string();
        assert!(
            error.contains("import.json") && error.contains(said),
            "{text}: {error}"
        );
        let stays = fs::read_to_string(home.path("state/import.json")).unwrap();
        assert_eq!(stays, text);
        fs::remove_file(home.path("state/import.json")).unwrap();
        fs::remove_file(home.path(NOTE)).unwrap();
        assert_old(&home);
    }
}

fn bundle() -> Bundle {
    Bundle {
        exported_at: Some("2026-01-01T00:00:00Z".to_owned()),
        profiles: vec![BundledProfile {
            profile: old(),
            secrets: vec![secret(SecretKind::ClientSecret, "old", "old secret")],
        }],
    }
}

#[test]
fn a_sealed_export_comes_back_as_it_was() {
    let passphrase = Passphrase::from("correct horse".to_owned());
    let sealed = bundle().seal(&passphrase).unwrap();
    let ExportFile::Sealed(read) = ExportFile::read(&sealed, "file".as_ref()).unwrap() else {
        panic!("not taken for a sealed export");
    };
    assert_eq!(read.open(&passphrase).unwrap(), bundle());
    let wrong = read.open(&Passphrase::from("battery".to_owned()));
    assert!(matches!(wrong, Err(BundleError::WrongPassphrase)));
    assert!(!format!("{:?}", bundle()).contains("old secret"));
}

#[test]
fn plain_json_holds_no_secret_and_comes_back_as_profiles() {
    let json = bundle().to_json().unwrap();
    assert!(!json.contains("old secret"), "{json}");
    let ExportFile::Plain(read) = ExportFile::read(json.as_bytes(), "file".as_ref()).unwrap()
    else {
        panic!("not taken for plain JSON");
    };
    assert_eq!(read.profiles[0].profile, old());
    assert!(read.profiles[0].secrets.is_empty());
    let with_mark = format!("\u{feff}{{\"profiles\": {json}}}");
    assert!(ExportFile::read(with_mark.as_bytes(), "file".as_ref()).is_ok());
}

#[test]
fn what_is_no_export_says_so() {
    let error = |bytes: &[u8]| ExportFile::read(bytes, "file".as_ref()).unwrap_err();
    for bytes in [
        &b""[..],
        b"hello",
        b"\x00\x01",
        b"EACLSEAL\x00\x01",
        b"\xff[",
        b"AAAA",
    ] {
        assert!(matches!(error(bytes), BundleError::Foreign), "{bytes:?}");
    }
    for (json, place) in [
        ("[{\"name\":\"a\",", "file:1:"),
        ("{}", "file:1:"),
        (
            "[\n{\"name\":\"a b\",\"authMethod\":\"Public\"}]",
            "file:2:",
        ),
        (
            "[\n{\"name\":\"$(x)\",\"authMethod\":\"Public\"}]",
            "file:2:",
        ),
        (
            "[{\"name\":\"a\",\"authMethod\":\"Public\"},\n{\"name\":\"A\",\"authMethod\":\"Public\"}]",
            "line 2",
        ),
    ] {
        let error = error(json.as_bytes());
        assert!(
            matches!(error, BundleError::Profiles(_)),
            "{json}: {error:?}"
        );
        assert!(error.to_string().contains(place), "{json}: {error}");
    }
}
