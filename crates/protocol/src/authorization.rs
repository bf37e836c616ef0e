//! The address at which a person signs in (RFC 6749 §4.1.1; OpenID Connect Core 1.0 §3.1.2.1;
//! Microsoft identity platform, "OAuth 2.0 authorization code flow").

use model::AuthorityKind;
use model::ClientId;
use model::Prompt;
use model::RedirectUri;
use model::ResponseMode;
use model::Scopes;
use url::Url;

use crate::Endpoints;
use crate::endpoints::EndpointMissing;
use crate::http::Form;
use crate::pkce;

/// What a sign-in is asked for with. One `state`, nonce and challenge serve one attempt.
#[derive(Clone, Copy)]
pub struct AuthorizationRequest<'a> {
    /// Where the authority's services are.
    pub endpoints: &'a Endpoints,
    /// What rules the authority follows.
    pub authority_kind: AuthorityKind,
    /// The application that asks.
    pub client_id: &'a ClientId,
    /// Where the browser goes with the answer, as the token endpoint will be told too.
    pub redirect_uri: &'a RedirectUri,
    /// What is asked for, sign-in scopes included
    /// (see [`with_sign_in_scopes`](crate::scope_rules::with_sign_in_scopes)).
    pub scopes: &'a Scopes,
    /// What the answer must repeat; see [`random_token`](crate::identifier::random_token).
    pub state: &'a str,
    /// What the ID token must repeat.
    pub nonce: &'a str,
    /// See [`pkce::challenge`].
    pub code_challenge: &'a str,
    /// How the answer gets to the redirect URI.
    pub response_mode: ResponseMode,
    /// What the page should do first, if that was wished for.
    pub prompt: Option<Prompt>,
    /// Whom the page should ask for.
    pub login_hint: Option<&'a str>,
    /// Which organisation's page should ask.
    pub domain_hint: Option<&'a str>,
    /// Claims asked for: JSON, as [`crate::claims::parse`] gives it.
    pub claims: Option<&'a str>,
    /// A GUID, the same for all requests of one acquisition.
    pub correlation_id: &'a str,
}

