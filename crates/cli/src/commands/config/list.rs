//! `config list`: the profiles.

use std::process::ExitCode;

use model::Profile;
use protocol::text::escaped;
use vault::Listed;

use super::view;
use crate::args::ListArgs;
use crate::command_error::CommandError;
use crate::output::table;
use crate::output::table::Column;
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
    let mut unusable = 0_usize;
    for listed in store.vault.profiles().all().map_err(wording::profiles)? {
        match listed {
            Listed::Valid { profile, .. } => profiles.push(*profile),
            Listed::Invalid { name, line, why } => {
                unusable += 1;
                let named = name.map_or_else(String::new, |name| format!(" `{name}`"));
                ui.warn(&format!(
                    "the profile{named} on line {line} cannot be used: {why}"
                ));
            }
        }
    }
    let text = match view::document(args.output, &profiles)? {
        Some(document) => document,
        None if args.quiet => names(&profiles).into(),
        None if profiles.is_empty() => {
            ui.note(match unusable {
                0 => "There is no profile yet. Make one: entra-auth-cli config create",
                _ => "There is no other profile. Correct the file: entra-auth-cli config path",
            });
            return Ok(ExitCode::SUCCESS);
        }
        None => rows(&profiles, ui.answer_width()).into(),
    };
    ui.answer(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn names(profiles: &[Profile]) -> String {
    let names = profiles.iter().map(|profile| format!("{}\n", profile.name));
    names.collect()
}

/// The profiles in columns, the id of an application before all others left out where there is no
/// room: nobody reads it.
fn rows(profiles: &[Profile], width: Option<usize>) -> String {
    let columns = [
        Column::name("NAME"),
        Column::cut("TENANT", 1),
        Column::whole("CLIENT ID", 4),
        Column::cut("AUTHENTICATION", 2),
        Column::cut("SCOPES", 3),
    ];
    let rows: Vec<_> = profiles.iter().map(row).collect();
    table::rendered(columns, &rows, width)
}

fn row(profile: &Profile) -> [String; 5] {
    let place = profile.tenant_id.as_ref().or(profile.authority.as_ref());
    let scopes = profile
        .resource
        .clone()
        .unwrap_or_else(|| profile.scopes.join(" "));
    let cell = |text: &str| escaped(text).into_owned();
    [
        profile.name.to_string(),
        cell(place.map_or("", String::as_str)),
        cell(profile.client_id.as_deref().unwrap_or_default()),
        profile.auth_method.to_string(),
        cell(&scopes),
    ]
}
