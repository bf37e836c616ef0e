//! A profile's fields with their values, to pick one and change it.

use model::AuthMethod;
use model::Flow;
use protocol::text::escaped;
use vault::SecretKind;

use super::answers;
use super::draft::Draft;
use super::draft::uses_certificate;
use super::questions;
use super::questions::Step;
use super::view;
use crate::command_error::CommandError;
use crate::settings;
use crate::settings::Store;
use crate::ui::Answer;
use crate::ui::Choice;
use crate::ui::Ui;

/// What can be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    /// What a question of `config create` asks for.
    Asked(Step),
    /// The Microsoft cloud.
    Cloud,
    /// A login service that is none of them.
    Authority,
    /// The default flow, or none.
    DefaultFlow,
    /// The account to suggest.
    LoginHint,
}

/// What is done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Change(Field),
    Save,
    Cancel,
}

/// Where the menu was opened, and so what leaving it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    /// The summary of a new profile, which has the last word.
    Summary,
    /// The command line: nothing came before.
    CommandLine,
}

/// What is done with a profile that is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LastWord {
    Save,
    Change,
    Cancel,
}

/// Shows what would be saved, and asks for the last word.
pub(super) fn summary(
    ui: &Ui,
    store: &Store,
    draft: &mut Draft,
) -> Result<Answer<()>, CommandError> {
    loop {
        // Flags may have said what does not go together.
        let destination = settings::profile_destination(&draft.profile)?;
        for line in view::text(&draft.profile, Some(&destination)).lines() {
            ui.line(line);
        }
        for (kind, what) in secrets(draft) {
            ui.line(&format!("{:<26} {what}", capitalised(kind)));
        }
        let choices = vec![
            Choice::new(LastWord::Save, "Save", ""),
            Choice::new(LastWord::Change, "Change something", ""),
            Choice::new(LastWord::Cancel, "Cancel", "nothing is saved"),
        ];
        match ui.asked_to_choose("Save this profile?", choices, 0)? {
            Answer::Back => return Ok(Answer::Back),
            Answer::Given(LastWord::Cancel) => return Err(CommandError::interrupted()),
            Answer::Given(LastWord::Change) => menu(ui, store, draft, From::Summary)?,
            Answer::Given(LastWord::Save) => match completed(ui, store, draft)? {
                Answer::Given(()) => return Ok(Answer::Given(())),
                Answer::Back => {}
            },
        }
    }
}

/// The menu, until the person saves.
pub(super) fn change(ui: &Ui, store: &Store, draft: &mut Draft) -> Result<(), CommandError> {
    menu(ui, store, draft, From::CommandLine)
}

fn menu(ui: &Ui, store: &Store, draft: &mut Draft, from: From) -> Result<(), CommandError> {
    let mut cursor = 0;
    loop {
        let choices = choices(draft, from);
        let question = format!("Profile `{}`", draft.profile.name);
        let next = ui.asked_to_choose(&question, choices.clone(), cursor)?;
        match next {
            // The summary asks for what is missing, and whether to save.
            Answer::Given(Next::Save) | Answer::Back if from == From::Summary => return Ok(()),
            Answer::Given(Next::Save) => {
                if completed(ui, store, draft)? == Answer::Given(()) {
                    return Ok(());
                }
            }
            Answer::Given(Next::Cancel) | Answer::Back => return Err(CommandError::interrupted()),
            Answer::Given(Next::Change(field)) => {
                let place = |choice: &Choice<Next>| choice.value == Next::Change(field);
                cursor = choices.iter().position(place).unwrap_or_default();
                // Esc leaves the field as it is.
                let _ = ask(ui, store, draft, field)?;
            }
        }
    }
}

/// Asks for what is still missing and checks all of it. What is wrong is said, and may be changed.
fn completed(ui: &Ui, store: &Store, draft: &mut Draft) -> Result<Answer<()>, CommandError> {
    while let Some(step) = questions::missing(draft) {
        if step.ask(ui, store, draft)? == Answer::Back {
            return Ok(Answer::Back);
        }
    }
    match draft.check(store) {
        Ok(()) => Ok(Answer::Given(())),
        Err(error) => {
            ui.complain(&error);
            Ok(Answer::Back)
        }
    }
}

fn ask(
    ui: &Ui,
    store: &Store,
    draft: &mut Draft,
    field: Field,
) -> Result<Answer<()>, CommandError> {
    match field {
        Field::Asked(step) => step.ask(ui, store, draft),
        Field::Cloud => answers::cloud(ui, draft),
        Field::Authority => answers::authority(ui, draft),
        Field::DefaultFlow => default_flow(ui, draft),
        Field::LoginHint => answers::login_hint(ui, draft),
    }
}

