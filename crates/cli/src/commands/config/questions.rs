//! The questions of `config create`.

use std::path::Path;
use std::path::PathBuf;

use model::AuthMethod;
use model::ClientId;
use model::Destination;
use model::Flow;
use model::Profile;
use model::Scopes;
use model::Tenant;
use zeroize::Zeroizing;

use super::view;
use crate::command_error::CommandError;
use crate::settings::absolute;
use crate::ui::Ui;

/// Asks for tenant and application, if they are not named yet.
pub(super) fn ask_target(ui: &Ui, profile: &mut Profile) -> Result<(), CommandError> {
    let hint = |error: CommandError| {
        error.hint("By flags: config create --name NAME --tenant-id TENANT --client-id ID …")
    };
    if profile.tenant_id.is_none() && profile.authority.is_none() {
        let valid = |text: &str| {
            Tenant::parse(text)
                .map(|_| ())
                .map_err(|error| error.to_string())
        };
        let help = "tenant id or domain, as contoso.onmicrosoft.com";
        profile.tenant_id = Some(ui.ask_text("Tenant", help, valid).map_err(hint)?);
    }
    if profile.client_id.is_none() {
        let valid = |text: &str| {
            ClientId::parse(text)
                .map(|_| ())
                .map_err(|error| error.to_string())
        };
        let help = "Application (client) ID, on the app registration's overview page";
        profile.client_id = Some(ui.ask_text("Client id", help, valid).map_err(hint)?);
    }
    Ok(())
}

/// Asks how the application proves itself.
pub(super) fn ask_method(ui: &Ui) -> Result<AuthMethod, CommandError> {
    ui.ask_choice("Authentication method", AuthMethod::ALL.to_vec())
        .map_err(|error| {
            error.hint(
                "Give the credential (--client-secret-stdin, --certificate-path FILE, \
                 --client-assertion-file FILE), or say that there is none: --auth-method Public",
            )
        })
}

/// Asks for the client secret.
pub(super) fn ask_client_secret(ui: &Ui) -> Result<Zeroizing<String>, CommandError> {
    ui.ask_secret("Client secret").map_err(|error| {
        error.hint(
            "Give it: --client-secret-stdin, --client-secret-file FILE, \
             --client-secret-env NAME or --client-secret-command COMMAND",
        )
    })
}

/// Asks for the certificate's file.
pub(super) fn ask_certificate_file(ui: &Ui) -> Result<PathBuf, CommandError> {
    ask_file(ui, "Certificate file", "PFX or PEM, with the private key")
        .map_err(|error| error.hint("Name it: --certificate-path FILE"))
}

/// Asks for the file that a client assertion is read from.
pub(super) fn ask_assertion_file(ui: &Ui) -> Result<PathBuf, CommandError> {
    ask_file(
        ui,
        "Client assertion file",
        "holds a JWT, read at each request",
    )
    .map_err(|error| {
        error.hint(
            "Name its source: --client-assertion-file FILE, --client-assertion-env NAME or \
             --client-assertion-command COMMAND",
        )
    })
}

fn ask_file(ui: &Ui, question: &str, help: &str) -> Result<PathBuf, CommandError> {
    let valid = |text: &str| match std::fs::metadata(text) {
        _ if text.is_empty() => Err("a file is needed".to_owned()),
        Ok(file) if file.is_file() => Ok(()),
        Ok(_) => Err("this is no file".to_owned()),
        Err(error) => Err(error.to_string()),
    };
    let text = ui.ask_text(question, help, valid)?;
    absolute(Path::new(&text))
}

/// Asks what the profile is for, if it is not said yet.
pub(super) fn ask_use(ui: &Ui, profile: &mut Profile) -> Result<(), CommandError> {
    if profile.scopes.is_empty() && profile.resource.is_none() {
        let valid = |text: &str| {
            Scopes::parse([text], None)
                .map(|_| ())
                .map_err(|error| error.to_string())
        };
        let help = "as https://graph.microsoft.com/.default or graph; empty for Microsoft Graph";
        let text = ui.ask_text("Scopes", help, valid)?;
        profile.scopes = text
            .split([' ', ','])
            .filter(|word| !word.is_empty())
            .map(ToOwned::to_owned)
            .collect();
    }
    if profile.default_flow.is_none() && ui.ask_confirmation("Set default OAuth2 flow?", false)? {
        profile.default_flow = Some(ui.ask_choice("Default OAuth2 flow", Flow::ALL.to_vec())?);
    }
    Ok(())
}

/// Shows what would be saved, and asks.
pub(super) fn confirm(
    ui: &Ui,
    profile: &Profile,
    destination: &Destination,
) -> Result<bool, CommandError> {
    for line in view::text(profile, Some(destination)).lines() {
        ui.note(line);
    }
    ui.ask_confirmation("Save this profile?", true)
}
