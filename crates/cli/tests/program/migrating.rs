//! What the .NET tool left behind: its profiles, and the secret files that
//! `tests/peers/python/dotnet_tool.py` wrote.

mod files;
mod interrupted;
mod other_place;
mod questions;

use std::path::Path;
use std::path::PathBuf;

use serde_json::Value;

use crate::support::Call;
use crate::support::Home;
use crate::support::World;

/// The secret file of `sp`.
const FILE: &str = "2c927b9dc6b1d0e2b8119629aded443b5823bb322f40ef982dfe68817c1b581e.dat";

/// The file with the certificate password of `cert.app`.
const PASSWORD_FILE: &str = "9e2ff9cd8e07b3b9f0b8293ae067d2787a4b8f2e03db543340e3183ab057b800.dat";

fn fixture(name: &str) -> Vec<u8> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vault/tests/fixtures/dotnet");
    std::fs::read(directory.join(name)).unwrap()
}

fn text(name: &str) -> String {
    String::from_utf8(fixture(name)).unwrap()
}

/// Puts a secret file where the .NET tool keeps it.
fn put(home: &Home, file: &str, contents: impl AsRef<[u8]>) -> PathBuf {
    home.put(&format!(".config/azadtool/secure/{file}"), contents)
}

fn masked(text: impl AsRef<[u8]>) -> Vec<u8> {
    text.as_ref().iter().map(|byte| byte ^ 0xAA).collect()
}

/// A home as the .NET tool left it: `sp` with a secret, `cert.app` with a certificate password.
fn old_home() -> Home {
    let home = Home::new();
    home.put(
        ".config/entra-auth-cli/profiles.json",
        fixture("profiles.json"),
    );
    for file in [FILE, PASSWORD_FILE] {
        put(&home, file, fixture(file));
    }
    home
}

fn migrate(home: &Home, flags: &[&str]) -> Call {
    home.call(&["config", "migrate"]).args(flags)
}

/// The secret that is stored for a profile, if one is.
fn stored(home: &Home, profile: &str, field: &str) -> Option<String> {
    let call = home.call(&["config", "show", profile, "--show-secrets", "--yes"]);
    let shown = call.args(["-o", "json"]).run().answer_and_words().0;
    let shown: Value = serde_json::from_str(&shown).unwrap();
    shown[field].as_str().map(ToOwned::to_owned)
}

