//! `refresh`: a new token, whatever the cache says.

use std::process::ExitCode;

use super::get_token;
use crate::args::RefreshArgs;
use crate::command_error::CommandError;
use crate::settings::Variables;
use crate::ui::Ui;

/// The same as `get-token --force`.
pub(crate) fn run(
    ui: &Ui,
    variables: &Variables,
    mut args: RefreshArgs,
) -> Result<ExitCode, CommandError> {
    args.token.cache.force = !args.token.cache.no_cache;
    get_token::run(ui, variables, &args.token)
}
