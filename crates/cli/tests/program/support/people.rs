//! An application that people sign in to.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use emulator::App;
use emulator::Consent;
use emulator::Emulator;
use emulator::Endpoint;
use emulator::Platform;
use emulator::User;
use serde_json::Value;

use super::Browser;
use super::CLIENT_ID;
use super::Home;
use super::Running;
use super::World;
use super::assert_is_token;

pub(crate) const ADA: &str = "ada@contoso.onmicrosoft.com";
pub(crate) const GRACE: &str = "grace@contoso.onmicrosoft.com";

/// What one refresh token gets tokens for: permissions of four resources.
pub(crate) const SCOPES: [&str; 5] = [
    "User.Read",
    "Mail.Read",
    "https://management.azure.com/user_impersonation",
    "https://vault.azure.net/user_impersonation",
    "https://storage.azure.com/user_impersonation",
];

/// The flags of a profile whose application has no credential.
pub(crate) const PUBLIC_PROFILE: [&str; 4] = ["--auth-method", "Public", "--scope", SCOPES[0]];

/// An application that people have on their desktops.
pub(crate) fn desktop_app() -> App {
    App::public(CLIENT_ID)
        .redirect_uri(Platform::PublicClient, "http://localhost")
        .allow_public_client_flows()
}

/// An administrator has agreed to [`SCOPES`] for everyone.
pub(crate) fn agreed(app: App) -> App {
    let on = |app: App, resource: &str, permissions: &[&str]| {
        app.delegated(resource, Consent::Granted, permissions.iter().copied())
    };
    let app = on(
        app,
        "https://graph.microsoft.com",
        &["User.Read", "Mail.Read"],
    );
    [
        "https://management.azure.com",
        "https://vault.azure.net",
        "https://storage.azure.com",
    ]
    .into_iter()
    .fold(app, |app, resource| {
        on(app, resource, &["user_impersonation"])
    })
}

impl World {
    /// Ada and Grace, the desktop application, and its profile `desktop`. Whoever visits the
    /// sign-in page signs in as Ada.
    pub(crate) fn of_people() -> Self {
        let world = Self::of_people_with(agreed(desktop_app()));
        world.create("desktop", &PUBLIC_PROFILE, "");
        world
    }

    /// Ada and Grace, and an application of one's own.
    pub(crate) fn of_people_with(app: App) -> Self {
        let emulator = Emulator::builder().user(User::new(ADA));
        let emulator = emulator.user(User::new(GRACE)).app(app);
        // The shortest that a server can ask for.
        let emulator = emulator.device_code_interval(Duration::from_secs(1));
        let emulator = emulator.start().unwrap();
        emulator.sign_in_automatically(ADA);
        Self {
            emulator,
            home: Home::new(),
        }
    }

    /// Somebody signs in by this call: the token.
    #[track_caller]
    pub(crate) fn sign_in_by(&self, browser: &Browser, arguments: &[&str]) -> String {
        let running = browser.call(self, arguments).start();
        browser.next_page().visit();
        let (token, _) = running.finish().answer_and_words();
        assert_is_token(&token);
        token
    }

    /// [`of_people`](Self::of_people), Ada signed in by this browser, and no request since.
    pub(crate) fn with_ada_signed_in() -> (Self, Browser) {
        let world = Self::of_people();
        let browser = Browser::by_hand(&world.home);
        world.sign_in_by(&browser, &["get-token"]);
        world.emulator.clear_requests();
        (world, browser)
    }

    /// The token by a call that needs no person, and says nothing.
    #[track_caller]
    pub(crate) fn silently(&self, arguments: &[&str]) -> String {
        let token = self.call(arguments).arg("--no-input").run().answer();
        assert_is_token(&token);
        token
    }

    /// Starts a sign-in by device code, and gives the code that the person types.
    pub(crate) fn device_code(&self) -> (Running, String) {
        let running = self.call(&["get-token", "-f", "DeviceCode"]).start();
        let line = running.wait_to_say("Code: ");
        let code = line.trim().trim_start_matches("Code: ").to_owned();
        (running, code)
    }

    /// Forgets the cached tokens, so that the next call needs the refresh token.
    #[track_caller]
    pub(crate) fn clear_cache(&self) {
        self.call(&["cache", "clear"]).run().answer_and_words();
    }

    /// The grants used at the token endpoint, in order.
    pub(crate) fn grants(&self) -> Vec<String> {
        let requests = self.emulator.requests_to(Endpoint::Token);
        let grants = requests.iter().filter_map(|sent| sent.field("grant_type"));
        grants.collect()
    }
}

/// What a token says, unverified.
pub(crate) fn claims(token: &str) -> Value {
    let body = token.trim().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap()
}
