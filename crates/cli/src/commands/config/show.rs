//! `config show`: one profile.

use std::process::ExitCode;

use super::profile_meant;
use super::view;
use crate::args::ShowArgs;
use crate::command_error::CommandError;
use crate::settings;
use crate::settings::Variables;
use crate::ui::Ui;

/// Shows the profile's fields.
pub(super) fn run(
    ui: &Ui,
    variables: &Variables,
    args: &ShowArgs,
) -> Result<ExitCode, CommandError> {
    let store = settings::open(ui, variables)?;
    let profile = profile_meant(ui, variables, &store.vault, &args.choice)?;
    let text = match view::document(args.output, &profile)? {
        Some(document) => document,
        // A profile that names no destination yet is shown all the same.
        None => view::text(
            &profile,
            settings::profile_destination(&profile).ok().as_ref(),
        ),
    };
    ui.answer(&text)?;
    Ok(ExitCode::SUCCESS)
}
