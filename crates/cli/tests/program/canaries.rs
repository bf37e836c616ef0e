//! Secrets are planted in every way there is; afterwards no output and no file holds one.

use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;

use emulator::App;
use emulator::Emulator;
use emulator::Fault;
use emulator::RetryAfter;
use rustix::process::Signal;

use crate::support::CLIENT_ID;
use crate::support::Call;
use crate::support::Home;
use crate::support::Identity;
use crate::support::SECRET;
use crate::support::TENANT;
use crate::support::World;
use crate::support::assert_is_token;
use crate::support::copy_of_the_program;
use crate::support::give_to_nobody;

const BY_STDIN: &str = "canaryByStdin0a1b2c3d4e5f";
const BY_FILE: &str = "canaryByFile0a1b2c3d4e5f";
const BY_VARIABLE: &str = "canaryByVariable0a1b2c3d4e5f";
const BY_COMMAND: &str = "canaryByCommand0a1b2c3d4e5f";
const BY_FLAG: &str = "canaryByFlag0a1b2c3d4e5f";

/// One that the provider does not know.
const WRONG: &str = "canaryWrong0a1b2c3d4e5f";

const PLANTED: [&str; 5] = [BY_STDIN, BY_FILE, BY_VARIABLE, BY_COMMAND, BY_FLAG];

/// A world whose application takes all these secrets, in a home where any file would show.
struct Garden {
    world: World,
    /// The files that hold secrets because this test put them there.
    sources: Vec<PathBuf>,
    heard: Vec<u8>,
    tokens: Vec<String>,
}

impl Garden {
    fn new() -> Self {
        let app = PLANTED
            .iter()
            .fold(App::confidential(CLIENT_ID), |app, secret| {
                app.secret(*secret)
            })
            .certificate(Identity::shared().certificate.clone());
        let home = Home::with_session();
        let sources = vec![
            home.put("secret-file", BY_FILE),
            home.put_script("vault", &format!("echo {BY_COMMAND}")),
        ];
        Self {
            world: World {
                emulator: Emulator::builder().app(app).start().unwrap(),
                home,
            },
            sources,
            heard: Vec::new(),
            tokens: Vec::new(),
        }
    }

    fn call(&self, arguments: &[&str]) -> Call {
        self.world
            .call(arguments)
            .env("A_SECRET", BY_VARIABLE)
            .env("A_PASSWORD", Identity::PASSWORD)
    }

    /// Runs it and keeps what it says; a token it prints is one that no file may hold.
    fn hear(&mut self, call: Call) {
        let outcome = call.run();
        self.heard.extend(&outcome.stderr);
        if outcome.code() == Some(0) && outcome.stdout.starts_with(b"eyJ") {
            self.tokens.push(outcome.stdout().trim_end().to_owned());
        } else {
            self.heard.extend(&outcome.stdout);
        }
    }

    #[track_caller]
    fn assert_clean(&self) {
        assert!(!self.tokens.is_empty());
        let secrets = PLANTED.into_iter().chain([WRONG, Identity::PASSWORD]);
        for secret in secrets.chain(self.tokens.iter().map(String::as_str)) {
            let holds = |bytes: &[u8]| {
                let needle = secret.as_bytes();
                bytes.windows(needle.len()).any(|window| window == needle)
            };
            let said = String::from_utf8_lossy(&self.heard);
            assert!(!holds(&self.heard), "{secret} was said: {said}");
            for file in self.world.home.files() {
                let is_source = self.sources.contains(&file);
                assert!(
                    is_source || !holds(&std::fs::read(&file).unwrap()),
                    "{secret} is in {}",
                    file.display()
                );
            }
        }
    }
}

#[test]
fn no_output_and_no_file_holds_a_secret() {
    let mut garden = Garden::new();
    let command = garden.sources[1].to_str().unwrap().to_owned();
    let pfx = Identity::shared().pfx_in(&garden.world.home);
    let pfx = pfx.to_str().unwrap();
    let ways: [(&str, &[&str], &str); 7] = [
        ("stdin", &["--client-secret-stdin"], BY_STDIN),
        ("file", &["--client-secret-file", "secret-file"], ""),
        ("variable", &["--client-secret-env", "A_SECRET"], ""),
        ("command", &["--client-secret-command", &command], ""),
        ("flag", &["--client-secret", BY_FLAG], ""),
        (
            "pfx",
            &["--certificate-path", pfx, "--certificate-password-stdin"],
            Identity::PASSWORD,
        ),
        (
            "pfx-env",
            &[
                "--certificate-path",
                pfx,
                "--certificate-password-env",
                "A_PASSWORD",
            ],
            "",
        ),
    ];
    for (name, flags, input) in ways {
        let creation = garden.call(&["config", "create", "-vv", "--name", name]);
        let creation = creation
            .args(garden.world.target())
            .args(flags)
            .input(input);
        garden.hear(creation);
        for more in [
            &["-vv"][..],
            &[],
            &["-vv", "--force"],
            &["-o", "token", "--no-cache"],
        ] {
            let call = garden.call(&["get-token", "-p", name]).args(more);
            garden.hear(call);
        }
        for arguments in [
            &["config", "show", name][..],
            &["config", "show", "-o", "json", name],
            &[
                "config",
                "edit",
                "-vv",
                name,
                "--login-hint",
                "ann@contoso.com",
            ],
            &["config", "trust", "-vv", name, "--yes"],
        ] {
            let call = garden.call(arguments);
            garden.hear(call);
        }
    }
    assert!(
        garden.tokens.len() >= 4 * ways.len(),
        "each way gives tokens"
    );
    let list = garden.call(&["config", "list"]);
    garden.hear(list);
    garden.assert_clean();
}

