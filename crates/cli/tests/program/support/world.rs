//! An identity provider with an application, and a home beside it.

use std::time::SystemTime;

use emulator::App;
use emulator::Emulator;
use emulator::Endpoint;

use super::Call;
use super::Home;
use super::PATIENCE;
use super::Running;

pub(crate) const CLIENT_ID: &str = "11112222-bbbb-3333-cccc-4444dddd5555";
pub(crate) const TENANT: &str = emulator::DEFAULT_TENANT_DOMAIN;
pub(crate) const GRAPH: &str = "https://graph.microsoft.com/.default";

/// Holds what form encoding changes.
pub(crate) const SECRET: &str = "s3cr~t+/=&%25 x";

/// An identity provider that knows one application by its secret, and a home.
pub(crate) struct World {
    pub(crate) emulator: Emulator,
    pub(crate) home: Home,
}

impl World {
    /// An empty home.
    pub(crate) fn new() -> Self {
        Self::with_app(App::confidential(CLIENT_ID).secret(SECRET))
    }

    /// An empty home, and an application of one's own.
    pub(crate) fn with_app(app: App) -> Self {
        Self {
            emulator: Emulator::builder().app(app).start().unwrap(),
            home: Home::new(),
        }
    }

    /// A home with the profile `sp`, its secret stored.
    pub(crate) fn with_profile() -> Self {
        Self::with_profile_at(Self::new().emulator)
    }

    /// The same, with an emulator of one's own.
    pub(crate) fn with_profile_at(emulator: Emulator) -> Self {
        let world = Self {
            emulator,
            home: Home::new(),
        };
        world.create("sp", &["--client-secret-stdin"], SECRET);
        world
    }

    pub(crate) fn call(&self, arguments: &[&str]) -> Call {
        self.home.call(arguments)
    }

    /// `config create` for the application of this world, with more flags.
    pub(crate) fn creation(&self, name: &str, flags: &[&str]) -> Call {
        self.call(&["config", "create", "--name", name])
            .args(self.target())
            .args(flags)
    }

    /// Makes a profile.
    #[track_caller]
    pub(crate) fn create(&self, name: &str, flags: &[&str], input: &str) {
        let (answer, said) = self
            .creation(name, flags)
            .input(input)
            .run()
            .answer_and_words();
        assert_eq!(answer, "");
        let saved = format!("Saved profile `{name}`.\nTry it: entra-auth-cli get-token -p {name}");
        assert!(
            said.starts_with(&saved) && said.lines().count() == 2,
            "{said}"
        );
    }

    /// The profile `oidc`: the same provider, taken for one that is known by its metadata alone.
    pub(crate) fn with_openid_profile() -> Self {
        let world = Self::new();
        let tenant = world.emulator.authority(emulator::DEFAULT_TENANT_ID);
        let creation = world
            .call(&[
                "config",
                "create",
                "--name",
                "oidc",
                "--authority-type",
                "oidc",
            ])
            .args([
                "--authority",
                &format!("{tenant}/v2.0"),
                "--client-id",
                CLIENT_ID,
            ])
            .args(["--scope", GRAPH, "--client-secret-stdin"]);
        creation.input(SECRET).run().answer_and_words();
        world
    }

    /// Starts `get-token` and waits until it has asked the provider, which should be told before
    /// to hold its replies.
    pub(crate) fn start_and_wait_until_it_asks(&self) -> Running {
        let running = self.call(&["get-token"]).start();
        self.wait_until_asked(1);
        running
    }

    /// Waits until so many token requests have come in.
    #[track_caller]
    pub(crate) fn wait_until_asked(&self, times: usize) {
        let came = self
            .emulator
            .wait_for_requests(Endpoint::Token, times, PATIENCE);
        assert!(came, "the provider is not asked {times} times");
    }

    /// The flags that name this world's authority and application.
    pub(crate) fn target(&self) -> [&str; 6] {
        [
            "--authority",
            self.emulator.base_url(),
            "--tenant-id",
            TENANT,
            "--client-id",
            CLIENT_ID,
        ]
    }
}

/// One token and one newline.
#[track_caller]
pub(crate) fn assert_is_token(answer: &str) {
    let token = answer.strip_suffix('\n').unwrap();
    assert_eq!(token.split('.').count(), 3, "{token}");
    assert!(
        token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)),
        "{token}"
    );
}

/// Seconds since the epoch.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    i64::try_from(since.unwrap().as_secs()).unwrap()
}
