//! `cache`: what is kept, one file per subcommand.

mod clear;
mod list;
mod table;
mod view;

use std::process::ExitCode;

use model::Profile;

use crate::args::CacheCommand;
use crate::command_error::CommandError;
use crate::settings;
use crate::settings::Store;
use crate::settings::Variables;
use crate::ui::Ui;

/// Runs one subcommand.
pub(super) fn run(
    ui: &Ui,
    variables: &Variables,
    command: &CacheCommand,
) -> Result<ExitCode, CommandError> {
    match command {
        CacheCommand::List(args) => list::run(ui, variables, args),
        CacheCommand::Clear(args) => clear::run(ui, variables, args),
    }
}

/// The profile that `-p` names. `ENTRA_AUTH_PROFILE` does not count here: nobody who looks at the
/// cache as a whole wants to see a part of it.
fn profile_named(store: &Store, name: Option<&str>) -> Result<Option<Profile>, CommandError> {
    name.map(|name| settings::named_profile(&store.vault, name))
        .transpose()
}
