//! The questions of `config create`.

use std::path::PathBuf;

use model::AuthMethod;
use model::ClientId;
use model::Destination;
use model::Flow;
use model::Profile;
use model::Scopes;
use model::Tenant;

use super::view;
use crate::command_error::CommandError;
use crate::ui::Ui;

/// Asks for each field that is not yet set, in the order in which they make sense.
pub(super) fn ask_all(
    ui: &Ui,
    profile: &mut Profile,
    method_is_known: bool,
) -> Result<(), CommandError> {
    if profile.tenant_id.is_none() && profile.authority.is_none() {
        let valid = |text: &str| {
            Tenant::parse(text)
                .map(|_| ())
                .map_err(|error| error.to_string())
        };
        let help = "tenant id or domain, as contoso.onmicrosoft.com";
        profile.tenant_id = Some(ui.ask_text("Tenant", help, valid).map_err(flags)?);
    }
    if profile.client_id.is_none() {
        let valid = |text: &str| {
            ClientId::parse(text)
                .map(|_| ())
                .map_err(|error| error.to_string())
        };
        let help = "Application (client) ID, on the app registration's overview page";
        profile.client_id = Some(ui.ask_text("Client id", help, valid).map_err(flags)?);
    }
    if !method_is_known {
        profile.auth_method = ui.ask_choice("Authentication method", AuthMethod::ALL.to_vec())?;
    }
    ask_certificate(ui, profile)?;
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

fn ask_certificate(ui: &Ui, profile: &mut Profile) -> Result<(), CommandError> {
    let needs_file = matches!(
        profile.auth_method,
        AuthMethod::Certificate | AuthMethod::PasswordlessCertificate
    );
    if !needs_file || profile.certificate_path.is_some() {
        return Ok(());
    }
    let valid = |text: &str| match std::fs::metadata(text) {
        Ok(file) if file.is_file() => Ok(()),
        Ok(_) => Err("this is no file".to_owned()),
        Err(error) => Err(error.to_string()),
    };
    let text = ui.ask_text(
        "Certificate file",
        "PFX or PEM, with the private key",
        valid,
    )?;
    let path = std::path::absolute(PathBuf::from(&text)).map_err(|error| {
        CommandError::usage("invalid_path", format!("`{text}` is no path: {error}"))
    })?;
    profile.certificate_path = Some(path);
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

fn flags(error: CommandError) -> CommandError {
    error.hint("By flags: config create --name NAME --tenant-id TENANT --client-id ID …")
}
