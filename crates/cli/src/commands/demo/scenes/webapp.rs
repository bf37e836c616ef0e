//! A web app's registration: the code comes back to one address, and is redeemed with the secret.

use std::net::Ipv4Addr;
use std::net::Ipv6Addr;
use std::net::TcpListener;

use emulator::App;
use emulator::EmulatorBuilder;
use emulator::Platform;

use super::Scene;
use super::USER_READ;
use crate::command_error::CommandError;
use crate::commands::demo::failed;
use crate::commands::demo::invocation::Invocation;
use crate::commands::demo::stage::Stage;
use crate::commands::demo::stage::one_of;

const PROFILE: &str = "webapp";
const CLIENT_ID: &str = "66667777-aaaa-8888-bbbb-9999cccc0000";
const SECRET: &str = "secret-of-the-web-app~alone";

pub(super) struct WebApp {
    redirect_uri: String,
}

impl WebApp {
    pub(super) fn new() -> Result<Self, CommandError> {
        let port = free_port().map_err(|error| failed(format!("no port is free: {error}")))?;
        Ok(Self {
            redirect_uri: format!("http://localhost:{port}"),
        })
    }
}

/// A port that nobody holds on either loopback address. The usual one, 8080, often is held.
fn free_port() -> std::io::Result<u16> {
    loop {
        let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = v4.local_addr()?.port();
        match TcpListener::bind((Ipv6Addr::LOCALHOST, port)) {
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {}
            // Without IPv6 there is nobody on it either.
            Ok(_) | Err(_) => return Ok(port),
        }
    }
}

impl Scene for WebApp {
    fn title(&self) -> &'static str {
        "A person, for a web app"
    }

    fn register(&self, directory: EmulatorBuilder) -> EmulatorBuilder {
        directory.app(
            App::confidential(CLIENT_ID)
                .display_name(PROFILE)
                .secret(SECRET)
                .redirect_uri(Platform::Web, &self.redirect_uri),
        )
    }

    fn play(&self, stage: &mut Stage<'_>) -> Result<(), CommandError> {
        stage.hide(SECRET);
        stage.story.text(
            "The app's registration knows one redirect URI, to the letter, and the code is \
             redeemed with the app's secret.",
        )?;
        stage.prepare(
            &stage
                .creation(PROFILE, CLIENT_ID, USER_READ)
                .with("--redirect-uri", &self.redirect_uri)
                .secret_on_stdin("--client-secret-stdin", SECRET),
        )?;
        let got = stage.sign_in(
            &Invocation::of("get-token")
                .with("-p", PROFILE)
                .with("-f", "AuthorizationCode"),
        )?;
        let request = one_of(&got.requests)?;
        let is_as_meant = request.field("redirect_uri").as_ref() == Some(&self.redirect_uri)
            && request.field("client_secret").as_deref() == Some(SECRET)
            && request.field("code_verifier").is_some()
            && got.decoded.has_scope("User.Read");
        if !is_as_meant {
            return Err(failed(
                "the code was not redeemed with secret, verifier and redirect URI",
            ));
        }
        stage.story.done(
            "The redirect URI went to both endpoints as registered; secret and verifier (PKCE) \
             went along with the code.",
        )
    }
}
