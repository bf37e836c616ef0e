//! `check`: whether a token serves, by its times alone.

use std::process::ExitCode;
use std::time::Duration;

use model::Clock;
use model::Timestamp;
use protocol::jwt;
use protocol::token_meaning;
use protocol::token_meaning::Times;
use protocol::token_meaning::Validity;
use protocol::token_meaning::Warning;
use serde::Serialize;

use super::token_input;
use super::token_input::Found;
use super::token_input::TokenInput;
use crate::args::CheckArgs;
use crate::args::CheckOutput;
use crate::command_error::CommandError;
use crate::output::document;
use crate::settings;
use crate::settings::Variables;
use crate::ui::Ui;
use crate::wording;

/// The exit code of a token that does not serve.
const NO: u8 = 1;

/// The answer as scripts read it: `docs/schema/check.schema.json`.
#[derive(Serialize)]
struct Answer<'a> {
    schema_version: u8,
    valid: bool,
    /// `valid`, `expired`, `not_yet_valid`, `short_lived`, `not_cached` or `closed`.
    reason: &'static str,
    profile: Option<&'a str>,
    /// Seconds left, negative if it has ended.
    expires_in: Option<i64>,
    /// RFC 3339, UTC.
    expires_at: Option<String>,
    /// Seconds since the epoch.
    expires_on: Option<i64>,
}

/// Answers by the exit code, and in words unless that was not wished for.
pub(super) fn run(
    ui: &Ui,
    variables: &Variables,
    args: &CheckArgs,
) -> Result<ExitCode, CommandError> {
    let store = settings::open(ui, variables)?;
    let found = token_input::found(ui, variables, &store, &args.input)?;
    let now = store.clock.now();
    let (reason, times, profile) = match &found {
        Found::Token(input) => {
            if !args.quiet {
                token_input::warn_of_text(ui, input);
            }
            let look = |error: CommandError| error.hint(token_input::to_inspect(&args.input));
            let times = times(input, |warning| {
                if !args.quiet {
                    ui.warn(&format!("the token: {}", warning.message));
                }
            })
            .map_err(look)?;
            let least = args.min_ttl.unwrap_or_default();
            let reason = reason(times, now, least).map_err(look)?;
            (reason, Some(times), input.profile())
        }
        Found::Missing(missing) if missing.is_closed => ("closed", None, None),
        Found::Missing(_) => ("not_cached", None, None),
    };
    let expires = times.and_then(|times| times.expires);
    let answer = Answer {
        schema_version: 1,
        valid: reason == "valid",
        reason,
        profile: profile.map(|profile| profile.name.as_str()),
        expires_in: expires.map(|expires| expires.seconds_since(now)),
        expires_at: expires.map(|expires| expires.to_string()),
        expires_on: expires.map(Timestamp::unix_seconds),
    };
    if !args.quiet {
        let text = match args.output {
            CheckOutput::Json => document::json(&answer)?.to_string(),
            CheckOutput::Text => in_words(&answer, times, now),
        };
        ui.answer(&text)?;
        if let Found::Missing(missing) = &found {
            ui.note(&missing.remedy());
        }
    }
    Ok(if answer.valid {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(NO)
    })
}

fn reason(times: Times, now: Timestamp, least: Duration) -> Result<&'static str, CommandError> {
    Ok(match times.validity(now) {
        Validity::Expired => "expired",
        Validity::NotYet => "not_yet_valid",
        Validity::Unknown => return Err(untold(times)),
        Validity::Valid if times.expires.is_some_and(|end| end < now.plus(least)) => "short_lived",
        Validity::Valid => "valid",
    })
}

/// When the token counts: by the cache, which knows the end of any token, else by its claims.
fn times(input: &TokenInput, warn: impl FnOnce(Warning)) -> Result<Times, CommandError> {
    match input {
        TokenInput::Cached(cached) => Ok(Times {
            expires: Some(cached.entry.expires_on),
            ..Times::default()
        }),
        TokenInput::Given(text) => {
            let decoded = jwt::decode(&text.token);
            token_meaning::warning_of_signature(&decoded).map(warn);
            let claims = decoded
                .claims
                .as_ref()
                .filter(|_| decoded.damage.is_empty());
            claims.map(Times::of).ok_or_else(|| {
                CommandError::usage(
                    "token_unreadable",
                    format!("its times cannot be read: {}", decoded.kind.description()),
                )
            })
        }
    }
}

fn untold(times: Times) -> CommandError {
    let why = times.unreadable.map_or_else(
        || "it does not say when it ends (`exp`)".to_owned(),
        |why| why.to_string(),
    );
    CommandError::usage("token_unreadable", why)
}

fn in_words(answer: &Answer<'_>, times: Option<Times>, now: Timestamp) -> String {
    let mut said = match times {
        None if answer.reason == "closed" => wording::cached_token_closed().to_owned(),
        None => "no token is cached".to_owned(),
        Some(times) => wording::validity(times, now),
    };
    if answer.reason == "short_lived" {
        said.push_str(", less than asked for");
    }
    let turns = match answer.reason {
        "not_yet_valid" => times.and_then(|times| times.not_before),
        _ => times.and_then(|times| times.expires),
    };
    if let Some(at) = turns {
        said.extend([" (", &at.to_string(), ")"]);
    }
    if let Some(profile) = answer.profile {
        said.extend([", profile ", profile]);
    }
    said.push('\n');
    said
}
