//! The page where a person types the code that a device shows (RFC 8628 §3.3).

use crate::authorization::{Prompt, RequestedScopes};
use crate::directory::App;
use crate::endpoints::{answer_of_a_person, with_cookie};
use crate::entra_error::EntraError;
use crate::exchange::Exchange;
use crate::issued::{DeviceAnswerError, DeviceCode};
use crate::pages::{SignInForm, device_answered, device_entry, problem};
use crate::reply::Reply;
use crate::routes::DEVICE_LOGIN_PATH;
use crate::sign_in::{Conversation, Requirements, Turn};
use crate::state::State;

pub(crate) fn answer(exchange: &Exchange<'_>) -> Reply {
    converse(exchange).unwrap_or_else(|error| problem(exchange, &error).reply())
}

fn converse(exchange: &Exchange<'_>) -> Result<Reply, EntraError> {
    let Some(answer) = answer_of_a_person(exchange)? else {
        return Ok(device_entry(DEVICE_LOGIN_PATH, None).reply());
    };
    let state = exchange.state;
    let user_code = answer.get("user_code").unwrap_or_default();
    let code = match state.device_codes.waiting(user_code, exchange.now) {
        Ok(code) => code,
        Err(error) => {
            let message = match error {
                DeviceAnswerError::NotWaiting => {
                    "That code has expired or was used before. Ask for a new one on your device."
                }
                _ => "That code is not right. Check it and try again. (AADSTS70018)",
            };
            return Ok(device_entry(DEVICE_LOGIN_PATH, Some(message)).reply());
        }
    };
    let app = app(state, &code)?;
    let scopes = RequestedScopes::read(&code.scope, app, &state.directory)?;
    let conversation = Conversation {
        exchange,
        requirements: requirements(state, exchange.now, &code, app, &scopes)?,
        prompt: Prompt::SelectAccount,
        login_hint: None,
        domain_hint: None,
        is_on_device: true,
        form: SignInForm {
            action: DEVICE_LOGIN_PATH.to_owned(),
            hidden: vec![("user_code", user_code.to_owned())],
            leads_to: None,
        },
    };
    let is_first = answer.get("step") == Some("code");
    let (turn, cookie) = conversation.take_turn((!is_first).then_some(&answer))?;
    let reply = match turn {
        Turn::Show(page) => page.reply(),
        Turn::Refused(_) => {
            state.device_codes.decline(user_code);
            device_answered(&app.display_name, false).reply()
        }
        Turn::Finished(signed_in) => {
            let id = signed_in.account.id();
            state
                .device_codes
                .approve(user_code, id, signed_in.authentication);
            device_answered(&app.display_name, true).reply()
        }
    };
    Ok(with_cookie(reply, cookie))
}

/// Approves a device code in the place of a person.
pub(crate) fn approve(
    state: &State,
    user_code: &str,
    user_principal_name: &str,
) -> Result<(), DeviceAnswerError> {
    let now = state.clock.now();
    let code = state.device_codes.waiting(user_code, now)?;
    let signed_in = || {
        let app = app(state, &code)?;
        let scopes = RequestedScopes::read(&code.scope, app, &state.directory)?;
        let requirements = requirements(state, now, &code, app, &scopes)?;
        let signed_in = requirements.approve(user_principal_name)?;
        Ok((signed_in.account.id(), signed_in.authentication))
    };
    let (account, authentication) =
        signed_in().map_err(|error: EntraError| DeviceAnswerError::Refused(error.code))?;
    state
        .device_codes
        .approve(user_code, account, authentication);
    Ok(())
}

fn app<'a>(state: &'a State, code: &DeviceCode) -> Result<&'a App, EntraError> {
    let path = state.directory.tenant(&code.tenant_key)?;
    Ok(&state.directory.app(&code.client_id, path.tenant())?.app)
}

fn requirements<'a>(
    state: &'a State,
    now: i64,
    code: &'a DeviceCode,
    app: &'a App,
    scopes: &'a RequestedScopes<'a>,
) -> Result<Requirements<'a>, EntraError> {
    Ok(Requirements {
        state,
        now,
        app,
        path: state.directory.tenant(&code.tenant_key)?,
        scopes,
        needs_step_up: code.needs_step_up,
    })
}
