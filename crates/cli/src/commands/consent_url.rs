//! `consent-url`: where an administrator consents.

use std::process::ExitCode;

use crate::args::ConsentUrlArgs;
use crate::command_error::CommandError;
use crate::commands::config;
use crate::settings;
use crate::settings::Variables;
use crate::ui::Ui;

/// Prints the address. Nothing is sent, and no secret is read.
pub(crate) fn run(
    ui: &Ui,
    variables: &Variables,
    args: &ConsentUrlArgs,
) -> Result<ExitCode, CommandError> {
    let store = settings::open(ui, variables)?;
    let profile = settings::chosen_profile(ui, variables, &store.vault, args.profile.as_deref())?;
    // Whoever wrote the profile's authority would get the administrator's password.
    config::must_be_approved(&store, &profile)?;
    let page = settings::admin_consent_page(variables, args, &profile)?;
    ui.answer(&format!("{page}\n"))?;
    Ok(ExitCode::SUCCESS)
}
