//! A sign-in, one exchange after the other: account, policies, second factor, consent.
//!
//! Nothing of it is remembered between the exchanges but the browser's session: every form leads
//! back to the very address it came from.

use super::requirements::{Requirements, needs_administrator};
use super::sessions::Session;
use super::{Authentication, MissingConsent, SignIn, SignedIn, second_factor_required};
use crate::authorization::{OpenIdScope, Prompt};
use crate::directory::{Account, Resource};
use crate::entra_error::EntraError;
use crate::exchange::Exchange;
use crate::form::Form;
use crate::pages::{
    AccountChoice, Page, SignInForm, account_picker, administrator_needed, another_account,
    consent, second_factor,
};

/// Who wants a person to sign in, and how.
#[derive(Debug)]
pub(crate) struct Conversation<'a> {
    pub(crate) exchange: &'a Exchange<'a>,
    pub(crate) requirements: Requirements<'a>,
    pub(crate) prompt: Prompt,
    pub(crate) login_hint: Option<&'a str>,
    pub(crate) domain_hint: Option<&'a str>,
    /// Whether the sign-in is for a device, which the person always confirms.
    pub(crate) is_on_device: bool,
    pub(crate) form: SignInForm,
}

/// What follows from one exchange.
#[derive(Debug)]
pub(crate) enum Turn<'a> {
    /// The person is shown a page.
    Show(Page),
    /// The person has signed in and agreed to everything.
    Finished(SignedIn<'a>),
    /// The client gets an error.
    Refused(EntraError),
}

/// A turn, and the `Set-Cookie` header that goes with it.
type TurnWithCookie<'a> = (Turn<'a>, Option<String>);

/// How far the person has come with this exchange.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Progress {
    AccountKnown,
    ConsentGiven,
}

