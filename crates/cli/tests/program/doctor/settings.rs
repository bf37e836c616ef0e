//! Settings that cannot be meant, and which profile is meant: `doctor` goes on whatever they say.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use super::finding;
use super::report;
use super::told;
use super::with_status;
use crate::support::Call;
use crate::support::Home;
use crate::support::World;

fn doctor(home: &Home) -> Call {
    home.call(&["doctor", "--offline"])
}

#[test]
fn every_variable_that_is_set_wrongly_is_a_finding_and_the_rest_is_looked_at() {
    let home = Home::new();
    for name in [
        "ENTRA_AUTH_KEY_STORE",
        "ENTRA_AUTH_CLOUD",
        "ENTRA_AUTH_AUTHORITY",
        "ENTRA_AUTH_AUTHORITY_TYPE",
        "ENTRA_AUTH_FLOW",
        "ENTRA_AUTH_TENANT_ID",
        "ENTRA_AUTH_CLIENT_ID",
        "ENTRA_AUTH_REDIRECT_URI",
        "AZURE_TENANT_ID",
        "AZURE_AUTHORITY_HOST",
    ] {
        let report = report(doctor(&home).env(name, "canary of a\tvalue"));
        let found = told(&report, "variables.values");
        assert!(
            found.starts_with(&format!(
                "failed: {name} is set to what it cannot be\n{name}: "
            )),
            "{found}"
        );
        assert!(!report.to_string().contains("canary"), "{report}");
        assert_eq!(
            with_status(&report, "failed"),
            ["variables.values"],
            "{name}"
        );
        assert_eq!(finding(&report, "profiles.file")["status"], "ok", "{name}");
    }
    let said = report(doctor(&home).env("ENTRA_AUTH_CLOUD", OsStr::from_bytes(b"\xff")));
    insta::assert_snapshot!(told(&said, "variables.values"), @r"
    failed: ENTRA_AUTH_CLOUD is no Unicode text, and counts as unset
    Set ENTRA_AUTH_CLOUD anew, or unset it.
    ");
}

#[test]
fn a_place_for_files_that_there_is_not_is_a_finding() {
    let home = Home::new();
    let homeless = report(doctor(&home).without_env("HOME"));
    insta::assert_snapshot!(told(&homeless, "variables.values"), @r"
    failed: HOME is not set, so there is no place for files
    Set HOME, or ENTRA_AUTH_CONFIG_DIR, ENTRA_AUTH_STATE_DIR and ENTRA_AUTH_DATA_DIR to absolute paths.
    ");
    for id in [
        "directory.config",
        "directory.state",
        "directory.data",
        "profiles.file",
        "profiles.chosen",
        "store.header",
        "store.key",
        "store.session-key",
        "store.locks",
    ] {
        assert_eq!(
            told(&homeless, id),
            "skipped: there is no place for files (see Values of variables)\n-"
        );
    }
    assert_eq!(finding(&homeless, "loopback")["status"], "ok");
    for name in [
        "ENTRA_AUTH_CONFIG_DIR",
        "ENTRA_AUTH_STATE_DIR",
        "ENTRA_AUTH_DATA_DIR",
    ] {
        let relative = report(doctor(&home).env(name, "here"));
        let found = told(&relative, "variables.values");
        let expected = format!("failed: {name} must be an absolute path, not here\n");
        assert!(found.starts_with(&expected), "{found}");
    }
}

#[test]
fn a_broken_file_of_profiles_is_a_finding_whichever_is_meant() {
    let home = Home::new();
    for (text, id) in [
        ("[{\"name\": ", "profiles.file"),
        ("{\"profiles\": 1}", "profiles.file"),
        ("\u{feff}nonsense", "profiles.file"),
        (
            r#"[{"name": "sp", "authMethod": "Telepathy"}]"#,
            "profiles.file",
        ),
    ] {
        home.put(".config/entra-auth-cli/profiles.json", text);
        for meant in [&["-p", "sp"][..], &["--all-profiles"], &[]] {
            let found = report(doctor(&home).args(meant));
            assert_eq!(with_status(&found, "failed"), [id], "{text} {meant:?}");
        }
        let by_variable = doctor(&home).env("ENTRA_AUTH_PROFILE", "sp");
        assert_eq!(with_status(&report(by_variable), "failed"), [id], "{text}");
    }
}

#[test]
fn the_choice_of_the_profile_is_told() {
    let world = World::with_profile();
    let chosen = |call: Call| told(&report(call.arg("--offline")), "profiles.chosen");
    insta::assert_snapshot!(chosen(Home::new().call(&["doctor"])), @r"
    ok: there is none yet
    Make one: entra-auth-cli config create
    ");
    insta::assert_snapshot!(chosen(world.call(&["doctor"])), @r"
    ok: `sp` is examined, which get-token takes unless told otherwise
    -
    ");
    insta::assert_snapshot!(chosen(world.call(&["doctor", "-p", "sp"])), @r"
    ok: `sp` is examined, as -p says
    -
    ");
    let by_variable = world.call(&["doctor"]).env("ENTRA_AUTH_PROFILE", "sp");
    insta::assert_snapshot!(chosen(by_variable), @r"
    ok: `sp` is examined, as ENTRA_AUTH_PROFILE says
    -
    ");
    let by_variable = world.call(&["doctor"]).env("ENTRA_AUTH_PROFILE", "nobody");
    insta::assert_snapshot!(chosen(by_variable), @r"
    failed: there is no profile `nobody`
    The profiles are: sp
    The name comes from ENTRA_AUTH_PROFILE.
    ");
    let application = world
        .call(&["doctor"])
        .env("ENTRA_AUTH_CLIENT_ID", crate::support::CLIENT_ID);
    insta::assert_snapshot!(chosen(application), @r"
    ok: none is examined: ENTRA_AUTH_CLIENT_ID names an application, and get-token then takes no profile
    Examine one, or all: -p NAME, --all-profiles
    ");
    world.create("other", &["--auth-method", "Public"], "");
    insta::assert_snapshot!(chosen(world.call(&["doctor"])), @r"
    warning: none is examined: there are sp, other, and none is named or called `default`, so get-token asks which, and in a script fails
    Examine one, or all: -p NAME, --all-profiles
    ");
    insta::assert_snapshot!(chosen(world.call(&["doctor", "--all-profiles"])), @r"
    ok: 2 of 2 are examined
    -
    ");
}
