//! A profile of an application that was found.

use std::fmt;

use engine::TokenRequest;
use model::AuthMethod;
use model::Clock as _;
use model::Cloud;
use model::Flow;
use model::Profile;
use model::ProfileName;
use model::RedirectUri;
use protocol::graph::Application;
use protocol::text::escaped;

use crate::command_error::CommandError;
use crate::command_error::Kind;
use crate::commands::config;
use crate::settings::Store;
use crate::ui::TextQuestion;
use crate::ui::Ui;
use crate::wording;

/// The name that a person gave, if it can be a new profile's.
pub(super) fn new_name(store: &Store, text: &str) -> Result<ProfileName, CommandError> {
    let name = config::valid_name(text)?;
    match config::namesake(store, &name)? {
        Some(known) => Err(CommandError::usage(
            "profile_exists",
            format!("a profile `{known}` exists already"),
        )
        .hint("Choose another name: --create NAME")),
        None => Ok(name),
    }
}

/// Saves a profile for one of the applications that were found, for the directory they are of.
pub(super) fn create(
    ui: &Ui,
    store: &Store,
    found: Vec<Application>,
    name: Option<ProfileName>,
    request: &TokenRequest,
    tenant: Option<&str>,
) -> Result<(), CommandError> {
    let application = picked(ui, found)?;
    let name = match name {
        Some(name) => name,
        None => new_name(store, &asked_name(ui)?)?,
    };
    let mut profile = of(&application, name, request, tenant);
    let now = store.clock.now().to_string();
    profile.created_at = Some(now.clone());
    profile.updated_at = Some(now);
    let nothing_given = config::GivenSecrets::default();
    config::new_profile(ui, store, &profile, &nothing_given, false)?;
    ui.note(&format!("Try it: {}", wording::first_call(&profile)));
    if profile.auth_method == AuthMethod::ClientSecret {
        ui.note(&format!(
            "Before that, give it the application's secret: entra-auth-cli config edit {} \
             --client-secret-stdin",
            profile.name
        ));
    }
    Ok(())
}

struct Choice(Application);

impl fmt::Display for Choice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The id first: it cannot be moved by a name that is read from right to left.
        let name = escaped(&self.0.display_name);
        write!(formatter, "{}  {name}", escaped(&self.0.app_id))
    }
}

fn picked(ui: &Ui, mut found: Vec<Application>) -> Result<Application, CommandError> {
    if found.len() > 1 && ui.can_ask() {
        let choices = found.into_iter().map(Choice).collect();
        return Ok(ui.ask_choice("Application", choices)?.0);
    }
    match (found.pop(), found.is_empty()) {
        (None, _) => Err(CommandError::usage(
            "application_not_found",
            "no application is called so, and so there is none to make a profile for",
        )
        .hint("List them all: entra-auth-cli discover")),
        (Some(only), true) => Ok(only),
        (Some(_), false) => Err(CommandError::new(
            Kind::InputNeeded,
            "input_needed",
            "several applications were found, and nobody may be asked which one is meant",
        )
        .hint("Say which one: --app-id GUID")),
    }
}

fn asked_name(ui: &Ui) -> Result<String, CommandError> {
    let valid = |text: &str| {
        ProfileName::parse(text)
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    let asked = TextQuestion {
        question: "Profile name",
        help: "letters, digits, `.`, `-`, `_`",
        initial: "",
    };
    ui.asked_for_text(&asked, valid)
        .map_err(|error| error.hint("Name it: --create NAME"))?
        .or_cancelled()
}

/// What a registration tells of the way to get tokens. Its secret it does not tell.
fn of(
    application: &Application,
    name: ProfileName,
    request: &TokenRequest,
    tenant: Option<&str>,
) -> Profile {
    let authority = &request.authority;
    let is_public = application.is_ready_for_public_clients();
    let method = if is_public {
        AuthMethod::Public
    } else {
        AuthMethod::ClientSecret
    };
    let comes_back_here =
        |uri: &&String| RedirectUri::parse(uri).is_ok_and(|uri| uri.loopback().is_some());
    let redirect_uri = application.public_client.iter().find(comes_back_here);
    let tenant = tenant.map(str::to_owned);
    Profile {
        tenant_id: tenant.or_else(|| authority.tenant().map(ToString::to_string)),
        client_id: Some(application.app_id.clone()),
        cloud: authority
            .cloud()
            .filter(|cloud| authority.is_built_in() && *cloud != Cloud::Public),
        authority: (!authority.is_built_in()).then(|| authority.base().to_owned()),
        redirect_uri: redirect_uri.filter(|_| is_public).cloned(),
        // Without a redirect URI no browser can bring an answer.
        default_flow: (is_public && redirect_uri.is_none()).then_some(Flow::DeviceCode),
        ..Profile::new(name, method)
    }
}
