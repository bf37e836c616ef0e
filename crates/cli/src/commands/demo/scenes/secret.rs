//! An app proves itself by a secret; the second call is answered by the cache.

use emulator::App;
use emulator::EmulatorBuilder;

use super::GRAPH;
use super::Scene;
use crate::command_error::CommandError;
use crate::commands::demo::failed;
use crate::commands::demo::invocation::Invocation;
use crate::commands::demo::stage::Stage;
use crate::commands::demo::stage::none_of;
use crate::commands::demo::stage::one_of;

pub(super) const PROFILE: &str = "service-principal";
const CLIENT_ID: &str = "11112222-bbbb-3333-cccc-4444dddd5555";

/// With the characters that a client must encode, and just once.
const SECRET: &str = "made-up~secret+with/all=of&them%20";

pub(super) struct AppWithSecret;

impl Scene for AppWithSecret {
    fn title(&self) -> &'static str {
        "An app with a client secret"
    }

    fn register(&self, directory: EmulatorBuilder) -> EmulatorBuilder {
        directory.app(
            App::confidential(CLIENT_ID)
                .display_name(PROFILE)
                .secret(SECRET)
                .roles(GRAPH, ["User.Read.All"]),
        )
    }

    fn play(&self, stage: &mut Stage<'_>) -> Result<(), CommandError> {
        stage.hide(SECRET);
        stage.story.text(
            "A profile says who asks, where, and for what. Its secret comes in by stdin, so \
             that no process list shows it, and rests encrypted.",
        )?;
        stage.prepare(
            &stage
                .creation(PROFILE, CLIENT_ID, &format!("{GRAPH}/.default"))
                .secret_on_stdin("--client-secret-stdin", SECRET),
        )?;
        let call = Invocation::of("get-token")
            .with("-p", PROFILE)
            .with("-f", "ClientCredentials");
        let first = stage.get(&call)?;
        let request = one_of(&first.requests)?;
        let is_as_meant = request.field("grant_type").as_deref() == Some("client_credentials")
            && request.field("client_secret").as_deref() == Some(SECRET)
            && first.decoded.claim("appid") == Some(CLIENT_ID);
        if !is_as_meant {
            return Err(failed(
                "the token request did not hold what the profile says",
            ));
        }
        stage.story.done(
            "One token request arrived, with the secret to the letter. stdout held the token \
             and nothing else.",
        )?;

        stage.story.then("The same again:")?;
        let second = stage.get(&call)?;
        none_of(&second.requests)?;
        if second.token != first.token {
            return Err(failed("the second call printed another token"));
        }
        stage.story.done(&format!(
            "No request arrived: the same token came from the encrypted cache, in {:.1} ms from \
             start to end of the command.",
            second.took.as_secs_f64() * 1000.0
        ))
    }
}
