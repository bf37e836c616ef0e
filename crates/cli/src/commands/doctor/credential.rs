//! How one profile's application proves itself: its secret, its certificate, what it refers to.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use model::AuthMethod;
use model::CertificatePassword;
use model::Clock;
use model::Profile;
use model::ProfileName;
use model::SecretReference;
use model::Timestamp;
use protocol::certificate;
use protocol::certificate::CertificateError;
use protocol::certificate::SigningCertificate;
use vault::SecretKind;
use vault::VaultError;
use zeroize::Zeroizing;

use super::check::Check;
use super::check::Status;
use super::check::Verdict;
use super::report;
use super::scene::Scene;
use crate::settings;
use crate::settings::Variables;
use crate::shell;
use crate::wording;

const DAY: i64 = 86_400;

/// A certificate or a kept secret that has less left, or is older, is worth a word, in days.
const SOON: i64 = 30;
const OLD: i64 = 180;

/// A larger file than this is no certificate, in bytes.
const LARGEST_FILE: u64 = 1 << 20;

pub(super) fn checks(profile: &Profile, scene: &Arc<Scene>) -> Vec<Check> {
    let name = profile.name.as_str();
    let of = |id, title, examine: fn(&Profile, &Scene) -> Verdict| {
        let (profile, scene) = (profile.clone(), Arc::clone(scene));
        Check::of(name, id, title, move || examine(&profile, &scene))
    };
    let proof = match profile.auth_method {
        AuthMethod::ClientSecret => of("profile.secret", "Client secret", secret),
        AuthMethod::Certificate | AuthMethod::PasswordlessCertificate => {
            of("profile.certificate", "Certificate", certificate)
        }
        AuthMethod::ClientAssertion => of("profile.assertion", "Client assertion", assertion),
        AuthMethod::Public => of("profile.secret", "Client secret", |_, _| {
            Verdict::ok("none: it is a public client")
        }),
    };
    vec![proof]
}

fn secret(profile: &Profile, scene: &Scene) -> Verdict {
    if let Some(reference) = &profile.client_secret_from {
        let found = referred(reference, scene);
        let now = scene.store.clock.now();
        return match profile.client_secret_expires_at {
            Some(end) if found.status == Status::Ok => ending(
                &found.detail,
                end,
                now,
                "Make a new one in the portal (Certificates & secrets), and put it there.",
            ),
            _ => found,
        };
    }
    let anew = format!(
        "Store it again: entra-auth-cli config edit {} --client-secret-stdin",
        shell::word(profile.name.as_str())
    );
    let kept = match scene
        .vault()
        .secrets()
        .has(&profile.name, SecretKind::ClientSecret)
    {
        Ok(kept) => kept,
        Err(error) => return wording::vault(&error).into(),
    };
    let Some(kept) = kept else {
        return match settings::secret_variable_set(&scene.here.variables) {
            Some(name) => Verdict::ok(format!("none is kept; {name} gives it")),
            None => Verdict::failed("none is kept, and no variable gives one").fix(anew),
        };
    };
    match settings::profile_destination(profile) {
        Ok(destination) if destination == kept => {}
        Ok(_) => {
            return Verdict::failed(format!(
                "it may go to {kept} only, and the profile leads elsewhere"
            ))
            .fix(format!(
                "If the profile was changed rightly: entra-auth-cli config trust {}\n{anew}",
                shell::word(profile.name.as_str())
            ));
        }
        Err(_) => {
            return Verdict::skipped(format!("it may go to {kept} only (see Destination)"));
        }
    }
    let written = match scene
        .vault()
        .secret_written(&profile.name, SecretKind::ClientSecret)
    {
        Ok(written) => written,
        Err(error) => return wording::vault(&error).into(),
    };
    let now = scene.store.clock.now();
    let days = written.map_or(0, |written| now.seconds_since(written).max(0) / DAY);
    match profile.client_secret_expires_at {
        Some(end) => ending(
            "kept for this destination",
            end,
            now,
            &format!(
                "Make a new one in the portal (Certificates & secrets), then: entra-auth-cli \
                 config edit {} --client-secret-stdin",
                shell::word(profile.name.as_str())
            ),
        ),
        None => unknown_end(&profile.name, days),
    }
}

