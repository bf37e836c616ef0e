//! `config import`: profiles from another machine or another person.

use std::io::IsTerminal;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use model::AuthMethod;
use model::Profile;
use vault::AccountOwner;
use vault::Bundle;
use vault::BundledProfile;
use vault::ExportFile;
use vault::Incoming;
use vault::SecretKind;
use vault::bundle::SIZE_LIMIT;
use vault::dotnet::DotnetContents;
use zeroize::Zeroizing;

use super::import_plan::Fate;
use super::import_plan::Plan;
use super::import_plan::Step;
use super::save;
use crate::args::ImportArgs;
use crate::command_error::CommandError;
use crate::commands::sign_out::PATIENCE;
use crate::commands::sign_out::SignOut;
use crate::settings;
use crate::settings::Store;
use crate::settings::Variables;
use crate::ui::Ui;
use crate::wording;

/// Shows what the file holds, settles names that are taken, asks, and writes all or nothing.
///
/// Nothing is approved by it, and nothing that was stored before serves an imported profile.
pub(super) fn run(
    ui: &Ui,
    variables: &Variables,
    args: &ImportArgs,
) -> Result<ExitCode, CommandError> {
    let store = settings::open(ui, variables)?;
    let Opened { bundle, is_old } = opened(ui, variables, args)?;
    show(ui, &bundle);
    let plan = Plan::made(ui, &store.vault, bundle, args.on_conflict, args.yes)?;
    for step in &plan.steps {
        ui.note(&step.to_string());
    }
    if !plan.steps.iter().any(Step::is_written) {
        ui.note("Nothing to import.");
        return Ok(ExitCode::SUCCESS);
    }
    if !args.yes {
        let sure = ui
            .ask_confirmation("Import this?", false)
            .map_err(|error| error.hint("Without asking: --yes"))?;
        if !sure {
            return Err(CommandError::interrupted());
        }
    }
    let written: Vec<&Step> = plan.steps.iter().filter(|step| step.is_written()).collect();
    let _hold = store.hold(ui)?;
    sign_out(ui, &store, &written)?;
    let incoming: Vec<Incoming> = written.into_iter().map(Step::incoming).collect();
    let imports = store.vault.imports();
    imports.write(&incoming).map_err(wording::profiles)?;
    for one in &incoming {
        ui.note(&format!("Imported profile `{}`.", one.profile.name));
        say_what_is_missing(ui, one);
        if is_old {
            ui.note(&format!(
                "Write it anew, so that a change is noticed: entra-auth-cli config export {} \
                 --include-secrets --file FILE",
                one.profile.name
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What a file holds.
struct Opened {
    bundle: Bundle,
    /// Whether it has the .NET tool's format, which nobody should keep.
    is_old: bool,
}

fn opened(ui: &Ui, variables: &Variables, args: &ImportArgs) -> Result<Opened, CommandError> {
    let is_stdin = args.file == Path::new("-");
    if is_stdin && args.passphrase.passphrase_stdin {
        return Err(CommandError::usage(
            "contradictory_flags",
            "stdin cannot hold both the export and its passphrase",
        )
        .hint("Give the passphrase by --passphrase-file or --passphrase-env"));
    }
    let bytes = read(&args.file, is_stdin)?;
    let shown = if is_stdin {
        Path::new("stdin")
    } else {
        &args.file
    };
    let file = ExportFile::read(&bytes, shown).map_err(wording::bundle)?;
    let is_old = matches!(file, ExportFile::Dotnet(_));
    let bundle = match file {
        ExportFile::Plain(bundle) => Ok(bundle),
        ExportFile::Sealed(sealed) => {
            let passphrase = settings::export_passphrase(ui, variables, &args.passphrase)?;
            sealed.open(&passphrase).map_err(wording::bundle)
        }
        ExportFile::Dotnet(export) => {
            let passphrase = settings::export_passphrase(ui, variables, &args.passphrase)?;
            let contents = export.open(&passphrase).map_err(wording::bundle)?;
            ui.warn(
                "this is an export of the .NET tool, a format that cannot tell whether somebody \
                 changed it: see that all of what follows is right",
            );
            of_the_dotnet_tool(contents)
        }
    }?;
    Ok(Opened { bundle, is_old })
}

/// The same as an export of ours. Its secrets name no destination, so they get their profile's.
fn of_the_dotnet_tool(contents: DotnetContents) -> Result<Bundle, CommandError> {
    let profile = contents.profile;
    let mut secrets = Vec::new();
    if !contents.secrets.is_empty() {
        let destination = settings::profile_destination(&profile)?;
        let bound = contents.secrets.into_iter();
        secrets.extend(bound.map(|secret| secret.bound_to(&destination)));
    }
    Ok(Bundle {
        exported_at: contents.exported_at,
        profiles: vec![BundledProfile { profile, secrets }],
    })
}

fn read(path: &Path, is_stdin: bool) -> Result<Zeroizing<Vec<u8>>, CommandError> {
    let unreadable = |why: String| CommandError::usage("import_unreadable", why);
    let mut bytes = Zeroizing::new(Vec::new());
    let read = if is_stdin {
        let stdin = std::io::stdin();
        if stdin.is_terminal() {
            return Err(unreadable("stdin is a terminal, and no export".to_owned())
                .hint("Name the file: entra-auth-cli config import FILE"));
        }
        stdin.lock().take(SIZE_LIMIT + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(SIZE_LIMIT + 1).read_to_end(&mut bytes))
    };
    read.map_err(|error| {
        unreadable(format!(
            "the export {} cannot be read: {error}",
            path.display()
        ))
    })?;
    Ok(bytes)
}

fn show(ui: &Ui, bundle: &Bundle) {
    if let Some(made) = &bundle.exported_at {
        ui.note(&format!("Export of {made}"));
    }
    for BundledProfile { profile, secrets } in &bundle.profiles {
        ui.note(&format!("Profile `{}`", profile.name));
        match settings::profile_destination(profile) {
            Ok(destination) => ui.note(&format!("gets tokens from     {destination}")),
            Err(error) => ui.note(&format!("cannot be used yet   {}", error.message)),
        }
        for reference in save::references(profile).unwrap_or_default() {
            ui.note(&format!("uses                 {reference}"));
        }
        for secret in secrets {
            ui.note(&format!(
                "brings a {} for {}",
                secret.kind, secret.destination
            ));
        }
    }
}

/// Who signed in goes first, since a sign-in that is under way may have to be waited for.
pub(super) fn sign_out(ui: &Ui, store: &Store, steps: &[&Step]) -> Result<(), CommandError> {
    for step in steps {
        let name = step.name();
        let owner = AccountOwner::Profile(name.clone());
        let nobody = matches!(store.vault.accounts().get(&owner), Ok(None));
        // Under a new name somebody may have signed in whose profile was removed by hand.
        if !nobody || matches!(step.fate, Fate::Replaces(_)) {
            SignOut::within(ui, store, PATIENCE).of_profile(name)?;
        }
    }
    Ok(())
}

/// Says what an imported profile needs before it works.
pub(super) fn say_what_is_missing(ui: &Ui, one: &Incoming) {
    let Profile { name, .. } = &one.profile;
    match save::needs_approval(&one.profile) {
        Ok(false) => {}
        Ok(true) => ui.note(&format!(
            "Before it is used, look at what it refers to: entra-auth-cli config trust {name}"
        )),
        Err(error) => ui.warn(&format!("profile `{name}`: {}", error.message)),
    }
    let brings_a_secret = one
        .secrets
        .iter()
        .any(|secret| secret.kind == SecretKind::ClientSecret);
    if one.profile.auth_method == AuthMethod::ClientSecret
        && one.profile.client_secret_from.is_none()
        && !brings_a_secret
    {
        ui.note(&format!(
            "Its secret is not here yet: entra-auth-cli config edit {name} --client-secret-stdin"
        ));
    }
}
