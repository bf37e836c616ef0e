//! Places where no store can be, or that cannot be trusted with one.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::support::Call;
use crate::support::Home;
use crate::support::SECRET;
use crate::support::World;
use crate::support::assert_is_token;
use crate::support::copy_of_the_program;
use crate::support::give_to_nobody;

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Calls the program as a user without rights, in a home that is theirs.
fn as_nobody(world: &World, arguments: &[&str]) -> Call {
    copy_of_the_program(&world.home).args(arguments)
}

#[test]
fn a_store_that_cannot_be_written_still_gives_what_it_holds() {
    let world = World::with_profile();
    let token = world.call(&["get-token"]).run().answer();
    give_to_nobody(world.home.path());
    for directory in ["", "locks", "tokens", "secrets", "approvals"] {
        set_mode(&world.home.state().join(directory), 0o500);
    }
    assert_eq!(as_nobody(&world, &["get-token"]).run().answer(), token);
    let said = as_nobody(&world, &["get-token", "--force"])
        .run()
        .failure(8);
    assert!(
        said.contains("Permission denied") && said.contains("--no-cache"),
        "{said}"
    );
    assert_eq!(world.emulator.token_requests(), 1);
    assert_is_token(
        &as_nobody(&world, &["get-token", "--no-cache"])
            .run()
            .answer(),
    );
    assert_eq!(as_nobody(&world, &["get-token"]).run().answer(), token);
}

#[test]
fn a_home_that_cannot_be_written_is_told() {
    let world = World::new();
    let call = as_nobody(&world, &["config", "create", "--name", "sp"]);
    let call = call.args(world.target()).arg("--client-secret-stdin");
    give_to_nobody(world.home.path());
    set_mode(world.home.path(), 0o555);
    let said = call.input(SECRET).run().failure(8);
    assert!(said.contains("Permission denied"), "{said}");
    let without = as_nobody_without_store(&world).run();
    assert_is_token(&without.answer());
}

/// The way out that the hints name.
fn as_nobody_without_store(world: &World) -> Call {
    world
        .home
        .call_of("setpriv".as_ref())
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(world.home.at("program"))
        .args(["get-token", "--no-cache"])
        .args(world.target())
        .env("ENTRA_AUTH_CLIENT_SECRET", SECRET)
}

#[test]
fn a_full_disk_loses_nothing() {
    let world = World::new();
    world.home.put("secret", SECRET);
    // A disk of its own, which goes with the shell that mounted it.
    let script = r#"
        mkdir -p "$HOME/.local" "$HOME/.config"
        mount -t tmpfs -o size=512k,mode=0700 tmpfs "$HOME/.local"
        mount -t tmpfs -o size=512k,mode=0700 tmpfs "$HOME/.config"
        program=$1; shift
        "$program" config create --name sp "$@" --client-secret-stdin < secret
        "$program" get-token > first
        cat /dev/zero > "$HOME/.local/filler" || cat /dev/zero > "$HOME/.config/filler" || true
        "$program" get-token > cached
        code=0; "$program" get-token --force > forced 2> forced.said || code=$?
        echo "$code" > forced.code
        code=0; printf other | "$program" config edit sp --client-secret-stdin 2> edit.said || code=$?
        echo "$code" > edit.code
        code=0; "$program" config edit sp --login-hint ann 2>> edit.said || code=$?
        echo "$code" >> edit.code
        rm "$HOME/.local/filler" "$HOME/.config/filler"
        "$program" get-token > still
        "$program" get-token --force > after
    "#;
    let outcome = world
        .home
        .call_of("unshare".as_ref())
        .args(["--mount", "--map-root-user", "sh", "-e", "-c", script, "sh"])
        .arg(env!("CARGO_BIN_EXE_entra-auth-cli"))
        .args(world.target())
        .run();
    assert_eq!(outcome.code(), Some(0), "{outcome:?}");
    let read = |name: &str| std::fs::read_to_string(world.home.at(name)).unwrap();
    assert_is_token(&read("first"));
    assert_eq!(read("cached"), read("first"));
    assert_eq!(read("still"), read("first"));
    assert_eq!(
        (read("forced.code").as_str(), read("forced").as_str()),
        ("8\n", "")
    );
    assert!(
        read("forced.said").contains("No space left on device"),
        "{}",
        read("forced.said")
    );
    assert!(
        read("forced.said").contains("hint: Make room"),
        "{}",
        read("forced.said")
    );
    assert_eq!(read("edit.code"), "8\n8\n", "{}", read("edit.said"));
    assert_is_token(&read("after"));
    assert_ne!(read("after"), read("first"));
}

