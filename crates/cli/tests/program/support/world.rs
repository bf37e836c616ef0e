//! An identity provider with an application, and a home beside it.

use std::time::SystemTime;

use emulator::App;
use emulator::Emulator;

use super::Call;
use super::Home;

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
        let world = Self::new();
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
        assert_eq!(
            said,
            format!("Saved profile `{name}`.\nTry it: entra-auth-cli get-token -p {name}\n")
        );
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
