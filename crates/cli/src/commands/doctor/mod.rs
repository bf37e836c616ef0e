//! `doctor`: what is wrong here, one file per group of checks.
//!
//! It changes nothing, asks nobody and runs no other program; docs/design/doctor.md says how that
//! is held.

mod bundle;
mod check;
mod credential;
mod examination;
mod keeping;
mod machine;
mod network;
mod profile;
mod report;
mod scene;
mod surroundings;

use std::process::ExitCode;
use std::sync::Arc;

use model::Clock;
use model::Profile;
use vault::Listed;
use vault::Vault;

use self::check::Check;
use self::report::Report;
use self::report::Signs;
use self::scene::Scene;
use crate::args::DoctorArgs;
use crate::args::DoctorOutput;
use crate::command_error::CommandError;
use crate::output::document;
use crate::settings;
use crate::settings::Variables;
use crate::ui::Ui;
use crate::wording;

/// Looks, and says what it found.
pub(super) fn run(
    ui: &Ui,
    variables: &Variables,
    args: &DoctorArgs,
) -> Result<ExitCode, CommandError> {
    let store = settings::open_to_look(ui, variables, args.timeout)?;
    let profiles = examined(ui, variables, &store.vault, args)?;
    let scene = Arc::new(Scene::new(store, Variables, args.timeout));
    let mut checks = of_the_machine();
    if !args.offline {
        checks.extend(network::checks(&profiles, variables));
    }
    for found in &profiles {
        checks.extend(profile::checks(found));
        checks.extend(credential::checks(found));
    }
    let findings = examination::findings(&scene, checks);
    let created_at = scene.store.clock.now().to_string();
    let report = Report::new(findings, created_at);
    match args.output {
        DoctorOutput::Text => {
            ui.tell(&report.text(Signs::of_the_locale(variables)))?;
            ui.note(&report.summary());
            if profiles.is_empty() && !args.all_profiles {
                ui.note(without_profile(args.offline));
            }
        }
        DoctorOutput::Json => ui.answer(&document::json(&report)?)?,
        DoctorOutput::Yaml => ui.answer(&document::yaml(&report)?)?,
    }
    if let Some(path) = &args.bundle {
        bundle::write(path, &report, &scene, args.redact_ids)?;
        ui.note(&format!("Wrote {}.", path.display()));
    }
    Ok(if report.has_failed() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// What was looked at where no profile is chosen, and how to choose one.
const fn without_profile(offline: bool) -> &'static str {
    if offline {
        "No profile is chosen, so none was examined. One or all: -p NAME, --all-profiles"
    } else {
        "No profile is chosen, so the public cloud was examined. A profile, or all: -p NAME, \
         --all-profiles"
    }
}

fn of_the_machine() -> Vec<Check> {
    [machine::checks(), keeping::checks(), surroundings::checks()]
        .into_iter()
        .flatten()
        .collect()
}

/// The profiles to look at. A file that cannot be read has none; `profiles.file` says why.
fn examined(
    ui: &Ui,
    variables: &Variables,
    vault: &Vault,
    args: &DoctorArgs,
) -> Result<Vec<Profile>, CommandError> {
    if args.all_profiles {
        return Ok(every_profile(vault));
    }
    if let Some(name) = &args.profile {
        let found = vault.profiles().find(name).map_err(wording::profiles)?;
        return Ok(vec![found.profile]);
    }
    match settings::chosen_profile(&ui.silent(), variables, vault, None) {
        Ok(profile) => Ok(vec![profile]),
        // Somebody meant one: to look at none would look like health.
        Err(error) if settings::names_profile(variables, None) => Err(error),
        Err(_) => Ok(Vec::new()),
    }
}

fn every_profile(vault: &Vault) -> Vec<Profile> {
    let listed = vault.profiles().all().unwrap_or_default();
    listed
        .into_iter()
        .filter_map(|entry| match entry {
            Listed::Valid { profile, .. } => Some(*profile),
            Listed::Invalid { .. } => None,
        })
        .collect()
}
