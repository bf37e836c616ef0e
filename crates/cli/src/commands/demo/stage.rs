//! Where the scenes play: runs their commands and holds what came of them against what arrived.

use std::time::Duration;

use emulator::Emulator;
use emulator::Endpoint;
use emulator::Request;
use engine::SystemClock;
use model::Clock;

use super::evidence::Evidence;
use super::evidence::proof;
use super::failed;
use super::invocation::Finished;
use super::invocation::Invocation;
use super::story::Story;
use super::throw_away::ThrowAway;
use super::token::Decoded;
use super::token::shortened;
use crate::command_error::CommandError;
use crate::command_error::Kind;
use crate::signals::Interruption;

/// All commands together may take this long.
const LIMIT: Duration = Duration::from_secs(50);

/// Where the scenes play.
pub(super) struct Stage<'a> {
    pub(super) story: Story<'a>,
    emulator: &'a Emulator,
    place: &'a ThrowAway,
    interruption: &'a Interruption,
    clock: SystemClock,
    evidence: Vec<Evidence>,
    first_token: Option<Decoded>,
    /// Texts that must stand in no file.
    worth_hiding: Vec<String>,
}

/// A command that got a token.
pub(super) struct Got {
    /// The token as it was printed.
    pub(super) token: String,
    /// The same, decoded.
    pub(super) decoded: Decoded,
    /// The token requests that arrived meanwhile.
    pub(super) requests: Vec<Request>,
    /// How long the command took.
    pub(super) took: Duration,
}

impl<'a> Stage<'a> {
    pub(super) fn new(
        story: Story<'a>,
        emulator: &'a Emulator,
        place: &'a ThrowAway,
        interruption: &'a Interruption,
    ) -> Self {
        Self {
            story,
            emulator,
            place,
            interruption,
            clock: SystemClock::start(),
            evidence: Vec::new(),
            first_token: None,
            worth_hiding: Vec::new(),
        }
    }

    /// The configuration the commands run in.
    pub(super) fn place(&self) -> &ThrowAway {
        self.place
    }

    /// A `config create` for an app of the look-alike's tenant.
    pub(super) fn creation(&self, profile: &str, client_id: &str, scope: &str) -> Invocation {
        Invocation::of("config create")
            .with("--name", profile)
            .with("--authority", self.emulator.base_url())
            .with("--tenant", self.emulator.tenant().domain.as_str())
            .with("--client-id", client_id)
            .with("--scope", scope)
    }

    /// Notes a text that no file may hold.
    pub(super) fn hide(&mut self, text: &str) {
        self.worth_hiding.push(text.to_owned());
    }

    /// Runs a command that must succeed and ask the look-alike nothing.
    pub(super) fn prepare(&mut self, invocation: &Invocation) -> Result<(), CommandError> {
        let (finished, requests) = self.run(invocation)?;
        self.story.answer(&finished.stderr)?;
        succeeded(invocation, &finished)?;
        none_of(&requests)
    }

    /// Runs a command that must print a token, and nothing but a token.
    pub(super) fn get(&mut self, invocation: &Invocation) -> Result<Got, CommandError> {
        let (finished, requests) = self.run(invocation)?;
        let token = finished.stdout.trim_end_matches('\n');
        let decoded = Decoded::from_compact(token);
        if decoded.is_some() {
            self.story.answer(&shortened(token))?;
        }
        self.story.answer(&finished.stderr)?;
        succeeded(invocation, &finished)?;
        let decoded = decoded
            .filter(|_| finished.stdout == format!("{token}\n"))
            .ok_or_else(|| failed("stdout did not hold one token and a newline"))?;
        self.hide(token);
        self.first_token.get_or_insert_with(|| decoded.clone());
        let outcome = if requests.is_empty() {
            "from the encrypted cache"
        } else {
            "token issued"
        };
        self.note(invocation, &requests, outcome);
        Ok(Got {
            token: token.to_owned(),
            decoded,
            requests,
            took: finished.took,
        })
    }

