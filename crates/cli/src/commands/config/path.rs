//! `config path`: where things are kept.

use std::process::ExitCode;

use protocol::text::escaped;
use serde::Serialize;
use zeroize::Zeroizing;

use super::view;
use crate::args::PathArgs;
use crate::command_error::CommandError;
use crate::settings;
use crate::settings::Variables;
use crate::ui::Ui;

/// The places, as scripts read them.
#[derive(Serialize)]
struct Places<'a> {
    profiles: std::borrow::Cow<'a, str>,
    state: std::borrow::Cow<'a, str>,
    data: std::borrow::Cow<'a, str>,
}

/// Prints the places.
pub(super) fn run(
    ui: &Ui,
    variables: &Variables,
    args: &PathArgs,
) -> Result<ExitCode, CommandError> {
    let store = settings::open(ui, variables)?;
    let profiles = store.vault.profiles().path();
    let places = Places {
        profiles: profiles.to_string_lossy(),
        state: store.locations.state.to_string_lossy(),
        data: store.locations.data.to_string_lossy(),
    };
    let text = match view::document(args.output, &places)? {
        Some(document) => document,
        None => Zeroizing::new(format!(
            "profiles  {}\nstate     {}\ndata      {}\n",
            escaped(&places.profiles),
            escaped(&places.state),
            escaped(&places.data)
        )),
    };
    ui.answer(&text)?;
    Ok(ExitCode::SUCCESS)
}
