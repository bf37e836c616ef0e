//! `config`: profiles, one file per subcommand.

mod answers;
mod checks;
mod copy;
mod create;
mod delete;
mod draft;
mod edit;
mod export;
mod fields;
mod import;
mod import_plan;
mod list;
mod lock;
mod menu;
mod migrate;
mod migrate_plan;
mod old_tool;
mod path;
mod questions;
mod rename;
mod save;
mod show;
mod storage;
mod trial;
mod trust;
mod unlock;
mod view;

pub(super) use self::checks::namesake;
pub(super) use self::fields::GivenSecrets;
pub(super) use self::save::must_be_approved;
pub(super) use self::save::new_profile;

use std::process::ExitCode;

use model::Profile;
use model::ProfileName;
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
        ConfigCommand::Rename(args) => rename::run(ui, variables, &args),
        ConfigCommand::Copy(args) => copy::run(ui, variables, &args),
        ConfigCommand::Export(args) => export::run(ui, variables, &args),
        ConfigCommand::Import(args) => import::run(ui, variables, &args),
        ConfigCommand::Migrate(args) => migrate::run(ui, variables, &args),
        ConfigCommand::Trust(args) => trust::run(ui, variables, &args),
        ConfigCommand::Path(args) => path::run(ui, variables, &args),
        ConfigCommand::Storage(args) => storage::run(ui, variables, &args),
        ConfigCommand::Unlock(args) => unlock::run(ui, variables, &args),
        ConfigCommand::Lock => lock::run(ui, variables),
    }
}

/// A name that a profile can have.
pub(super) fn valid_name(text: &str) -> Result<ProfileName, CommandError> {
    ProfileName::parse(text)
        .map_err(|error| CommandError::usage("invalid_profile_name", format!("`{text}`: {error}")))
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
