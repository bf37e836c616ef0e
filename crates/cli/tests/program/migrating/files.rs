//! Secret files that cannot be used, and those of nobody.

use rustix::fs::Mode;

use super::FILE;
use super::PASSWORD_FILE;
use super::fixture;
use super::masked;
use super::migrate;
use super::old_files;
use super::old_home;
use super::put;
use super::stored;
use super::text;
use crate::support::Home;

/// Each is one line, and the other profile's secret comes over.
#[track_caller]
fn assert_only_the_other_comes(home: &Home, expected: &str) {
    let flags = ["--yes", "--delete-old"];
    let (_, said) = migrate(home, &flags).run().answer_and_words();
    let line = said.lines().find(|line| line.contains(expected));
    let line = line.unwrap_or_else(|| panic!("{expected}: {said}"));
    assert!(
        line.contains("`sp`: its client secret stays in its file"),
        "{line}"
    );
    assert_eq!(stored(home, "sp", "clientSecret"), None);
    let password = stored(home, "cert.app", "certificatePassword");
    assert_eq!(password, Some(text("certificate.password")));
    assert_eq!(old_files(home), [FILE]);
}

#[test]
fn what_is_no_secret_is_told_and_the_others_come() {
    for (contents, expected) in [
        (Vec::new(), "is empty"),
        (masked([0xFF, 0xFE]), "no text"),
        (masked("a\x1b[2Jb"), "no text"),
        (vec![0; (64 << 10) + 1], "larger than"),
    ] {
        let home = old_home();
        let file = put(&home, FILE, &contents);
        assert_only_the_other_comes(&home, expected);
        assert_eq!(std::fs::read(file).unwrap(), contents);
    }
}

#[test]
fn no_link_is_followed() {
    let home = old_home();
    let file = put(&home, FILE, "");
    std::fs::remove_file(&file).unwrap();
    let target = home.put("target", fixture(FILE));
    std::os::unix::fs::symlink(&target, &file).unwrap();
    assert_only_the_other_comes(&home, "is a symbolic link");
    assert_eq!(std::fs::read(&target).unwrap(), fixture(FILE));

    let home = old_home();
    let directory = home.at(".config/azadtool/secure");
    std::fs::rename(&directory, home.at("moved")).unwrap();
    std::os::unix::fs::symlink(home.at("moved"), &directory).unwrap();
    let said = migrate(&home, &["--yes"]).run().failure(8);
    assert!(said.contains("is a symbolic link"), "{said}");
    assert!(!home.state().join("store.json").exists());
}

#[test]
fn a_pipe_is_not_waited_for() {
    let home = old_home();
    let file = put(&home, FILE, "");
    std::fs::remove_file(&file).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &file,
        rustix::fs::FileType::Fifo,
        Mode::RUSR | Mode::WUSR,
        0,
    )
    .unwrap();
    assert_only_the_other_comes(&home, "neither a file nor a directory");
}

#[cfg(target_os = "linux")]
#[test]
fn another_users_file_is_not_believed() {
    let home = old_home();
    let file = put(&home, FILE, fixture(FILE));
    crate::support::give_to_nobody(&file);
    assert_only_the_other_comes(&home, "belongs to user");
}

#[test]
fn broken_profiles_and_files_of_nobody_are_named() {
    let home = old_home();
    home.edit_profiles(|text| text.replace("\"clientSecret\"", "7"));
    put(&home, "c0ffee.dat", masked("a secret of nobody"));
    let (_, said) = migrate(&home, &["--yes"]).run().answer_and_words();
    assert!(said.contains("`sp` cannot be used"), "{said}");
    assert!(said.contains("1 secret file in"), "{said}");
    assert!(!said.contains("of nobody"), "{said}");
    assert_eq!(old_files(&home).len(), 3);
    assert!(old_files(&home).contains(&PASSWORD_FILE.to_owned()));
    assert!(stored(&home, "cert.app", "certificatePassword").is_some());
}

#[test]
fn a_directory_that_others_can_enter_is_warned_about() {
    use std::os::unix::fs::PermissionsExt as _;

    let home = old_home();
    let directory = home.at(".config/azadtool/secure");
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&directory, open).unwrap();
    let (_, said) = migrate(&home, &["--dry-run"]).run().answer_and_words();
    assert!(said.contains("other users of this machine"), "{said}");
    let closed = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(&directory, closed).unwrap();
    let (_, said) = migrate(&home, &["--dry-run"]).run().answer_and_words();
    assert!(!said.contains("other users of this machine"), "{said}");
}
