//! What the emulator was sent, in a few words.

use emulator::Request;

use super::token::Decoded;

/// One command, and what arrived because of it.
pub(super) struct Evidence {
    /// The command in short.
    pub(super) command: String,
    /// How many token requests arrived.
    pub(super) requests: usize,
    /// How the app proved itself, and what came of it.
    pub(super) what: String,
}

/// How the app proved itself in a token request, as the request itself shows.
pub(super) fn proof(request: &Request) -> String {
    if let Some(assertion) = request.field("client_assertion") {
        let algorithm = Decoded::from_compact(&assertion)
            .and_then(|assertion| assertion.header.get("alg")?.as_str().map(ToOwned::to_owned));
        return format!(
            "signed assertion ({})",
            algorithm.as_deref().unwrap_or("unreadable")
        );
    }
    if request.field("client_secret").is_some() {
        return "client secret".to_owned();
    }
    "no credential".to_owned()
}
