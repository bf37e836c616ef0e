//! Places that do not serve, files that do not parse.

use super::finding;
use super::report;
use super::set_mode;
use super::told;
use crate::support::Home;
use crate::support::World;
use crate::support::copy_of_the_program;
use crate::support::give_to_nobody;
use crate::support::named_in_snapshots;

#[test]
fn a_broken_file_of_profiles_and_a_broken_entry_are_named() {
    let _names = named_in_snapshots();
    let home = Home::new();
    home.put(".config/entra-auth-cli/profiles.json", "[{\"name\": ");
    let broken = report(home.call(&["doctor", "--offline"]));
    insta::assert_snapshot!(told(&broken, "profiles.file"), @r"
    failed: [home]/.config/entra-auth-cli/profiles.json:1:10: EOF while parsing a value
    Correct the file by hand; it is not changed while it is broken.
    ");
    home.put(
        ".config/entra-auth-cli/profiles.json",
        r#"[{"name": "sp", "authMethod": "Telepathy"}]"#,
    );
    let entry = report(home.call(&["doctor", "--offline"]));
    insta::assert_snapshot!(told(&entry, "profiles.file"), @r"
    failed: [home]/.config/entra-auth-cli/profiles.json: line 1, `sp`: there is no authentication method `Telepathy`: the valid ones are ClientSecret, Certificate, PasswordlessCertificate, ClientAssertion, Public
    Mend these entries in the file, or delete them and make them anew: entra-auth-cli config create
    ");
}

#[test]
fn a_home_that_cannot_be_written_is_a_failure() {
    let home = Home::new();
    let call = copy_of_the_program(&home).args(["doctor", "--offline"]);
    give_to_nobody(home.path());
    set_mode(home.path(), 0o555);
    let _names = named_in_snapshots();
    let report = report(call);
    insta::assert_snapshot!(told(&report, "directory.state"), @r"
    failed: [home]/.local/state/entra-auth-cli cannot be written to
    Make it writable, or name another place: ENTRA_AUTH_CONFIG_DIR, ENTRA_AUTH_STATE_DIR, ENTRA_AUTH_DATA_DIR
    ");
    assert_eq!(finding(&report, "directory.config")["status"], "failed");
}

#[test]
fn a_store_of_another_user_is_a_failure() {
    let world = World::with_profile();
    let state = world.home.state();
    give_to_nobody(&state);
    let _names = named_in_snapshots();
    let report = report(world.call(&["doctor", "--offline"]));
    insta::assert_snapshot!(told(&report, "directory.state"), @r#"
    failed: [home]/.local/state/entra-auth-cli belongs to user 65534, not to you
    Run this as that user, or: chown "$(id -u)" [home]/.local/state/entra-auth-cli
    "#);
    assert_eq!(finding(&report, "store.header")["status"], "failed");
}

#[test]
fn a_full_disk_is_a_failure() {
    let home = Home::new();
    let script = r#"
        mkdir -p "$HOME/.local"
        mount -t tmpfs -o size=512k,mode=0700 tmpfs "$HOME/.local"
        cat /dev/zero > "$HOME/.local/filler" 2> "$HOME/said" || true
        exec "$1" doctor --offline -o json
    "#;
    let outcome = home
        .call_of("unshare".as_ref())
        .args(["--mount", "--map-root-user", "sh", "-c", script, "sh"])
        .arg(env!("CARGO_BIN_EXE_entra-auth-cli"))
        .run();
    assert_eq!(outcome.code(), Some(1), "{outcome:?}");
    let report = serde_json::from_str(outcome.stdout()).unwrap();
    let _names = named_in_snapshots();
    insta::assert_snapshot!(told(&report, "directory.state"), @r"
    failed: [home]/.local/state/entra-auth-cli: only 0 KiB are free
    Make room on that disk.
    ");
}

/// A call in a network of its own, with nothing in it but the loopback of IPv4, or not even that.
fn in_a_network_of_its_own(home: &Home, script: &str) -> serde_json::Value {
    let script = format!("{script} exec \"$1\" doctor --offline -o json");
    let outcome = home
        .call_of("unshare".as_ref())
        .args(["--net", "--map-root-user", "sh", "-c", &script, "sh"])
        .arg(env!("CARGO_BIN_EXE_entra-auth-cli"))
        .run();
    serde_json::from_str(outcome.stdout()).unwrap_or_else(|error| panic!("{error}: {outcome:?}"))
}

#[test]
fn a_machine_without_one_loopback_is_warned_of() {
    let home = Home::new();
    let without_six = "ip link set lo up; sysctl -qw net.ipv6.conf.lo.disable_ipv6=1;";
    let report = in_a_network_of_its_own(&home, without_six);
    insta::assert_snapshot!(told(&report, "loopback"), @r"
    warning: not both can be listened on: ::1: Cannot assign requested address (os error 99)
    A browser that takes `localhost` for ::1 is not heard: register http://127.0.0.1
    ");
    let without_four = "ip link set lo up; ip addr del 127.0.0.1/8 dev lo;";
    let report = in_a_network_of_its_own(&home, without_four);
    insta::assert_snapshot!(told(&report, "loopback"), @r"
    warning: not both can be listened on: 127.0.0.1: Cannot assign requested address (os error 99)
    A browser that takes `localhost` for 127.0.0.1 is not heard: let this machine have that address, or sign in with -f DeviceCode
    ");
}

#[test]
fn what_would_open_a_page_is_told() {
    let home = Home::new();
    let with = |variables: &[(&str, &str)]| {
        let call = home.call(&["doctor", "--offline"]);
        let call = variables
            .iter()
            .fold(call, |call, (name, value)| call.env(name, value));
        told(&report(call), "browser")
    };
    let named = with(&[("BROWSER", "firefox")]);
    assert!(named.contains(": $BROWSER (firefox) would open"), "{named}");
    let remote = with(&[("BROWSER", "firefox"), ("SSH_TTY", "/dev/pts/1")]);
    assert!(
        remote.starts_with(
            "warning: $BROWSER (firefox) would open, but its loopback may be another machine's \
             (found: an SSH session"
        ),
        "{remote}"
    );
    let text = with(&[("BROWSER", "w3m")]);
    assert!(
        text.starts_with(
            "warning: none can be opened here (found: a text browser in $BROWSER (w3m)"
        ),
        "{text}"
    );
    let display = with(&[("DISPLAY", ":0")]);
    assert!(
        display.contains("the system's browser would open"),
        "{display}"
    );
}

#[test]
fn modes_that_let_others_in_are_told_and_left() {
    let world = World::with_profile();
    let state = world.home.state();
    set_mode(&state, 0o755);
    let _names = named_in_snapshots();
    let open = report(world.call(&["doctor", "--offline"]));
    insta::assert_snapshot!(told(&open, "directory.state"), @r"
    warning: [home]/.local/state/entra-auth-cli is open to other users (mode 755)
    chmod 700 [home]/.local/state/entra-auth-cli; the next command does it by itself
    ");
    set_mode(&state, 0o700);
    let profiles = world.home.profiles();
    let config = profiles.parent().unwrap();
    set_mode(config, 0o777);
    let writable = report(world.call(&["doctor", "--offline"]));
    insta::assert_snapshot!(told(&writable, "directory.config"), @r"
    warning: [home]/.config/entra-auth-cli can be written to by other users (mode 777): they could change where your profiles lead
    chmod go-w [home]/.config/entra-auth-cli
    ");
    set_mode(config, 0o755);
    let shared = report(world.call(&["doctor", "--offline"]));
    assert_eq!(finding(&shared, "directory.config")["status"], "ok");
    let key = std::fs::read_dir(world.home.data()).unwrap();
    let key = key
        .map(|entry| entry.unwrap().path())
        .find(|path| path.is_file());
    let key = key.unwrap();
    set_mode(&key, 0o644);
    let readable = report(world.call(&["doctor", "--offline"]));
    let named = told(&readable, "store.files").replace(&key.display().to_string(), "[key]");
    insta::assert_snapshot!(named, @r"
    warning: other users may read or write [key], or it is theirs
    chmod -R go= [home]/.local/state/entra-auth-cli [home]/.local/share/entra-auth-cli
    ");
}

#[test]
fn a_lost_key_is_a_failure_and_says_what_to_do() {
    let world = World::with_profile();
    world.home.lose_key();
    let report = report(world.call(&["doctor", "--offline"]));
    assert_eq!(finding(&report, "store.key")["status"], "failed");
    assert!(finding(&report, "store.key")["fix"].is_string());
}

#[test]
fn variables_are_named_without_their_values() {
    let home = Home::new();
    let call = home.call(&["doctor", "--offline"]);
    let report = report(
        call.env("ENTRA_AUTH_CLIENT_SECRET", "canaryOfTheVariable")
            .env("ENTRA_AUTH_TENANT_ID", "contoso.com")
            .env("AZURE_TENANT_ID", "fabrikam.com")
            .env("https_proxy", "http://user:canaryOfTheProxy@proxy:1"),
    );
    assert!(!report.to_string().contains("canary"), "{report}");
    insta::assert_snapshot!(told(&report, "variables"), @r"
    ok: set: ENTRA_AUTH_TENANT_ID, ENTRA_AUTH_CLIENT_SECRET, ENTRA_AUTH_KEY_STORE, HTTPS_PROXY, AZURE_TENANT_ID
    -
    ");
    insta::assert_snapshot!(told(&report, "variables.azure"), @r"
    warning: AZURE_TENANT_ID gives way to ENTRA_AUTH_TENANT_ID
    Unset the one that is not meant.
    ");
}

#[test]
fn a_useless_file_of_authorities_is_named() {
    let home = Home::new();
    let call = home.call(&["doctor", "--offline"]);
    let file = home.put("empty.pem", "");
    let _names = named_in_snapshots();
    let report = report(call.env("SSL_CERT_FILE", file));
    insta::assert_snapshot!(told(&report, "trust"), @r"
    failed: the CA file [home]/empty.pem holds no certificate
    Let SSL_CERT_FILE name a PEM file of certificates, or unset it.
    ");
}
