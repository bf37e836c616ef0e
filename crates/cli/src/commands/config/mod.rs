//! `config`: profiles, one file per subcommand.

mod create;
mod delete;
mod edit;
mod export;
mod fields;
mod import;
mod import_plan;
mod list;
mod path;
mod questions;
mod save;
mod show;
mod trust;
mod view;

pub(super) use self::create::save_new;
pub(super) use self::fields::GivenSecrets;

use std::process::ExitCode;

use model::Profile;
use vault::Vault;

use crate::args::ConfigCommand;
use crate::args::ProfileChoice;
use crate::command_error::CommandError;
use crate::settings;
use crate::settings::Variables;
use crate::ui::Ui;

/// Runs one subcommand.
pub(super) fn run(
    ui: &Ui,
    variables: &Variables,
    command: ConfigCommand,
) -> Result<ExitCode, CommandError> {
    match command {
        ConfigCommand::Create(args) => create::run(ui, variables, &args),
        ConfigCommand::Edit(args) => edit::run(ui, variables, &args),
        ConfigCommand::List(args) => list::run(ui, variables, &args),
        ConfigCommand::Show(args) => show::run(ui, variables, &args),
        ConfigCommand::Delete(args) => delete::run(ui, variables, &args),
        ConfigCommand::Export(args) => export::run(ui, variables, &args),
        ConfigCommand::Import(args) => import::run(ui, variables, &args),
        ConfigCommand::Trust(args) => trust::run(ui, variables, &args),
        ConfigCommand::Path(args) => path::run(ui, variables, &args),
    }
}

/// The profile that a subcommand names, or else the one that is meant.
fn profile_meant(
    ui: &Ui,
    variables: &Variables,
    vault: &Vault,
    choice: &ProfileChoice,
) -> Result<Profile, CommandError> {
    settings::chosen_profile(ui, variables, vault, choice.name())
}
