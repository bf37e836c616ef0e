//! `config create`: a new profile.

use std::process::ExitCode;

use model::Clock as _;
use model::ProfileName;

use super::checks;
use super::draft::Draft;
use super::questions;
use super::questions::Extent;
use super::save;
use super::trial;
use super::valid_name;
use crate::args::CreateArgs;
use crate::command_error::CommandError;
use crate::settings;
use crate::settings::Store;
use crate::settings::Variables;
use crate::ui::Answer;
use crate::ui::Ui;
use crate::wording;

/// Makes a profile of flags, and of answers to what no flag says.
///
/// Asks everything where name or application are not named, else only what cannot be done without.
/// Nothing is written before the last answer, nor before a token was had where that is asked for.
pub(super) fn run(
    ui: &Ui,
    variables: &Variables,
    args: &CreateArgs,
) -> Result<ExitCode, CommandError> {
    let store = settings::open(ui, variables)?;
    let extent = if args.name.is_none() || args.fields.target.client_id.is_none() {
        Extent::All
    } else {
        Extent::Needed
    };
    let name = args.name.as_deref().map(valid_name).transpose()?;
    if let Some(name) = &name {
        must_be_free(&store, name, args.force)?;
    }
    let mut draft = Draft::new(ui, store.clock.now(), name, &args.fields)?;
    draft.check_said(&store)?;
    questions::walk(ui, &store, &mut draft, extent)?;
    draft.check(&store)?;
    let now = store.clock.now().to_string();
    draft.profile.created_at = Some(now.clone());
    draft.profile.updated_at = Some(now);
    let replaces = args.force || draft.replaces;
    let Draft {
        profile,
        given,
        kept,
        ..
    } = draft;
    if args.test {
        let again = format!(
            "entra-auth-cli config create --name {} … --test",
            profile.name
        );
        trial::before_saving(ui, variables, &store, &profile, &given, kept, &again)?;
    }
    save::new_profile(ui, &store, &profile, &given, replaces)?;
    if extent == Extent::All && !args.test && wants_token(ui)? {
        trial::of_saved(ui, variables, &store, &profile)?;
    }
    ui.note(&format!("Try it: {}", wording::first_call(&profile)));
    Ok(ExitCode::SUCCESS)
}

fn must_be_free(store: &Store, name: &ProfileName, force: bool) -> Result<(), CommandError> {
    match checks::namesake(store, name)? {
        Some(known) if !force || known != *name => Err(wording::name_taken(&known, name)),
        _ => Ok(()),
    }
}

/// Whether the profile is to be tried. It is saved by now: whoever stops here is done.
fn wants_token(ui: &Ui) -> Result<bool, CommandError> {
    if !ui.can_ask() {
        return Ok(false);
    }
    Ok(ui.asked_to_confirm("Get a token now?", true)? == Answer::Given(true))
}
