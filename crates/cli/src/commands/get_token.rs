//! `get-token`: an access token on stdout.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use engine::Engine;
use engine::EngineError;
use engine::Issued;
use engine::SystemClock;
use engine::TokenRequest;
use engine::Transport;
use model::Clock;
use model::Profile;
use model::Timestamp;

use crate::args::TokenArgs;
use crate::clipboard;
use crate::command_error::CommandError;
use crate::output;
use crate::settings;
use crate::settings::Store;
use crate::settings::Variables;
use crate::ui::Person;
use crate::ui::Ui;
use crate::wording;

/// Gets the token and gives it out.
pub(crate) fn run(
    ui: &Ui,
    variables: &Variables,
    args: &TokenArgs,
) -> Result<ExitCode, CommandError> {
    let allowed = args.timeout.unwrap_or(engine::DEFAULT_TIMEOUT);
    let store = settings::open_within(ui, variables, allowed)?;
    let profile = settings::profile_if_meant(
        ui,
        variables,
        &store.vault,
        args.profile.as_deref(),
        &args.target,
    )?;
    let got = with_profile(ui, variables, args, &store, profile.as_ref());
    // Asked for anew or not had: the cache's answer is not to wait for this.
    if !matches!(got, Ok(Origin::Cache))
        && let Some(profile) = &profile
    {
        settings::warn_of_close_names(&store.vault, profile);
    }
    got.map(|_| ExitCode::SUCCESS)
}

/// Where a token came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    Cache,
    Provider,
}

fn with_profile(
    ui: &Ui,
    variables: &Variables,
    args: &TokenArgs,
    store: &Store,
    profile: Option<&Profile>,
) -> Result<Origin, CommandError> {
    let request = settings::token_request(ui, variables, args, profile)?;
    let ca_file = settings::ca_file(&args.target, profile)?;
    let transport = Transport::new(settings::network(ca_file, variables));
    let clock: Arc<dyn Clock> = Arc::<SystemClock>::clone(&store.clock);
    let manner = settings::sign_in_manner(args, variables);
    let person = Person::new(ui, variables, clock, &request, manner);
    let issued = issued(variables, store, &transport, person, &request)?;
    let now = store.clock.now();
    give_out(ui, variables, args, &request, &issued, now)?;
    if let Some(shortfall) = &issued.shortfall {
        ui.warn(&wording::shortfall(shortfall, &request));
    }
    warn_of_expiry(ui, args, &issued, now);
    Ok(if issued.is_from_cache() {
        Origin::Cache
    } else {
        Origin::Provider
    })
}

/// Gets the token that a request asks for.
pub(super) fn issued(
    variables: &Variables,
    store: &Store,
    transport: &Transport,
    person: Person<'_>,
    request: &TokenRequest,
) -> Result<Issued, CommandError> {
    let engine = Engine {
        vault: &store.vault,
        clock: &*store.clock,
        http: transport,
        interaction: &person,
        environment: variables,
    };
    let outcome = engine.token(request);
    // The sign of life goes before anything else is said.
    drop(person);
    outcome.map_err(|error| {
        let worded = wording::engine(&error, request);
        match &error {
            EngineError::CredentialMissing {
                profile: Some(profile),
                ..
            } if settings::is_left_behind(variables, profile) => {
                wording::left_behind(worded, profile)
            }
            _ => worded,
        }
    })
}

fn give_out(
    ui: &Ui,
    variables: &Variables,
    args: &TokenArgs,
    request: &TokenRequest,
    issued: &Issued,
    now: Timestamp,
) -> Result<(), CommandError> {
    let text = output::rendered(&args.output, issued, now)?;
    if args.output.copy {
        let copied = clipboard::copy(
            variables,
            &request.variables_kept_back(variables),
            text.trim_end(),
        )?;
        ui.note(&wording::copied(copied));
        return Ok(());
    }
    match &args.output.file {
        Some(path) => to_file(path, text.as_bytes()),
        None => ui.answer(&text),
    }
}

fn to_file(path: &Path, bytes: &[u8]) -> Result<(), CommandError> {
    vault::write_output(path, bytes).map_err(|error| wording::vault(&error))
}

fn warn_of_expiry(ui: &Ui, args: &TokenArgs, issued: &Issued, now: Timestamp) {
    let left = issued.entry.expires_on.seconds_since(now);
    if issued.is_from_cache() && left < i64::from(args.cache.warn_expiry) * 60 {
        ui.warn(&format!("the token expires in {left} s"));
    }
}
