//! `--bundle`: what support needs, in one file that holds nothing secret.

use std::fs::FileType;
use std::path::Path;
use std::path::PathBuf;

use model::Profile;
use model::SecretReference;
use model::uri;
use serde_json::Value;
use serde_json::json;
use url::Url;
use vault::StorageError;

use super::examined;
use super::machine;
use super::pseudonyms::Pseudonyms;
use super::report::Report;
use super::scene::Here;
use super::scene::Scene;
use crate::command_error::CommandError;
use crate::command_error::Kind;
use crate::output::document;
use crate::settings::Variables;
use crate::ui::Ui;
use crate::wording;

/// What stands in place of a file's name for stdout.
const STDOUT: &str = "-";

/// The members of a finding that may name what is this machine's own.
const SAID_BY_FINDINGS: [&str; 3] = ["subject", "detail", "fix"];

/// Where the bundle goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outlet {
    /// A file, for its owner only.
    File(PathBuf),
    /// The answer of this command, in place of the findings.
    Stdout,
}

impl Outlet {
    /// Takes it as it was typed. A file that is there is kept unless that was said too. Of what is
    /// no file, devices alone will do: nobody may ever read from a pipe.
    ///
    /// # Errors
    /// If there is a file of that name, and nobody said to replace it, or no file.
    pub(super) fn of(path: &Path, replaces: bool) -> Result<Self, CommandError> {
        if path == Path::new(STDOUT) {
            return Ok(Self::Stdout);
        }
        let found = std::fs::symlink_metadata(path).map(|found| found.file_type());
        let is = |kind: fn(&FileType) -> bool| found.as_ref().is_ok_and(kind);
        let is_of_another_kind =
            found.is_ok() && !is(FileType::is_file) && !is(FileType::is_symlink);
        if is_of_another_kind && !path.starts_with("/dev") {
            let error = StorageError::WrongKind(path.to_owned());
            return Err(wording::vault(&error.into()));
        }
        if is(FileType::is_file) && !replaces {
            return Err(CommandError::usage(
                "file_exists",
                format!("{} is there already", path.display()),
            )
            .hint("Write to another file, or replace this one: --force"));
        }
        Ok(Self::File(path.to_owned()))
    }

    /// Lets the bundle out, a file all at once.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn put(&self, ui: &Ui, bundle: &Value) -> Result<(), CommandError> {
        let text = document::json(bundle)?;
        match self {
            Self::Stdout => ui.answer(&text),
            Self::File(path) => {
                vault::write_output(path, text.as_bytes())
                    .map_err(|error| wording::vault(&error))?;
                ui.note(&format!("Wrote {}.", path.display()));
                Ok(())
            }
        }
    }
}

/// Everything that support needs. User names and the home directory never are in it; ids and hosts
/// are, unless they are to be left out.
///
/// # Errors
/// If it makes no JSON.
pub(super) fn of(
    report: &Report,
    here: &Here,
    scene: Option<&Scene>,
    redact_ids: bool,
) -> Result<Value, CommandError> {
    let profiles = scene.map_or_else(Vec::new, |scene| examined::every_profile(scene.vault()));
    let mut bundle = json!({
        "schema_version": 1,
        "build": machine::build(),
        "system": format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        "doctor": serde_json::to_value(report).map_err(|error| unwritable(&error))?,
        "profiles": profiles.iter().map(redacted).collect::<Result<Vec<_>, _>>()?,
    });
    leave_out_names(&mut bundle, &profiles, &here.variables, redact_ids);
    Ok(bundle)
}

/// Puts what stands for them in place of names, in what findings say and in the profiles: what the
/// program itself says is the same on every machine.
fn leave_out_names(
    bundle: &mut Value,
    profiles: &[Profile],
    variables: &Variables,
    redact_ids: bool,
) {
    let documents = [&bundle["doctor"]["findings"], &bundle["profiles"]];
    let mut names = Pseudonyms::default();
    names.add_people(profiles, variables, &documents);
    if redact_ids {
        names.add_ids(profiles, variables, &documents);
    }
    names.put_into(&mut bundle["profiles"]);
    let findings = bundle["doctor"]["findings"].as_array_mut();
    for finding in findings.into_iter().flatten() {
        for said in SAID_BY_FINDINGS {
            names.put_into(&mut finding[said]);
        }
    }
}

fn unwritable(error: &serde_json::Error) -> CommandError {
    CommandError::new(
        Kind::Unexpected,
        "output_failed",
        format!("the answer could not be written: {error}"),
    )
}

/// A profile as it is stored, without the words of its commands, which may hold anything.
fn redacted(profile: &Profile) -> Result<Value, CommandError> {
    let mut profile = profile.clone();
    for reference in [
        &mut profile.client_secret_from,
        &mut profile.certificate_password_from,
        &mut profile.client_assertion_from,
    ] {
        if let Some(SecretReference::Command(words)) = reference {
            words.truncate(1);
            words.push("[REDACTED]".to_owned());
        }
    }
    let addresses = [&mut profile.authority, &mut profile.redirect_uri];
    for address in addresses.into_iter().flatten() {
        *address = bare(address);
    }
    serde_json::to_value(profile).map_err(|error| unwritable(&error))
}

/// An address without what may be a secret in it: user, password, query and fragment.
fn bare(address: &str) -> String {
    let Some(mut url) = Url::parse(address).ok().filter(Url::has_host) else {
        return uri::unreadable_without_extras(address).to_owned();
    };
    let holds_more = !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some();
    if !holds_more {
        return address.to_owned();
    }
    url.set_query(None);
    url.set_fragment(None);
    if url.set_username("").is_err() || url.set_password(None).is_err() {
        return "[REDACTED]".to_owned();
    }
    url.into()
}

#[cfg(test)]
mod tests {
    use model::AuthMethod;
    use model::ProfileName;

    use super::*;

    #[test]
    fn the_words_of_a_command_are_left_out() {
        let mut profile = Profile::new(ProfileName::parse("sp").unwrap(), AuthMethod::ClientSecret);
        let words = ["echo", "s3cr3t"].map(ToOwned::to_owned).to_vec();
        profile.client_secret_from = Some(SecretReference::Command(words));
        let text = redacted(&profile).unwrap().to_string();
        assert!(text.contains("echo") && !text.contains("s3cr3t"), "{text}");
    }

    #[test]
    fn an_address_loses_what_may_be_a_secret() {
        for (address, shown) in [
            ("https://ada:s3cr3t@idp.example/t", "https://idp.example/t"),
            (
                "http://localhost:8080/cb?code=s3cr3t#s3cr3t",
                "http://localhost:8080/cb",
            ),
            ("login.example/tenant", "login.example/tenant"),
            ("login.example/tenant?key=s3cr3t", "login.example/tenant"),
            ("ada:s3cr3t@login.example", "[REDACTED]"),
            ("https://idp.example", "https://idp.example"),
        ] {
            assert_eq!(bare(address), shown);
        }
    }
}
