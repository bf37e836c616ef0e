//! The manual pages, as the program prints them and `man` shows them.

#[cfg(target_os = "linux")]
use std::path::Path;

use crate::support::Home;

fn names(home: &Home) -> Vec<String> {
    let names = home.call(&["manual"]).run().answer();
    names.lines().map(str::to_owned).collect()
}

// The `man` of other systems has no `--warnings`.
#[cfg(target_os = "linux")]
#[test]
fn every_page_is_formatted_without_a_warning() {
    let home = Home::new();
    for name in names(&home) {
        let page = home.call(&["manual", &name]).run().answer();
        assert!(page.is_ascii(), "{name}");
        let file = home.put(&name, &page);
        let groff = home.call_of(Path::new("groff"));
        let groff = groff.args(["-man", "-ww", "-Tutf8", "-z"]).arg(&file);
        assert_eq!(groff.run().answer(), "", "{name}");
        let man = home.call_of(Path::new("man")).args(["--warnings", "-l"]);
        let shown = man.arg(&file).env("LC_ALL", "C.UTF-8").run().answer();
        let title = name.trim_end_matches(".1");
        for expected in ["NAME", "SYNOPSIS", "OPTIONS", title] {
            assert!(shown.contains(expected), "{name}: {expected}");
        }
    }
}

#[test]
fn there_is_a_page_for_each_command_that_is_named() {
    let home = Home::new();
    let names = names(&home);
    for name in [
        "entra-auth-cli.1",
        "entra-auth-cli-get-token.1",
        "entra-auth-cli-config.1",
        "entra-auth-cli-config-create.1",
        "entra-auth-cli-completions.1",
    ] {
        assert!(names.iter().any(|found| found == name), "{name}");
    }
    for hidden in ["complete.1", "manual.1", "help.1", "visit-sign-in-page.1"] {
        assert!(
            !names
                .iter()
                .any(|name| name.ends_with(&format!("-{hidden}"))),
            "{hidden}"
        );
    }
}

#[test]
fn a_page_says_what_help_says_and_leads_to_its_subcommands() {
    let home = Home::new();
    let page = |name: &str| home.call(&["manual", name]).run().answer();
    let program = page("entra-auth-cli.1");
    assert!(
        program.contains("entra\\-auth\\-cli\\-get\\-token(1)"),
        "{program}"
    );
    let exit_codes = "  3 profile not found                 8 the local store";
    assert!(program.contains(exit_codes), "{program}");
    let get_token = page("entra-auth-cli-get-token.1");
    assert!(
        get_token.contains("An HTTP header: Authorization: Bearer \\[u2026]"),
        "{get_token}"
    );
    assert!(get_token.contains("Neither read nor write the cache"));
}

#[test]
fn a_page_that_there_is_not_is_an_error() {
    let said = Home::new().call(&["manual", "nothing.1"]).run().failure(4);
    assert!(said.contains("there is no page `nothing.1`"), "{said}");
}
