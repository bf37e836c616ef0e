//! docs/guide/flows.md: every command, with the profile names it uses.

use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use emulator::App;
use emulator::Emulator;
use emulator::Endpoint;
use emulator::Platform;
use protocol::aadsts::Topic;
use serde_json::Value;

use crate::support::Home;
use crate::support::Identity;
use crate::support::Outcome;
use crate::support::Running;
use crate::support::Terminal;
use crate::support::World;
use crate::text::Step;
use crate::text::page;
use crate::text::steps;

const PAGE: &str = "docs/guide/flows.md";

/// The command that asks a person.
const ASKING: &str = "entra-auth-cli config create";

/// Who signs in: the person that `demo` plays.
const USER: &str = "ada@contoso.onmicrosoft.com";

const SECRET: &str = "s3cr~t+/=&%25 x";

/// The guide's applications, and a home in which its commands find what they name. `config create`
/// is pointed at the look-alike; all else is run as it stands.
pub(crate) fn world() -> World {
    let confidential = |client_id: &str| App::confidential(client_id).secret(SECRET);
    let public = |client_id: &str| {
        App::public(client_id).redirect_uri(Platform::PublicClient, "http://localhost")
    };
    let automation = App::confidential("22222222-3333-4444-5555-666666666666");
    let emulator = Emulator::builder()
        .app(confidential("11111111-2222-3333-4444-555555555555"))
        .app(automation.certificate(Identity::shared().certificate.clone()))
        .app(confidential("44444444-5555-6666-7777-888888888888"))
        .app(
            confidential("55555555-6666-7777-8888-999999999999")
                .redirect_uri(Platform::Web, "http://localhost:8080"),
        )
        .app(public("33333333-4444-5555-6666-777777777777"))
        .app(public("66666666-7777-8888-9999-aaaaaaaaaaaa"))
        .app(public("77777777-8888-9999-aaaa-bbbbbbbbbbbb"))
        .device_code_interval(Duration::from_secs(1))
        .start()
        .unwrap();
    let home = Home::new();
    home.put("automation.pem", &Identity::shared().pem);
    // Other tests may hold port 8080; the look-alike takes any, as Entra does.
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    home.put_script(
        "bin/entra-auth-cli",
        &format!(
            "case \"$*\" in\n\
             'config create'*webapp*) set -- \"$@\" --redirect-uri http://localhost:{port} ;;\n\
             esac\n\
             case \"$1 $2\" in\n'config create') exec {program} \"$@\" --authority {url} ;;\nesac\n\
             exec {program} \"$@\"",
            program = env!("CARGO_BIN_EXE_entra-auth-cli"),
            url = emulator.base_url(),
        ),
    );
    World { emulator, home }
}

fn start(world: &World, command: &str) -> Running {
    let path = format!(
        "{}:{}",
        world.home.at("bin").display(),
        std::env::var("PATH").unwrap()
    );
    let browser = format!(
        "{} visit-sign-in-page",
        env!("CARGO_BIN_EXE_entra-auth-cli")
    );
    world
        .home
        .call_of(Path::new("sh"))
        .args(["-c", command])
        .env("PATH", path)
        .env("BROWSER", browser)
        .env("CLIENT_SECRET", SECRET)
        .env("DEPLOYER_SECRET", SECRET)
        .start()
}

/// Runs it. A code that it shows is typed in; the browser is a person of its own.
pub(crate) fn run(world: &World, command: &str) -> Outcome {
    let running = start(world, command);
    if command.ends_with("-f DeviceCode") {
        let code = running.wait_to_say("Code: ");
        let code = code.trim().trim_start_matches("Code: ");
        world.emulator.approve_device_code(code, USER).unwrap();
    }
    running.finish()
}

/// What was printed, as it would read at Entra itself.
fn as_at_entra(world: &World, printed: &str) -> String {
    let place = world.emulator.base_url();
    let mut text = printed
        .replace(
            &format!("{place}/devicelogin"),
            "https://microsoft.com/devicelogin",
        )
        .replace(place, "https://login.microsoftonline.com");
    let code = printed.lines().find_map(|line| line.strip_prefix("Code: "));
    if let Some(code) = code {
        text = text.replace(code, "ABCD-1234");
    }
    text
}

/// Whether what was printed is what is shown; `…` at a line's end stands for more.
#[track_caller]
fn assert_is_shown(world: &World, step: &Step, outcome: Outcome) {
    let (answer, said) = outcome.answer_and_words();
    let said = as_at_entra(world, &said);
    let printed: Vec<&str> = said.lines().chain(answer.lines()).collect();
    assert_eq!(printed.len(), step.shown.len(), "{step:?}: {printed:?}");
    for (printed, shown) in printed.into_iter().zip(&step.shown) {
        match shown.strip_suffix('…') {
            Some(begin) => assert!(printed.starts_with(begin), "{step:?}: {printed}"),
            None => assert_eq!(printed, shown, "{step:?}"),
        }
    }
}

#[test]
fn every_command_does_what_is_shown() {
    let world = world();
    run(
        &world,
        "entra-auth-cli config create --name myprofile --tenant-id contoso.onmicrosoft.com \
         --client-id 33333333-4444-5555-6666-777777777777 --auth-method Public",
    )
    .answer_and_words();
    let mut grants = Vec::new();
    for step in steps(&page(PAGE)) {
        if step.command == ASKING {
            continue;
        }
        world.emulator.clear_requests();
        assert_is_shown(&world, &step, run(&world, &step.command));
        let words: Vec<&str> = step.command.split(' ').collect();
        if let Some(at) = words.iter().position(|word| *word == "get-token") {
            let requests = world.emulator.requests_to(Endpoint::Token);
            let last = requests.last().map(|request| request.field("grant_type"));
            grants.push((words[at + 2].to_owned(), last.flatten()));
        }
    }
    let grants: Vec<(&str, Option<&str>)> = grants
        .iter()
        .map(|(profile, grant)| (profile.as_str(), grant.as_deref()))
        .collect();
    let device_code = "urn:ietf:params:oauth:grant-type:device_code";
    assert_eq!(
        grants,
        [
            ("service-principal", Some("client_credentials")),
            ("webapp", Some("authorization_code")),
            ("iot-device", Some(device_code)),
            ("desktop-app", Some("authorization_code")),
            ("desktop-app", None),
            ("myprofile", Some(device_code)),
            ("azure-automation", Some("client_credentials")),
            ("personal-graph", Some("authorization_code")),
            ("cicd-deployer", Some("client_credentials")),
        ]
    );
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
        ("Save this profile?", "Save"),
        ("Get a token now?", "n"),
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
