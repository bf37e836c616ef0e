//! `inspect`: what a token says.

mod authority;
mod comparison;
#[cfg(test)]
mod corpus;
mod document;
mod pretty;
mod side_by_side;
mod verify;

use std::process::ExitCode;

use model::Clock;
use protocol::jwt;
use protocol::jwt::Decoded;
use protocol::ordered_json::Object;
use protocol::token_meaning;

use self::comparison::Comparison;
use self::document::Inspection;
use super::token_input;
use super::token_input::Found;
use crate::args::InspectArgs;
use crate::args::InspectOutput;
use crate::command_error::CommandError;
use crate::output::document as rendered;
use crate::settings;
use crate::settings::Variables;
use crate::ui::Ui;

/// The exit code of a token that was verified and is not genuine.
const NOT_GENUINE: u8 = 1;

/// Shows the token.
pub(super) fn run(
    ui: &Ui,
    variables: &Variables,
    args: &InspectArgs,
) -> Result<ExitCode, CommandError> {
    let store = settings::open(ui, variables)?;
    let input = match token_input::found(ui, variables, &store, &args.input)? {
        Found::Token(input) => input,
        Found::Missing(missing) => return Err(missing.error()),
    };
    let token = jwt::decode(input.token());
    if args.claims || args.header || args.diff.is_some() {
        token_input::warn_of_text(ui, &input);
    }
    if args.claims || args.header {
        let part = if args.claims {
            &token.claims
        } else {
            &token.header
        };
        give_part(ui, args.output, part.as_ref(), token.kind)?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(given) = &args.diff {
        let other = token_input::given(ui, &store, given)?;
        token_input::warn_of_text(ui, &other);
        let other = jwt::decode(other.token());
        for decoded in [&token, &other] {
            refuse_unreadable(decoded)?;
        }
        let comparison = Comparison::of(&token, &other);
        match args.output {
            InspectOutput::Json => ui.answer(&rendered::json(&comparison)?)?,
            InspectOutput::Yaml => ui.answer(&rendered::yaml(&comparison)?)?,
            InspectOutput::Pretty => {
                let name = input
                    .profile()
                    .map_or("this token", |profile| profile.name.as_str());
                let page = pretty::Page {
                    width: ui.text_width(),
                    zone: &settings::local_zone(variables),
                };
                ui.tell(&side_by_side::page(&page, name, &comparison))?;
            }
        }
        return Ok(ExitCode::SUCCESS);
    }
    let now = store.clock.now();
    let mut meaning = token_meaning::meaning(&token, now);
    let other = input
        .resource()
        .and_then(|asked_for| token_meaning::other_resource(&token, asked_for));
    meaning.warnings.extend(other);
    meaning
        .warnings
        .extend(input.text().and_then(token_meaning::warning_of_text));
    let verification = if args.verification.verify {
        let verification = verify::run(variables, &store, &args.verification, &input, &token)?;
        Some(verification)
    } else {
        None
    };
    let verified = verification.as_ref();
    let inspection = Inspection::new(&token, &meaning, input.profile(), verified, now);
    match args.output {
        InspectOutput::Json => ui.answer(&rendered::json(&inspection)?)?,
        InspectOutput::Yaml => ui.answer(&rendered::yaml(&inspection)?)?,
        InspectOutput::Pretty => {
            let page = pretty::Page {
                width: ui.text_width(),
                zone: &settings::local_zone(variables),
            };
            ui.tell(&page.of(&token, &meaning, verified, now))?;
        }
    }
    Ok(match verified {
        Some(verification) if !verification.genuine => ExitCode::from(NOT_GENUINE),
        _ => ExitCode::SUCCESS,
    })
}

/// Of a token without a header and claims to be seen, everything would differ.
fn refuse_unreadable(token: &Decoded) -> Result<(), CommandError> {
    if token.header.is_some() || token.claims.is_some() {
        return Ok(());
    }
    Err(CommandError::usage(
        "token_unreadable",
        format!("it cannot be compared: {}", token.kind.description()),
    )
    .hint("Compare two tokens: --file FILE --diff @OTHER"))
}

fn give_part(
    ui: &Ui,
    output: InspectOutput,
    part: Option<&Object>,
    kind: jwt::Kind,
) -> Result<(), CommandError> {
    let Some(part) = part else {
        return Err(CommandError::usage(
            "token_unreadable",
            format!("that part of it cannot be read: {}", kind.description()),
        )
        .hint(
            "Without --claims and --header, inspect says what can be read, and where it breaks off",
        ));
    };
    match output {
        InspectOutput::Yaml => ui.answer(&rendered::yaml(part)?),
        InspectOutput::Json | InspectOutput::Pretty => ui.answer(&rendered::json(part)?),
    }
}
