//! A token that runs out is replaced without the person, until they sign out.

use std::time::Duration;

use emulator::App;
use emulator::EmulatorBuilder;
use emulator::Platform;

use super::Scene;
use super::creation_of_public_client;
use crate::command_error::CommandError;
use crate::commands::demo::failed;
use crate::commands::demo::invocation::Invocation;
use crate::commands::demo::stage::Stage;
use crate::commands::demo::stage::one_of;

const PROFILE: &str = "personal-graph";
const CLIENT_ID: &str = "77778888-bbbb-9999-cccc-0000dddd1111";

/// Less than a token needs to have left to be printed again.
const SHORT: Duration = Duration::from_mins(4);

/// What Entra's tokens live, give or take.
const USUAL: Duration = Duration::from_hours(1);

pub(super) struct PersonalGraph;

impl Scene for PersonalGraph {
    fn title(&self) -> &'static str {
        "Staying signed in, and signing out"
    }

    fn register(&self, directory: EmulatorBuilder) -> EmulatorBuilder {
        directory.app(
            App::public(CLIENT_ID)
                .display_name(PROFILE)
                .redirect_uri(Platform::PublicClient, "http://localhost"),
        )
    }

    fn play(&self, stage: &mut Stage<'_>) -> Result<(), CommandError> {
        stage.story.text(
            "This token is issued for four minutes only. With less than five left, the next call \
             gets a new one.",
        )?;
        stage.prepare(&creation_of_public_client(stage, PROFILE, CLIENT_ID))?;
        let call = Invocation::of("get-token").with("-p", PROFILE);
        stage.emulator().set_token_lifetime(SHORT);
        let first = stage.sign_in(&call)?;
        stage.emulator().set_token_lifetime(USUAL);
        let second = stage.get(&call)?;
        let request = one_of(&second.requests)?;
        let is_as_meant = request.field("grant_type").as_deref() == Some("refresh_token")
            && second.token != first.token;
        if !is_as_meant {
            return Err(failed("the token was not refreshed"));
        }
        stage
            .story
            .done("The refresh token got the new one, and nobody was asked.")?;

        stage.prepare(&Invocation::of("logout").with("-p", PROFILE))?;
        stage.need_a_person(&call.switch("--no-input"))?;
        stage.story.done(
            "After signing out a person is needed again. Where none may be asked, the exit code \
             is 7, and the hint is the command to run.",
        )
    }
}
