//! `--bundle`: what support needs, in one file that holds nothing secret.

use std::path::Path;

use model::Profile;
use model::SecretReference;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use url::Url;

use super::every_profile;
use super::machine;
use super::report::Report;
use super::scene::Scene;
use crate::command_error::CommandError;
use crate::command_error::Kind;
use crate::output::document;
use crate::settings;
use crate::wording;

/// Writes the file, for its owner only and all at once.
pub(super) fn write(
    path: &Path,
    report: &Report,
    scene: &Scene,
    redact_ids: bool,
) -> Result<(), CommandError> {
    let profiles = every_profile(scene.vault());
    let mut bundle = json!({
        "schema_version": 1,
        "build": machine::build(),
        "system": format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        "doctor": serde_json::to_value(report).map_err(|error| unwritable(&error))?,
        "profiles": profiles.iter().map(redacted).collect::<Result<Vec<_>, _>>()?,
    });
    if redact_ids {
        let mut names = names(&profiles, scene);
        name_ids(&bundle, &mut names);
        // A longer one may hold a shorter one.
        names.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        rename(&mut bundle, &names);
    }
    let text = document::json(&bundle)?;
    vault::write_output(path, text.as_bytes()).map_err(|error| wording::vault(&error))
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

/// What stands for each id: the same in every place, so that the file still makes sense.
fn names(profiles: &[Profile], scene: &Scene) -> Vec<(String, String)> {
    let mut names: Vec<(String, String)> = Vec::new();
    let mut add = |kind: &str, value: Option<&String>| {
        let Some(value) = value.filter(|value| !value.is_empty()) else {
            return;
        };
        if names.iter().all(|(known, _)| known != value) {
            let number = names.len() + 1;
            names.push((value.clone(), format!("[{kind} {number}]")));
        }
    };
    for profile in profiles {
        add("tenant", profile.tenant_id.as_ref());
        add("client", profile.client_id.as_ref());
        add("user", profile.login_hint.as_ref());
        if let Ok(authority) = settings::profile_authority(profile)
            && !authority.is_built_in()
        {
            let host = Url::parse(authority.base()).ok();
            let host = host.and_then(|url| url.host_str().map(ToOwned::to_owned));
            add("authority", host.as_ref());
        }
    }
    let home = scene.variables.text("HOME");
    if let Some(home) = home.filter(|home| home.len() > 1) {
        names.push((home, "~".to_owned()));
    }
    names
}

/// Names for the GUIDs that stand anywhere in it and have none yet.
fn name_ids(value: &Value, names: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => {
            for id in guids(text) {
                if names
                    .iter()
                    .all(|(known, _)| !known.eq_ignore_ascii_case(id))
                {
                    let number = names.len() + 1;
                    names.push((id.to_owned(), format!("[id {number}]")));
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|one| name_ids(one, names)),
        Value::Object(fields) => fields.values().for_each(|one| name_ids(one, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
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
        let mut names = vec![(
            "aaaabbbb-0000-cccc-1111-dddd2222eeee".to_owned(),
            "[tenant 1]".to_owned(),
        )];
        let mut value = json!({
            "a": "AAAABBBB-0000-CCCC-1111-DDDD2222EEEE of ☂",
            "b": "api://00001111-aaaa-2222-bbbb-3333cccc4444/x",
            "c": "https://host/00001111-AAAA-2222-bbbb-3333cccc4444",
        });
        name_ids(&value, &mut names);
        rename(&mut value, &names);
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
