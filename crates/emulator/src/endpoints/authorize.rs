//! The authorization endpoint (RFC 6749 §3.1) and the pages behind it.

use crate::authorization::{AuthorizationRequest, AuthorizingClient, Prompt};
use crate::endpoints::{answer_of_a_person, with_cookie};
use crate::entra_error::EntraError;
use crate::exchange::Exchange;
use crate::form::Form;
use crate::grants::client_info;
use crate::identifiers::random_guid;
use crate::issued::AuthorizationCode;
use crate::pages::{SignInForm, policy_source, problem};
use crate::reply::Reply;
use crate::sign_in::{Conversation, Requirements, SignedIn, Turn};

pub(crate) fn answer(exchange: &Exchange<'_>, segment: &str) -> Reply {
    authorize(exchange, segment).unwrap_or_else(|error| problem(exchange, &error).reply())
}

/// An error here is shown in the browser.
fn authorize(exchange: &Exchange<'_>, segment: &str) -> Result<Reply, EntraError> {
    let answer = answer_of_a_person(exchange)?;
    let parameters = Form::read_query(exchange.request)?;
    let client = AuthorizingClient::find(exchange, segment, &parameters)?;
    let request = match AuthorizationRequest::read(&client, &parameters, &exchange.state.directory)
    {
        Ok(request) => request,
        Err(error) => return Ok(client.address.refuse(exchange, &error)),
    };
    let conversation = Conversation {
        exchange,
        requirements: Requirements {
            state: exchange.state,
            now: exchange.now,
            app: client.app,
            path: client.path,
            scopes: &request.scopes,
            needs_step_up: request.needs_step_up,
        },
        prompt: request.prompt,
        login_hint: request.login_hint,
        domain_hint: request.domain_hint,
        is_on_device: false,
        form: SignInForm {
            action: format!(
                "{}?{}",
                exchange.request.path,
                exchange.request.query.as_deref().unwrap_or_default()
            ),
            hidden: Vec::new(),
            leads_to: Some(policy_source(&client.address.redirect_uri)),
        },
    };
    let (turn, cookie) = match conversation.take_turn(answer.as_ref()) {
        Ok(turn) => turn,
        Err(error) if request.prompt == Prompt::Nothing => (Turn::Refused(error), None),
        Err(error) => return Err(error),
    };
    let reply = match turn {
        Turn::Show(page) => page.reply(),
        Turn::Refused(error) => client.address.refuse(exchange, &error),
        Turn::Finished(signed_in) => send_code(exchange, &client, &request, &signed_in)?,
    };
    Ok(with_cookie(reply, cookie))
}

fn send_code(
    exchange: &Exchange<'_>,
    client: &AuthorizingClient<'_>,
    request: &AuthorizationRequest<'_>,
    signed_in: &SignedIn<'_>,
) -> Result<Reply, EntraError> {
    let code = exchange
        .state
        .authorization_codes
        .issue(AuthorizationCode {
            client_id: client.app.client_id.clone(),
            tenant_key: client.path.key().to_owned(),
            redirect_uri: client.redirect_uri.to_owned(),
            platform: client.platform,
            scope: request.scope.to_owned(),
            nonce: request.nonce.map(str::to_owned),
            code_challenge: request.code_challenge.map(str::to_owned),
            account: signed_in.account.id(),
            authentication: signed_in.authentication,
            issued_at: exchange.now,
        })?;
    let session_state = match &signed_in.session_id {
        Some(id) => id.clone(),
        None => random_guid()?,
    };
    let mut parameters = vec![("code", code)];
    if request.wants_client_info {
        parameters.push(("client_info", client_info(signed_in.account)));
    }
    parameters.push(("session_state", session_state));
    Ok(client.address.send(exchange, parameters))
}
