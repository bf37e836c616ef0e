//! A device without a browser shows a code; the person signs in elsewhere.

use std::time::Duration;

use emulator::App;
use emulator::EmulatorBuilder;

use super::Scene;
use super::creation_of_public_client;
use crate::command_error::CommandError;
use crate::commands::demo::failed;
use crate::commands::demo::invocation::Invocation;
use crate::commands::demo::stage::Stage;

const PROFILE: &str = "iot-device";
const CLIENT_ID: &str = "55556666-ffff-7777-aaaa-8888bbbb9999";

/// Entra has devices wait five seconds between two questions. Whoever watches waits along.
const BETWEEN_QUESTIONS: Duration = Duration::from_secs(1);

pub(super) struct Device;

impl Scene for Device {
    fn title(&self) -> &'static str {
        "A device without a browser"
    }

    fn register(&self, directory: EmulatorBuilder) -> EmulatorBuilder {
        directory
            .device_code_interval(BETWEEN_QUESTIONS)
            .app(App::public(CLIENT_ID).display_name(PROFILE))
    }

    fn play(&self, stage: &mut Stage<'_>) -> Result<(), CommandError> {
        stage.story.text(
            "Over SSH, on a server, on a printer: the device shows a code, and the person types \
             it in at any other browser.",
        )?;
        stage.prepare(&creation_of_public_client(stage, PROFILE, CLIENT_ID))?;
        let got = stage.sign_in(
            &Invocation::of("get-token")
                .with("-p", PROFILE)
                .with("-f", "DeviceCode"),
        )?;
        let request = got.requests.last();
        let is_as_meant = request.is_some_and(|request| {
            request.field("device_code").is_some() && request.field("client_secret").is_none()
        }) && got.decoded.has_scope("User.Read");
        if !is_as_meant {
            return Err(failed("no device code was redeemed"));
        }
        stage.story.done(
            "The code was typed in at the page it names. Meanwhile the device asked for the \
             token at the pace it was told, and got it.",
        )
    }
}
