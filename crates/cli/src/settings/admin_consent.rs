//! Where an administrator consents for a profile's application.

use model::Flow;
use model::Profile;
use protocol::admin_consent;
use url::Url;

use super::Variables;
use super::chosen_authority::chosen_authority;
use super::sign_in::redirect_uri;
use super::token_request::client_id;
use super::token_request::scopes;
use crate::args::ConsentUrlArgs;
use crate::args::TargetArgs;
use crate::args::TokenArgs;
use crate::command_error::CommandError;

/// The address of the page. Without any scope it asks for all that is registered of Graph.
pub(crate) fn admin_consent_page(
    variables: &Variables,
    args: &ConsentUrlArgs,
    profile: &Profile,
) -> Result<Url, CommandError> {
    let args_of_token = TokenArgs {
        scope: args.scope.clone(),
        target: TargetArgs {
            tenant_id: args.tenant_id.clone(),
            ..TargetArgs::default()
        },
        ..TokenArgs::default()
    };
    let target = &args_of_token.target;
    let authority = chosen_authority(target, variables, Some(profile))?.authority;
    let (client_id, _) = client_id(target, variables, Some(profile))?;
    let (scopes, _) = scopes(
        &args_of_token,
        variables,
        Some(profile),
        &authority,
        Flow::ClientCredentials,
    )?;
    let (text, place) = match &args.redirect_uri {
        Some(text) => (Some(text), "--redirect-uri".to_owned()),
        None => (
            profile.redirect_uri.as_ref(),
            format!("profile `{}`", profile.name),
        ),
    };
    let redirect_uri = text.map(|text| redirect_uri(text, &place)).transpose()?;
    admin_consent::address(
        &authority,
        &client_id,
        &scopes,
        redirect_uri.as_ref().map(model::RedirectUri::as_str),
        args.state.as_deref(),
    )
    .map_err(|error| {
        CommandError::usage("no_admin_consent", error.to_string())
            .hint("Name the directory whose administrator consents: -t TENANT")
    })
}
