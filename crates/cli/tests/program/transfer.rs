//! Profiles on their way: `config export` and `config import`.

mod clashes;
mod dotnet;
mod hostile;
mod interrupted;
mod questions;

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;

use crate::support::CLIENT_ID;
use crate::support::Call;
use crate::support::Home;
use crate::support::SECRET;
use crate::support::World;
use crate::support::assert_is_token;

const PASSPHRASE: &str = "correct horse battery";

/// A call that is given the passphrase.
fn with_passphrase(call: Call) -> Call {
    call.env("PW", PASSPHRASE).args(["--passphrase-env", "PW"])
}

/// Exports these profiles of the home, secrets included, into its file `sealed`.
fn export(home: &Home, names: &[&str]) -> Vec<u8> {
    let file = home.at("sealed");
    let call = home
        .call(&["config", "export", "--include-secrets"])
        .args(names)
        .arg("--file")
        .arg(&file);
    with_passphrase(call).run().answer_and_words();
    std::fs::read(file).unwrap()
}

/// Imports a file that stands in the home, without questions.
fn import(home: &Home, file: &Path) -> Call {
    with_passphrase(home.call(&["config", "import", "--yes"])).arg(file)
}

/// Makes a profile that goes to that tenant of Microsoft's, with a secret of its own.
fn create(home: &Home, name: &str, tenant: &str) {
    home.call(&["config", "create", "--force", "--name", name])
        .args(["--tenant-id", tenant, "--client-id", CLIENT_ID])
        .arg("--client-secret-stdin")
        .input("a secret of its own")
        .run()
        .answer_and_words();
}

/// The names of the profiles.
fn names(home: &Home) -> Vec<String> {
    let listed = home.call(&["config", "list", "-q"]).run();
    let listed = listed.answer_and_words().0;
    listed.lines().map(ToOwned::to_owned).collect()
}

