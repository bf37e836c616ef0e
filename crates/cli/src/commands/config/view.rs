//! A profile as people and scripts see it. No secret is part of one.

use model::Destination;
use model::Profile;
use protocol::text::escaped;
use serde::Serialize;

use crate::args::ProfileOutput;
use crate::command_error::CommandError;
use crate::output::document;

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
        ("Secrets may go to", destination.map(ToString::to_string)),
        ("Created", profile.created_at.clone()),
        ("Updated", profile.updated_at.clone()),
    ];
    let shown = rows
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    shown.fold(String::new(), |text, (name, value)| {
        format!("{text}{name:<26} {}\n", escaped(&value))
    })
}

/// A value as JSON or YAML; `None` for text, which each command has a form of its own for.
pub(super) fn document<T: Serialize>(
    output: ProfileOutput,
    value: &T,
) -> Result<Option<String>, CommandError> {
    match output {
        ProfileOutput::Text => Ok(None),
        ProfileOutput::Json => document::json(value).map(|text| Some(text.to_string())),
        ProfileOutput::Yaml => document::yaml(value).map(|text| Some(text.to_string())),
    }
}
