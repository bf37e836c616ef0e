//! How each question about a profile is asked, and what its answer has to be.

use std::path::Path;

use model::AuthMethod;
use model::AuthorityKind;
use model::Clock as _;
use model::Cloud;
use model::Flow;
use model::Profile;
use model::ProfileName;
use model::Scopes;
use model::SecretReference;
use model::Tenant;
use vault::SecretKind;

use super::checks;
use super::checks::Opened;
use super::draft::Draft;
use crate::command_error::CommandError;
use crate::settings;
use crate::settings::GivenSecret;
use crate::settings::Store;
use crate::settings::absolute;
use crate::ui::Answer;
use crate::ui::Choice;
use crate::ui::TextQuestion;
use crate::ui::Ui;

const BY_FLAGS: &str =
    "By flags: entra-auth-cli config create --name NAME --tenant-id TENANT --client-id ID …";

/// Why an answer is refused, in one line for the prompt.
fn reason(error: CommandError) -> String {
    let mut hints = error.hints.into_iter();
    match hints.next() {
        Some(hint) => format!("{}. {hint}", error.message),
        None => error.message,
    }
}

/// What the profile is called. A name that is taken is asked about.
pub(super) fn name(ui: &Ui, store: &Store, draft: &mut Draft) -> Result<Answer<()>, CommandError> {
    let initial = if draft.is_named {
        draft.profile.name.to_string()
    } else {
        String::new()
    };
    let asked = TextQuestion {
        question: "Profile name",
        help: "letters, digits, `.`, `-`, `_`",
        initial: &initial,
    };
    let valid = |text: &str| {
        ProfileName::parse(text)
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    loop {
        let answer = ui.asked_for_text(&asked, valid);
        let Answer::Given(text) = answer.map_err(|error| error.hint("Name it: --name NAME"))?
        else {
            return Ok(Answer::Back);
        };
        let name = ProfileName::parse(&text)
            .map_err(|error| CommandError::usage("invalid_profile_name", error.to_string()))?;
        draft.replaces = match checks::namesake(store, &name)? {
            None => false,
            Some(known) if known == name => {
                let question = format!("A profile `{name}` exists. Replace it?");
                match ui.asked_to_confirm(&question, false)? {
                    Answer::Given(true) => true,
                    Answer::Given(false) | Answer::Back => continue,
                }
            }
            Some(known) => {
                ui.line(&format!(
                    "A profile `{known}` exists, and letter case makes no other name."
                ));
                continue;
            }
        };
        draft.profile.name = name;
        draft.is_named = true;
        return Ok(Answer::Given(()));
    }
}

/// Asks for a text that may be empty or not, and puts it where `put` says if the whole profile
/// passes `check` with it.
fn text(
    ui: &Ui,
    draft: &mut Draft,
    asked: &TextQuestion<'_>,
    put: fn(&mut Profile, Option<String>),
    check: fn(&Profile) -> Result<(), CommandError>,
) -> Result<Answer<()>, CommandError> {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let profile = draft.profile.clone();
    let valid = move |text: &str| {
        let mut changed = profile.clone();
        put(&mut changed, given(text));
        check(&changed).map_err(reason)
    };
    let answer = ui.asked_for_text(asked, valid)?;
    Ok(answer.map(|text| put(&mut draft.profile, given(&text))))
}

/// Whose directory is asked.
pub(super) fn tenant(ui: &Ui, draft: &mut Draft) -> Result<Answer<()>, CommandError> {
    let initial = draft.profile.tenant_id.clone().unwrap_or_default();
    let asked = TextQuestion {
        question: "Tenant",
        help: if draft.needs_tenant() {
            "tenant id or domain, as contoso.onmicrosoft.com"
        } else {
            "tenant id or domain; empty for an OpenID provider"
        },
        initial: &initial,
    };
    let check = |profile: &Profile| match &profile.tenant_id {
        Some(text) => {
            Tenant::parse(text)
                .map_err(|error| CommandError::usage("invalid_tenant", error.to_string()))?;
            settings::profile_authority(profile).map(|_| ())
        }
        None => settings::profile_authority(profile)
            .map(|_| ())
            .map_err(|error| CommandError {
                hints: Vec::new(),
                ..error
            }),
    };
    text(
        ui,
        draft,
        &asked,
        |profile, text| profile.tenant_id = text,
        check,
    )
    .map_err(|error| error.hint(BY_FLAGS))
}

/// Which application asks.
pub(super) fn client_id(ui: &Ui, draft: &mut Draft) -> Result<Answer<()>, CommandError> {
    let initial = draft.profile.client_id.clone().unwrap_or_default();
    let asked = TextQuestion {
        question: "Client id",
        help: "Application (client) ID, on the app registration's overview page",
        initial: &initial,
    };
    let check = |profile: &Profile| {
        let text = profile.client_id.as_deref().unwrap_or_default();
        match settings::profile_authority(profile) {
            Ok(authority) => checks::client_id(text, &authority).map(|_| ()),
            // What is wrong with the authority is said where that is asked for.
            Err(_) => settings::profile_client_id(profile).map(|_| ()),
        }
    };
    text(
        ui,
        draft,
        &asked,
        |profile, text| profile.client_id = text,
        check,
    )
    .map_err(|error| error.hint(BY_FLAGS))
}

/// How the application proves itself.
pub(super) fn method(ui: &Ui, draft: &mut Draft) -> Result<Answer<()>, CommandError> {
    let meaning = |method| match method {
        AuthMethod::ClientSecret => "a secret of the app registration",
        AuthMethod::Certificate => "a PFX or PEM file that a password opens",
        AuthMethod::PasswordlessCertificate => "a PFX or PEM file that opens without",
        AuthMethod::ClientAssertion => "a JWT from elsewhere (workload federation)",
        AuthMethod::Public => "nothing: a person signs in (desktop, device)",
    };
    let choices = AuthMethod::ALL
        .into_iter()
        .map(|method| Choice::new(method, method.as_str(), meaning(method)))
        .collect();
    let first = AuthMethod::ALL
        .into_iter()
        .position(|method| draft.has_method && method == draft.profile.auth_method);
    let answer = ui
        .asked_to_choose("Authentication method", choices, first.unwrap_or_default())
        .map_err(|error| {
            error.hint(
                "Give the credential (--client-secret-stdin, --certificate-path FILE, \
                 --client-assertion-file FILE), or say that there is none: --auth-method Public",
            )
        })?;
    Ok(answer.map(|method| draft.take_method(method)))
}

/// The application's secret. One that was typed before may be kept.
pub(super) fn client_secret(ui: &Ui, draft: &mut Draft) -> Result<Answer<()>, CommandError> {
    let has_one = draft.given.client_secret.is_some();
    let question = if has_one {
        "Client secret (Enter keeps the one typed)"
    } else {
        "Client secret"
    };
    let valid = |text: &str| {
        if text.is_empty() && !has_one {
            return Err("nothing was typed".to_owned());
        }
        Ok(())
    };
    let answer = ui.asked_for_secret(question, valid).map_err(|error| {
        error.hint(
            "Give it: --client-secret-stdin, --client-secret-file FILE, \
             --client-secret-env NAME or --client-secret-command COMMAND",
        )
    })?;
    Ok(answer.map(|secret| {
        if !secret.is_empty() {
            draft.profile.client_secret_from = None;
            if draft.stored.contains(&SecretKind::ClientSecret) {
                // The end of another secret says nothing about this one.
                draft.profile.client_secret_expires_at = None;
            }
            draft.given.client_secret = Some(GivenSecret::Value(secret));
        }
    }))
}

/// The file with the application's certificate.
pub(super) fn certificate_file(
    ui: &Ui,
    store: &Store,
    draft: &mut Draft,
) -> Result<Answer<()>, CommandError> {
    let initial = shown(draft.profile.certificate_path.as_deref());
    let asked = TextQuestion {
        question: "Certificate file",
        help: "PFX or PEM, with the private key",
        initial: &initial,
    };
    let now = store.clock.now();
    let method = draft.profile.auth_method;
    let valid = move |text: &str| {
        let path = file(text)?;
        match checks::certificate_file(&path, None, now).map_err(reason)? {
            Opened::NeedsPassword if method == AuthMethod::PasswordlessCertificate => {
                Err("a password opens this file. Esc, and choose `Certificate`".to_owned())
            }
            Opened::NeedsPassword | Opened::Whole => Ok(()),
        }
    };
    let answer = ui.asked_for_text(&asked, valid);
    let answer = answer.map_err(|error| error.hint("Name it: --certificate-path FILE"))?;
    let Answer::Given(text) = answer else {
        return Ok(Answer::Back);
    };
    let path = absolute(Path::new(&text))?;
    if draft.profile.certificate_path.as_ref() != Some(&path) {
        // The password belonged to the other file.
        draft.given.certificate_password = None;
        draft.password_was_asked = false;
    }
    draft.profile.certificate_path = Some(path);
    Ok(Answer::Given(()))
}

/// The certificate file's password, tried at once. Without one the person is asked at each use.
pub(super) fn certificate_password(
    ui: &Ui,
    store: &Store,
    draft: &mut Draft,
) -> Result<Answer<()>, CommandError> {
    let path = draft.profile.certificate_path.clone().unwrap_or_default();
    let now = store.clock.now();
    let valid = |text: &str| {
        if text.is_empty() {
            return Ok(());
        }
        checks::certificate_file(&path, Some(text), now)
            .map(|_| ())
            .map_err(reason)
    };
    ui.line("Without a password here you are asked for it at each use.");
    let answer = ui.asked_for_secret("Certificate password", valid)?;
    draft.password_was_asked = true;
    Ok(answer.map(|password| {
        draft.profile.certificate_password_from = None;
        draft.given.certificate_password =
            (!password.is_empty()).then_some(GivenSecret::Value(password));
    }))
}

/// The file with somebody else's assertion.
pub(super) fn assertion_file(ui: &Ui, draft: &mut Draft) -> Result<Answer<()>, CommandError> {
    let before = match &draft.profile.client_assertion_from {
        Some(SecretReference::File(path)) => Some(path.as_path()),
        _ => None,
    };
    let initial = shown(before);
    let asked = TextQuestion {
        question: "Client assertion file",
        help: "holds a JWT, read at each request",
        initial: &initial,
    };
    let valid = |text: &str| {
        let path = file(text)?;
        checks::readable(&path, "client assertion").map_err(reason)
    };
    let answer = ui.asked_for_text(&asked, valid).map_err(|error| {
        error.hint(
            "Name its source: --client-assertion-file FILE, --client-assertion-env NAME or \
             --client-assertion-command COMMAND",
        )
    })?;
    let Answer::Given(text) = answer else {
        return Ok(Answer::Back);
    };
    let path = absolute(Path::new(&text))?;
    draft.profile.client_assertion_from = Some(SecretReference::File(path));
    Ok(Answer::Given(()))
}

/// What tokens are for.
pub(super) fn scopes(ui: &Ui, draft: &mut Draft) -> Result<Answer<()>, CommandError> {
    let example = example_of_scopes(&draft.profile);
    let help = format!("as {example}; empty for Microsoft Graph");
    let initial = draft.profile.scopes.join(" ");
    let asked = TextQuestion {
        question: "Scopes",
        help: &help,
        initial: &initial,
    };
    let put = |profile: &mut Profile, text: Option<String>| {
        let text = text.unwrap_or_default();
        profile.scopes = match Scopes::parse([text.as_str()], None) {
            Ok(scopes) => scopes.iter().map(ToOwned::to_owned).collect(),
            // What is wrong with them is said by the check that follows.
            Err(_) => vec![text],
        };
        profile.resource = None;
    };
    let check = |profile: &Profile| {
        // The flow is asked for after this, among those that the scopes leave.
        let by_any_flow = Profile {
            default_flow: None,
            ..profile.clone()
        };
        checks::scopes(&by_any_flow, &settings::profile_authority(profile)?)
    };
    text(ui, draft, &asked, put, check)
}

/// Scopes as most people want them, for the method and in the cloud.
fn example_of_scopes(profile: &Profile) -> String {
    let authority = settings::profile_authority(profile).ok();
    let of_microsoft = authority
        .as_ref()
        .is_none_or(|authority| authority.kind() == AuthorityKind::Entra);
    if !of_microsoft {
        return "openid, or what the API calls its scopes".to_owned();
    }
    let cloud = authority.and_then(|authority| authority.cloud());
    let graph = cloud.unwrap_or(Cloud::Public).resource("graph");
    match (profile.auth_method, graph) {
        (AuthMethod::Public, _) => "User.Read Mail.Read".to_owned(),
        (_, Some(graph)) => format!("{graph}/.default or graph"),
        (_, None) => "https://api.example/.default".to_owned(),
    }
}

/// Whether there is a default flow.
pub(super) fn wants_flow(ui: &Ui, draft: &mut Draft) -> Result<Answer<()>, CommandError> {
    let answer = ui.asked_to_confirm("Set default OAuth2 flow?", draft.wants_flow)?;
    Ok(answer.map(|wants| {
        draft.wants_flow = wants;
        if !wants {
            draft.profile.default_flow = None;
        }
    }))
}

/// Which flow that is, of those that can work.
pub(super) fn flow(ui: &Ui, draft: &mut Draft) -> Result<Answer<()>, CommandError> {
    let choices = choices_of_flows(draft);
    let first = choices
        .iter()
        .position(|choice| Some(choice.value) == draft.profile.default_flow);
    let answer = ui.asked_to_choose("Default OAuth2 flow", choices, first.unwrap_or_default())?;
    Ok(answer.map(|flow| draft.profile.default_flow = Some(flow)))
}

/// The flows that can work, each with what it is.
pub(super) fn choices_of_flows(draft: &Draft) -> Vec<Choice<Flow>> {
    let meaning = |flow| match flow {
        Flow::ClientCredentials => "the app itself, nobody signs in",
        Flow::AuthorizationCode => "a person signs in to a web app",
        Flow::DeviceCode => "a person signs in on another device",
        Flow::InteractiveBrowser => "a person signs in in the browser here",
    };
    let flows = draft.possible_flows().into_iter();
    flows
        .map(|flow| Choice::new(flow, flow.as_str(), meaning(flow)))
        .collect()
}

/// Where the browser goes with the answer.
pub(super) fn redirect_uri(ui: &Ui, draft: &mut Draft) -> Result<Answer<()>, CommandError> {
    let initial = draft.profile.redirect_uri.clone().unwrap_or_default();
    let asked = TextQuestion {
        question: "Redirect URI",
        help: "as registered for the app; empty for the flow's own (http://localhost:8080)",
        initial: &initial,
    };
    let check = |profile: &Profile| match &profile.redirect_uri {
        Some(text) => settings::redirect_uri(text, "redirect URI").map(|_| ()),
        None => Ok(()),
    };
    text(
        ui,
        draft,
        &asked,
        |profile, text| profile.redirect_uri = text,
        check,
    )
}

/// The Microsoft cloud. It takes the place of an authority.
pub(super) fn cloud(ui: &Ui, draft: &mut Draft) -> Result<Answer<()>, CommandError> {
    let choices = Cloud::ALL
        .into_iter()
        .map(|cloud| Choice::new(cloud, cloud.as_str(), cloud.login_host()))
        .collect();
    let first = Cloud::ALL
        .into_iter()
        .position(|cloud| Some(cloud) == draft.profile.cloud);
    let answer = ui.asked_to_choose("Cloud", choices, first.unwrap_or_default())?;
    Ok(answer.map(|cloud| {
        draft.profile.cloud = Some(cloud);
        draft.profile.authority = None;
        draft.profile.authority_type = None;
    }))
}

/// A login service that is none of the clouds. It takes the place of one.
pub(super) fn authority(ui: &Ui, draft: &mut Draft) -> Result<Answer<()>, CommandError> {
    let initial = draft.profile.authority.clone().unwrap_or_default();
    let asked = TextQuestion {
        question: "Authority",
        help: "login host, or issuer of an OpenID provider; empty for the public cloud",
        initial: &initial,
    };
    let put = |profile: &mut Profile, text: Option<String>| {
        profile.authority = text;
        profile.cloud = None;
        if profile.authority.is_none() {
            profile.authority_type = None;
        }
    };
    let check = |profile: &Profile| settings::profile_authority(profile).map(|_| ());
    text(ui, draft, &asked, put, check)
}

/// The account to suggest on the sign-in page.
pub(super) fn login_hint(ui: &Ui, draft: &mut Draft) -> Result<Answer<()>, CommandError> {
    let initial = draft.profile.login_hint.clone().unwrap_or_default();
    let asked = TextQuestion {
        question: "Login hint",
        help: "the account to suggest on the sign-in page; empty for none",
        initial: &initial,
    };
    text(
        ui,
        draft,
        &asked,
        |profile, text| profile.login_hint = text,
        |_| Ok(()),
    )
}

/// A path as it is shown to be changed.
fn shown(path: Option<&Path>) -> String {
    path.map(|path| path.display().to_string())
        .unwrap_or_default()
}

/// The file that a text names, from everywhere.
fn file(text: &str) -> Result<std::path::PathBuf, String> {
    if text.is_empty() {
        return Err("a file is needed".to_owned());
    }
    match std::fs::metadata(text) {
        Ok(file) if file.is_file() => absolute(Path::new(text)).map_err(reason),
        Ok(_) => Err("this is no file".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
