//! A person signs in once, in the browser; further tokens need nobody.

use emulator::App;
use emulator::Consent;
use emulator::EmulatorBuilder;
use emulator::Platform;

use super::GRAPH;
use super::Scene;
use super::creation_of_public_client;
use crate::command_error::CommandError;
use crate::commands::demo::failed;
use crate::commands::demo::invocation::Invocation;
use crate::commands::demo::stage::Stage;
use crate::commands::demo::stage::none_of;
use crate::commands::demo::stage::one_of;

const PROFILE: &str = "desktop-app";
const CLIENT_ID: &str = "44445555-eeee-6666-ffff-7777aaaa8888";
const AZURE: &str = "https://management.azure.com";

pub(super) struct DesktopApp;

impl Scene for DesktopApp {
    fn title(&self) -> &'static str {
        "A person at a desktop, in the browser"
    }

    fn register(&self, directory: EmulatorBuilder) -> EmulatorBuilder {
        directory.app(
            App::public(CLIENT_ID)
                .display_name(PROFILE)
                .redirect_uri(Platform::PublicClient, "http://localhost")
                .delegated(GRAPH, Consent::User, ["User.Read"])
                .delegated(AZURE, Consent::Granted, ["user_impersonation"]),
        )
    }

    fn play(&self, stage: &mut Stage<'_>) -> Result<(), CommandError> {
        stage.story.text(
            "A public client has no secret: the person is the proof. Who asks for what is said \
             before, and who signed in after.",
        )?;
        stage.prepare(&creation_of_public_client(stage, PROFILE, CLIENT_ID))?;
        let call = Invocation::of("get-token")
            .with("-p", PROFILE)
            .with("-f", "InteractiveBrowser");
        let first = stage.sign_in(&call)?;
        let request = one_of(&first.requests)?;
        let is_as_meant = request.field("grant_type").as_deref() == Some("authorization_code")
            && request.field("code_verifier").is_some()
            && request.field("client_secret").is_none()
            && first.decoded.has_scope("User.Read");
        if !is_as_meant {
            return Err(failed("no code was redeemed with its verifier alone"));
        }
        stage.story.done(
            "The browser brought a code back to a port of this machine. It was redeemed with the \
             verifier (PKCE) that only the command knew.",
        )?;

        stage
            .story
            .then("The same again, and then for another API:")?;
        none_of(&stage.get(&call)?.requests)?;
        let other = stage.get(&call.with("-s", format!("{AZURE}/user_impersonation")))?;
        let request = one_of(&other.requests)?;
        let is_as_meant = request.field("grant_type").as_deref() == Some("refresh_token")
            && other.decoded.claim("aud") == Some(AZURE);
        if !is_as_meant {
            return Err(failed("the refresh token did not serve the other API"));
        }
        stage.story.done(
            "Nobody was asked: the first token came from the cache, the second by the refresh \
             token, which rests encrypted and serves every API of its app.",
        )
    }
}
