//! docs/guide/staying-signed-in.md: every command, each with somebody signed in before.

use emulator::Endpoint;

use crate::flows::run;
use crate::flows::world;
use crate::text::blocks;
use crate::text::page;

const PAGE: &str = "docs/guide/staying-signed-in.md";

const CREATION: &str = "entra-auth-cli config create --name desktop-app --tenant-id \
     contoso.onmicrosoft.com --client-id 77777777-8888-9999-aaaa-bbbbbbbbbbbb --auth-method Public";

const SIGN_IN: &str = "entra-auth-cli get-token -p desktop-app";

/// What the next token takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    Nothing,
    RefreshToken,
    Person,
}

#[test]
fn every_command_forgets_what_the_page_says_and_no_more() {
    let world = world();
    run(&world, CREATION).answer_and_words();
    let mut seen = Vec::new();
    for command in blocks(&page(PAGE), "sh").into_iter().flatten() {
        run(&world, SIGN_IN).answer_and_words();
        // It asks, and here is nobody to answer.
        let consent = if command.contains(" config trust ") {
            " --yes"
        } else {
            ""
        };
        run(&world, &format!("{command}{consent}")).answer_and_words();
        world.emulator.clear_requests();
        run(&world, SIGN_IN).answer_and_words();
        let asked = |endpoint| !world.emulator.requests_to(endpoint).is_empty();
        let takes = match (asked(Endpoint::Authorize), asked(Endpoint::Token)) {
            (true, _) => Takes::Person,
            (false, true) => Takes::RefreshToken,
            (false, false) => Takes::Nothing,
        };
        seen.push((command, takes));
    }
    let seen: Vec<(&str, Takes)> = seen
        .iter()
        .map(|(command, takes)| (command.trim_start_matches("entra-auth-cli "), *takes))
        .collect();
    assert_eq!(
        seen,
        [
            ("cache list", Takes::Nothing),
            ("logout -p desktop-app", Takes::Person),
            ("logout -p desktop-app --all", Takes::Person),
            ("logout --all --yes", Takes::Person),
            ("logout -p desktop-app", Takes::Person),
            ("config trust desktop-app", Takes::Nothing),
            ("cache clear", Takes::RefreshToken),
            ("cache clear --sign-ins --yes", Takes::Person),
        ]
    );
}