/// A secret whose end whoever made it wrote into the profile.
fn ending(said: &str, end: Timestamp, now: Timestamp, anew: &str) -> Verdict {
    let left = end.seconds_since(now);
    if left <= 0 {
        return Verdict::failed(format!("{said}, but it ended on {end}")).fix(anew);
    }
    let days = report::counted(left / DAY, "day");
    let said = format!("{said}; it ends on {end}, in {days}");
    if left < SOON * DAY {
        Verdict::warning(said).fix(anew)
    } else {
        Verdict::ok(said)
    }
}

/// A secret of which nobody said when it ends. Sealing it anew writes it too, so it may be older
/// than its file, and never is younger.
fn unknown_end(profile: &ProfileName, days: i64) -> Verdict {
    let written = match days {
        0 => "less than a day ago, if not sealed anew".to_owned(),
        days => format!("{} ago or longer", report::counted(days, "day")),
    };
    let said = format!("kept for this destination, written {written}; when it ends is not known");
    if days >= OLD {
        return Verdict::warning(said).fix(format!(
            "Look in the portal (Certificates & secrets) when it ends, and say so: entra-auth-cli \
             config edit {} --client-secret-expires DATE",
            shell::word(profile.as_str())
        ));
    }
    Verdict::ok(said)
}

fn assertion(profile: &Profile, scene: &Scene) -> Verdict {
    match &profile.client_assertion_from {
        Some(reference) => referred(reference, scene),
        None => match scene.here.variables.raw("AZURE_FEDERATED_TOKEN_FILE") {
            Some(path) => readable(Path::new(&path)),
            None => Verdict::failed("the profile names no source for it").fix(format!(
                "Name one: entra-auth-cli config edit {} --client-assertion-file FILE",
                shell::word(profile.name.as_str())
            )),
        },
    }
}

/// Whether what a reference names is there. Nothing is run.
fn referred(reference: &SecretReference, scene: &Scene) -> Verdict {
    match reference {
        SecretReference::Env(name) => match scene.here.variables.raw(name) {
            Some(_) => Verdict::ok(format!("the variable {name} is set")),
            None => Verdict::failed(format!("the variable {name} is not set"))
                .fix("Set it, or let the profile refer to something else."),
        },
        SecretReference::File(path) => readable(path),
        SecretReference::Command(words) => {
            let program = words.first().map_or("", String::as_str);
            if found_program(program, &scene.here.variables) {
                Verdict::ok(format!("the command {program} is there; it was not run"))
            } else {
                Verdict::failed(format!("the command {program} is not found"))
                    .fix("Install it, or add its directory to PATH.")
            }
        }
    }
}

fn readable(path: &Path) -> Verdict {
    let shown = path.display();
    match std::fs::metadata(path) {
        // Reading a pipe would take from it what is meant for another.
        Ok(found) if !found.is_file() => {
            Verdict::warning(format!("{shown} is no regular file, and was not read"))
        }
        Ok(found) if found.len() == 0 => {
            Verdict::failed(format!("{shown} is empty")).fix("Write the secret into it.")
        }
        Ok(_) => match std::fs::File::open(path) {
            Ok(_) => Verdict::ok(format!("{shown} can be read")),
            Err(error) => Verdict::failed(format!("{shown} cannot be read: {error}"))
                .fix("Give yourself the right to read it."),
        },
        Err(error) => Verdict::failed(format!("{shown} cannot be read: {error}"))
            .fix("Put the file there, or let the profile name another one."),
    }
}

fn found_program(program: &str, variables: &Variables) -> bool {
    let path = Path::new(program);
    if program.is_empty() {
        return false;
    }
    if path.components().count() > 1 {
        return path.is_file();
    }
    let search = variables.raw("PATH").unwrap_or_default();
    std::env::split_paths(&search).any(|directory| {
        let here = directory.join(program);
        here.is_file() || (cfg!(windows) && here.with_extension("exe").is_file())
    })
}