impl<'a> Conversation<'a> {
    /// Takes the next step: with the person's answer if there is one, else from the beginning.
    ///
    /// An error is for the person to read, not for the client.
    pub(crate) fn take_turn(
        &self,
        answer: Option<&Form>,
    ) -> Result<TurnWithCookie<'a>, EntraError> {
        match answer {
            None => self.begin(),
            Some(answer) => self.go_on(answer),
        }
    }

    fn begin(&self) -> Result<TurnWithCookie<'a>, EntraError> {
        let state = self.exchange.state;
        let is_silent = self.prompt == Prompt::Nothing;
        if !is_silent
            && !self.is_on_device
            && let Some(answer) = state.sign_in_script.take()
        {
            return self.play(answer);
        }
        let session = state.sessions.find(self.exchange);
        let signed_in = self.signed_in(session.as_ref());
        let chosen = match self.prompt {
            Prompt::Login | Prompt::SelectAccount => None,
            Prompt::WhenNeeded | Prompt::Nothing | Prompt::Consent => self.only_choice(&signed_in),
        };
        match (chosen, session) {
            (Some((account, authentication)), Some(session)) => {
                self.settle(account, authentication, &session, Progress::AccountKnown)
            }
            _ if is_silent => Ok(Turn::Refused(if signed_in.len() > 1 {
                EntraError::other(
                    400,
                    "interaction_required",
                    16000,
                    "Either multiple user identities are available for the current request or selected account is not \
                     supported for the scenario.",
                )
            } else {
                EntraError::other(
                    400,
                    "login_required",
                    50058,
                    "A silent sign-in request was sent but no user is signed in.",
                )
            })),
            _ => Ok(Turn::Show(self.pick(&signed_in))),
        }
        .map(|turn| (turn, None))
    }

    fn go_on(&self, answer: &Form) -> Result<TurnWithCookie<'a>, EntraError> {
        let state = self.exchange.state;
        let step = answer.required("step")?;
        match step {
            "cancel" => return Ok((Turn::Refused(cancelled()), None)),
            "other" => return Ok((Turn::Show(self.ask_name("", None)), None)),
            "account" => return self.choose(answer.required("account")?),
            "approve" | "accept" => {}
            other => {
                return Err(EntraError::invalid_request(
                    90100,
                    format!("'step' parameter is empty or not valid: '{other}'."),
                ));
            }
        }
        let session = state.sessions.find(self.exchange);
        let signed_in = self.signed_in(session.as_ref());
        let name = answer.required("account")?;
        let chosen = signed_in.iter().find(|(account, _)| account.is_named(name));
        let (Some(&(account, mut authentication)), Some(session)) = (chosen, session) else {
            return Ok((Turn::Show(self.pick(&signed_in)), None));
        };
        let progress = if step == "accept" {
            let missing = self.requirements.missing_consents(account)?;
            let app = self.requirements.app;
            state.consents.give(app, account, &missing);
            Progress::ConsentGiven
        } else {
            authentication.has_second_factor = true;
            state
                .sessions
                .sign_in(self.exchange, &account.id(), authentication)?;
            Progress::AccountKnown
        };
        let turn = self.settle(account, authentication, &session, progress)?;
        Ok((turn, None))
    }

    /// The person has named an account.
    fn choose(&self, name: &str) -> Result<TurnWithCookie<'a>, EntraError> {
        let account = match self.requirements.account(name) {
            Ok(account) => account,
            Err(error) => {
                let problem = format!("{} (AADSTS{})", error.message, error.code);
                return Ok((Turn::Show(self.ask_name(name, Some(&problem))), None));
            }
        };
        let (authentication, session, cookie) = self.remember(account)?;
        let turn = self.settle(account, authentication, &session, Progress::AccountKnown)?;
        Ok((turn, cookie))
    }

    /// Signs an account in at this browser, so far without a second factor.
    fn remember(
        &self,
        account: &Account,
    ) -> Result<(Authentication, Session, Option<String>), EntraError> {
        let authentication = Authentication {
            at: self.exchange.now,
            has_second_factor: false,
        };
        let (session, cookie) =
            self.exchange
                .state
                .sessions
                .sign_in(self.exchange, &account.id(), authentication)?;
        Ok((authentication, session, cookie))
    }

    /// Plays an answer in the person's place.
    fn play(&self, answer: SignIn) -> Result<TurnWithCookie<'a>, EntraError> {
        let name = match answer {
            SignIn::Cancel => return Ok((Turn::Refused(cancelled()), None)),
            SignIn::Error(error) => return Ok((Turn::Refused(error.into_entra_error()), None)),
            SignIn::Mfa(name) => {
                let account = self.requirements.account(&name)?;
                let (_, _, cookie) = self.remember(account)?;
                let page = second_factor(&self.form, &account.user.principal_name);
                return Ok((Turn::Show(page), cookie));
            }
            SignIn::Approve(name) => name,
        };
        let signed_in = self.requirements.approve(&name)?;
        Ok((Turn::Finished(signed_in), None))
    }

    /// With the account known, asks for whatever is still missing.
    fn settle(
        &self,
        account: &'a Account,
        authentication: Authentication,
        session: &Session,
        progress: Progress,
    ) -> Result<Turn<'a>, EntraError> {
        let is_silent = self.prompt == Prompt::Nothing;
        self.requirements.check_block()?;
        if let Some(resource) = self.requirements.second_factor_cause(account)
            && !authentication.has_second_factor
        {
            return Ok(if is_silent {
                Turn::Refused(second_factor_required(resource))
            } else {
                Turn::Show(second_factor(&self.form, &account.user.principal_name))
            });
        }
        let missing = self.requirements.missing_consents(account)?;
        if is_silent && !missing.is_empty() {
            return Ok(Turn::Refused(EntraError::consent_required(
                "consent_required",
                self.requirements.app,
            )));
        }
        if needs_administrator(&missing) {
            return Ok(Turn::Show(administrator_needed(
                &self.form,
                &self.requirements.app.display_name,
                &self.permissions(&missing),
            )));
        }
        let must_ask = self.is_on_device || self.prompt == Prompt::Consent;
        if !missing.is_empty() || (must_ask && progress != Progress::ConsentGiven) {
            return Ok(Turn::Show(consent(
                &self.form,
                &self.requirements.app.display_name,
                &account.user.principal_name,
                &self.permissions(&missing),
                self.is_on_device,
            )));
        }
        Ok(Turn::Finished(SignedIn {
            account,
            authentication,
            session_id: Some(session.id.clone()),
        }))
    }

    /// The accounts signed in at this browser that may be used here.
    fn signed_in(&self, session: Option<&Session>) -> Vec<(&'a Account, Authentication)> {
        let state = self.exchange.state;
        let accounts = session.map(|session| session.accounts.as_slice());
        accounts
            .unwrap_or_default()
            .iter()
            .filter(|(_, authentication)| {
                !state
                    .policies
                    .is_too_old(*authentication, self.exchange.now)
            })
            .filter_map(|(id, authentication)| {
                let account = self.candidates().find(|account| account.id() == *id)?;
                (!account.user.is_disabled).then_some((account, *authentication))
            })
            .collect()
    }

    /// The account to use without asking: the one hinted at, or the only one.
    fn only_choice(
        &self,
        signed_in: &[(&'a Account, Authentication)],
    ) -> Option<(&'a Account, Authentication)> {
        match (self.login_hint, signed_in) {
            (Some(hint), _) => signed_in
                .iter()
                .find(|(account, _)| account.is_named(hint))
                .copied(),
            (None, [only]) => Some(*only),
            (None, _) => None,
        }
    }

    /// The accounts of the tenant, of the domain hinted at.
    fn candidates(&self) -> impl Iterator<Item = &'a Account> {
        let domain = self.domain_hint.filter(|hint| *hint != "organizations");
        self.exchange
            .state
            .directory
            .accounts(self.requirements.path)
            .filter(move |account| domain.is_none_or(|domain| account.is_of_domain(domain)))
    }

    fn pick(&self, signed_in: &[(&Account, Authentication)]) -> Page {
        let hint = self.login_hint.unwrap_or_default();
        let choices: Vec<AccountChoice<'_>> = self
            .candidates()
            .filter(|account| hint.is_empty() || account.is_named(hint))
            .map(|account| AccountChoice {
                user_principal_name: &account.user.principal_name,
                display_name: &account.user.display_name,
                is_signed_in: signed_in
                    .iter()
                    .any(|(other, _)| other.id() == account.id()),
            })
            .collect();
        if choices.is_empty() {
            return self.ask_name(hint, None);
        }
        account_picker(&self.form, &self.requirements.app.display_name, &choices)
    }

    fn ask_name(&self, hint: &str, problem: Option<&str>) -> Page {
        another_account(
            &self.form,
            &self.requirements.app.display_name,
            hint,
            problem,
        )
    }

    /// What the app would like, in words for the person.
    fn permissions(&self, missing: &[MissingConsent<'_>]) -> Vec<String> {
        let mut permissions = Vec::new();
        let mut add = |resource: &Resource, name: &str| {
            let text = format!("{name} ({})", resource.name());
            if !permissions.contains(&text) {
                permissions.push(text);
            }
        };
        for asked in &self.requirements.scopes.resources {
            for (permission, _) in &asked.permissions {
                add(asked.resource, permission);
            }
        }
        for missing in missing {
            add(missing.resource, missing.permission);
        }
        permissions.push("Sign you in and read your profile".to_owned());
        if self.requirements.scopes.has(OpenIdScope::OfflineAccess) {
            permissions.push("Maintain access to data you have given it access to".to_owned());
        }
        permissions
    }
}

/// The person does not want to sign in.
fn cancelled() -> EntraError {
    EntraError {
        suberror: Some("cancel".to_owned()),
        ..EntraError::other(
            400,
            "access_denied",
            65004,
            "User declined to consent to access the app.",
        )
    }
}
