//! `doctor`: what is wrong here, one file per group of checks.
//!
//! It changes nothing, asks nobody and runs no other program; docs/design/doctor.md says how that
//! is held.

mod automatic_proxy;
mod bundle;
mod check;
mod credential;
mod examination;
mod examined;
mod keeping;
mod machine;
mod network;
mod profile;
mod pseudonyms;
mod report;
mod scene;
mod surroundings;

use std::process::ExitCode;
use std::sync::Arc;

use engine::SystemClock;
use model::Clock;

use self::bundle::Outlet;
use self::check::Check;
use self::examined::Examined;
use self::report::Report;
use self::report::Signs;
use self::scene::Here;
use self::scene::Scene;
use crate::args::DoctorArgs;
use crate::args::DoctorOutput;
use crate::command_error::CommandError;
use crate::output::document;
use crate::settings;
use crate::settings::Variables;
use crate::ui::Ui;

/// Looks, and says what it found.
pub(super) fn run(
    ui: &Ui,
    variables: &Variables,
    args: &DoctorArgs,
) -> Result<ExitCode, CommandError> {
    let outlet = match &args.bundle {
        Some(path) => Some(Outlet::of(path, args.force)?),
        None => None,
    };
    let here = Arc::new(Here {
        variables: Variables,
        clock: Arc::new(SystemClock::start()),
        timeout: args.timeout,
    });
    // `variables.values` says why there is no place for one.
    let store = settings::open_to_look(ui, variables, args.timeout).ok();
    let scene = store.map(|store| Arc::new(Scene::new(Arc::clone(&here), store)));
    let examined = match &scene {
        Some(scene) => Some(examined::examined(ui, &here, scene.vault(), args)?),
        None => None,
    };
    let checks = checks(args, &here, scene.as_ref(), examined.as_ref());
    let findings = examination::findings(&here, checks);
    let report = Report::new(findings, here.clock.now().to_string());
    if outlet != Some(Outlet::Stdout) {
        show(ui, args.output, &report, Signs::of_the_locale(variables))?;
    }
    if let Some(outlet) = &outlet {
        let bundle = bundle::of(&report, &here, scene.as_deref(), args.redact_ids)?;
        outlet.put(ui, &bundle)?;
    }
    Ok(if report.has_failed() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn show(ui: &Ui, output: DoctorOutput, report: &Report, signs: Signs) -> Result<(), CommandError> {
    match output {
        DoctorOutput::Text => {
            ui.tell(&report.text(signs, ui.answer_width()))?;
            ui.note(&report.summary());
            Ok(())
        }
        DoctorOutput::Json => ui.answer(&document::json(report)?),
        DoctorOutput::Yaml => ui.answer(&document::yaml(report)?),
    }
}

fn checks(
    args: &DoctorArgs,
    here: &Arc<Here>,
    scene: Option<&Arc<Scene>>,
    examined: Option<&Examined>,
) -> Vec<Check> {
    let choice = examined.map(|examined| examined.choice.clone());
    let mut checks = machine::checks(scene);
    checks.extend(keeping::checks(scene, choice));
    checks.extend(surroundings::checks(here));
    let profiles = examined.map_or(&[][..], |examined| &examined.profiles);
    if !args.offline {
        checks.extend(network::checks(here, scene, profiles));
    }
    if let Some(scene) = scene {
        for profile in profiles {
            checks.extend(profile::checks(profile, scene));
            checks.extend(credential::checks(profile, scene));
        }
    }
    checks
}
