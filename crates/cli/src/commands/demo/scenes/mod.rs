//! What is shown, one scene a file.

mod certificate;
mod desktop;
mod device;
mod personal;
mod pipeline;
mod refusal;
mod secret;
mod webapp;

use emulator::EmulatorBuilder;

use super::invocation::Invocation;
use super::stage::Stage;
use crate::command_error::CommandError;

/// The tenant's users and applications, as most apps read them.
const GRAPH: &str = "https://graph.microsoft.com";

/// What a person's app asks for first.
const USER_READ: &str = "https://graph.microsoft.com/User.Read";

/// One thing shown at work.
pub(super) trait Scene {
    /// What it is about.
    fn title(&self) -> &'static str;

    /// Registers what it needs with the look-alike.
    fn register(&self, directory: EmulatorBuilder) -> EmulatorBuilder;

    /// Shows it, and fails unless it worked.
    fn play(&self, stage: &mut Stage<'_>) -> Result<(), CommandError>;
}

/// The `config create` of an app that proves itself by nothing: its person is the proof.
fn creation_of_public_client(stage: &Stage<'_>, profile: &str, client_id: &str) -> Invocation {
    stage
        .creation(profile, client_id, USER_READ)
        .with("--auth-method", "Public")
}

/// Every scene, in order; later ones may build on what earlier ones made.
pub(super) fn all() -> Result<Vec<Box<dyn Scene>>, CommandError> {
    Ok(vec![
        Box::new(secret::AppWithSecret),
        Box::new(certificate::AppWithCertificate::new()?),
        Box::new(pipeline::Pipeline),
        Box::new(desktop::DesktopApp),
        Box::new(device::Device),
        Box::new(webapp::WebApp::new()?),
        Box::new(personal::PersonalGraph),
        Box::new(refusal::WrongSecret),
    ])
}
