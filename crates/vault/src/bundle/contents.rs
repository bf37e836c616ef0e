//! What is sealed in an export: JSON, which is in memory only, and wiped there.

use std::io;

use model::Destination;
use model::Profile;
use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use zeroize::Zeroizing;

use super::Bundle;
use super::BundleError;
use super::BundledProfile;
use super::BundledSecret;
use crate::secrets::SecretKind;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Contents<P> {
    exported_at: Option<String>,
    profiles: Vec<P>,
}

#[derive(Serialize)]
struct ProfileOut<'a> {
    profile: &'a Profile,
    secrets: Vec<SecretOut<'a>>,
}

#[derive(Serialize)]
struct SecretOut<'a> {
    kind: SecretKind,
    destination: &'a Destination,
    value: &'a str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileIn {
    profile: Profile,
    secrets: Vec<SecretIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretIn {
    kind: SecretKind,
    destination: Destination,
    #[serde(deserialize_with = "wiped")]
    value: Zeroizing<String>,
}

/// The bundle as JSON.
pub(super) fn write(bundle: &Bundle) -> Result<Zeroizing<Vec<u8>>, BundleError> {
    let contents = Contents {
        exported_at: bundle.exported_at.clone(),
        profiles: bundle.profiles.iter().map(outgoing).collect(),
    };
    let failed = |error: serde_json::Error| BundleError::Contents(error.to_string());
    // Counted first: a buffer that grows would leave copies of secrets behind.
    let mut length = Length(0);
    serde_json::to_writer(&mut length, &contents).map_err(failed)?;
    let mut json = Zeroizing::new(Vec::with_capacity(length.0));
    serde_json::to_writer(&mut *json, &contents).map_err(failed)?;
    Ok(json)
}

/// Reads what [`write()`] wrote.
pub(super) fn read(json: &[u8]) -> Result<Bundle, BundleError> {
    // What the parser says may quote the text it fails at: a place tells nothing.
    let contents: Contents<ProfileIn> = serde_json::from_slice(json).map_err(|error| {
        BundleError::Contents(format!("line {}, column {}", error.line(), error.column()))
    })?;
    let profiles: Vec<BundledProfile> = contents.profiles.into_iter().map(incoming).collect();
    for (index, BundledProfile { profile, secrets }) in profiles.iter().enumerate() {
        let name = profile.name.as_str();
        let same = |other: &BundledProfile| other.profile.name.as_str().eq_ignore_ascii_case(name);
        if profiles[..index].iter().any(same) {
            return Err(BundleError::Contents(format!(
                "profile {name} stands there twice"
            )));
        }
        for kind in SecretKind::ALL {
            if secrets.iter().filter(|secret| secret.kind == kind).count() > 1 {
                return Err(BundleError::Contents(format!(
                    "profile {name} has two of its {kind}"
                )));
            }
        }
    }
    Ok(Bundle {
        exported_at: contents.exported_at,
        profiles,
    })
}

fn outgoing(bundled: &BundledProfile) -> ProfileOut<'_> {
    let secrets = bundled.secrets.iter();
    ProfileOut {
        profile: &bundled.profile,
        secrets: secrets
            .map(|secret| SecretOut {
                kind: secret.kind,
                destination: &secret.destination,
                value: &secret.value,
            })
            .collect(),
    }
}

fn incoming(bundled: ProfileIn) -> BundledProfile {
    let secrets = bundled.secrets.into_iter();
    BundledProfile {
        profile: bundled.profile,
        secrets: secrets
            .map(|secret| BundledSecret {
                kind: secret.kind,
                destination: secret.destination,
                value: secret.value,
            })
            .collect(),
    }
}

fn wiped<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Zeroizing<String>, D::Error> {
    String::deserialize(deserializer).map(Zeroizing::new)
}

/// Counts what is written and keeps none of it.
struct Length(usize);

impl io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_of(json: &str) -> String {
        read(json.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn what_makes_no_sense_is_refused_and_not_repeated() {
        for json in [
            "",
            "[]",
            r#"{"exportedAt":null,"profiles":[],"more":1}"#,
            r#"{"exportedAt":null,"profiles":[{"profile":{"name":"a b","authMethod":"Public"},"secrets":[]}]}"#,
            r#"{"exportedAt":null,"profiles":[{"profile":{"name":"a","authMethod":"hush"},"secrets":[]}]}"#,
        ] {
            let error = error_of(json);
            assert!(
                error.contains("line") && !error.contains("hush"),
                "{json}: {error}"
            );
        }
    }

    #[test]
    fn a_name_and_a_kind_of_secret_stand_there_once() {
        let profile = |name: &str| {
            format!(r#"{{"profile":{{"name":"{name}","authMethod":"Public"}},"secrets":[]}}"#)
        };
        let json = format!(
            r#"{{"exportedAt":null,"profiles":[{},{}]}}"#,
            profile("a"),
            profile("A")
        );
        assert!(error_of(&json).contains("profile A stands there twice"));
        let secret = r#"{"kind":"clientSecret","destination":{"authority":"x","tenant":"","client_id":"c"},"value":"hush"}"#;
        let json = format!(
            r#"{{"exportedAt":null,"profiles":[{{"profile":{{"name":"a","authMethod":"Public"}},"secrets":[{secret},{secret}]}}]}}"#
        );
        let error = error_of(&json);
        assert!(
            error.contains("two of its client secret") && !error.contains("hush"),
            "{error}"
        );
    }
}