#[test]
fn no_failure_says_a_secret() {
    let mut garden = Garden::new();
    garden
        .world
        .create("sp", &["--client-secret-stdin"], BY_STDIN);
    garden
        .world
        .create("variable", &["--client-secret-env", "A_SECRET"], "");
    let good = garden.call(&["get-token", "-p", "sp"]);
    garden.hear(good);
    let unregistered = "b5f0e2d4-0000-4000-8000-000000000000";
    let elsewhere = garden.world.emulator.base_url().to_owned();
    let flags = [
        "get-token",
        "-vv",
        "--no-cache",
        "--tenant",
        TENANT,
        "--authority",
        &elsewhere,
    ];
    for output in ["token", "json"] {
        let flags = [&flags[..], &["-o", output]].concat();
        for (client_id, secret) in [(unregistered, BY_FLAG), (CLIENT_ID, BY_COMMAND)] {
            let call = garden.call(&flags).args(["--client-id", client_id]);
            garden.hear(call.args(["--client-secret", secret]));
        }
        for fault in [
            Fault::HostileText,
            Fault::Html(200),
            Fault::EmptyBody,
            Fault::TruncatedJson,
            Fault::Redirect("https://login.example.com/".to_owned()),
            Fault::Throttle {
                status: 503,
                retry_after: RetryAfter::Seconds(600),
            },
            Fault::TokenWithIllegalCharacters,
            Fault::MissingField("access_token".to_owned()),
        ] {
            garden.world.emulator.play(&fault);
            let call = garden.call(&["get-token", "-vv", "--no-cache", "-p", "sp", "-o", output]);
            garden.hear(call);
        }
        for more in [
            &["--authority", "http://127.0.0.1:9", "--timeout", "400ms"][..],
            &["--tenant", "fabrikam.com"],
            &["-s", "User.Read"],
            &["-s", "api://nothing/.default"],
            &["--file", "/nowhere/at/all"],
            &["--ca-file", "secret-file"],
        ] {
            let call = garden.call(&[
                "get-token",
                "-vv",
                "--no-cache",
                "-p",
                "variable",
                "-o",
                output,
            ]);
            garden.hear(call.args(more));
        }
    }
    // A refusal is left in a file for those who wait for the same token.
    for output in ["token", "json"] {
        let call = garden.call(&["refresh", "-vv", "-p", "sp", "-o", output]);
        garden.hear(call.env("ENTRA_AUTH_CLIENT_SECRET", WRONG));
    }
    let strange = garden.call(&["get-token", "--client-secret", BY_FLAG, "--nonsense"]);
    garden.hear(strange);
    garden.assert_clean();
}

#[test]
fn children_do_not_inherit_our_secrets() {
    let world = World::new();
    let script = format!(
        "env > environment; tr '\\0' '\\n' < /proc/$PPID/cmdline > parent; echo '{SECRET}'"
    );
    let script = world.home.put_script("vault", &script);
    let call = world
        .call(&[
            "get-token",
            "--client-secret-command",
            script.to_str().unwrap(),
        ])
        .args(world.target())
        .env("ENTRA_AUTH_CERTIFICATE_PASSWORD", BY_FLAG)
        .env("ENTRA_AUTH_PASSPHRASE", BY_FILE)
        .env("AZURE_CLIENT_SECRET", BY_VARIABLE)
        .env("AZURE_CLIENT_CERTIFICATE_PASSWORD", BY_STDIN)
        .env("SOMETHING_ELSE", "stays");
    assert_is_token(&call.run().answer());
    let environment = std::fs::read_to_string(world.home.at("environment")).unwrap();
    assert!(environment.contains("SOMETHING_ELSE=stays"));
    for secret in PLANTED {
        assert!(!environment.contains(secret), "{environment}");
    }
    let parent = std::fs::read_to_string(world.home.at("parent")).unwrap();
    assert!(
        parent.contains("get-token") && !parent.contains(SECRET),
        "{parent}"
    );
}

/// Other users, and debuggers of the same user, cannot look into the process, and if it dies it
/// leaves no core.
#[test]
fn the_process_keeps_its_memory_to_itself() {
    let world = World::new();
    let program = copy_of_the_program(&world.home).into_command();
    give_to_nobody(world.home.path());
    let held = world.emulator.hold_token_replies();
    let limits_lifted = "ulimit -c unlimited; exec \"$@\"";
    let running = world
        .home
        .call_of("sh".as_ref())
        .args(["-c", limits_lifted, "sh"])
        .arg(program.get_program())
        .args(program.get_args())
        .arg("get-token")
        .args(world.target())
        .args(["--client-secret-stdin"])
        .input(BY_STDIN)
        .start();
    world.wait_until_asked(1);
    let process = PathBuf::from(format!("/proc/{}", running.id()));
    let status = std::fs::read_to_string(process.join("status")).unwrap();
    assert!(status.contains("Uid:\t65534\t65534\t"), "{status}");
    // proc(5): the files of a process that is not dumpable belong to root.
    assert_eq!(std::fs::metadata(process.join("environ")).unwrap().uid(), 0);
    let limits = std::fs::read_to_string(process.join("limits")).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .unwrap();
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
    let words = std::fs::read(process.join("cmdline")).unwrap();
    assert!(!String::from_utf8_lossy(&words).contains(BY_STDIN));
    running.signal(Signal::ABORT);
    let outcome = running.finish();
    assert_eq!(outcome.status.signal(), Some(Signal::ABORT.as_raw()));
    assert!(!outcome.status.core_dumped());
    drop(held);
}
