//! Sign-ins that came to nothing for another reason than somebody's no.

use engine::TokenRequest;
use engine::landing::ListenError;
use engine::landing::command_that_names_holder;
use model::Flow;
use protocol::authorization_response::AuthorizationResponseError;
use protocol::id_token::IdTokenError;
use protocol::relay::RelayError;

use super::invocation::Instead;
use super::invocation::command;
use crate::command_error::CommandError;
use crate::command_error::Kind;

/// The redirect URI cannot be listened on.
pub(super) fn unheard(
    request: &TokenRequest,
    redirect_uri: &str,
    error: &ListenError,
) -> CommandError {
    let message = format!("the answer to {redirect_uri} cannot be waited for: {error}");
    let worded = match error {
        ListenError::InUse { .. } => CommandError::usage("port_in_use", message),
        _ => CommandError::usage("port_unavailable", message),
    };
    let worded = match error {
        ListenError::InUse { port, holder, .. } => {
            let worded = match holder {
                Some(holder) => worded.hint(format!("End {holder}, or ask whoever runs it")),
                None => worded.hint(format!(
                    "See who holds it: {}",
                    command_that_names_holder(*port)
                )),
            };
            if request.sign_in.port.is_some() {
                worded.hint("Or name another port: --port PORT")
            } else {
                worded.hint(
                    "Or register another redirect URI for the application and name it: \
                     --redirect-uri http://localhost:PORT",
                )
            }
        }
        ListenError::NotPermitted { .. } => worded.hint(
            "Ports below 1024 are the system's. Register a redirect URI with a higher one and \
             name it: --redirect-uri http://localhost:8080",
        ),
        ListenError::NoFreePort
        | ListenError::Address { .. }
        | ListenError::NotServed(_)
        | ListenError::NotThisMachine(_) => worded,
    };
    on_another_device(worded, request)
}

/// What came back from the sign-in page is not the answer to what was asked.
pub(super) fn senseless(
    request: &TokenRequest,
    error: &AuthorizationResponseError,
) -> CommandError {
    CommandError::new(Kind::Refused, "sign_in_answer_invalid", error.to_string()).hint(format!(
        "Nothing was sent on and nothing kept. Try again: {}",
        command(request, Instead::default())
    ))
}

/// A foreign authority sends people to Microsoft.
pub(super) fn relayed(error: &RelayError) -> CommandError {
    CommandError::usage("foreign_sign_in_page", error.to_string()).hint(
        "Whoever runs that authority would get what you sign in to. If you mean Microsoft's \
         own, leave --authority out.",
    )
}

/// The ID token is not for this sign-in.
pub(super) fn misidentified(request: &TokenRequest, error: &IdTokenError) -> CommandError {
    CommandError::new(Kind::Refused, "id_token_invalid", error.to_string())
        .hint("Nothing was kept. A clock that is wrong does this too: compare it with the time.")
        .hint(format!(
            "Try again: {}",
            command(request, Instead::default())
        ))
}

/// There is a token, and nobody it speaks for.
pub(super) fn nobody_named(message: String) -> CommandError {
    CommandError::new(Kind::Refused, "id_token_missing", message).hint(
        "The provider sent no ID token though `openid` was asked for: check that the \
         application may ask for it.",
    )
}

/// A sign-in that was waited for failed.
pub(super) fn elsewhere(request: &TokenRequest, message: String) -> CommandError {
    CommandError::new(Kind::Refused, "sign_in_failed", message).hint(format!(
        "Try again: {}",
        command(request, Instead::default())
    ))
}

fn on_another_device(worded: CommandError, request: &TokenRequest) -> CommandError {
    if request.flow != Flow::InteractiveBrowser {
        return worded;
    }
    let instead = Instead {
        flow: Some(Flow::DeviceCode),
        ..Instead::default()
    };
    worded.hint(format!(
        "Or sign in on another device: {}",
        command(request, instead)
    ))
}

#[cfg(test)]
mod tests {
    use super::super::invocation::tests::request;
    use super::*;

    #[test]
    fn who_holds_the_port_is_named() {
        let held = |holder: Option<&str>| ListenError::InUse {
            address: std::net::Ipv4Addr::LOCALHOST.into(),
            port: 8080,
            holder: holder.map(str::to_owned),
        };
        let request = request(Some("webapp"), Flow::AuthorizationCode);
        let uri = "http://localhost:8080";
        let error = unheard(&request, uri, &held(Some("node (process 42)")));
        assert_eq!((error.kind.exit_code(), error.code), (4, "port_in_use"));
        assert!(error.message.contains("8080"), "{}", error.message);
        assert!(
            error.hints[0].contains("node (process 42)"),
            "{:?}",
            error.hints
        );
        let error = unheard(&request, uri, &held(None));
        assert!(error.hints[0].contains("8080"), "{:?}", error.hints);
    }
}
