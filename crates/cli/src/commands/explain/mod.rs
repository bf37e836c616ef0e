//! `explain`: what an error means, and what to do about it. Nothing is fetched, nothing is run.

mod catalogue;
mod finding;
mod fit;
mod mending;
mod near;
mod pasted;
mod stdin_text;
mod text;
mod view;
mod whom;

use std::io::IsTerminal as _;
use std::io::Read as _;
use std::process::ExitCode;

use protocol::diagnosis;
use protocol::diagnosis::Diagnosis;

use self::view::Explanation;
use self::whom::Whom;
use crate::args::ExplainArgs;
use crate::args::ExplainOutput;
use crate::command_error::CommandError;
use crate::command_error::ProviderDetails;
use crate::output::document;
use crate::settings;
use crate::settings::Variables;
use crate::ui::Ui;

/// More on stdin than this is no error that somebody pasted, in bytes.
const LONGEST_STDIN: u64 = 4 * 1024 * 1024;

/// Explains what the arguments or stdin say, or lists what can be explained.
pub(super) fn run(
    ui: &Ui,
    variables: &Variables,
    args: &ExplainArgs,
) -> Result<ExitCode, CommandError> {
    if args.list || args.search.is_some() {
        let listed = catalogue::Catalogue::of(args.search.as_deref().unwrap_or_default());
        if listed.is_empty() {
            ui.note("No entry has all of these words. See all: entra-auth-cli explain --list");
        }
        let text = match args.output {
            ExplainOutput::Text => listed.table(ui.answer_width()),
            ExplainOutput::Json => document::json(&listed)?.to_string(),
            ExplainOutput::Yaml => document::yaml(&listed)?.to_string(),
        };
        ui.answer(&text)?;
        return Ok(ExitCode::SUCCESS);
    }
    let text = given(args)?;
    let whom = whom(ui, variables, args.profile.as_deref())?;
    let plain = pasted::without_advice(&text);
    let found = diagnosis::of(&plain);
    let explanation = Explanation::of(&found, pasted::printed(&plain, &found), &whom);
    if explanation.explains_nothing() {
        return Err(nothing_recognised(&found, &text, args.profile.as_deref()));
    }
    match args.output {
        ExplainOutput::Text => ui.tell(&text::of(&explanation))?,
        ExplainOutput::Json => ui.answer(&document::json(&explanation)?)?,
        ExplainOutput::Yaml => ui.answer(&document::yaml(&explanation)?)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The text to be explained: the arguments, or stdin.
fn given(args: &ExplainArgs) -> Result<String, CommandError> {
    let reads_stdin = args.text.is_empty() || args.text == ["-"];
    if !reads_stdin {
        let text = args.text.join(" ");
        return if text.trim().is_empty() {
            Err(nothing_given())
        } else {
            Ok(text)
        };
    }
    let stdin = std::io::stdin();
    if args.text.is_empty() && stdin.is_terminal() {
        return Err(nothing_given());
    }
    let mut bytes = Vec::new();
    stdin
        .lock()
        .take(LONGEST_STDIN)
        .read_to_end(&mut bytes)
        .map_err(|error| {
            CommandError::usage("invalid_stdin", format!("stdin cannot be read: {error}"))
                .hint("Give the text as an argument: entra-auth-cli explain 'TEXT'")
        })?;
    let text = stdin_text::of(&bytes);
    if text.trim().is_empty() {
        return Err(nothing_given());
    }
    Ok(text)
}

/// The profile that `-p` names. `ENTRA_AUTH_PROFILE` does not count: a pasted error is as likely
/// about another application.
fn whom(ui: &Ui, variables: &Variables, name: Option<&str>) -> Result<Whom, CommandError> {
    let Some(name) = name else {
        return Ok(Whom::default());
    };
    let store = settings::open(ui, variables)?;
    let profile = settings::named_profile(&store.vault, name)?;
    let authority = match settings::profile_authority(&profile) {
        Ok(authority) => Some(authority),
        Err(error) => {
            ui.warn(&error.message);
            None
        }
    };
    Ok(Whom::of(&profile, authority.as_ref()))
}

fn nothing_given() -> CommandError {
    CommandError::usage("nothing_to_explain", "there is nothing to explain")
        .hint("Name a code: entra-auth-cli explain AADSTS65001")
        .hint("Or pipe the whole message in: … 2>&1 | entra-auth-cli explain")
        .hint("Or see what there is: entra-auth-cli explain --list")
}

fn nothing_recognised(found: &Diagnosis, text: &str, profile: Option<&str>) -> CommandError {
    let unknown: Vec<String> = found
        .numbers
        .iter()
        .map(|number| match &number.said {
            Some(said) => format!("AADSTS{} ({said})", number.code),
            None => format!("AADSTS{}", number.code),
        })
        .collect();
    let message = if unknown.is_empty() {
        format!(
            "nothing in it is an error that is known here: `{}`",
            found.excerpt
        )
    } else {
        format!("not in the list of this program: {}", unknown.join(", "))
    };
    let mut error = CommandError::usage("nothing_recognised", message);
    let identifiers = &found.identifiers;
    error.provider = Some(Box::new(ProviderDetails {
        aadsts: found.numbers.first().map(|number| number.code),
        correlation_id: identifiers.correlation_id.clone(),
        trace_id: identifiers.trace_id.clone(),
        timestamp: identifiers.timestamp.clone(),
    }));
    let near = near::to(text);
    if !near.is_empty() {
        error = error.hint(format!("Near to it are: {}", near.join(", ")));
    }
    for number in &found.numbers {
        error = error.hint(format!(
            "Microsoft's page: {}",
            finding::page_of(number.code)
        ));
    }
    if unknown.is_empty() && near.is_empty() {
        let profile = profile.unwrap_or("NAME");
        error = error
            .hint("Paste the whole message, with AADSTS and the number behind it.")
            .hint(format!(
                "If an API refused a token (401, 403), see what the token says: entra-auth-cli \
                 inspect -p {profile}"
            ));
    }
    error.hint("See what there is: entra-auth-cli explain --list, or --search WORDS")
}

// Its commands are quoted for the shell of the system.
#[cfg(unix)]
#[cfg(test)]
mod matrix;
