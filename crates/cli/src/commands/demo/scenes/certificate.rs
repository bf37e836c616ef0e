//! An app proves itself by a certificate: a signed assertion, made anew for each request.

use emulator::App;
use emulator::EmulatorBuilder;
use emulator::SelfSigned;

use super::Scene;
use crate::command_error::CommandError;
use crate::commands::demo::evidence::proof;
use crate::commands::demo::failed;
use crate::commands::demo::invocation::Invocation;
use crate::commands::demo::stage::Stage;
use crate::commands::demo::stage::one_of;
use crate::wording;

const PROFILE: &str = "azure-automation";
const CLIENT_ID: &str = "22223333-cccc-4444-dddd-5555eeee6666";
const AZURE: &str = "https://management.azure.com";

/// How a token says that its app proved itself by a certificate (`appidacr`, Entra's "Access token
/// claims reference").
const BY_CERTIFICATE: &str = "2";

pub(super) struct AppWithCertificate {
    identity: SelfSigned,
}

impl AppWithCertificate {
    pub(super) fn new() -> Result<Self, CommandError> {
        SelfSigned::generate(PROFILE)
            .map(|identity| Self { identity })
            .map_err(|error| failed(format!("no certificate could be made: {error}")))
    }
}

impl Scene for AppWithCertificate {
    fn title(&self) -> &'static str {
        "An app with a certificate"
    }

    fn register(&self, directory: EmulatorBuilder) -> EmulatorBuilder {
        directory.app(
            App::confidential(CLIENT_ID)
                .display_name(PROFILE)
                .certificate(self.identity.certificate())
                .roles(AZURE, ["Automation.Run"]),
        )
    }

    fn play(&self, stage: &mut Stage<'_>) -> Result<(), CommandError> {
        stage.story.text(
            "Nothing secret travels: each request carries an assertion that the certificate's \
             key has signed. PEM and PFX files are read, with and without a password.",
        )?;
        let file = stage.place().file("azure-automation.pem");
        vault::write_output(&file, self.identity.pem().as_bytes())
            .map_err(|error| wording::vault(&error))?;
        stage.prepare(
            &stage
                .creation(PROFILE, CLIENT_ID, &format!("{AZURE}/.default"))
                .with("--certificate-path", file.display().to_string()),
        )?;
        let got = stage.get(
            &Invocation::of("get-token")
                .with("-p", PROFILE)
                .with("-f", "ClientCredentials"),
        )?;
        let request = one_of(&got.requests)?;
        let is_as_meant = proof(request) == "signed assertion (PS256)"
            && request.field("client_secret").is_none()
            && got.decoded.claim("appidacr") == Some(BY_CERTIFICATE);
        if !is_as_meant {
            return Err(failed("the app did not prove itself by its certificate"));
        }
        stage.story.done(
            "One token request arrived; the look-alike checked the assertion's signature \
             (PS256), thumbprint, audience and times with code of its own.",
        )
    }
}
