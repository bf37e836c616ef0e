//! What is said while a person signs in.

use engine::Credential;
use engine::SignInNotice;
use engine::TokenRequest;
use model::Flow;
use model::RedirectUri;

use super::acquisition::words;

/// AADSTS50011: the redirect URI is not registered. Entra shows it in the browser only.
const REDIRECT_URI_MISMATCH: u64 = 50_011;

/// AADSTS700016: the tenant knows no such application. The same.
const UNKNOWN_APPLICATION: u64 = 700_016;

/// The redirect URI of `InteractiveBrowser` where nobody names one; at Entra it stands for every
/// port (RFC 8252 §7.3).
const ANY_PORT: &str = "http://localhost";

/// Who asks whom for what.
pub(crate) fn sign_in_notice(notice: &SignInNotice<'_>) -> Vec<String> {
    let whom = notice
        .account
        .map_or_else(String::new, |account| format!(" as {account}"));
    let place = if notice.tenant.is_empty() {
        notice.authority.to_owned()
    } else {
        format!("{}, tenant {}", notice.authority, notice.tenant)
    };
    let scopes = notice.scopes.to_string();
    let what = if scopes.is_empty() {
        "your identity".to_owned()
    } else {
        scopes
    };
    let why = notice
        .because
        .map(|refusal| format!("The stored sign-in is not enough: {}", words(refusal)));
    let mut lines: Vec<String> = why.into_iter().collect();
    lines.extend([
        format!("Signing in{whom} at {place}"),
        format!("Application {} asks for: {what}", notice.client_id),
    ]);
    lines
}

/// How the answer gets from the browser to us by hand.
pub(crate) fn paste_it(redirect_uri: &RedirectUri) -> String {
    if redirect_uri.loopback().is_some() {
        format!("If the browser then cannot reach {redirect_uri}, copy the whole address it shows.")
    } else {
        format!(
            "The browser then goes to {redirect_uri}; whatever it shows there, copy the whole \
             address."
        )
    }
}

/// What is likely wrong if the browser brings nothing back.
pub(crate) fn nothing_came_back(request: &TokenRequest, landing: &RedirectUri) -> String {
    let nothing = format!(
        "nothing came back to {landing} yet. If the browser shows an error, press Ctrl-C here."
    );
    let registered = registered(request).unwrap_or(landing.as_str());
    if !request.authority.kind().follows_entra_rules() {
        return format!(
            "{nothing} If it is about the redirect URI, register this one for the application: \
             {registered}"
        );
    }
    format!(
        "{nothing} AADSTS{REDIRECT_URI_MISMATCH}: under \"{}\" the application needs the redirect \
         URI {registered}. AADSTS{UNKNOWN_APPLICATION}: compare client id and tenant.",
        platform(request)
    )
}

/// The redirect URI that has to be registered, as far as the request says.
pub(super) fn registered(request: &TokenRequest) -> Option<&str> {
    match (&request.sign_in.redirect_uri, request.flow) {
        (Some(redirect_uri), _) => Some(redirect_uri.as_str()),
        (None, Flow::InteractiveBrowser) => Some(ANY_PORT),
        (None, _) => None,
    }
}

/// Entra's name for the kind of application whose redirect URIs this one uses.
fn platform(request: &TokenRequest) -> &'static str {
    let is_public = matches!(request.credential, Credential::None);
    if request.flow == Flow::AuthorizationCode && !is_public {
        "Web"
    } else {
        "Mobile and desktop applications"
    }
}

#[cfg(test)]
mod tests {
    use model::ClientId;
    use model::Scopes;

    use super::super::invocation::tests::request;
    use super::*;

    #[test]
    fn the_notice_names_everyone() {
        let (client_id, scopes) = (
            ClientId::parse("11112222").unwrap(),
            Scopes::parse(["User.Read"], None).unwrap(),
        );
        let notice = SignInNotice {
            flow: Flow::DeviceCode,
            authority: "https://login.microsoftonline.com",
            tenant: "contoso.com",
            client_id: &client_id,
            scopes: &scopes,
            account: Some("ada@contoso.com"),
            because: None,
        };
        let who_and_what = [
            "Signing in as ada@contoso.com at https://login.microsoftonline.com, tenant contoso.com",
            "Application 11112222 asks for: User.Read",
        ];
        assert_eq!(sign_in_notice(&notice), who_and_what);
        for (description, why) in [
            (
                "AADSTS50173: Revoked.\r\nTrace ID: t",
                "AADSTS50173: Revoked.",
            ),
            ("", "invalid_grant"),
        ] {
            let refusal = serde_json::from_value(serde_json::json!({
                "status": 400, "error": "invalid_grant", "codes": [], "description": description,
            }));
            let because: protocol::Refusal = refusal.unwrap();
            let notice = SignInNotice {
                because: Some(&because),
                ..notice
            };
            let lines = sign_in_notice(&notice);
            assert_eq!(lines[0], format!("The stored sign-in is not enough: {why}"));
            assert_eq!(lines[1..], who_and_what);
        }
    }

    #[test]
    fn the_redirect_uri_to_register_is_named() {
        let landing = RedirectUri::parse("http://localhost:50123").unwrap();
        let of = |flow| nothing_came_back(&request(Some("p"), flow), &landing);
        let said = of(Flow::InteractiveBrowser);
        assert!(said.contains("AADSTS50011"), "{said}");
        assert!(
            said.contains("the redirect URI http://localhost."),
            "{said}"
        );
        let said = of(Flow::AuthorizationCode);
        assert!(
            said.contains("the redirect URI http://localhost:50123."),
            "{said}"
        );
    }
}
