//! One profile: where it leads, whether it is approved, whether people can sign in with it.

use std::sync::Arc;

use engine::diagnosis;
use model::AuthMethod;
use model::Authority;
use model::ClientId;
use model::Clock;
use model::Flow;
use model::Profile;
use vault::AccountOwner;
use vault::SecretKind;

use super::check::Check;
use super::check::Verdict;
use super::scene::Scene;
use crate::command_error::CommandError;
use crate::settings;
use crate::shell;
use crate::wording;

pub(super) fn checks(profile: &Profile, scene: &Arc<Scene>) -> Vec<Check> {
    let name = profile.name.as_str();
    let of = |id, title, examine: fn(&Profile, &Scene) -> Verdict| {
        let (profile, scene) = (profile.clone(), Arc::clone(scene));
        Check::of(name, id, title, move || examine(&profile, &scene))
    };
    vec![
        of("profile.destination", "Destination", |profile, _| {
            destination(profile)
        }),
        of("profile.approval", "Approval", approval),
        of("profile.redirect", "Redirect URI", |profile, _| {
            redirect(profile)
        }),
        of("profile.sign-ins", "Sign-ins", sign_ins),
        of("profile.tokens", "Cached tokens", tokens),
    ]
}

/// Whom the profile's requests go to, by the profile alone.
fn target(profile: &Profile) -> Result<(Authority, ClientId), CommandError> {
    Ok((
        settings::profile_authority(profile)?,
        settings::profile_client_id(profile)?,
    ))
}

fn destination(profile: &Profile) -> Verdict {
    match settings::profile_destination(profile) {
        Ok(destination) => Verdict::ok(destination.to_string()),
        Err(error) => in_the_profile(error.into(), profile),
    }
}

/// The same with advice to change the profile where it would be a flag of this command, which has
/// none.
fn in_the_profile(verdict: Verdict, profile: &Profile) -> Verdict {
    let name = shell::word(profile.name.as_str());
    let edit = format!("entra-auth-cli config edit {name}");
    Verdict {
        fix: verdict
            .fix
            .map(|fix| fix.replace(": --", &format!(": {edit} --"))),
        ..verdict
    }
}

fn approval(profile: &Profile, scene: &Scene) -> Verdict {
    if target(profile).is_err() {
        return Verdict::skipped("see Destination");
    }
    match approved(profile, scene) {
        Ok(true) => match moved_secret(profile, scene) {
            Some(kind) => Verdict::skipped(format!(
                "the profile has what it needs, its stored {kind} does not: it was stored for \
                 another destination"
            )),
            None => Verdict::ok("nothing needs it, or it was given on this machine"),
        },
        Ok(false) => Verdict::failed(
            "where it leads or what it refers to was not approved on this machine, or was changed since",
        )
        .fix(format!(
            "Look at it, then: entra-auth-cli config trust {}",
            shell::word(profile.name.as_str())
        )),
        Err(verdict) => verdict,
    }
}

/// A secret that the profile uses and that was stored for another destination; the check of the secret
/// says what to do, and reports what cannot be read.
fn moved_secret(profile: &Profile, scene: &Scene) -> Option<SecretKind> {
    let kind = match profile.auth_method {
        AuthMethod::ClientSecret if profile.client_secret_from.is_none() => {
            SecretKind::ClientSecret
        }
        AuthMethod::Certificate if profile.certificate_password_from.is_none() => {
            SecretKind::CertificatePassword
        }
        _ => return None,
    };
    let destination = settings::profile_destination(profile).ok()?;
    let kept = scene.vault().secrets().has(&profile.name, kind).ok()??;
    (kept != destination).then_some(kind)
}

/// Whether what the profile refers to may be used here; why that cannot be told, if so.
pub(super) fn approved(profile: &Profile, scene: &Scene) -> Result<bool, Verdict> {
    let (authority, client_id) = target(profile)?;
    let Some(needed) = settings::approval_of(profile, &authority, &client_id)? else {
        return Ok(true);
    };
    if let Some(verdict) = scene.sealed() {
        return Err(verdict);
    }
    let approvals = scene.vault().approvals();
    approvals
        .is_approved(&profile.name, &needed)
        .map_err(|error| wording::vault(&error).into())
}

