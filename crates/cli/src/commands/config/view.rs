//! A profile as people and scripts see it.

use model::Destination;
use model::Profile;
use protocol::text::escaped;
use serde::Serialize;
use vault::SecretKind;
use zeroize::Zeroizing;

use crate::args::ProfileOutput;
use crate::command_error::CommandError;
use crate::output::document;

/// A secret that is stored for a profile.
pub(super) struct StoredSecret {
    pub(super) kind: SecretKind,
    /// The one place it may go to.
    pub(super) destination: Destination,
    /// What it is, if that was asked for.
    pub(super) value: Option<Zeroizing<String>>,
}

/// A profile, what is stored for it, and the secrets that were asked for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShownProfile<'a> {
    #[serde(flatten)]
    profile: &'a Profile,
    stored_secrets: Vec<SecretKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate_password: Option<&'a str>,
}

impl<'a> ShownProfile<'a> {
    /// The profile with these secrets.
    pub(super) fn new(profile: &'a Profile, secrets: &'a [StoredSecret]) -> Self {
        let value = |kind| {
            let secret = secrets.iter().find(|secret| secret.kind == kind)?;
            secret.value.as_deref().map(String::as_str)
        };
        Self {
            profile,
            stored_secrets: secrets.iter().map(|secret| secret.kind).collect(),
            client_secret: value(SecretKind::ClientSecret),
            certificate_password: value(SecretKind::CertificatePassword),
        }
    }
}

/// Field names and values in columns.
pub(super) fn text(profile: &Profile, destination: Option<&Destination>) -> String {
    let path =
        |path: &Option<std::path::PathBuf>| path.as_ref().map(|path| path.display().to_string());
    let reference =
        |reference: &Option<model::SecretReference>| reference.as_ref().map(ToString::to_string);
    let yes = |set: bool| set.then(|| "yes".to_owned());
    let rows = [
        ("Name", Some(profile.name.to_string())),
        ("Tenant", profile.tenant_id.clone()),
        ("Client id", profile.client_id.clone()),
        ("Cloud", profile.cloud.map(|cloud| cloud.to_string())),
        ("Authority", profile.authority.clone()),
        (
            "Authority type",
            profile.authority_type.map(|kind| kind.as_str().to_owned()),
        ),
        ("Authentication", Some(profile.auth_method.to_string())),
        ("Client secret from", reference(&profile.client_secret_from)),
        (
            "Client secret ends",
            profile.client_secret_expires_at.map(|end| end.to_string()),
        ),
        ("Certificate", path(&profile.certificate_path)),
        (
            "Certificate password from",
            reference(&profile.certificate_password_from),
        ),
        ("Password is kept", yes(profile.cache_certificate_password)),
        ("Chain is sent", yes(profile.send_certificate_chain)),
        (
            "Assertion algorithm",
            profile.assertion_algorithm.map(|name| format!("{name:?}")),
        ),
        (
            "Client assertion from",
            reference(&profile.client_assertion_from),
        ),
        (
            "Scopes",
            (!profile.scopes.is_empty()).then(|| profile.scopes.join(" ")),
        ),
        ("Resource", profile.resource.clone()),
        (
            "Default flow",
            profile.default_flow.map(|flow| flow.to_string()),
        ),
        ("Redirect URI", profile.redirect_uri.clone()),
        ("Login hint", profile.login_hint.clone()),
        ("CA file", path(&profile.ca_file)),
        ("Gets tokens from", destination.map(ToString::to_string)),
        ("Created", profile.created_at.clone()),
        ("Updated", profile.updated_at.clone()),
    ];
    rows.into_iter()
        .filter_map(|(name, value)| Some(line(name, &value?)))
        .collect()
}

fn line(name: &str, value: &str) -> String {
    format!("{name:<26} {}\n", escaped(value))
}

/// What is stored for a profile, in the columns of its fields.
pub(super) fn secrets_text(
    profile: &Profile,
    destination: Option<&Destination>,
    secrets: &[StoredSecret],
) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::new());
    for secret in secrets {
        let name = match secret.kind {
            SecretKind::ClientSecret => "Client secret",
            SecretKind::CertificatePassword => "Certificate password",
        };
        let line = Zeroizing::new(match &secret.value {
            Some(value) => line(name, value),
            None if destination.is_some_and(|asked| *asked != secret.destination) => line(
                name,
                &format!(
                    "stored here, for {} only: enter it again, or approve the change: \
                     entra-auth-cli config trust {}",
                    secret.destination, profile.name
                ),
            ),
            None => line(name, &format!("stored here, for {}", secret.destination)),
        });
        text.push_str(&line);
    }
    text
}

/// A value as JSON or YAML; `None` for text, which each command has a form of its own for.
pub(super) fn document<T: Serialize>(
    output: ProfileOutput,
    value: &T,
) -> Result<Option<Zeroizing<String>>, CommandError> {
    match output {
        ProfileOutput::Text => Ok(None),
        ProfileOutput::Json => document::json(value).map(Some),
        ProfileOutput::Yaml => document::yaml(value).map(Some),
    }
}