impl AuthorizationRequest<'_> {
    /// The address for the browser. What the endpoint's own query holds stays in front (RFC 6749
    /// §3.1).
    ///
    /// # Errors
    /// [`EndpointMissing`] if the authority has no authorization endpoint.
    pub fn url(&self) -> Result<Url, EndpointMissing> {
        let endpoint = self.endpoints.authorize.as_ref();
        let mut url = endpoint
            .ok_or(EndpointMissing("authorization endpoint"))?
            .clone();
        let own = url.query().filter(|query| !query.is_empty());
        let asked = self.parameters().encode();
        let query = own.map_or_else(|| asked.to_string(), |own| format!("{own}&{}", *asked));
        url.set_query(Some(&query));
        url.set_fragment(None);
        Ok(url)
    }

    fn parameters(&self) -> Form {
        let mut form = Form::new();
        form.push("client_id", self.client_id.as_str());
        form.push("response_type", "code");
        form.push("redirect_uri", self.redirect_uri.as_str());
        form.push("scope", self.scopes.to_string());
        form.push("response_mode", self.response_mode.as_str());
        form.push("state", self.state);
        form.push("nonce", self.nonce);
        form.push("code_challenge", self.code_challenge);
        form.push("code_challenge_method", pkce::METHOD);
        let prompt = self.prompt_sent();
        let optional = [
            ("prompt", prompt.map(Prompt::as_str)),
            ("login_hint", self.login_hint_sent()),
            ("domain_hint", self.domain_hint),
            ("claims", self.claims),
        ];
        for (name, value) in optional {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                form.push(name, value);
            }
        }
        if self.authority_kind.follows_entra_rules() {
            form.push("client_info", "1");
            form.push("client-request-id", self.correlation_id);
        }
        form
    }

    /// An OpenID provider gives no refresh token unless consent is asked for (OpenID Connect Core
    /// 1.0 §11). Microsoft's services do.
    fn prompt_sent(&self) -> Option<Prompt> {
        let wants_consent = self.authority_kind == AuthorityKind::Oidc
            && self.scopes.iter().any(|scope| scope == "offline_access");
        self.prompt.or(wants_consent.then_some(Prompt::Consent))
    }

    /// Entra signs the hinted account in without asking, so that a choice of accounts would never
    /// be seen. Elsewhere the hint only marks one of them.
    fn login_hint_sent(&self) -> Option<&str> {
        let asks_which = self.prompt == Some(Prompt::SelectAccount);
        self.login_hint
            .filter(|_| !(asks_which && self.authority_kind.follows_entra_rules()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::fixtures::entra;

    struct Parts {
        endpoints: Endpoints,
        client_id: ClientId,
        redirect_uri: RedirectUri,
        scopes: Scopes,
    }

    fn parts() -> Parts {
        Parts {
            endpoints: entra("contoso.onmicrosoft.com").1,
            client_id: ClientId::parse("6731de76-14a6-49ae-97bc-6eba6914391e").unwrap(),
            redirect_uri: RedirectUri::parse("http://localhost:8400").unwrap(),
            scopes: Scopes::parse(["User.Read openid profile offline_access"], None).unwrap(),
        }
    }

    impl Parts {
        fn request(&self, authority_kind: AuthorityKind) -> AuthorizationRequest<'_> {
            AuthorizationRequest {
                endpoints: &self.endpoints,
                authority_kind,
                client_id: &self.client_id,
                redirect_uri: &self.redirect_uri,
                scopes: &self.scopes,
                state: "st",
                nonce: "no",
                code_challenge: "ch",
                response_mode: ResponseMode::FormPost,
                prompt: None,
                login_hint: None,
                domain_hint: None,
                claims: None,
                correlation_id: "c0ffee00-0000-4000-8000-000000000000",
            }
        }
    }

    fn sent(request: &AuthorizationRequest<'_>) -> BTreeMap<String, String> {
        request.url().unwrap().query_pairs().into_owned().collect()
    }

    #[test]
    fn the_address_is_entras_with_every_parameter_encoded_once() {
        let parts = parts();
        let url = parts.request(AuthorityKind::Entra).url().unwrap();
        assert_eq!(
            url.as_str(),
            "https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/authorize\
             ?client_id=6731de76-14a6-49ae-97bc-6eba6914391e&response_type=code\
             &redirect_uri=http%3A%2F%2Flocalhost%3A8400\
             &scope=User.Read%20openid%20profile%20offline_access&response_mode=form_post\
             &state=st&nonce=no&code_challenge=ch&code_challenge_method=S256\
             &client_info=1&client-request-id=c0ffee00-0000-4000-8000-000000000000"
        );
    }

    #[test]
    fn what_the_endpoint_asks_for_itself_stays() {
        let mut parts = parts();
        parts.endpoints.authorize =
            Some(Url::parse("https://contoso.b2clogin.com/t/authorize?p=b2c_1_in#x").unwrap());
        let url = parts.request(AuthorityKind::B2c).url().unwrap();
        assert!(
            url.query()
                .unwrap()
                .starts_with("p=b2c_1_in&client_id=6731de76")
        );
        assert_eq!(url.fragment(), None);
        parts.endpoints.authorize = None;
        assert_eq!(
            parts
                .request(AuthorityKind::B2c)
                .url()
                .unwrap_err()
                .to_string(),
            "the authority names no authorization endpoint"
        );
    }

    #[test]
    fn only_microsofts_services_get_parameters_of_their_own() {
        let parts = parts();
        for kind in AuthorityKind::ALL {
            let sent = sent(&parts.request(kind));
            for own in ["client_info", "client-request-id"] {
                assert_eq!(
                    sent.contains_key(own),
                    kind.follows_entra_rules(),
                    "{kind:?}"
                );
            }
        }
    }

    #[test]
    fn an_openid_provider_is_asked_for_consent_where_a_refresh_token_is_wanted() {
        let mut parts = parts();
        for kind in AuthorityKind::ALL {
            let prompt = sent(&parts.request(kind)).remove("prompt");
            let expected = (kind == AuthorityKind::Oidc).then_some("consent");
            assert_eq!(prompt.as_deref(), expected, "{kind:?}");
        }
        let mut request = parts.request(AuthorityKind::Oidc);
        request.prompt = Some(Prompt::None);
        assert_eq!(sent(&request)["prompt"], "none");
        parts.scopes = Scopes::parse(["openid"], None).unwrap();
        let without = sent(&parts.request(AuthorityKind::Oidc));
        assert!(!without.contains_key("prompt"));
    }

    #[test]
    fn a_hint_does_not_take_the_choice_of_accounts_away() {
        let parts = parts();
        for (kind, prompt, kept) in [
            (AuthorityKind::Entra, Some(Prompt::SelectAccount), false),
            (
                AuthorityKind::ExternalId,
                Some(Prompt::SelectAccount),
                false,
            ),
            (AuthorityKind::Adfs, Some(Prompt::SelectAccount), true),
            (AuthorityKind::Oidc, Some(Prompt::SelectAccount), true),
            (AuthorityKind::Entra, Some(Prompt::Login), true),
            (AuthorityKind::Entra, None, true),
        ] {
            let mut request = parts.request(kind);
            request.prompt = prompt;
            request.login_hint = Some("ada@contoso.com");
            request.domain_hint = Some("contoso.com");
            let sent = sent(&request);
            assert_eq!(sent.contains_key("login_hint"), kept, "{kind:?} {prompt:?}");
            assert_eq!(sent["domain_hint"], "contoso.com");
        }
    }

    proptest! {
        #[test]
        fn nothing_given_can_add_or_change_a_parameter(hint in "\\PC{1,20}", claims in "\\PC{1,20}") {
            let parts = parts();
            let mut request = parts.request(AuthorityKind::Entra);
            request.login_hint = Some(&hint);
            request.claims = Some(&claims);
            let sent = sent(&request);
            prop_assert_eq!(sent.len(), 13);
            prop_assert_eq!(&sent["login_hint"], &hint);
            prop_assert_eq!(&sent["claims"], &claims);
            prop_assert_eq!(&sent["state"], "st");
        }
    }
}
