//! Exports of the .NET tool, made by `tests/peers/python/dotnet_tool.py`.

use std::path::Path;
use std::path::PathBuf;

use super::PASSPHRASE;
use super::import;
use super::names;
use crate::support::CLIENT_ID;
use crate::support::Home;
use crate::support::TENANT;
use crate::support::Terminal;
use crate::support::World;
use crate::support::assert_is_token;

fn fixture(name: &str) -> Vec<u8> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vault/tests/fixtures/dotnet");
    std::fs::read(directory.join(name)).unwrap()
}

fn put(home: &Home, name: &str) -> PathBuf {
    home.put("old.export", fixture(name))
}

fn secret() -> String {
    String::from_utf8(fixture("app.secret")).unwrap()
}

#[test]
fn a_profile_and_its_secret_come_over_byte_for_byte() {
    let app = emulator::App::confidential(CLIENT_ID).secret(secret());
    let world = World::with_app(app);
    let file = put(&world.home, "secret.export");
    let (answer, said) = import(&world.home, &file).run().answer_and_words();
    assert_eq!(answer, "");
    for expected in [
        "cannot tell whether somebody changed it",
        "Export of 2024-05-06T07:08:09Z",
        "https://login.microsoftonline.com, tenant contoso.com",
        "brings a client secret for",
        "`sp` is new",
        "config export sp --include-secrets",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert!(!said.contains(&secret()), "{said}");
    for (path, contents) in world.home.contents() {
        let secret = secret();
        let readable = contents
            .windows(secret.len())
            .any(|part| part == secret.as_bytes());
        assert!(!readable, "{}", path.display());
    }
    // The provider takes no other secret than the one that went in.
    let edit = world.call(&["config", "edit", "sp", "--authority"]);
    let edit = edit.arg(world.emulator.base_url());
    edit.args(["--tenant-id", TENANT]).run().answer_and_words();
    let trust = world.call(&["config", "trust", "sp", "--yes"]);
    trust.run().answer_and_words();
    let token = world.call(&["get-token", "-p", "sp"]).run();
    assert_is_token(&token.answer_and_words().0);
}

#[test]
fn a_certificate_password_comes_over_and_its_file_waits_for_trust() {
    let home = Home::new();
    let file = put(&home, "certificate.export");
    let (_, said) = import(&home, &file).run().answer_and_words();
    for expected in [
        "certificate: /home/me/app.pfx",
        "brings a certificate password for",
        "config trust cert.app",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert_eq!(names(&home), ["cert.app"]);
}

#[test]
fn a_wrong_passphrase_and_damage_have_the_same_words_and_change_nothing() {
    let home = Home::new();
    let whole = fixture("secret.export");
    let file = home.put("old.export", &whole);
    let wrong = import(&home, &file).env("PW", "another passphrase");
    let wrong = wrong.run().failure(4);
    assert!(wrong.contains("damaged or changed"), "{wrong}");
    let mut damaged = whole.clone();
    damaged[300] = if whole[300] == b'A' { b'B' } else { b'A' };
    for contents in [
        damaged,
        whole[..whole.len() - 24].to_vec(),
        fixture("unknown-field.refused"),
        fixture("control-character.refused"),
        fixture("bad-name.refused"),
    ] {
        home.put("old.export", contents);
        assert_eq!(import(&home, &file).run().failure(4), wrong);
    }
    home.put("old.export", &whole[..whole.len() - 4]);
    let said = import(&home, &file).run().failure(4);
    assert!(said.contains("cut short"), "{said}");
    assert_eq!(names(&home), [""; 0]);
    assert!(!home.state().join("store.json").exists(), "no key is made");
}

#[test]
fn what_is_inside_is_shown_before_anybody_agrees() {
    let home = Home::new();
    let file = put(&home, "secret.export");
    let call = super::with_passphrase(home.call(&["config", "import"])).arg(&file);
    let said = call.run().failure(7);
    assert!(
        said.contains("brings a client secret") && said.contains("--yes"),
        "{said}"
    );
    assert_eq!(names(&home), [""; 0]);
    let call = home.call(&["config", "import"]).arg(&file);
    let mut terminal = Terminal::start(call);
    terminal.wait_for("Passphrase of the export");
    terminal.type_line(PASSPHRASE);
    terminal.wait_for("brings a client secret");
    terminal.wait_for("Import this?");
    terminal.type_line("n");
    let (shown, code) = terminal.end();
    assert_eq!(code, 130, "{shown}");
    assert!(
        !shown.contains(PASSPHRASE) && !shown.contains(&secret()),
        "{shown}"
    );
    assert_eq!(names(&home), [""; 0]);
}