    /// Runs a command that the identity provider must refuse, and gives what it said.
    pub(super) fn be_refused(
        &mut self,
        invocation: &Invocation,
        aadsts: &str,
    ) -> Result<(), CommandError> {
        let (finished, requests) = self.run(invocation)?;
        self.story.answer(&finished.stderr)?;
        if finished.exit_code != Some(i32::from(Kind::Refused.exit_code())) {
            return Err(unexpected_end(invocation, &finished));
        }
        if !finished.stderr.contains(aadsts) || !finished.stdout.is_empty() {
            return Err(failed(format!(
                "{aadsts} was to be on stderr, and no token on stdout"
            )));
        }
        one_of(&requests)?;
        self.note(invocation, &requests, &format!("refused, {aadsts}"));
        Ok(())
    }

    /// Searches every file that was written for the secrets and tokens of the scenes.
    pub(super) fn look_for_plain_text(&self) -> Result<(), CommandError> {
        let files = self.place.written()?;
        for (path, contents) in &files {
            let holds = |text: &String| {
                contents
                    .windows(text.len())
                    .any(|window| window == text.as_bytes())
            };
            if self.worth_hiding.iter().any(holds) {
                return Err(failed(format!(
                    "{} holds a secret in plain text",
                    path.display()
                )));
            }
        }
        if files.is_empty() || self.worth_hiding.is_empty() {
            return Err(failed("nothing was written, so nothing was proved"));
        }
        self.story.heading("What rests on disk")?;
        self.story.done(&format!(
            "{} files were written; none of the {} secrets and tokens stands in one of them in \
             plain text",
            files.len(),
            self.worth_hiding.len()
        ))
    }

    /// What arrived so far.
    pub(super) fn evidence(&self) -> &[Evidence] {
        &self.evidence
    }

    /// The first token that was got.
    pub(super) fn first_token(&self) -> Option<&Decoded> {
        self.first_token.as_ref()
    }

    fn run(&self, invocation: &Invocation) -> Result<(Finished, Vec<Request>), CommandError> {
        if self.interruption.exit_code().is_some() {
            return Err(CommandError::interrupted());
        }
        self.story.command(invocation)?;
        self.emulator.clear_requests();
        let patience = LIMIT.saturating_sub(self.clock.monotonic());
        let finished = invocation.run(self.place, &self.clock, patience)?;
        Ok((finished, self.emulator.requests_to(Endpoint::Token)))
    }

    fn note(&mut self, invocation: &Invocation, requests: &[Request], outcome: &str) {
        let what = match requests.first() {
            Some(request) => format!("{}: {outcome}", proof(request)),
            None => outcome.to_owned(),
        };
        self.evidence.push(Evidence {
            command: invocation.in_short(),
            requests: requests.len(),
            what,
        });
    }
}

/// Exactly one token request.
pub(super) fn one_of(requests: &[Request]) -> Result<&Request, CommandError> {
    match requests {
        [one] => Ok(one),
        several => Err(failed(format!(
            "one token request was to arrive, not {}",
            several.len()
        ))),
    }
}

/// No token request.
pub(super) fn none_of(requests: &[Request]) -> Result<(), CommandError> {
    match requests {
        [] => Ok(()),
        several => Err(failed(format!(
            "no token request was to arrive, not {}",
            several.len()
        ))),
    }
}

fn succeeded(invocation: &Invocation, finished: &Finished) -> Result<(), CommandError> {
    match finished.exit_code {
        Some(0) => Ok(()),
        _ => Err(unexpected_end(invocation, finished)),
    }
}

fn unexpected_end(invocation: &Invocation, finished: &Finished) -> CommandError {
    let end = match finished.exit_code {
        Some(code) => format!("exit code {code}"),
        None => "a signal".to_owned(),
    };
    failed(format!("`{}` ended with {end}", invocation.in_short()))
}
