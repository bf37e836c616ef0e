//! `--bundle`: what support needs, in one file that holds nothing secret.

use std::path::Path;

use model::Profile;
use model::SecretReference;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::every_profile;
use super::machine;
use super::report::Report;
use super::scene::Scene;
use crate::command_error::CommandError;
use crate::command_error::Kind;
use crate::output::document;
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
        let names = names(&profiles, scene);
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
    serde_json::to_value(profile).map_err(|error| unwritable(&error))
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
    }
    let home = scene.variables.text("HOME");
    if let Some(home) = home.filter(|home| home.len() > 1) {
        names.push((home, "~".to_owned()));
    }
    // A longer one may hold a shorter one.
    names.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
    names
}

fn rename(value: &mut Value, names: &[(String, String)]) {
    match value {
        Value::String(text) => {
            for (from, to) in names {
                if text.contains(from.as_str()) {
                    *text = text.replace(from.as_str(), to);
                }
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
