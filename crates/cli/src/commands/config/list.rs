//! `config list`: the profiles.

use std::process::ExitCode;

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use model::Profile;
use protocol::text::escaped;
use vault::Listed;

use super::view;
use crate::args::ListArgs;
use crate::command_error::CommandError;
use crate::settings;
use crate::settings::Variables;
use crate::ui::Ui;
use crate::wording;

/// Lists the profiles; those that cannot be read are warned about.
pub(super) fn run(
    ui: &Ui,
    variables: &Variables,
    args: &ListArgs,
) -> Result<ExitCode, CommandError> {
    let store = settings::open(ui, variables)?;
    let mut profiles = Vec::new();
    for listed in store.vault.profiles().all().map_err(wording::profiles)? {
        match listed {
            Listed::Valid { profile, .. } => profiles.push(*profile),
            Listed::Invalid { name, line, why } => {
                let name = name.unwrap_or_default();
                ui.warn(&format!(
                    "the profile `{name}` on line {line} cannot be used: {why}"
                ));
            }
        }
    }
    let text = match view::document(args.output, &profiles)? {
        Some(document) => document,
        None if args.quiet => profiles.iter().fold(String::new(), |text, profile| {
            format!("{text}{}\n", profile.name)
        }),
        None if profiles.is_empty() => {
            ui.note("There is no profile yet. Make one: entra-auth-cli config create");
            return Ok(ExitCode::SUCCESS);
        }
        None => table(&profiles),
    };
    ui.answer(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn table(profiles: &[Profile]) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_header(["NAME", "TENANT", "CLIENT ID", "AUTHENTICATION", "SCOPES"]);
    for profile in profiles {
        let place = profile.tenant_id.as_ref().or(profile.authority.as_ref());
        let scopes = profile
            .resource
            .clone()
            .unwrap_or_else(|| profile.scopes.join(" "));
        let cell = |text: &str| escaped(text).into_owned();
        table.add_row([
            profile.name.to_string(),
            cell(place.map_or("", String::as_str)),
            cell(profile.client_id.as_deref().unwrap_or_default()),
            profile.auth_method.to_string(),
            cell(&scopes),
        ]);
    }
    format!("{}\n", table.trim_fmt())
}
