//! Where the scenes play: runs their commands and holds what came of them against what arrived.

use std::ffi::OsString;
use std::time::Duration;

use emulator::Emulator;
use emulator::Endpoint;
use emulator::Request;
use engine::SystemClock;
use url::Url;

use super::evidence::Evidence;
use super::evidence::proof;
use super::failed;
use super::invocation::Finished;
use super::invocation::Invocation;
use super::person::Person;
use super::story::Story;
use super::throw_away::ThrowAway;
use super::token::Decoded;
use super::token::shortened;
use super::token::with_words_shortened;
use super::visitor;
use crate::command_error::CommandError;
use crate::command_error::Kind;
use crate::signals::Interruption;

/// All commands together may take this long, the time that a person takes left out.
const LIMIT: Duration = Duration::from_secs(50);

/// A person may take this long to sign in.
const PERSON_LIMIT: Duration = Duration::from_secs(40);

/// What a token request offers that no file may hold in plain text, beside the app's own secret.
const OFFERED_ONCE: [&str; 5] = [
    "client_assertion",
    "code",
    "code_verifier",
    "device_code",
    "refresh_token",
];

/// Where the scenes play.
pub(super) struct Stage<'a> {
    pub(super) story: Story<'a>,
    emulator: &'a Emulator,
    place: &'a ThrowAway,
    interruption: &'a Interruption,
    person: Person,
    clock: SystemClock,
    /// How long the commands have taken so far.
    spent: Duration,
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
        person: Person,
    ) -> Self {
        Self {
            story,
            emulator,
            place,
            interruption,
            person,
            clock: SystemClock::start(),
            spent: Duration::ZERO,
            evidence: Vec::new(),
            first_token: None,
            worth_hiding: Vec::new(),
        }
    }

    /// The look-alike, to be told how to go on.
    pub(super) fn emulator(&self) -> &Emulator {
        self.emulator
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
        succeeded(invocation, &finished)?;
        none_of(&requests)
    }

    /// Runs a command that must print a token, and nothing but a token, and ask nobody.
    pub(super) fn get(&mut self, invocation: &Invocation) -> Result<Got, CommandError> {
        let (finished, requests) = self.run(invocation)?;
        let got = self.token(invocation, &finished, requests)?;
        if self.has_asked_a_person() {
            return Err(failed("nobody was to be asked to sign in"));
        }
        Ok(got)
    }

    /// Runs a command that must have a person sign in, and then print a token.
    pub(super) fn sign_in(&mut self, invocation: &Invocation) -> Result<Got, CommandError> {
        let (finished, requests) = self.run_with_a_person(invocation)?;
        let got = self.token(invocation, &finished, requests)?;
        if !self.has_asked_a_person() {
            return Err(failed("a person was to be asked to sign in"));
        }
        Ok(got)
    }

    /// Runs a command that the identity provider must refuse, and gives what it said.
    pub(super) fn be_refused(
        &mut self,
        invocation: &Invocation,
        aadsts: &str,
    ) -> Result<(), CommandError> {
        let (finished, requests) = self.run(invocation)?;
        let said = failed_as(Kind::Refused, invocation, &finished)?;
        if !said.contains(aadsts) {
            return Err(failed(format!("{aadsts} was to be on stderr")));
        }
        one_of(&requests)?;
        self.note(invocation, &requests, &format!("refused, {aadsts}"));
        Ok(())
    }

    /// Runs a command that must end because it needs a person and may ask nobody.
    pub(super) fn need_a_person(&mut self, invocation: &Invocation) -> Result<(), CommandError> {
        let (finished, requests) = self.run(invocation)?;
        failed_as(Kind::InputNeeded, invocation, &finished)?;
        none_of(&requests)
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

    /// What a command that got a token printed, and a note of it.
    fn token(
        &mut self,
        invocation: &Invocation,
        finished: &Finished,
        requests: Vec<Request>,
    ) -> Result<Got, CommandError> {
        let token = finished.stdout.trim_end_matches('\n');
        let decoded = Decoded::from_compact(token);
        if decoded.is_some() {
            self.story.answer(&shortened(token))?;
        }
        succeeded(invocation, finished)?;
        let decoded = decoded
            .filter(|_| finished.stdout == format!("{token}\n"))
            .ok_or_else(|| failed("stdout did not hold one token and a newline"))?;
        self.hide(token);
        for request in &requests {
            for offered in OFFERED_ONCE.iter().filter_map(|name| request.field(name)) {
                self.hide(&offered);
            }
        }
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

    /// Whether a sign-in began since the last command was started.
    fn has_asked_a_person(&self) -> bool {
        [Endpoint::Authorize, Endpoint::DeviceAuthorization]
            .iter()
            .any(|endpoint| !self.emulator.requests_to(*endpoint).is_empty())
    }

    /// Runs a command that may ask nobody.
    fn run(&mut self, invocation: &Invocation) -> Result<(Finished, Vec<Request>), CommandError> {
        let mut environment = self.person.environment().to_vec();
        environment.push(("ENTRA_AUTH_NO_INPUT".to_owned(), "1".into()));
        self.begin(invocation)?;
        let story = self.story;
        let patience = LIMIT.saturating_sub(self.spent);
        self.finish(invocation, environment, patience, &mut |line| {
            story.answer(line)
        })
    }

    /// Runs a command during which a person signs in: the played one types in a device's code as
    /// soon as it is shown, and is started as the browser by the command itself.
    fn run_with_a_person(
        &mut self,
        invocation: &Invocation,
    ) -> Result<(Finished, Vec<Request>), CommandError> {
        let environment = self.person.environment().to_vec();
        self.begin(invocation)?;
        let (story, spent) = (self.story, self.spent);
        if self.person.is_played() {
            let patience = LIMIT.saturating_sub(spent);
            let mut code = None;
            return self.finish(invocation, environment, patience, &mut |line| {
                story.answer(&with_words_shortened(line))?;
                if let Some(shown) = line.strip_prefix("Code: ") {
                    code = Some(shown.to_owned());
                }
                match (line.strip_prefix("URL: "), code.as_deref()) {
                    (Some(page), Some(code)) => type_in(page, code),
                    _ => Ok(()),
                }
            });
        }
        let finished = self.finish(invocation, environment, PERSON_LIMIT, &mut |line| {
            story.answer(line)
        });
        self.spent = spent;
        finished.map_err(|error| {
            if error.kind != Kind::TimedOut {
                return error;
            }
            let limit = PERSON_LIMIT.as_secs();
            CommandError::new(
                Kind::TimedOut,
                "demo_timed_out",
                format!("nobody signed in within {limit} s"),
            )
            .hint("To have the demo sign in by itself: entra-auth-cli demo --browser none")
        })
    }

    fn begin(&self, invocation: &Invocation) -> Result<(), CommandError> {
        if self.interruption.exit_code().is_some() {
            return Err(CommandError::interrupted());
        }
        self.emulator.clear_requests();
        self.story.command(invocation)
    }

    fn finish(
        &mut self,
        invocation: &Invocation,
        mut environment: Vec<(String, OsString)>,
        patience: Duration,
        on_line: &mut dyn FnMut(&str) -> Result<(), CommandError>,
    ) -> Result<(Finished, Vec<Request>), CommandError> {
        environment.extend(self.place.variables());
        let finished = invocation.run(
            &environment,
            &self.clock,
            patience,
            &|| self.interruption.exit_code().is_some(),
            on_line,
        )?;
        self.spent = self.spent.saturating_add(finished.took);
        Ok((finished, self.emulator.requests_to(Endpoint::Token)))
    }

    fn note(&mut self, invocation: &Invocation, requests: &[Request], outcome: &str) {
        let what = match requests.last() {
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

/// Types a device's code into the page for it, and signs in.
fn type_in(page: &str, code: &str) -> Result<(), CommandError> {
    let page = Url::parse(page)
        .map_err(|error| failed(format!("{page} is no address to type a code in: {error}")))?;
    visitor::visit(&page, Some(code))
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

/// What a command said that must have failed for this reason, with nothing on stdout.
fn failed_as<'a>(
    kind: Kind,
    invocation: &Invocation,
    finished: &'a Finished,
) -> Result<&'a str, CommandError> {
    if finished.exit_code != Some(i32::from(kind.exit_code())) {
        return Err(unexpected_end(invocation, finished));
    }
    if !finished.stdout.is_empty() {
        return Err(failed("a failure was to leave stdout empty"));
    }
    Ok(&finished.stderr)
}

fn unexpected_end(invocation: &Invocation, finished: &Finished) -> CommandError {
    let end = match finished.exit_code {
        Some(code) => format!("exit code {code}"),
        None => "a signal".to_owned(),
    };
    failed(format!("`{}` ended with {end}", invocation.in_short()))
}