/// The default flow, or that there is none.
fn default_flow(ui: &Ui, draft: &mut Draft) -> Result<Answer<()>, CommandError> {
    let unasked = Flow::inferred_from(draft.profile.auth_method);
    let mut choices = vec![Choice::new(
        None,
        "none",
        format!("{unasked}, by how the app proves itself"),
    )];
    for choice in answers::choices_of_flows(draft) {
        choices.push(Choice::new(Some(choice.value), choice.name, choice.meaning));
    }
    let first = choices
        .iter()
        .position(|choice| choice.value == draft.profile.default_flow);
    let answer = ui.asked_to_choose("Default OAuth2 flow", choices, first.unwrap_or_default())?;
    Ok(answer.map(|flow| {
        draft.wants_flow = flow.is_some();
        draft.profile.default_flow = flow;
    }))
}

/// Each field with its value, and the two ways out.
fn choices(draft: &Draft, from: From) -> Vec<Choice<Next>> {
    let profile = &draft.profile;
    let of = |value: Option<String>| {
        let value = value.unwrap_or_else(|| "-".to_owned());
        escaped(&value).into_owned()
    };
    let change = |field, name: &str, value| Choice::new(Next::Change(field), name, of(value));
    let asked = |step, name: &str, value| change(Field::Asked(step), name, value);
    let mut choices = Vec::new();
    if !draft.replaces {
        let name = Some(profile.name.to_string());
        choices.push(asked(Step::Name, "Name", name));
    }
    choices.extend([
        asked(Step::Tenant, "Tenant", profile.tenant_id.clone()),
        change(
            Field::Cloud,
            "Cloud",
            profile.cloud.map(|cloud| cloud.to_string()),
        ),
        change(Field::Authority, "Authority", profile.authority.clone()),
        asked(Step::ClientId, "Client id", profile.client_id.clone()),
        asked(
            Step::Method,
            "Authentication",
            Some(profile.auth_method.to_string()),
        ),
    ]);
    let secret = |kind| {
        let mut secrets = secrets(draft).into_iter();
        secrets.find(|(one, _)| *one == kind).map(|(_, what)| what)
    };
    match profile.auth_method {
        AuthMethod::Public => {}
        AuthMethod::ClientSecret => choices.push(asked(
            Step::ClientSecret,
            "Client secret",
            secret(SecretKind::ClientSecret),
        )),
        AuthMethod::ClientAssertion => choices.push(asked(
            Step::AssertionFile,
            "Client assertion",
            profile
                .client_assertion_from
                .as_ref()
                .map(ToString::to_string),
        )),
        method @ (AuthMethod::Certificate | AuthMethod::PasswordlessCertificate) => {
            let path = profile.certificate_path.as_ref();
            choices.push(asked(
                Step::CertificateFile,
                "Certificate file",
                path.map(|path| path.display().to_string()),
            ));
            if method == AuthMethod::Certificate {
                choices.push(asked(
                    Step::CertificatePassword,
                    "Certificate password",
                    secret(SecretKind::CertificatePassword),
                ));
            }
        }
    }
    let scopes = (!profile.scopes.is_empty()).then(|| profile.scopes.join(" "));
    choices.extend([
        asked(
            Step::Scopes,
            "Scopes",
            scopes.or_else(|| profile.resource.clone()),
        ),
        change(
            Field::DefaultFlow,
            "Default flow",
            profile.default_flow.map(|flow| flow.to_string()),
        ),
        asked(
            Step::RedirectUri,
            "Redirect URI",
            profile.redirect_uri.clone(),
        ),
        change(Field::LoginHint, "Login hint", profile.login_hint.clone()),
    ]);
    choices.extend(match from {
        From::Summary => [
            Choice::new(Next::Save, "Done", ""),
            Choice::new(Next::Cancel, "Cancel", "nothing is saved"),
        ],
        From::CommandLine => [
            Choice::new(Next::Save, "Save", ""),
            Choice::new(Next::Cancel, "Cancel", "nothing is changed"),
        ],
    });
    choices
}

/// Each secret that there is, with where it is; never what it is.
fn secrets(draft: &Draft) -> Vec<(SecretKind, String)> {
    let profile = &draft.profile;
    let method = profile.auth_method;
    let parts = [
        (
            SecretKind::ClientSecret,
            method == AuthMethod::ClientSecret,
            draft.given.client_secret.is_some(),
            &profile.client_secret_from,
        ),
        (
            SecretKind::CertificatePassword,
            uses_certificate(method),
            draft.given.certificate_password.is_some(),
            &profile.certificate_password_from,
        ),
    ];
    let mut secrets = Vec::new();
    for (kind, is_used, is_given, elsewhere) in parts {
        let what = match elsewhere {
            _ if !is_used => continue,
            _ if is_given => "given, will be stored encrypted".to_owned(),
            Some(reference) => reference.to_string(),
            None if draft.stored.contains(&kind) => "stored".to_owned(),
            None => continue,
        };
        secrets.push((kind, what));
    }
    secrets
}

fn capitalised(kind: SecretKind) -> &'static str {
    match kind {
        SecretKind::ClientSecret => "Client secret",
        SecretKind::CertificatePassword => "Certificate password",
    }
}
