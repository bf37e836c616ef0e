//! The command line that asks for the same again, for a person to copy.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::TokenRequest;
use model::AuthorityKind;
use model::Cloud;
use model::Flow;
use protocol::text::escaped;

use crate::shell;

/// What in a request is worth saying anew.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Instead<'a> {
    /// Another flow than the request's.
    pub(crate) flow: Option<Flow>,
    /// Another account than the request's.
    pub(crate) account: Option<&'a str>,
    /// Claims that the identity provider demanded, as JSON.
    pub(crate) claims: Option<&'a str>,
}

/// `get-token` for what the request asks, quoted for a shell (on Windows `PowerShell`, elsewhere
/// POSIX) and safe to print.
pub(crate) fn command(request: &TokenRequest, instead: Instead<'_>) -> String {
    let flow = instead.flow.unwrap_or(request.flow);
    let mut words = vec!["entra-auth-cli".to_owned(), "get-token".to_owned()];
    let mut push =
        |flag: &str, value: &str| words.extend([flag.to_owned(), shell::word(value).into_owned()]);
    if let Some(profile) = &request.profile {
        push("-p", profile.as_str());
    }
    if request.profile.is_none() || request.sign_in.moved {
        for (flag, value) in target(request) {
            push(flag, &value);
        }
    }
    push("-f", flow.as_str());
    let scopes = request.scopes.to_string();
    if !scopes.is_empty() {
        push("-s", &scopes);
    }
    let wishes = &request.sign_in;
    if let Some(account) = instead.account.or(wishes.account.as_deref()) {
        push("--account", account);
    }
    if flow != Flow::DeviceCode {
        if let Some(redirect_uri) = &wishes.redirect_uri {
            push("--redirect-uri", redirect_uri.as_str());
        }
        if let Some(port) = wishes.port {
            push("--port", &port.to_string());
        }
    }
    if let Some(claims) = instead.claims.or(request.claims.as_deref()) {
        push("--claims", &URL_SAFE_NO_PAD.encode(claims));
    }
    if request.declares_cp1 {
        words.push("--cae".to_owned());
    }
    escaped(&words.join(" ")).into_owned()
}

/// Who is asked, by which application, as flags.
fn target(request: &TokenRequest) -> Vec<(&'static str, String)> {
    let authority = &request.authority;
    let mut flags = Vec::new();
    if !authority.is_built_in() {
        flags.push(("--authority", authority.base().to_owned()));
        if authority.kind() != AuthorityKind::Entra {
            flags.push(("--authority-type", authority.kind().as_str().to_owned()));
        }
    } else if let Some(cloud) = authority.cloud().filter(|cloud| *cloud != Cloud::Public) {
        flags.push(("--cloud", cloud.as_str().to_owned()));
    }
    let names_tenant = matches!(
        authority.kind(),
        AuthorityKind::Entra | AuthorityKind::ExternalId
    );
    if let Some(tenant) = authority.tenant().filter(|_| names_tenant) {
        flags.push(("--tenant-id", tenant.to_string()));
    }
    flags.push(("--client-id", request.client_id.to_string()));
    flags
}

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Duration;

    use engine::CacheUse;
    use engine::Credential;
    use engine::SignInWishes;
    use engine::request::MinTtl;
    use model::AuthorityInput;
    use model::ClientId;
    use model::ProfileName;
    #[cfg(unix)]
    use model::RedirectUri;
    use model::Scopes;

    use super::*;

    pub(crate) fn request(profile: Option<&str>, flow: Flow) -> TokenRequest {
        let authority = AuthorityInput {
            cloud: Some(Cloud::UsGov),
            authority: None,
            kind: None,
            tenant: Some("contoso.us"),
        };
        TokenRequest {
            authority: authority.resolve().unwrap(),
            client_id: ClientId::parse("app").unwrap(),
            scopes: Scopes::parse(["User.Read Mail.Read"], Some(Cloud::UsGov)).unwrap(),
            flow,
            credential: Credential::None,
            client_secret_ends_on: None,
            claims: None,
            cache: CacheUse::ReadAndWrite,
            min_ttl: MinTtl::Preferred(Duration::ZERO),
            declares_cp1: false,
            timeout: None,
            sign_in: SignInWishes::default(),
            profile: profile.map(|name| ProfileName::parse(name).unwrap()),
            wants_refresh_token: false,
            approval: None,
            secret_variables: Vec::new(),
        }
    }

    #[test]
    fn a_profile_says_most() {
        let request = request(Some("desktop-app"), Flow::InteractiveBrowser);
        let instead = Instead {
            flow: Some(Flow::DeviceCode),
            ..Instead::default()
        };
        let scopes = request.scopes.to_string();
        let scopes = shell::word(&scopes);
        assert_eq!(
            command(&request, instead),
            format!("entra-auth-cli get-token -p desktop-app -f DeviceCode -s {scopes}")
        );
    }

    // Read back by the rules of POSIX shells: on Windows it is quoted for PowerShell.
    #[cfg(unix)]
    #[test]
    fn without_a_profile_everything_is_said() {
        let mut request = request(None, Flow::InteractiveBrowser);
        request.sign_in.account = Some("ada o'neill".to_owned());
        request.sign_in.redirect_uri = Some(RedirectUri::parse("http://localhost/cb").unwrap());
        request.sign_in.port = Some(8080);
        request.declares_cp1 = true;
        let words = shlex::split(&command(&request, Instead::default())).unwrap();
        let scopes = request.scopes.to_string();
        assert_eq!(
            words,
            [
                "entra-auth-cli",
                "get-token",
                "--cloud",
                "us-gov",
                "--tenant-id",
                "contoso.us",
                "--client-id",
                "app",
                "-f",
                "InteractiveBrowser",
                "-s",
                &scopes,
                "--account",
                "ada o'neill",
                "--redirect-uri",
                "http://localhost/cb",
                "--port",
                "8080",
                "--cae"
            ]
        );
    }

    #[test]
    fn claims_survive_being_copied() {
        let claims = r#"{"access_token":{"nbf":{"essential":true}}}"#;
        let request = request(Some("p"), Flow::DeviceCode);
        let instead = Instead {
            claims: Some(claims),
            ..Instead::default()
        };
        let words = shlex::split(&command(&request, instead)).unwrap();
        let given = words.last().unwrap();
        assert_eq!(protocol::claims::parse(given).unwrap(), claims);
    }

    #[test]
    fn a_destination_moved_by_flags_is_said_beside_the_profile() {
        let mut request = request(Some("p"), Flow::DeviceCode);
        request.sign_in.moved = true;
        let said = command(&request, Instead::default());
        assert!(
            said.contains("-p p --cloud us-gov --tenant-id contoso.us"),
            "{said}"
        );
    }
}
