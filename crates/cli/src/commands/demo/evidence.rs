//! What the emulator was sent, in a few words.

use emulator::Request;

use super::token::Decoded;

/// One command, and what arrived because of it.
pub(super) struct Evidence {
    /// The command in short.
    pub(super) command: String,
    /// How many token requests arrived.
    pub(super) requests: usize,
    /// What they offered, and what came of it.
    pub(super) what: String,
}

/// What a token request offered, as the request itself shows: what the person did, and how the app
/// proved itself.
pub(super) fn proof(request: &Request) -> String {
    let of_the_person = match request.field("grant_type").as_deref() {
        Some("authorization_code") => Some("code + PKCE"),
        Some("urn:ietf:params:oauth:grant-type:device_code") => Some("device code"),
        Some("refresh_token") => Some("refresh token"),
        _ => None,
    };
    match (of_the_person, credential(request)) {
        (Some(offered), Some(credential)) => format!("{offered}, {credential}"),
        (Some(offered), None) => offered.to_owned(),
        (None, Some(credential)) => credential,
        (None, None) => "no credential".to_owned(),
    }
}

fn credential(request: &Request) -> Option<String> {
    if let Some(assertion) = request.field("client_assertion") {
        let algorithm = Decoded::from_compact(&assertion)
            .and_then(|assertion| assertion.header.get("alg")?.as_str().map(ToOwned::to_owned));
        return Some(format!(
            "signed assertion ({})",
            algorithm.as_deref().unwrap_or("unreadable")
        ));
    }
    request
        .field("client_secret")
        .map(|_| "client secret".to_owned())
}
