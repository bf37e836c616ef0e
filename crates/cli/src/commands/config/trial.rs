//! A profile that is tried: before it is saved, or as soon as it is.

use std::sync::Arc;

use engine::SystemClock;
use engine::TokenRequest;
use engine::Transport;
use model::Clock;
use model::Profile;
use vault::SecretKind;

use super::fields::GivenSecrets;
use crate::args::TargetArgs;
use crate::args::TokenArgs;
use crate::command_error::CommandError;
use crate::commands::get_token;
use crate::settings;
use crate::settings::GivenSecret;
use crate::settings::Kept;
use crate::settings::Store;
use crate::settings::Variables;
use crate::ui::Person;
use crate::ui::Ui;
use crate::wording;

/// Gets a token with a profile that is not saved yet, past the cache, and keeps nothing of it.
/// `command` is what a person calls again if there is none.
pub(super) fn before_saving(
    ui: &Ui,
    variables: &Variables,
    store: &Store,
    profile: &Profile,
    given: &GivenSecrets,
    kept: Kept,
    command: &str,
) -> Result<(), CommandError> {
    let value = |kind: SecretKind| {
        let (_, secret) = given.by_kind().into_iter().find(|(one, _)| *one == kind)?;
        match secret? {
            GivenSecret::Value(value) => Some(value.clone()),
            GivenSecret::Reference(_) => None,
        }
    };
    let request = settings::trial_request(ui, variables, profile, kept, value)?;
    got(
        ui,
        variables,
        store,
        profile,
        &request,
        &TokenArgs::default(),
    )
    .map_err(|error| wording::trial_failed(error, &request, command))
}

/// Gets a token with a profile that was saved, as `get-token` would, and does not print it.
pub(super) fn of_saved(
    ui: &Ui,
    variables: &Variables,
    store: &Store,
    profile: &Profile,
) -> Result<(), CommandError> {
    let args = TokenArgs {
        flow: wording::first_flow(profile),
        ..TokenArgs::default()
    };
    let request = settings::token_request(ui, variables, &args, Some(profile))?;
    got(ui, variables, store, profile, &request, &args)
}

fn got(
    ui: &Ui,
    variables: &Variables,
    store: &Store,
    profile: &Profile,
    request: &TokenRequest,
    args: &TokenArgs,
) -> Result<(), CommandError> {
    let ca_file = settings::ca_file(&TargetArgs::default(), Some(profile))?;
    let transport = Transport::new(settings::network(ca_file, variables));
    let clock: Arc<dyn Clock> = Arc::<SystemClock>::clone(&store.clock);
    let manner = settings::sign_in_manner(args, variables);
    let person = Person::new(ui, variables, clock, request, manner);
    let issued = get_token::issued(variables, store, &transport, person, request)?;
    ui.note(&wording::works(&issued, request));
    Ok(())
}