fn flow(profile: &Profile) -> Flow {
    let inferred = Flow::inferred_from(profile.auth_method);
    profile.default_flow.unwrap_or(inferred)
}

fn redirect(profile: &Profile) -> Verdict {
    if !matches!(
        flow(profile),
        Flow::InteractiveBrowser | Flow::AuthorizationCode
    ) {
        return Verdict::skipped("its flow has none");
    }
    let Some(text) = &profile.redirect_uri else {
        return Verdict::ok("http://localhost at whichever port is free");
    };
    let redirect_uri = match settings::redirect_uri(text, "the profile") {
        Ok(redirect_uri) => redirect_uri,
        Err(error) => return error.into(),
    };
    let Some(here) = redirect_uri.loopback() else {
        return Verdict::ok(format!(
            "{redirect_uri} is not on this machine: what comes back has to be pasted"
        ));
    };
    let Some(port) = here.port else {
        return Verdict::ok(format!("{redirect_uri} at whichever port is free"));
    };
    let refused: Vec<String> = here
        .addresses
        .iter()
        .filter_map(|address| {
            let error = diagnosis::listen(*address, port).err()?;
            Some(format!("{address}: {error}"))
        })
        .collect();
    if refused.is_empty() {
        return Verdict::ok(format!("port {port} of {redirect_uri} is free"));
    }
    let verdict = if refused.len() == here.addresses.len() {
        Verdict::failed
    } else {
        Verdict::warning
    };
    verdict(format!(
        "port {port} of {redirect_uri} cannot be listened on ({})",
        refused.join(", ")
    ))
    .fix("End the program that listens there, or register and use another port: --port PORT")
}

fn sign_ins(profile: &Profile, scene: &Scene) -> Verdict {
    if !flow(profile).is_for_a_person() {
        return Verdict::skipped("nobody signs in with it");
    }
    let owner = AccountOwner::Profile(profile.name.clone());
    let accounts = scene.vault().accounts();
    let book = match accounts.copy(&owner) {
        Ok(Some(book)) => Some(book),
        Ok(None) => match scene.sealed() {
            Some(verdict) => return verdict,
            None => match accounts.get(&owner) {
                Ok(book) => book,
                Err(error) => return wording::vault(&error).into(),
            },
        },
        Err(error) => return wording::vault(&error).into(),
    };
    match book.map_or(0, |book| book.accounts.len()) {
        0 => Verdict::ok("nobody is signed in; the next get-token asks for it"),
        1 => Verdict::ok("1 account is signed in"),
        count => Verdict::ok(format!("{count} accounts are signed in")),
    }
}

/// What is cached for the profile's application at its authority, whatever was asked for.
fn tokens(profile: &Profile, scene: &Scene) -> Verdict {
    let Ok((authority, client_id)) = target(profile) else {
        return Verdict::skipped("see Destination");
    };
    if let Some(verdict) = scene.sealed() {
        return verdict;
    }
    let list = match scene.vault().tokens().list() {
        Ok(list) => list,
        Err(error) => return wording::vault(&error).into(),
    };
    let now = scene.store.clock.now();
    let address = authority.address();
    let of_it = list
        .entries
        .iter()
        .filter(|(_, entry)| entry.client_id == client_id && entry.authority == address);
    let (living, ended): (Vec<_>, Vec<_>) = of_it.partition(|(_, entry)| entry.expires_on > now);
    let longest = living
        .iter()
        .map(|(_, entry)| entry.expires_on.seconds_since(now))
        .max();
    Verdict::ok(match longest {
        Some(left) => format!(
            "{} living, {} expired; the longest lives for {}",
            living.len(),
            ended.len(),
            wording::time_left(left)
        ),
        None => format!("none living, {} expired", ended.len()),
    })
}