fn old_files(home: &Home) -> Vec<String> {
    let files = std::fs::read_dir(home.at(".config/azadtool/secure")).unwrap();
    let mut names: Vec<String> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn secrets_come_over_byte_for_byte_and_the_profiles_stay_as_they_are() {
    let home = old_home();
    let said = migrate(&home, &["--yes"]).run().answer_and_words();
    let (answer, said) = said;
    assert_eq!(answer, "");
    for expected in [
        "Profiles stay where they are",
        "Profile `sp`",
        "https://login.microsoftonline.com, tenant contoso.com",
        "its client secret is taken over",
        "Profile `cert.app`",
        "certificate: /home/me/app.pfx",
        "waits for            entra-auth-cli config trust cert.app",
        "its certificate password is taken over",
        "practically in the clear",
        "entra-auth-cli config edit sp --client-secret-stdin",
        "entra-auth-cli config edit cert.app --certificate-password-stdin",
        "2 old secret files can be deleted: entra-auth-cli config migrate --delete-old",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let (secret, password) = (text("app.secret"), text("certificate.password"));
    assert!(
        !said.contains(&secret) && !said.contains(&password),
        "{said}"
    );
    assert_eq!(stored(&home, "sp", "clientSecret"), Some(secret.clone()));
    let found = stored(&home, "cert.app", "certificatePassword");
    assert_eq!(found, Some(password.clone()));
    assert_eq!(
        std::fs::read(home.profiles()).unwrap(),
        fixture("profiles.json")
    );
    assert_eq!(old_files(&home).len(), 2);
    for (path, contents) in home.contents() {
        for secret in [&secret, &password] {
            let readable = contents
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!readable, "{}", path.display());
        }
    }
}

#[test]
fn done_again_it_finds_nothing_and_deletes_when_it_is_told_to() {
    let home = old_home();
    migrate(&home, &["--yes"]).run().answer_and_words();
    let before = home.contents();
    let (_, said) = migrate(&home, &["--keep-old"]).run().answer_and_words();
    assert!(said.contains("Nothing to take over."), "{said}");
    assert!(said.contains("stored here already, the same"), "{said}");
    assert!(!said.contains("--delete-old"), "{said}");
    assert_eq!(home.contents(), before);
    let (_, said) = migrate(&home, &["--delete-old"]).run().answer_and_words();
    assert!(said.contains("Deleted 2 old secret files."), "{said}");
    assert!(said.contains("snapshots"), "{said}");
    assert_eq!(old_files(&home), [""; 0]);
    let (_, said) = migrate(&home, &["--delete-old"]).run().answer_and_words();
    assert!(
        said.contains("Nothing to take over.") && !said.contains("Deleted"),
        "{said}"
    );
    let found = stored(&home, "sp", "clientSecret");
    assert_eq!(found, Some(text("app.secret")));
}

#[test]
fn a_dry_run_shows_all_and_changes_nothing() {
    let home = old_home();
    let before = home.contents();
    let flags = ["--dry-run", "--delete-old", "--yes"];
    let (_, said) = migrate(&home, &flags).run().answer_and_words();
    for expected in [
        "its client secret is taken over",
        "its certificate password is taken over",
        "Nothing was changed",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert_eq!(home.contents(), before);
    assert!(!home.state().join("store.json").exists(), "no key is made");
}

#[test]
fn a_stored_secret_stays_unless_it_is_to_be_overwritten() {
    let home = old_home();
    let edit = home.call(&["config", "edit", "sp", "--client-secret-stdin"]);
    edit.input("my own").run().answer_and_words();
    let before = home.contents();
    let flags = ["--yes", "--on-conflict", "fail"];
    let said = migrate(&home, &flags).run().failure(4);
    assert!(
        said.contains("other secrets are stored already for `sp`") && said.contains("overwrite"),
        "{said}"
    );
    assert_eq!(home.contents(), before);
    let flags = ["--yes", "--delete-old"];
    let (_, said) = migrate(&home, &flags).run().answer_and_words();
    assert!(
        said.contains("another one is stored here") && said.contains("--on-conflict overwrite"),
        "{said}"
    );
    let own = stored(&home, "sp", "clientSecret");
    assert_eq!(own.as_deref(), Some("my own"));
    // The file of the secret that was not taken stays.
    assert_eq!(old_files(&home), [FILE]);
    let flags = ["--yes", "--delete-old", "--on-conflict", "overwrite"];
    let (_, said) = migrate(&home, &flags).run().answer_and_words();
    assert!(said.contains("in place of the one stored here"), "{said}");
    let found = stored(&home, "sp", "clientSecret");
    assert_eq!(found, Some(text("app.secret")));
    assert_eq!(old_files(&home), [""; 0]);
}

/// Who can edit `profiles.json` must not get the secret by that.
#[test]
fn a_secret_is_not_taken_for_a_stranger() {
    let world = World::new();
    let home = old_home();
    let edited = format!(
        "\"authority\":\"{}\",\n    \"name\": \"sp\"",
        world.emulator.base_url()
    );
    home.edit_profiles(|text| text.replace("\"name\": \"sp\"", &edited));
    let flags = ["--yes", "--delete-old"];
    let (_, said) = migrate(&home, &flags).run().answer_and_words();
    for expected in [
        "stays in its file",
        "is no built-in cloud",
        "config edit sp --client-secret-stdin",
        "config trust sp",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert_eq!(stored(&home, "sp", "clientSecret"), None);
    assert_eq!(old_files(&home), [FILE]);
    assert!(stored(&home, "cert.app", "certificatePassword").is_some());
    let refused = home.call(&["get-token", "-p", "sp"]).run();
    refused.failure(4);
    assert_eq!(world.emulator.requests().len(), 0, "nothing was sent");
}

#[test]
fn a_profile_without_destination_or_with_a_reference_gets_none() {
    let home = old_home();
    home.edit_profiles(|text| {
        let text = text.replacen("\"tenantId\": \"contoso.com\"", "\"tenantId\": null", 1);
        let (reference, name) = (r#"{"env":"PFX_PASSWORD"}"#, "\"name\": \"cert.app\"");
        let with = format!("\"certificatePasswordFrom\": {reference}, {name}");
        text.replace(name, &with)
    });
    let (_, said) = migrate(&home, &["--yes"]).run().answer_and_words();
    assert!(said.contains("no tenant"), "{said}");
    assert!(said.contains("says where else it is"), "{said}");
    assert!(said.contains("Nothing to take over."), "{said}");
    assert_eq!(old_files(&home).len(), 2);
    assert!(!home.state().join("store.json").exists(), "no key is made");
}

#[test]
fn a_token_that_lacks_the_secret_says_where_it_is() {
    let home = old_home();
    let hint = "Take it over: entra-auth-cli config migrate";
    let said = home.call(&["get-token", "-p", "sp"]).run().failure(4);
    assert!(said.contains(hint), "{said}");
    std::fs::remove_file(home.at(".config/azadtool/secure").join(FILE)).unwrap();
    let said = home.call(&["get-token", "-p", "sp"]).run().failure(4);
    assert!(!said.contains("migrate"), "{said}");
    assert!(said.contains("config edit sp"), "{said}");
}

#[test]
fn without_anything_left_behind_it_says_so() {
    let home = Home::new();
    let (_, said) = migrate(&home, &[]).run().answer_and_words();
    assert!(said.contains("Nothing to take over."), "{said}");
    assert!(said.contains("azadtool/secure is not there"), "{said}");
    assert_eq!(home.files(), [""; 0].map(PathBuf::from));
}