fn certificate(profile: &Profile, scene: &Scene) -> Verdict {
    let Some(path) = &profile.certificate_path else {
        return match scene.here.variables.raw("ENTRA_AUTH_CERTIFICATE_PATH") {
            Some(path) => readable(Path::new(&path)),
            None => Verdict::failed("the profile names no certificate file").fix(format!(
                "Name one: entra-auth-cli config edit {} --certificate-path FILE",
                shell::word(profile.name.as_str())
            )),
        };
    };
    let shown = path.display();
    let bytes = match bytes_of(path) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => {
            return Verdict::warning(format!("{shown} is no regular file, and was not read"));
        }
        Err(error) => {
            return Verdict::failed(format!("{shown} cannot be read: {error}"))
                .fix("Put the file there, or let the profile name another one.");
        }
    };
    let password = match password(profile, scene) {
        Ok(password) => password,
        Err(verdict) => return verdict,
    };
    let now = scene.store.clock.now();
    match certificate::load(&bytes, password.as_ref(), now) {
        Ok(found) => opened(&found, now.seconds_since(found.not_after()).saturating_neg()),
        Err(CertificateError::PasswordMissing) => {
            Verdict::skipped(format!("{shown} needs its password, which a person would be asked for"))
        }
        Err(error @ (CertificateError::Expired { .. } | CertificateError::NotYetValid { .. })) => {
            Verdict::failed(format!("{shown}: {error}"))
                .fix("Make a new certificate, upload its public part to the app registration, and let the profile name it.")
        }
        Err(error) => Verdict::failed(format!("{shown}: {error}"))
            .fix("Let the profile name a PEM or PFX file with certificate and private key."),
    }
}

fn opened(found: &SigningCertificate, left: i64) -> Verdict {
    let said = format!(
        "{}: the key matches, valid until {}; thumbprint {} (as the portal shows it; x5t), SHA-256 {} (x5t#S256)",
        found.subject(),
        found.not_after(),
        found.thumbprint_sha1(),
        found.thumbprint_sha256()
    );
    if left < SOON * DAY {
        let days = report::counted(left / DAY, "day");
        return Verdict::warning(format!("{said}; it ends in {days}"))
            .fix("Make a new one and upload it beside this one before it ends.");
    }
    Verdict::ok(said)
}

/// The bytes of a regular file; none of anything else.
fn bytes_of(path: &Path) -> std::io::Result<Option<Zeroizing<Vec<u8>>>> {
    if !std::fs::metadata(path)?.is_file() {
        return Ok(None);
    }
    let mut bytes = Zeroizing::new(Vec::new());
    std::fs::File::open(path)?
        .take(LARGEST_FILE)
        .read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// The certificate's password, as far as it is there without asking or running anything.
fn password(profile: &Profile, scene: &Scene) -> Result<Option<CertificatePassword>, Verdict> {
    let trimmed = |text: &str| {
        let text = text.strip_suffix('\n').unwrap_or(text);
        CertificatePassword::from(text.strip_suffix('\r').unwrap_or(text).to_owned())
    };
    match &profile.certificate_password_from {
        Some(SecretReference::Env(name)) => {
            let value = scene.here.variables.secret(name);
            return Ok(value.map(|value| CertificatePassword::from(value.to_string())));
        }
        Some(SecretReference::File(path)) => {
            let bytes = bytes_of(path).map_err(|error| {
                Verdict::failed(format!(
                    "its password {} cannot be read: {error}",
                    path.display()
                ))
            })?;
            let text = bytes
                .as_deref()
                .and_then(|bytes| std::str::from_utf8(bytes).ok());
            return Ok(text.map(trimmed));
        }
        Some(SecretReference::Command(_)) => {
            return Err(Verdict::skipped(
                "its password comes from a command, which was not run",
            ));
        }
        None => {}
    }
    let Ok(destination) = settings::profile_destination(profile) else {
        return Ok(None);
    };
    if scene.sealed().is_some() {
        return Ok(None);
    }
    let secrets = scene.vault().secrets();
    match secrets.get(&profile.name, SecretKind::CertificatePassword, &destination) {
        Ok(kept) => Ok(kept.map(|kept| CertificatePassword::from(kept.to_string()))),
        Err(error @ VaultError::DestinationChanged { .. }) => {
            Err(Verdict::failed(format!("its password: {error}"))
                .fix("Type it again: the next get-token asks for it."))
        }
        Err(error) => Err(wording::vault(&error).into()),
    }
}
