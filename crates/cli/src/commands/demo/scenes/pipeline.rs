//! A pipeline keeps its secret itself, and nothing is left behind.

use emulator::App;
use emulator::EmulatorBuilder;
use emulator::Resource;
use emulator::TokenVersion;

use super::Scene;
use crate::command_error::CommandError;
use crate::commands::demo::failed;
use crate::commands::demo::invocation::Invocation;
use crate::commands::demo::stage::Stage;
use crate::commands::demo::stage::one_of;

const PROFILE: &str = "cicd-deployer";
const CLIENT_ID: &str = "33334444-dddd-5555-eeee-6666ffff7777";
const API: &str = "api://deployments";
const API_ID: &str = "44445555-eeee-6666-ffff-7777aaaa8888";
const VARIABLE: &str = "DEPLOYER_SECRET";
const SECRET: &str = "kept-by-the-pipeline~alone";

pub(super) struct Pipeline;

impl Scene for Pipeline {
    fn title(&self) -> &'static str {
        "A CI/CD pipeline"
    }

    fn register(&self, directory: EmulatorBuilder) -> EmulatorBuilder {
        directory
            .app(
                App::confidential(CLIENT_ID)
                    .display_name(PROFILE)
                    .secret(SECRET)
                    .roles(API, ["Deployments.Write"]),
            )
            .resource(Resource::new(API_ID, API).token_version(TokenVersion::V2))
    }

    fn play(&self, stage: &mut Stage<'_>) -> Result<(), CommandError> {
        stage.hide(SECRET);
        stage.story.text(&format!(
            "The pipeline's own store holds the secret and sets {VARIABLE}. The profile only \
             names the variable, which is read at each use."
        ))?;
        stage.prepare(
            &stage
                .creation(PROFILE, CLIENT_ID, &format!("{API}/.default"))
                .with("--client-secret-env", VARIABLE),
        )?;
        let before = stage.place().written()?;
        let got = stage.get(
            &Invocation::of("get-token")
                .with("-p", PROFILE)
                .with("-f", "ClientCredentials")
                .switch("--no-cache")
                .variable(VARIABLE, SECRET),
        )?;
        let request = one_of(&got.requests)?;
        let is_as_meant = request.field("client_secret").as_deref() == Some(SECRET)
            && got.decoded.claim("azp") == Some(CLIENT_ID)
            && got.decoded.claim("aud") == Some(API_ID);
        if !is_as_meant {
            return Err(failed(
                "the token request did not hold the variable's secret",
            ));
        }
        if stage.place().written()? != before {
            return Err(failed("--no-cache left something behind"));
        }
        stage
            .story
            .done("One token request arrived. No file was written or changed by the call.")
    }
}
