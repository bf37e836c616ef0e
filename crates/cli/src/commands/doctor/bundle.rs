//! `--bundle`: what support needs, in one file that holds nothing secret.

use std::cmp::Reverse;
use std::path::Path;
use std::path::PathBuf;

use model::Profile;
use model::SecretReference;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use url::Url;

use super::examined;
use super::machine;
use super::report::Report;
use super::scene::Here;
use super::scene::Scene;
use crate::command_error::CommandError;
use crate::command_error::Kind;
use crate::output::document;
use crate::settings;
use crate::settings::Variables;
use crate::ui::Ui;
use crate::wording;

/// What stands in place of a file's name for stdout.
const STDOUT: &str = "-";

/// Where the bundle goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outlet {
    /// A file, for its owner only.
    File(PathBuf),
    /// The answer of this command, in place of the findings.
    Stdout,
}

impl Outlet {
    /// Takes it as it was typed. A file that is there is kept unless that was said too.
    ///
    /// # Errors
    /// If there is a file of that name, and nobody said to replace it.
    pub(super) fn of(path: &Path, replaces: bool) -> Result<Self, CommandError> {
        if path == Path::new(STDOUT) {
            return Ok(Self::Stdout);
        }
        let is_file = std::fs::symlink_metadata(path).is_ok_and(|found| found.is_file());
        if is_file && !replaces {
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
    let mut names = Names::default();
    names.add_people(&profiles, &here.variables);
    if redact_ids {
        names.add_ids(&profiles);
        names.add_proxies(&here.variables);
        names.add_guids(&bundle);
    }
    rename(&mut bundle, &names.longest_first());
    Ok(bundle)
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
    let Ok(mut url) = Url::parse(address) else {
        return address.to_owned();
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

/// What stands for each name and id: the same in every place, so that the file still makes sense.
#[derive(Debug, Default)]
struct Names(Vec<(String, String)>);

impl Names {
    fn add(&mut self, kind: &str, value: Option<&str>) {
        let Some(value) = value.filter(|value| !value.is_empty()) else {
            return;
        };
        if self
            .0
            .iter()
            .all(|(known, _)| !known.eq_ignore_ascii_case(value))
        {
            let number = self.0.len() + 1;
            self.0
                .push((value.to_owned(), format!("[{kind} {number}]")));
        }
    }

    /// Whoever is named by a profile, and by the home directory.
    fn add_people(&mut self, profiles: &[Profile], variables: &Variables) {
        for profile in profiles {
            self.add("user", profile.login_hint.as_deref());
        }
        let homes = [variables.text("HOME"), variables.text("USERPROFILE")];
        for home in homes.into_iter().flatten().filter(|home| home.len() > 1) {
            self.0.push((home, "~".to_owned()));
        }
    }

    /// What the profiles lead to.
    fn add_ids(&mut self, profiles: &[Profile]) {
        for profile in profiles {
            self.add("tenant", profile.tenant_id.as_deref());
            self.add("client", profile.client_id.as_deref());
            let authority = settings::profile_authority(profile).ok();
            if let Some(authority) = authority.filter(|authority| !authority.is_built_in()) {
                self.add("authority", host_of(authority.base()).as_deref());
            }
            let redirect = profile.redirect_uri.as_deref().and_then(host_of);
            self.add("host", redirect.filter(|host| !is_here(host)).as_deref());
        }
    }

    /// The hosts of proxies.
    fn add_proxies(&mut self, variables: &Variables) {
        if let Some(address) = settings::network(None, variables).proxy.address {
            let host = host_of(&address).or_else(|| host_of(&format!("http://{address}")));
            self.add("proxy", host.filter(|host| !is_here(host)).as_deref());
        }
    }

    /// The GUIDs that stand anywhere in it and have no name yet.
    fn add_guids(&mut self, value: &Value) {
        match value {
            Value::String(text) => guids(text).for_each(|id| self.add("id", Some(id))),
            Value::Array(values) => values.iter().for_each(|one| self.add_guids(one)),
            Value::Object(fields) => fields.values().for_each(|one| self.add_guids(one)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// All of them; a longer one may hold a shorter one.
    fn longest_first(mut self) -> Vec<(String, String)> {
        self.0.sort_by_key(|(value, _)| Reverse(value.len()));
        self.0
    }
}

fn host_of(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    url.host_str().map(ToOwned::to_owned)
}

/// Whether a host is a name that every machine has.
fn is_here(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

/// The GUIDs in a text, as they stand there.
fn guids(text: &str) -> impl Iterator<Item = &str> {
    const LENGTH: usize = 36;
    let is_guid = |bytes: &[u8]| {
        bytes.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
    };
    (0..text.len().saturating_sub(LENGTH - 1)).filter_map(move |at| {
        let candidate = text.get(at..at + LENGTH)?;
        is_guid(candidate.as_bytes()).then_some(candidate)
    })
}

/// The text with one part replaced wherever it stands, in any letter case.
fn replaced(text: &str, from: &str, to: &str) -> String {
    let (folded, from) = (text.to_ascii_lowercase(), from.to_ascii_lowercase());
    let mut result = String::with_capacity(text.len());
    let mut done = 0;
    for (at, _) in folded.match_indices(&from) {
        result.push_str(&text[done..at]);
        result.push_str(to);
        done = at + from.len();
    }
    result.push_str(&text[done..]);
    result
}

fn rename(value: &mut Value, names: &[(String, String)]) {
    match value {
        Value::String(text) => {
            for (from, to) in names {
                *text = replaced(text, from, to);
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|one| rename(one, names)),
        Value::Object(fields) => Map::values_mut(fields).for_each(|one| rename(one, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
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
            ("https://idp.example", "https://idp.example"),
        ] {
            assert_eq!(bare(address), shown);
        }
    }

    #[test]
    fn an_id_is_found_in_any_letter_case_and_place() {
        let mut names = Names::default();
        names.add("tenant", Some("aaaabbbb-0000-cccc-1111-dddd2222eeee"));
        let mut value = json!({
            "a": "AAAABBBB-0000-CCCC-1111-DDDD2222EEEE of ☂",
            "b": "api://00001111-aaaa-2222-bbbb-3333cccc4444/x",
            "c": "https://host/00001111-AAAA-2222-bbbb-3333cccc4444",
        });
        names.add_guids(&value);
        rename(&mut value, &names.longest_first());
        let expected = json!({
            "a": "[tenant 1] of ☂", "b": "api://[id 2]/x", "c": "https://host/[id 2]",
        });
        assert_eq!(value, expected);
    }

    #[test]
    fn ids_get_names_everywhere() {
        let names = vec![("abc".to_owned(), "[tenant 1]".to_owned())];
        let mut value = json!({"a": ["x abc y", {"b": "abc"}], "c": 1});
        rename(&mut value, &names);
        assert_eq!(
            value,
            json!({"a": ["x [tenant 1] y", {"b": "[tenant 1]"}], "c": 1})
        );
    }
}
