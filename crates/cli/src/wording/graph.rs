//! Failures of Microsoft Graph, and what lets an application list others.

use engine::EngineError;
use engine::TokenRequest;
use protocol::admin_consent;
use protocol::graph::GraphError;
use protocol::graph::GraphRefusal;
use protocol::graph::NoGraph;
use protocol::graph::READ_PERMISSION;

use super::acquisition::engine;
use crate::command_error::CommandError;
use crate::command_error::Kind;
use crate::command_error::ProviderDetails;

/// What Entra says where nobody has consented to a permission yet, or an administrator has to.
const CONSENT_MISSING: [u64; 4] = [65_001, 90_094, 90_095, 650_056];

/// Words an authority whose tokens are for no Graph.
pub(crate) fn no_graph(error: &NoGraph) -> CommandError {
    CommandError::usage("graph_unknown", error.to_string()).hint(
        "Name a cloud: --cloud public, us-gov, us-dod or china; or a profile that leads to one: \
         -p NAME",
    )
}

/// Words why a listing of applications ended.
pub(crate) fn applications(error: &EngineError, request: &TokenRequest) -> CommandError {
    let worded = engine(error, request);
    let aadsts = worded.provider.as_ref().and_then(|said| said.aadsts);
    if aadsts.is_some_and(|code| CONSENT_MISSING.contains(&code)) {
        return with_way_to_permission(worded, request);
    }
    worded
}

/// Words what Graph answered in place of applications.
pub(super) fn graph(error: &GraphError, request: &TokenRequest) -> CommandError {
    let message = error.to_string();
    let kind = if error.is_transient() {
        Kind::Network
    } else {
        Kind::Refused
    };
    match error {
        GraphError::Refused(refusal) => refused(refusal, kind, message, request),
        GraphError::Malformed { excerpt, .. } => {
            let worded = CommandError::new(kind, "graph_reply_malformed", message);
            if excerpt.is_empty() {
                worded
            } else {
                worded.hint(format!("It begins: {excerpt}"))
            }
            .hint("A proxy or a firewall often answers so; -vv shows the reply.")
        }
        GraphError::Link { .. } => CommandError::new(kind, "graph_link_refused", message).hint(
            "The token was not sent there. What was listed is not all there is; a proxy in between \
             may have changed the answer.",
        ),
    }
}

fn refused(
    refusal: &GraphRefusal,
    kind: Kind,
    message: String,
    request: &TokenRequest,
) -> CommandError {
    let with = |kind, code| CommandError::new(kind, code, message);
    let mut worded = match refusal.status {
        401 => with(kind, "graph_token_refused"),
        403 => with(kind, "graph_permission_missing"),
        _ if kind == Kind::Network => with(kind, "graph_unavailable"),
        _ => with(kind, "graph_refused"),
    };
    if refusal.status == 403 {
        worded = with_way_to_permission(worded, request);
        if request.flow.is_for_a_person() {
            worded = worded.hint(
                "Guests of a directory may not list its applications whatever was consented to: \
                 sign in as a member (--account NAME), or name your own directory: -t TENANT",
            );
        }
    }
    worded.provider = Some(Box::new(ProviderDetails {
        trace_id: refusal.request_id.clone(),
        ..ProviderDetails::default()
    }));
    worded
}

/// Says which permission is needed, and where an administrator consents to it.
fn with_way_to_permission(worded: CommandError, request: &TokenRequest) -> CommandError {
    let kind = if request.flow.is_for_a_person() {
        "delegated"
    } else {
        "application"
    };
    let worded = worded.hint(format!(
        "The application {} needs the {kind} permission {READ_PERMISSION} of Microsoft Graph, and \
         an administrator's consent to it.",
        request.client_id
    ));
    let redirect_uri = request.sign_in.redirect_uri.as_ref();
    let page = admin_consent::address(
        &request.authority,
        &request.client_id,
        &request.scopes,
        redirect_uri.map(model::RedirectUri::as_str),
        None,
    );
    match page {
        Ok(page) => worded.hint(format!("An administrator consents here: {page}")),
        // Where nobody can consent, there is no page to name.
        Err(_) => worded,
    }
}

#[cfg(test)]
mod tests {
    use model::Flow;

    use super::super::sample_request;
    use super::*;

    fn refusal(status: u16) -> GraphError {
        GraphError::Refused(Box::new(GraphRefusal {
            status,
            code: "Some_Code".to_owned(),
            message: "no\u{1b}[2J".to_owned(),
            request_id: Some("r-1".to_owned()),
            claims: None,
        }))
    }

    #[test]
    fn each_refusal_has_its_code_and_exit_code() {
        let request = sample_request(None, Flow::DeviceCode);
        for (status, code, exit_code) in [
            (400, "graph_refused", 2),
            (401, "graph_token_refused", 2),
            (403, "graph_permission_missing", 2),
            (429, "graph_unavailable", 5),
            (503, "graph_unavailable", 5),
        ] {
            let worded = graph(&refusal(status), &request);
            assert_eq!((worded.code, worded.kind.exit_code()), (code, exit_code));
            assert!(!worded.message.contains('\u{1b}'), "{}", worded.message);
            let provider = worded.provider.unwrap();
            assert_eq!(provider.trace_id.as_deref(), Some("r-1"));
        }
    }

    #[test]
    fn a_missing_permission_is_named_with_the_page_where_it_is_granted() {
        for (flow, kind) in [
            (Flow::DeviceCode, "delegated"),
            (Flow::ClientCredentials, "application"),
        ] {
            let worded = graph(&refusal(403), &sample_request(None, flow));
            let hints = worded.hints.join("\n");
            assert!(hints.contains(kind), "{hints}");
            assert!(hints.contains(READ_PERMISSION), "{hints}");
            assert!(
                hints.contains(
                    "https://login.microsoftonline.us/contoso.us/v2.0/adminconsent?client_id=app&"
                ),
                "{hints}"
            );
            assert_eq!(hints.contains("Guests"), kind == "delegated", "{hints}");
        }
    }
}
