//! Profiles made by answering on a terminal.

mod leaving;
mod menu;
mod typing;

use serde_json::Value;

use crate::support::CLIENT_ID;
use crate::support::Home;
use crate::support::Identity;
use crate::support::SECRET;
use crate::support::TENANT;
use crate::support::Terminal;
use crate::support::World;

/// A name that no default flow, path or secret contains.
const NAME: &str = "made-by-hand";

/// One way to make a profile: the questions with their answers, and the flags that say the same.
struct Way {
    method: &'static str,
    questions: Vec<(&'static str, String)>,
    flags: Vec<String>,
    input: &'static str,
    secret: Option<&'static str>,
}

/// What is asked of everybody before the method, and after its credential.
fn way(
    method: &'static str,
    credential: &[(&'static str, &str)],
    rest: &[(&'static str, &str)],
) -> Vec<(&'static str, String)> {
    let before = [
        ("Profile name:", NAME),
        ("Tenant:", TENANT),
        ("Client id:", CLIENT_ID),
        ("Authentication method:", method),
    ];
    let last = [("Save this profile?", "Save"), ("Get a token now?", "n")];
    let all = before.iter().chain(credential).chain(rest).chain(&last);
    all.map(|(question, answer)| (*question, (*answer).to_owned()))
        .collect()
}

/// Every method, with scopes and flows of all kinds.
#[expect(clippy::too_many_lines, reason = "a table, read from top to bottom")]
fn ways(home: &Home) -> Vec<Way> {
    let pem = Identity::shared().pem_in(home).display().to_string();
    let pfx = Identity::shared().pfx_in(home).display().to_string();
    let assertion = home.put("assertion.jwt", "a.b.c").display().to_string();
    let flags = |flags: &[&str]| flags.iter().map(|&flag| flag.to_owned()).collect();
    let no_flow = ("Set default OAuth2 flow?", "n");
    let a_flow = ("Set default OAuth2 flow?", "y");
    vec![
        Way {
            method: "ClientSecret",
            questions: way(
                "ClientSecret",
                &[("Client secret:", SECRET)],
                &[
                    ("Scopes:", "User.Read,Mail.Read  User.Read"),
                    a_flow,
                    ("Default OAuth2 flow:", "AuthorizationCode"),
                    ("Redirect URI:", "http://localhost:9090/back"),
                ],
            ),
            flags: flags(&[
                "--client-secret-stdin",
                "--scope",
                "User.Read,Mail.Read  User.Read",
                "--default-flow",
                "AuthorizationCode",
                "--redirect-uri",
                "http://localhost:9090/back",
            ]),
            input: SECRET,
            secret: Some(SECRET),
        },
        Way {
            method: "Certificate",
            questions: way(
                "Certificate",
                &[
                    ("Certificate file:", &pfx),
                    ("Certificate password:", Identity::PASSWORD),
                ],
                &[
                    ("Scopes:", "arm"),
                    a_flow,
                    ("Default OAuth2 flow:", "ClientCredentials"),
                ],
            ),
            flags: flags(&[
                "--certificate-path",
                &pfx,
                "--certificate-password-stdin",
                "--scope",
                "arm",
                "--default-flow",
                "client-credentials",
            ]),
            input: Identity::PASSWORD,
            secret: Some(Identity::PASSWORD),
        },
        Way {
            method: "PasswordlessCertificate",
            questions: way(
                "PasswordlessCertificate",
                &[("Certificate file:", &pem)],
                &[("Scopes:", ""), no_flow],
            ),
            flags: flags(&["--certificate-path", &pem]),
            input: "",
            secret: None,
        },
        Way {
            method: "ClientAssertion",
            questions: way(
                "ClientAssertion",
                &[("Client assertion file:", &assertion)],
                &[("Scopes:", "graph"), no_flow],
            ),
            flags: flags(&["--client-assertion-file", &assertion, "--scope", "graph"]),
            input: "",
            secret: None,
        },
        Way {
            method: "Public",
            questions: way(
                "Public",
                &[],
                &[
                    ("Scopes:", "User.Read"),
                    a_flow,
                    ("Default OAuth2 flow:", "DeviceCode"),
                ],
            ),
            flags: flags(&[
                "--auth-method",
                "Public",
                "--scope",
                "User.Read",
                "--default-flow",
                "DeviceCode",
            ]),
            input: "",
            secret: None,
        },
    ]
}

fn start(world: &World, home: &Home) -> Terminal {
    let call = home.call(&["config", "create", "--authority-type", "entra"]);
    Terminal::start(call.args(["--authority", world.emulator.base_url()]))
}

fn answer(terminal: &mut Terminal, questions: &[(&'static str, String)]) {
    for (question, answer) in questions {
        terminal.wait_for(question);
        terminal.type_line(answer);
    }
}

/// The file with its times taken out.
fn timeless(home: &Home) -> String {
    let text = std::fs::read_to_string(home.profiles()).unwrap();
    let profiles: Value = serde_json::from_str(&text).unwrap();
    let mut timeless = text.clone();
    for field in ["createdAt", "updatedAt"] {
        let time = profiles[0][field].as_str().unwrap();
        timeless = timeless.replace(time, "[time]");
    }
    timeless
}

#[test]
fn answers_and_flags_make_the_same_file() {
    let world = World::new();
    for way in ways(&world.home) {
        let (answered, flagged) = (Home::new(), Home::new());
        let mut terminal = start(&world, &answered);
        answer(&mut terminal, &way.questions);
        let (shown, code) = terminal.end();
        assert_eq!(code, 0, "{}: {shown}", way.method);
        if let Some(secret) = way.secret {
            assert!(!shown.contains(secret), "{}: {shown}", way.method);
        }
        let call = flagged.call(&["config", "create", "--name", NAME]);
        let call = call
            .args(world.target())
            .args(["--authority-type", "entra"]);
        let call = call.args(&way.flags).input(way.input);
        call.run().answer_and_words();
        assert_eq!(timeless(&answered), timeless(&flagged), "{}", way.method);
        assert!(
            timeless(&answered).contains(&format!("\"{}\"", way.method)),
            "{}",
            way.method
        );
        for home in [&answered, &flagged] {
            let secrets = std::fs::read_dir(home.state().join("secrets"));
            let count = secrets.map_or(0, Iterator::count);
            assert_eq!(count, usize::from(way.secret.is_some()), "{}", way.method);
        }
    }
}

#[test]
fn forty_columns_and_a_new_width_in_the_middle_do_no_harm() {
    let world = World::new();
    for way in ways(&world.home) {
        let home = Home::new();
        let mut terminal = start(&world, &home);
        terminal.resize(40, 12);
        for (question, answer) in &way.questions {
            terminal.wait_for(question);
            if way.secret == Some(answer) {
                // Drawn anew, so that the terminal's new size is known to have arrived.
                terminal.resize(132, 50);
                terminal.wait_for(question);
            }
            terminal.type_line(answer);
        }
        let (shown, code) = terminal.end();
        assert_eq!(code, 0, "{}: {shown}", way.method);
        if let Some(secret) = way.secret {
            assert!(!shown.contains(secret), "{}: {shown}", way.method);
        }
        assert!(timeless(&home).contains(way.method), "{}", way.method);
    }
}

#[test]
fn a_wrong_answer_is_refused_at_once_and_asked_for_again() {
    let world = World::new();
    let home = &world.home;
    let pem = Identity::shared().pem_in(home).display().to_string();
    let pfx = Identity::shared().pfx_in(home).display().to_string();
    home.put("no-certificate.pem", "<html></html>");
    let mut terminal = Terminal::start(world.call(&["config", "create"]));
    for (question, wrong, why, right) in [
        ("Profile name:", "a b", "letters, digits", NAME),
        ("Tenant:", "contoso", "that is a GUID", TENANT),
        ("Client id:", "my-app", "client ids are GUIDs", CLIENT_ID),
        ("Authentication method:", "", "", "Certificate"),
        (
            "Certificate file:",
            "no-certificate.pem",
            "is a web page",
            &pfx,
        ),
        (
            "Certificate password:",
            "mistyped",
            "does not open",
            Identity::PASSWORD,
        ),
        ("Scopes:", "a\"b", "characters", "User.Read"),
        ("Set default OAuth2 flow?", "", "", "y"),
        ("Default OAuth2 flow:", "", "", "AuthorizationCode"),
        ("Redirect URI:", "http://example.com", "this machine", ""),
        ("Save this profile?", "", "", "Save"),
        ("Get a token now?", "", "", "n"),
    ] {
        terminal.wait_for(question);
        if !wrong.is_empty() {
            terminal.type_line(wrong);
            terminal.wait_for(why);
            if !question.contains("password") {
                terminal.type_keys(&"\x7f".repeat(wrong.len()));
            }
        }
        terminal.type_line(right);
    }
    let (shown, code) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains("mistyped"), "{shown}");
    assert!(!shown.contains(Identity::PASSWORD), "{shown}");
    assert!(timeless(home).contains(&pfx) && !timeless(home).contains(&pem));
}

#[test]
fn what_answers_may_not_be_flags_may_not_be_either() {
    let world = World::new();
    let page = world.home.put("page.pem", "<html></html>");
    let page = page.to_str().unwrap();
    let pfx = Identity::shared().pfx_in(&world.home);
    let pfx = pfx.to_str().unwrap();
    let at_entra = ["--tenant-id", TENANT, "--client-id"];
    for (flags, input, code) in [
        (&["my-app", "--auth-method", "Public"][..], "", "GUIDs"),
        (&[CLIENT_ID, "--certificate-path", page], "", "web page"),
        (
            &[CLIENT_ID, "--certificate-path", "/nowhere.pem"],
            "",
            "could be read",
        ),
        (
            &[
                CLIENT_ID,
                "--certificate-path",
                pfx,
                "--certificate-password-stdin",
            ],
            "mistyped",
            "does not open",
        ),
        (
            &[
                CLIENT_ID,
                "--client-secret-stdin",
                "--default-flow",
                "ClientCredentials",
                "--scope",
                "User.Read",
            ],
            SECRET,
            "a permission that a person grants",
        ),
    ] {
        let call = world.call(&["config", "create", "--name", "sp"]);
        let call = call.args(at_entra).args(flags).input(input);
        let said = call.run().failure(4);
        assert!(said.contains(code), "{flags:?}: {said}");
        assert!(!world.home.profiles().exists(), "{flags:?}");
    }
}
