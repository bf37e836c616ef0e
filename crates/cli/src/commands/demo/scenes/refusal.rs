//! What an error looks like.

use emulator::EmulatorBuilder;

use super::Scene;
use super::secret::PROFILE;
use crate::command_error::CommandError;
use crate::commands::demo::invocation::Invocation;
use crate::commands::demo::stage::Stage;

/// "Invalid client secret provided."
const INVALID_SECRET: &str = "AADSTS7000215";

const WRONG_SECRET: &str = "not-the-secret~but-its-id";

pub(super) struct WrongSecret;

impl Scene for WrongSecret {
    fn title(&self) -> &'static str {
        "When it goes wrong"
    }

    fn register(&self, directory: EmulatorBuilder) -> EmulatorBuilder {
        directory
    }

    fn play(&self, stage: &mut Stage<'_>) -> Result<(), CommandError> {
        stage.hide(WRONG_SECRET);
        stage.story.text(
            "A wrong secret, this time. An error says what the identity provider said, and then \
             what to do.",
        )?;
        stage.be_refused(
            &Invocation::of("get-token")
                .with("-p", PROFILE)
                .switch("--force")
                .secret_on_stdin("--client-secret-stdin", WRONG_SECRET),
            INVALID_SECRET,
        )?;
        stage.story.done(
            "One token request arrived, and no second one: a refusal is not tried again. stdout \
             was empty, the exit code 2.",
        )
    }
}
