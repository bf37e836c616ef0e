//! `config create`: a new profile.

use std::process::ExitCode;

use model::AuthMethod;
use model::Clock;
use model::Flow;
use model::Profile;
use model::ProfileName;
use model::SecretReference;

use super::fields;
use super::fields::GivenSecrets;
use super::questions;
use super::save;
use crate::args::CreateArgs;
use crate::args::ProfileArgs;
use crate::command_error::CommandError;
use crate::commands::sign_out::PATIENCE;
use crate::commands::sign_out::SignOut;
use crate::settings;
use crate::settings::GivenSecret;
use crate::settings::Store;
use crate::settings::Variables;
use crate::ui::Ui;
use crate::wording;

/// Makes a profile of flags, and of answers to what no flag says.
///
/// Asks everything where name or application are not named, else only what cannot be done without.
/// Nothing is written before the last answer.
pub(super) fn run(
    ui: &Ui,
    variables: &Variables,
    args: &CreateArgs,
) -> Result<ExitCode, CommandError> {
    let store = settings::open(ui, variables)?;
    let asks_all = args.name.is_none() || args.fields.target.client_id.is_none();
    let name = name(ui, args)?;
    let replaced = existing(ui, &store, &name, args)?;
    let method = args
        .fields
        .auth_method
        .or_else(|| fields::implied_method(&args.fields));
    let mut profile = Profile::new(name, method.unwrap_or(AuthMethod::Public));
    let mut given = fields::apply(ui, &args.fields, &mut profile)?;
    if asks_all {
        questions::ask_target(ui, &mut profile)?;
    }
    if method.is_none() && !signs_people_in(&args.fields) {
        profile.auth_method = questions::ask_method(ui)?;
    }
    complete_credential(ui, &mut profile, &mut given)?;
    if asks_all {
        questions::ask_use(ui, &mut profile)?;
    }
    date(&store, &mut profile);
    let destination = settings::profile_destination(&profile)?;
    if asks_all && !questions::confirm(ui, &profile, &destination)? {
        return Err(CommandError::interrupted());
    }
    save_new(ui, &store, &mut profile, &given, args.force || replaced)?;
    Ok(ExitCode::SUCCESS)
}

/// Saves a new profile with its secrets, and approves where they may go. Nothing of a profile that
/// it replaces is left; whether one may be replaced has to be clear before.
pub(in crate::commands) fn save_new(
    ui: &Ui,
    store: &Store,
    profile: &mut Profile,
    given: &GivenSecrets,
    replaces: bool,
) -> Result<(), CommandError> {
    date(store, profile);
    SignOut::within(ui, store, PATIENCE).of_profile(&profile.name)?;
    save::seal(store, profile, given)?;
    save::forget_others(store, profile, given)?;
    save::approve(store, profile)?;
    store
        .vault
        .profiles()
        .create(profile, replaces)
        .map_err(wording::profiles)?;
    ui.note(&format!("Saved profile `{}`.", profile.name));
    ui.note(&format!("Try it: {}", wording::first_call(profile)));
    Ok(())
}

fn date(store: &Store, profile: &mut Profile) {
    let now = store.clock.now().to_string();
    profile.created_at = Some(now.clone());
    profile.updated_at = Some(now);
}

fn name(ui: &Ui, args: &CreateArgs) -> Result<ProfileName, CommandError> {
    let valid = |text: &str| {
        ProfileName::parse(text)
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    let text = match &args.name {
        Some(name) => name.clone(),
        None => ui
            .ask_text("Profile name", "letters, digits, `.`, `-`, `_`", valid)
            .map_err(|error| error.hint("Name it: --name NAME"))?,
    };
    ProfileName::parse(&text)
        .map_err(|error| CommandError::usage("invalid_profile_name", format!("`{text}`: {error}")))
}

/// Whether a profile of that name exists and is to be replaced.
fn existing(
    ui: &Ui,
    store: &Store,
    name: &ProfileName,
    args: &CreateArgs,
) -> Result<bool, CommandError> {
    let names = store.vault.profiles().names().map_err(wording::profiles)?;
    let same = |known: &&ProfileName| known.as_str().eq_ignore_ascii_case(name.as_str());
    let Some(known) = names.iter().find(same) else {
        return Ok(false);
    };
    if known != name {
        return Err(CommandError::usage(
            "profile_exists",
            format!("a profile `{known}` exists already, and letter case makes no other name"),
        )
        .hint(format!("Replace it: --name {known} --force")));
    }
    if args.force {
        return Ok(true);
    }
    if args.name.is_none() && ui.can_ask() {
        let question = format!("A profile `{name}` exists. Replace it?");
        if ui.ask_confirmation(&question, false)? {
            return Ok(true);
        }
    }
    Err(CommandError::usage(
        "profile_exists",
        format!("a profile `{name}` exists already"),
    )
    .hint(format!("Change it: entra-auth-cli config edit {name} …"))
    .hint("Replace it: the same command with --force"))
}

/// Whether the flags speak of signing people in, for which an application need not prove itself.
fn signs_people_in(fields: &ProfileArgs) -> bool {
    fields.default_flow.is_some_and(Flow::is_for_a_person)
        || fields.redirect_uri.is_some()
        || fields.login_hint.is_some()
}

/// Asks for what the method needs and no flag gave.
fn complete_credential(
    ui: &Ui,
    profile: &mut Profile,
    given: &mut GivenSecrets,
) -> Result<(), CommandError> {
    match profile.auth_method {
        AuthMethod::Public => {}
        AuthMethod::ClientSecret => {
            if given.client_secret.is_none() && profile.client_secret_from.is_none() {
                let secret = questions::ask_client_secret(ui)?;
                given.client_secret = Some(GivenSecret::Value(secret));
            }
        }
        AuthMethod::Certificate | AuthMethod::PasswordlessCertificate => {
            if profile.certificate_path.is_none() {
                profile.certificate_path = Some(questions::ask_certificate_file(ui)?);
            }
        }
        AuthMethod::ClientAssertion => {
            if profile.client_assertion_from.is_none() {
                let file = questions::ask_assertion_file(ui)?;
                profile.client_assertion_from = Some(SecretReference::File(file));
            }
        }
    }
    Ok(())
}