#[test]
fn a_secret_travels_sealed_and_serves_once_it_is_trusted() {
    let world = World::with_profile();
    let exported = export(&world.home, &["sp"]);
    let mode = std::fs::metadata(world.home.at("sealed")).unwrap();
    assert_eq!(mode.permissions().mode() & 0o777, 0o600);
    let there = Home::new();
    let file = there.put("sealed", &exported);
    let (answer, said) = import(&there, &file).run().answer_and_words();
    assert_eq!(answer, "");
    for expected in [
        "Profile `sp`",
        "brings a client secret for",
        "`sp` is new",
        "Imported profile `sp`.",
        "config trust sp",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert!(!said.contains(SECRET), "{said}");
    let refused = there.call(&["get-token", "-p", "sp"]).run().failure(4);
    assert!(refused.contains("config trust sp"), "{refused}");
    there
        .call(&["config", "trust", "sp", "--yes"])
        .run()
        .answer_and_words();
    assert_is_token(&there.call(&["get-token", "-p", "sp"]).run().answer());
    for (path, contents) in there.contents() {
        let readable = contents
            .windows(SECRET.len())
            .any(|part| part == SECRET.as_bytes());
        assert!(!readable, "{}", path.display());
    }
}

#[test]
fn plain_json_has_the_shape_of_profiles_and_no_secret() {
    let world = World::with_profile();
    let plain = world.call(&["config", "export", "SP"]).run().answer();
    assert!(!plain.contains(SECRET), "{plain}");
    let profiles: Value = serde_json::from_str(&plain).unwrap();
    let own: Value =
        serde_json::from_slice(&std::fs::read(world.home.profiles()).unwrap()).unwrap();
    assert_eq!(profiles, own);
    let there = Home::new();
    let call = there.call(&["config", "import", "-", "--yes"]).input(plain);
    let (_, said) = call.run().answer_and_words();
    assert!(
        said.contains("config edit sp --client-secret-stdin"),
        "{said}"
    );
    assert_eq!(names(&there), ["sp"]);
    assert!(there.token_files().is_empty());
    assert!(!there.state().join("store.json").exists(), "no key is made");
}

#[test]
fn all_profiles_or_those_named_go_along_each_once() {
    let world = World::with_profile();
    world.create("arm", &["--client-secret-stdin", "--scope", "arm"], SECRET);
    let exported = |arguments: &[&str]| {
        let call = world.call(&["config", "export"]).args(arguments);
        let profiles: Vec<Value> = serde_json::from_str(&call.run().answer()).unwrap();
        let names = profiles.iter().map(|profile| profile["name"].clone());
        names.collect::<Vec<_>>()
    };
    assert_eq!(exported(&["--all"]), ["sp", "arm"]);
    assert_eq!(exported(&["arm", "ARM", "sp"]), ["arm", "sp"]);
    for (arguments, code) in [
        (&["nobody"][..], 3),
        (&[][..], 4),
        (&["sp", "--all"][..], 4),
    ] {
        world
            .call(&["config", "export"])
            .args(arguments)
            .run()
            .failure(code);
    }
    world
        .home
        .edit_profiles(|text| text.replace("\"ClientSecret\"", "\"Magic\""));
    let said = world.call(&["config", "export", "--all"]).run().failure(4);
    assert!(said.contains("`sp`"), "{said}");
}

#[test]
fn a_passphrase_comes_by_stdin_file_or_variable() {
    let world = World::with_profile();
    let home = &world.home;
    let file = home.put("passphrase", format!("{PASSPHRASE}\n"));
    let file = file.to_str().unwrap();
    let export = |flags: &[&str]| {
        let sealed = home.at("sealed");
        home.call(&["config", "export", "sp", "--include-secrets", "--file"])
            .arg(sealed)
            .args(flags)
            .env("PW", PASSPHRASE)
    };
    let ways: [(&[&str], &str); 3] = [
        (&["--passphrase-stdin"], PASSPHRASE),
        (&["--passphrase-file", file], ""),
        (&["--passphrase-env", "PW"], ""),
    ];
    for (flags, input) in ways {
        export(flags).input(input).run().answer_and_words();
        let there = Home::new();
        let call = there.call(&["config", "import", "--yes"]).args(flags);
        let call = call.arg(home.at("sealed")).env("PW", PASSPHRASE);
        call.input(input).run().answer_and_words();
        assert_eq!(names(&there), ["sp"]);
    }
    // Without secrets a passphrase seals all the same.
    let call = home.call(&["config", "export", "sp"]);
    let sealed = with_passphrase(call).run();
    assert_eq!(sealed.code(), Some(0), "{sealed:?}");
    assert!(sealed.stdout.starts_with(b"EACLEXPT"));

    assert!(export(&[]).run().failure(7).contains("--passphrase-file"));
    let short = export(&["--passphrase-stdin"]).input("1234567").run();
    assert!(short.failure(4).contains("8 characters"));
    for flags in [
        &["--passphrase-env", "NONE"][..],
        &["--passphrase-env", "$PW"],
        &["--passphrase-file", "/none"],
    ] {
        let said = export(flags).run().failure(4);
        assert!(!said.contains(PASSPHRASE), "{said}");
    }
    let both = home.call(&["config", "import", "-", "--passphrase-stdin"]);
    assert!(both.input("x").run().failure(4).contains("both"));
}

#[test]
fn each_fault_of_a_file_has_its_words_and_changes_nothing() {
    let world = World::with_profile();
    let whole = export(&world.home, &["sp"]);
    let there = Home::new();
    create(&there, "mine", "contoso.com");
    let file = there.put("sealed", &whole);
    let before = there.contents();
    let fails = |contents: &[u8], passphrase: &str, expected: &str| {
        std::fs::write(&file, contents).unwrap();
        let call = import(&there, &file).env("PW", passphrase);
        let said = call.run().failure(4);
        assert!(said.contains(expected), "{expected}: {said}");
        assert!(!said.contains(SECRET), "{said}");
        std::fs::write(&file, &whole).unwrap();
        assert_eq!(there.contents(), before, "{expected}");
    };
    let changed = |at: usize, byte: u8| {
        let mut changed = whole.clone();
        changed[at] = byte;
        changed
    };
    fails(&whole, "another passphrase", "the passphrase is wrong");
    fails(&changed(120, !whole[120]), PASSPHRASE, "checksum");
    fails(&whole[..whole.len() - 1], PASSPHRASE, "cut short");
    fails(&whole[..4], PASSPHRASE, "cut short");
    fails(&changed(9, 2), PASSPHRASE, "newer version");
    fails(b"", PASSPHRASE, "no export");
    fails(b"hello", PASSPHRASE, "no export");
    fails(b"[{\"name\":\"a\"},", PASSPHRASE, "sealed:1:");
    fails(b"{\"a\":1}", PASSPHRASE, "no `profiles`");
    fails(b"[\n{\"name\":\"a\"}]", PASSPHRASE, "sealed:2");
    for place in [there.at("none"), there.path().to_owned()] {
        let said = import(&there, &place).run().failure(4);
        assert!(said.contains("cannot be read"), "{said}");
    }
    // Changes all over the file: header, salt, commitment, nonce, length, text, checksum.
    for at in (0..whole.len()).step_by(whole.len() / 40) {
        std::fs::write(&file, changed(at, whole[at] ^ 0x55)).unwrap();
        import(&there, &file).run().failure(4);
    }
    std::fs::write(&file, &whole).unwrap();
    assert_eq!(there.contents(), before);
}

#[test]
fn an_export_replaces_a_file_and_follows_no_link() {
    let world = World::with_profile();
    let target = world.home.put("target", "mine");
    let link = world.home.at("link");
    std::os::unix::fs::symlink(&target, &link).unwrap();
    let call = world.call(&["config", "export", "sp", "--file"]).arg(&link);
    call.run().failure(8);
    assert_eq!(std::fs::read(&target).unwrap(), b"mine");
    let call = world.call(&["config", "export", "sp", "--file"]);
    let (answer, said) = call.arg(&target).run().answer_and_words();
    assert_eq!(answer, "");
    assert!(said.contains("Wrote 1 profile and 0 secrets"), "{said}");
    assert!(std::fs::read(&target).unwrap().starts_with(b"["));
}

#[test]
fn what_a_profile_refers_to_is_named_and_waits_for_trust() {
    let world = World::with_profile();
    let flags = ["--client-secret-env", "DEPLOYER_SECRET"];
    world.create("refers", &flags, "");
    let file = world.home.at("plain");
    let call = world
        .call(&["config", "export", "refers", "--file"])
        .arg(&file);
    let (_, said) = call.run().answer_and_words();
    assert!(said.contains("not part of the export"), "{said}");
    let there = Home::new();
    let file = there.put("plain", std::fs::read(file).unwrap());
    let (_, said) = import(&there, &file).run().answer_and_words();
    assert!(
        said.contains("environment variable DEPLOYER_SECRET"),
        "{said}"
    );
    assert!(said.contains("config trust refers"), "{said}");
    let call = there.call(&["get-token"]).env("DEPLOYER_SECRET", SECRET);
    call.run().failure(4);
    assert_eq!(world.emulator.requests().len(), 0, "nothing was sent");
}
