//! The file a person names for the answer.
#![cfg(unix)]

use std::fs;
use std::io::Read;
use std::os::unix::fs::FileTypeExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::fs::symlink;
use std::path::Path;

use vault::StorageError;
use vault::StorageFailure;
use vault::VaultError;
use vault::write_output;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_file_is_made_or_replaced_for_its_owner_only() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("token");
    write_output(&path, b"one").unwrap();
    assert_eq!(
        (fs::read(&path).unwrap(), mode(&path)),
        (b"one".to_vec(), 0o600)
    );
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let other_name = directory.path().join("other");
    fs::hard_link(&path, &other_name).unwrap();
    write_output(&path, b"two").unwrap();
    assert_eq!(
        (fs::read(&path).unwrap(), mode(&path)),
        (b"two".to_vec(), 0o600)
    );
    assert_eq!(fs::read(&other_name).unwrap(), b"one");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
}

#[test]
fn a_name_need_not_be_text() {
    use std::os::unix::ffi::OsStrExt;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(std::ffi::OsStr::from_bytes(b"t\xff"));
    write_output(&path, b"one").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"one");
}

#[test]
fn a_final_link_is_refused_whether_or_not_it_leads_somewhere() {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("target");
    let link = directory.path().join("link");
    symlink(&target, &link).unwrap();
    for _ in 0..2 {
        assert!(matches!(
            write_output(&link, b"x"),
            Err(VaultError::Storage(StorageError::Link(_)))
        ));
        fs::write(&target, b"kept").unwrap();
    }
    assert_eq!(fs::read(&target).unwrap(), b"kept");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[test]
fn a_pipe_is_written_to_and_stays_a_pipe() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    let reader = {
        let path = path.clone();
        std::thread::spawn(move || {
            let mut text = String::new();
            fs::File::open(path)
                .unwrap()
                .read_to_string(&mut text)
                .unwrap();
            text
        })
    };
    write_output(&path, b"through").unwrap();
    assert_eq!(reader.join().unwrap(), "through");
    assert!(fs::symlink_metadata(&path).unwrap().file_type().is_fifo());
}

#[test]
fn directories_and_sockets_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let socket = directory.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    for path in [directory.path(), &socket] {
        assert!(matches!(
            write_output(path, b"x"),
            Err(VaultError::Storage(StorageError::WrongKind(_)))
        ));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_told_as_full() {
    assert!(matches!(
        write_output(Path::new("/dev/full"), b"x"),
        Err(VaultError::Storage(StorageError::Io {
            failure: StorageFailure::Full,
            ..
        }))
    ));
}