#[test]
fn a_store_of_another_user_is_not_used() {
    let world = World::with_profile();
    // Root in somebody's home.
    give_to_nobody(&world.home.state());
    let said = world.call(&["get-token"]).run().failure(8);
    assert!(
        said.contains("lies in the home of user 65534, and you are root"),
        "{said}"
    );
    assert!(said.contains("ENTRA_AUTH_ALLOW_FOREIGN_HOME=1"), "{said}");
    let allowed = world
        .call(&["get-token"])
        .env("ENTRA_AUTH_ALLOW_FOREIGN_HOME", "1");
    assert_is_token(&allowed.run().answer());
    // Somebody with root's store in the way.
    let world = World::with_profile();
    let call = as_nobody(&world, &["get-token"]);
    give_to_nobody(&world.home.profiles());
    give_to_nobody(world.home.profiles().parent().unwrap());
    for directory in [".local", ".local/state", ".config"] {
        set_mode(&world.home.at(directory), 0o755);
    }
    set_mode(&world.home.state(), 0o755);
    let said = call.run().failure(8);
    assert!(said.contains("belongs to user 0, not to you"), "{said}");
}

#[test]
fn a_link_in_the_stores_place_is_not_followed() {
    let world = World::with_profile();
    let elsewhere = world.home.at("elsewhere");
    std::fs::rename(world.home.state(), &elsewhere).unwrap();
    symlink(&elsewhere, world.home.state()).unwrap();
    let said = world.call(&["get-token"]).run().failure(8);
    assert!(said.contains("entra-auth-cli is a symbolic link"), "{said}");
    assert!(said.contains("Links are not followed here"), "{said}");
}

#[test]
fn a_link_in_a_records_place_is_not_followed() {
    let world = World::with_profile();
    world.call(&["get-token"]).run().answer();
    let entry = world.home.token_files().remove(0);
    let precious = world.home.put("precious", "precious");
    std::fs::remove_file(&entry).unwrap();
    symlink(&precious, &entry).unwrap();
    let outcome = world.call(&["get-token"]).run();
    assert_eq!(outcome.code(), Some(8), "{outcome:?}");
    assert_eq!(std::fs::read(precious).unwrap(), b"precious");
}

#[test]
fn a_store_that_was_open_to_others_is_closed_and_that_is_said() {
    let world = World::with_profile();
    set_mode(&world.home.state(), 0o755);
    let (answer, said) = world.call(&["get-token"]).run().answer_and_words();
    assert_is_token(&answer);
    assert!(
        said.contains("was open to others (mode 755); it is closed now"),
        "{said}"
    );
    let mode = std::fs::metadata(world.home.state())
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o700);
    world.call(&["get-token"]).run().answer();
}

#[test]
fn without_a_home_the_variables_to_set_are_named() {
    let world = World::new();
    let call = || {
        world
            .call(&["get-token", "--no-cache"])
            .args(world.target())
            .env("ENTRA_AUTH_CLIENT_SECRET", SECRET)
            .without_env("HOME")
    };
    let said = call().run().failure(4);
    assert!(
        said.contains("HOME is not set") && said.contains("ENTRA_AUTH_STATE_DIR"),
        "{said}"
    );
    let named = call()
        .env("ENTRA_AUTH_CONFIG_DIR", world.home.at("c"))
        .env("ENTRA_AUTH_STATE_DIR", world.home.at("s"))
        .env("ENTRA_AUTH_DATA_DIR", world.home.at("d"));
    assert_is_token(&named.run().answer());
}

#[test]
fn without_a_keyring_the_key_file_is_told_of_once() {
    let world = World::new();
    let creation = world
        .creation("sp", &["--client-secret-stdin"])
        .input(SECRET);
    let (_, said) = creation
        .without_env("ENTRA_AUTH_KEY_STORE")
        .run()
        .answer_and_words();
    assert!(said.contains("warning: no keyring answered"), "{said}");
    assert!(said.contains(world.home.data().to_str().unwrap()), "{said}");
    let call = || {
        world
            .call(&["get-token"])
            .without_env("ENTRA_AUTH_KEY_STORE")
    };
    assert_is_token(&call().run().answer());
}

#[test]
fn a_passphrase_protects_where_it_was_chosen() {
    let world = World::new();
    let call = |arguments: &[&str], passphrase: &str| {
        world
            .call(arguments)
            .env("ENTRA_AUTH_KEY_STORE", "passphrase")
            .env("ENTRA_AUTH_PASSPHRASE", passphrase)
    };
    let creation = call(&["config", "create", "--name", "sp"], "correct horse");
    let creation = creation.args(world.target()).arg("--client-secret-stdin");
    creation.input(SECRET).run().answer_and_words();
    assert_is_token(&call(&["get-token"], "correct horse").run().answer());
    let said = call(&["get-token"], "battery staple").run().failure(8);
    assert!(said.contains("the passphrase is wrong"), "{said}");
    assert!(!said.contains("battery"), "{said}");
    let nobody_asked = world.call(&["get-token"]).run().failure(7);
    assert!(
        nobody_asked.contains("ENTRA_AUTH_PASSPHRASE"),
        "{nobody_asked}"
    );
    assert!(!world.home.data().exists(), "no key lies in a file");
}

/// Two homes on one machine do not meet.
#[test]
fn each_home_has_a_store_of_its_own() {
    let (one, other) = (World::with_profile(), Home::new());
    let held = one.emulator.hold_token_replies();
    let running = one.start_and_wait_until_it_asks();
    assert_eq!(other.call(&["config", "list", "-q"]).run().answer(), "");
    drop(held);
    assert_is_token(&running.finish().answer_and_words().0);
    assert!(other.files().is_empty());
}
