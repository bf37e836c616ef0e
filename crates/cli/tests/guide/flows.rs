//! docs/guide/flows.md: every command, with the profile names it uses.

use std::path::Path;

use clap::Parser as _;
use emulator::App;
use emulator::Emulator;
use entra_auth_cli::args::Arguments;
use protocol::aadsts::Topic;
use serde_json::Value;

use crate::support::Home;
use crate::support::Identity;
use crate::support::Outcome;
use crate::support::Terminal;
use crate::support::World;
use crate::text::Step;
use crate::text::page;
use crate::text::steps;

const PAGE: &str = "docs/guide/flows.md";

/// The commands of flows that are not in this version. Once one is, it belongs to the others.
const NOT_YET: [&str; 5] = [
    "entra-auth-cli get-token -p webapp -f AuthorizationCode",
    "entra-auth-cli get-token -p iot-device -f DeviceCode",
    "entra-auth-cli get-token -p desktop-app -f InteractiveBrowser",
    "entra-auth-cli get-token -p myprofile -f DeviceCode",
    "entra-auth-cli get-token -p personal-graph -f InteractiveBrowser",
];

/// The command that asks a person.
const ASKING: &str = "entra-auth-cli config create";

const SECRET: &str = "s3cr~t+/=&%25 x";

/// The guide's applications, and a home in which its commands find what they name. `config create`
/// is pointed at the look-alike; all else is run as it stands.
fn world() -> World {
    let confidential = |client_id: &str| App::confidential(client_id).secret(SECRET);
    let automation = App::confidential("22222222-3333-4444-5555-666666666666");
    let emulator = Emulator::builder()
        .app(confidential("11111111-2222-3333-4444-555555555555"))
        .app(automation.certificate(Identity::shared().certificate.clone()))
        .app(App::public("33333333-4444-5555-6666-777777777777"))
        .app(confidential("44444444-5555-6666-7777-888888888888"))
        .start()
        .unwrap();
    let home = Home::new();
    home.put("automation.pem", &Identity::shared().pem);
    home.put_script(
        "bin/entra-auth-cli",
        &format!(
            "case \"$1 $2\" in\n'config create') exec {program} \"$@\" --authority {url} ;;\nesac\n\
             exec {program} \"$@\"",
            program = env!("CARGO_BIN_EXE_entra-auth-cli"),
            url = emulator.base_url(),
        ),
    );
    World { emulator, home }
}

fn run(world: &World, command: &str) -> Outcome {
    let path = format!(
        "{}:{}",
        world.home.at("bin").display(),
        std::env::var("PATH").unwrap()
    );
    world
        .home
        .call_of(Path::new("sh"))
        .args(["-c", command])
        .env("PATH", path)
        .env("CLIENT_SECRET", SECRET)
        .env("DEPLOYER_SECRET", SECRET)
        .run()
}

/// Whether what was printed is what is shown; `…` at a line's end stands for more.
#[track_caller]
fn assert_is_shown(step: &Step, outcome: Outcome) {
    let (answer, said) = outcome.answer_and_words();
    let printed: Vec<&str> = said.lines().chain(answer.lines()).collect();
    assert_eq!(printed.len(), step.shown.len(), "{step:?}: {printed:?}");
    for (printed, shown) in printed.into_iter().zip(&step.shown) {
        match shown.strip_suffix('…') {
            Some(begin) => assert!(printed.starts_with(begin), "{step:?}: {printed}"),
            None => assert_eq!(printed, shown, "{step:?}"),
        }
    }
}

fn parsed(command: &str) -> Arguments {
    let words = shlex::split(command).unwrap();
    Arguments::try_parse_from(words).unwrap_or_else(|error| panic!("{command}: {error}"))
}

#[test]
fn every_command_does_what_is_shown() {
    let world = world();
    let steps = steps(&page(PAGE));
    let is_for_later =
        |step: &&Step| step.command == ASKING || NOT_YET.contains(&step.command.as_str());
    let mut tokens = 0;
    for step in steps.iter().filter(|step| !is_for_later(step)) {
        assert_is_shown(step, run(&world, &step.command));
        tokens += usize::from(step.command.contains("get-token"));
    }
    assert_eq!(tokens, 3, "one of each profile that gets a token today");
    assert_eq!(world.emulator.token_requests(), tokens);
}

#[test]
fn commands_of_flows_to_come_are_understood_and_say_so() {
    let world = world();
    let steps = steps(&page(PAGE));
    for command in NOT_YET {
        assert!(
            steps.iter().any(|step| step.command == command),
            "{command}"
        );
        parsed(command);
        let name = command
            .split(' ')
            .skip_while(|word| *word != "-p")
            .nth(1)
            .unwrap();
        let profile = "config create --tenant-id contoso.onmicrosoft.com --client-id \
                       33333333-4444-5555-6666-777777777777 --auth-method Public";
        run(&world, &format!("entra-auth-cli {profile} --name {name}")).answer_and_words();
        let error = run(&world, &format!("{command} -o json")).failure_document(4);
        assert_eq!(error["code"], "flow_not_supported", "{command}");
    }
}

#[test]
fn config_create_asks_for_the_default_flow() {
    let world = world();
    let step = steps(&page(PAGE));
    let step = step.iter().find(|step| step.command == ASKING).unwrap();
    let questions: Vec<&str> = step
        .shown
        .iter()
        .filter_map(|line| line.strip_prefix("> "))
        .collect();
    assert_eq!(
        questions,
        [
            "Set default OAuth2 flow? Yes",
            "Default OAuth2 flow: ClientCredentials"
        ]
    );

    let mut terminal = Terminal::start(world.call(&["config", "create"]));
    for (question, answer) in [
        ("Profile name:", "service-principal"),
        ("Tenant:", "contoso.onmicrosoft.com"),
        ("Client id:", "11111111-2222-3333-4444-555555555555"),
        ("Authentication method:", ""),
        ("Client secret:", SECRET),
        ("Scopes:", ""),
        ("Set default OAuth2 flow?", "y"),
        ("Default OAuth2 flow:", ""),
        ("Save this profile?", "y"),
    ] {
        terminal.wait_for(question);
        terminal.type_line(answer);
    }
    let (shown, code) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    let profiles = std::fs::read_to_string(world.home.profiles()).unwrap();
    let profiles: Value = serde_json::from_str(&profiles).unwrap();
    assert_eq!(profiles[0]["defaultFlow"], "ClientCredentials");
}

#[test]
fn every_trouble_names_the_codes_that_stand_behind_it() {
    let page = page(PAGE);
    for topic in Topic::ALL {
        let heading = format!("### \"{}\"\n\n", topic.title());
        let (_, below) = page
            .split_once(&heading)
            .unwrap_or_else(|| panic!("{heading}"));
        let codes = below.lines().next().unwrap();
        let expected: Vec<_> = topic
            .entries()
            .map(|entry| format!("AADSTS{}", entry.code))
            .collect();
        assert_eq!(codes, expected.join(", "), "{}", topic.title());
    }
}
