//! The secret files of the .NET tool: those that `tests/peers/python/dotnet_tool.py` wrote, and
//! broken ones.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use model::ProfileName;
use vault::SecretKind;
use vault::StorageError;
use vault::dotnet::DotnetSecret;
use vault::dotnet::SecretFileProblem;
use vault::dotnet::SecretFiles;

use crate::common::Home;
use crate::common::name;

const SP: &str = "2c927b9dc6b1d0e2b8119629aded443b5823bb322f40ef982dfe68817c1b581e.dat";

fn fixture(file: &str) -> Vec<u8> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/dotnet");
    fs::read(directory.join(file)).unwrap()
}

/// A home with the directory of secret files, and the file of `sp` in it.
fn home() -> (Home, PathBuf) {
    let home = Home::new();
    let directory = home.path("secure");
    fs::create_dir(&directory).unwrap();
    let file = directory.join(SP);
    fs::write(&file, fixture(SP)).unwrap();
    (home, file)
}

fn files(home: &Home) -> SecretFiles {
    let files = SecretFiles::open(&home.path("secure"), false);
    files.unwrap().unwrap()
}

fn read(home: &Home) -> Result<Option<DotnetSecret>, SecretFileProblem> {
    files(home).read(&name("sp"), SecretKind::ClientSecret)
}

#[test]
fn what_comes_out_is_what_went_in() {
    let (home, _) = home();
    let file = "app.secret";
    let secret = read(&home).unwrap().unwrap();
    assert_eq!(secret.kind, SecretKind::ClientSecret);
    assert_eq!(secret.value.as_bytes(), fixture(file));
    let said = format!("{secret:?}");
    assert!(!said.contains("s3cr"), "{said}");

    let other = "c0ffee.dat";
    fs::write(home.path("secure").join(other), b"x").unwrap();
    fs::write(home.path("secure/notes.txt"), b"x").unwrap();
    assert_eq!(files(&home).strangers(&[&name("sp")]).unwrap(), 1);
    let none: [&ProfileName; 0] = [];
    assert_eq!(files(&home).strangers(&none).unwrap(), 2);
}

#[test]
fn a_certificate_password_has_a_file_of_its_own() {
    let home = Home::new();
    fs::create_dir(home.path("secure")).unwrap();
    let password = fixture("certificate.password");
    let masked: Vec<u8> = password.iter().map(|byte| byte ^ 0xAA).collect();
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/dotnet");
    let mut written = 0;
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "dat") {
            written += usize::from(fs::read(&path).unwrap() == masked);
            let file_name = path.file_name().unwrap();
            fs::copy(&path, home.path("secure").join(file_name)).unwrap();
        }
    }
    assert_eq!(written, 1);
    let files = files(&home);
    let found = files.read(&name("cert.app"), SecretKind::CertificatePassword);
    assert_eq!(found.unwrap().unwrap().value.as_bytes(), password);
    let found = files.read(&name("cert.app"), SecretKind::ClientSecret);
    assert_eq!(found.unwrap(), None);
}

#[test]
fn what_holds_no_secret_is_told_and_left() {
    let (home, file) = home();
    let masked = |bytes: &[u8]| bytes.iter().map(|byte| byte ^ 0xAA).collect::<Vec<u8>>();
    for (contents, expected) in [
        (Vec::new(), "is empty"),
        (masked(b"\xff\xfe"), "no text"),
        (masked(b"two\nlines"), "no text"),
        (masked("\u{9b}2J".as_bytes()), "no text"),
        (
            masked(&vec![b'x'; (64 << 10) + 1]),
            "larger than 65536 bytes",
        ),
    ] {
        fs::write(&file, &contents).unwrap();
        let said = read(&home).unwrap_err().to_string();
        assert!(said.contains(expected), "{said}");
        assert!(said.contains(SP), "{said}");
        assert_eq!(fs::read(&file).unwrap(), contents);
    }
    let longest = masked(&vec![b'x'; 64 << 10]);
    fs::write(&file, longest).unwrap();
    assert_eq!(read(&home).unwrap().unwrap().value.len(), 64 << 10);
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    let refused = read(&home);
    assert!(
        matches!(
            refused,
            Err(SecretFileProblem::Storage(StorageError::WrongKind(_)))
        ),
        "{refused:?}"
    );
    let files = files(&home);
    assert!(
        files
            .contains(&name("sp"), SecretKind::ClientSecret)
            .unwrap()
    );
}

#[cfg(unix)]
#[test]
fn no_link_is_followed_and_no_permission_changed() {
    use std::os::unix::fs::PermissionsExt as _;

    let (home, file) = home();
    let open = fs::Permissions::from_mode(0o755);
    fs::set_permissions(home.path("secure"), open).unwrap();
    assert!(files(&home).is_open_to_others());
    let mode = fs::metadata(home.path("secure")).unwrap().permissions();
    assert_eq!(mode.mode() & 0o777, 0o755);

    fs::rename(&file, home.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink(home.path("elsewhere"), &file).unwrap();
    let refused = read(&home);
    assert!(
        matches!(
            refused,
            Err(SecretFileProblem::Storage(StorageError::Link(_)))
        ),
        "{refused:?}"
    );
    std::os::unix::fs::symlink(home.path("secure"), home.path("link")).unwrap();
    let refused = SecretFiles::open(&home.path("link"), false);
    assert!(matches!(refused, Err(StorageError::Link(_))), "{refused:?}");
    let none = SecretFiles::open(&home.path("none/secure"), false);
    assert!(matches!(none, Ok(None)), "{none:?}");
    let refused = SecretFiles::open(&home.path("elsewhere"), false);
    assert!(
        matches!(refused, Err(StorageError::WrongKind(_))),
        "{refused:?}"
    );
}

#[test]
fn a_file_is_removed_only_while_it_holds_that_secret() {
    let (home, file) = home();
    let secret = read(&home).unwrap().unwrap();
    let before = fs::read(&file).unwrap();
    let mut changed = before.clone();
    changed[0] ^= 1;
    fs::write(&file, &changed).unwrap();
    assert!(!files(&home).remove(&name("sp"), &secret).unwrap());
    assert_eq!(fs::read(&file).unwrap(), changed);
    fs::write(&file, &before).unwrap();
    assert!(files(&home).remove(&name("sp"), &secret).unwrap());
    assert!(!file.exists());
    assert!(!files(&home).remove(&name("sp"), &secret).unwrap());
}
