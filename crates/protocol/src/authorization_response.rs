//! What the browser brings back from the sign-in page (RFC 6749 §4.1.2, RFC 9207), and in which
//! order it is believed.

mod pasted;

use std::fmt;

use model::AuthorizationCode;
use thiserror::Error;
use url::form_urlencoded;
use zeroize::Zeroizing;

use crate::Refusal;
use crate::constant_time;
use crate::issuer::IssuerRule;
use crate::redaction;
use crate::text;

pub use self::pasted::PastedError;

/// The parameters that are looked at. Others may come, and twice.
const KNOWN: [&str; 9] = [
    "claims",
    "code",
    "error",
    "error_description",
    "error_subcode",
    "error_uri",
    "iss",
    "state",
    "suberror",
];

/// An answer of the authorization endpoint, or what passes for one: nothing in it is believed
/// before [`code`](Self::code) has checked it.
pub struct AuthorizationResponse(Vec<(String, Zeroizing<String>)>);

/// Why an answer gives no code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AuthorizationResponseError {
    /// `state` is missing or another: it belongs to no sign-in, or to another one.
    #[error("the answer does not belong to this sign-in: its `state` is missing or another one")]
    ForeignState,
    /// A parameter stands twice; which one is meant, two readers might decide differently
    /// (RFC 6749 §3.1).
    #[error("the answer holds `{0}` twice")]
    Repeated(&'static str),
    /// Another provider answered (RFC 9207 §2.4).
    #[error("the answer comes from `{found}`, and {expected} was asked")]
    ForeignIssuer {
        /// The issuer asked.
        expected: String,
        /// The issuer named, safe to show.
        found: String,
    },
    /// The provider says that it names itself in every answer, and this one names nobody
    /// (RFC 9207 §2.4).
    #[error("the answer does not say who gives it, though {0} always does")]
    MissingIssuer(String),
    /// The provider refused, in due form.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// Neither a code nor an error.
    #[error("the answer holds neither a code nor an error")]
    NoCode,
}

impl AuthorizationResponse {
    /// Reads the query of a request, or a fragment; without `?` or `#`.
    pub fn from_query(query: &str) -> Self {
        Self::from_form(query.as_bytes())
    }

    /// Reads a form (OAuth 2.0 Form Post Response Mode).
    pub fn from_form(form: &[u8]) -> Self {
        let parameters = form_urlencoded::parse(form)
            .map(|(name, value)| (name.into_owned(), Zeroizing::new(value.into_owned())));
        Self(parameters.collect())
    }

    /// Whether it belongs to the sign-in that sent this `state`, which it must name exactly once.
    /// Compared in constant time.
    pub fn has_state(&self, expected: &str) -> bool {
        let mut states = self.all("state");
        match (states.next(), states.next()) {
            (Some(state), None) => !state.is_empty() && constant_time::equal(state, expected),
            _ => false,
        }
    }

    /// The code, once everything else was found right: first `state`, then who answers, then
    /// whether it is a refusal.
    pub fn code(
        &self,
        expected_state: &str,
        issuer: &IssuerRule<'_>,
    ) -> Result<AuthorizationCode, AuthorizationResponseError> {
        if !self.has_state(expected_state) {
            return Err(AuthorizationResponseError::ForeignState);
        }
        if let Some(name) = KNOWN
            .into_iter()
            .find(|name| self.all(name).nth(1).is_some())
        {
            return Err(AuthorizationResponseError::Repeated(name));
        }
        match self.get("iss") {
            Some(found) if !issuer.accepts(found, None) => {
                return Err(AuthorizationResponseError::ForeignIssuer {
                    expected: issuer.expected().to_owned(),
                    found: text::excerpt(found.as_bytes()),
                });
            }
            None if issuer.is_announced() => {
                return Err(AuthorizationResponseError::MissingIssuer(
                    issuer.expected().to_owned(),
                ));
            }
            _ => {}
        }
        if let Some(refusal) = Refusal::from_parameters(|name| self.get(name)) {
            return Err(AuthorizationResponseError::Refused(Box::new(refusal)));
        }
        self.get("code")
            .map(|code| AuthorizationCode::from(code.to_owned()))
            .ok_or(AuthorizationResponseError::NoCode)
    }

    /// The parameter's value. One without a value counts as left out (RFC 6749 §3.1).
    fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next().filter(|value| !value.is_empty())
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for AuthorizationResponse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self
            .0
            .iter()
            .map(|(name, value)| (name, redaction::parameter(name, value)));
        formatter.debug_map().entries(shown).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fixtures::entra;

    fn code(query: &str) -> Result<AuthorizationCode, AuthorizationResponseError> {
        let (authority, endpoints) = entra("common");
        AuthorizationResponse::from_query(query)
            .code("st", &IssuerRule::new(&authority, &endpoints))
    }

    #[test]
    fn a_code_comes_with_its_state() {
        let read = code("code=0.AX%2B%2F&state=st&session_state=x&client_info=eyJ").unwrap();
        assert_eq!(read.expose_secret(), "0.AX+/");
    }

    #[test]
    fn nothing_is_looked_at_before_the_state() {
        for foreign in [
            "",
            "code=x",
            "code=x&state=",
            "code=x&state=ST",
            "code=x&state=st%20",
            "code=x&state=st&state=st",
            "code=x&state=other&state=st",
            "error=access_denied",
            "error=access_denied&state=other",
            "iss=https%3A%2F%2Fevil.example&state=other",
            "code=x&code=y&state=other",
        ] {
            assert_eq!(
                code(foreign).unwrap_err(),
                AuthorizationResponseError::ForeignState,
                "{foreign}"
            );
        }
        assert!(!AuthorizationResponse::from_query("state=").has_state(""));
    }

    #[test]
    fn a_parameter_that_stands_twice_makes_the_answer_unusable() {
        for name in KNOWN.into_iter().filter(|name| *name != "state") {
            assert_eq!(
                code(&format!("state=st&{name}=a&{name}=a")).unwrap_err(),
                AuthorizationResponseError::Repeated(name)
            );
        }
        assert!(code("code=x&state=st&session_state=1&session_state=2").is_ok());
    }

    #[test]
    fn the_answer_of_another_provider_is_refused_even_if_it_is_an_error() {
        let own = "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0";
        assert!(code(&format!("code=x&state=st&iss={own}")).is_ok());
        for answer in ["code=x", "error=server_error"] {
            let error = code(&format!("{answer}&state=st&iss=https%3A%2F%2Fevil.example"));
            assert!(
                matches!(
                    error,
                    Err(AuthorizationResponseError::ForeignIssuer { ref found, .. })
                        if found == "https://evil.example"
                ),
                "{error:?}"
            );
        }
    }

    #[test]
    fn an_announced_issuer_must_be_there() {
        let (authority, mut endpoints) = entra("common");
        endpoints.authorization_response_iss_parameter_supported = true;
        let rule = IssuerRule::new(&authority, &endpoints);
        for answer in ["code=x&state=st", "error=access_denied&state=st&iss="] {
            let error = AuthorizationResponse::from_query(answer).code("st", &rule);
            assert!(
                matches!(error, Err(AuthorizationResponseError::MissingIssuer(_))),
                "{error:?}"
            );
        }
    }

    #[test]
    fn a_refusal_counts_even_beside_a_code() {
        let error = code(
            "code=x&state=st&error=access_denied&error_subcode=cancel\
             &error_description=AADSTS65004%3A+No.%0d%0aTrace+ID%3A+t-1",
        )
        .unwrap_err();
        let AuthorizationResponseError::Refused(refusal) = error else {
            panic!("{error:?}");
        };
        assert_eq!(refusal.error, "access_denied");
        assert_eq!(refusal.suberror.as_deref(), Some("cancel"));
        assert_eq!(refusal.code(), Some(65004));
        assert_eq!(refusal.trace_id.as_deref(), Some("t-1"));
    }

    #[test]
    fn an_answer_without_code_is_none() {
        for answer in ["state=st", "state=st&code=", "state=st&error="] {
            assert_eq!(
                code(answer).unwrap_err(),
                AuthorizationResponseError::NoCode,
                "{answer}"
            );
        }
    }

    #[test]
    fn diagnostics_show_neither_code_nor_state() {
        let response = AuthorizationResponse::from_form(
            b"code=pl4nted-a&state=pl4nted-b&id_token=pl4nted-c&session_state=pl4nted-d&error=why",
        );
        let shown = format!("{response:?}");
        assert!(
            !shown.contains("pl4nted") && shown.contains("why"),
            "{shown}"
        );
    }

    proptest! {
        #[test]
        fn no_answer_gives_a_code_without_the_state(form in proptest::collection::vec(any::<u8>(), 0..300)) {
            let (authority, endpoints) = entra("common");
            let rule = IssuerRule::new(&authority, &endpoints);
            let response = AuthorizationResponse::from_form(&form);
            prop_assert!(response.code("0123456789abcdef", &rule).is_err());
        }

        #[test]
        fn every_code_arrives_as_it_was_given(given in "\\PC{1,40}") {
            let form: String = form_urlencoded::Serializer::new(String::new())
                .append_pair("code", &given)
                .append_pair("state", "st")
                .finish();
            let read = code(&form).unwrap();
            prop_assert_eq!(read.expose_secret(), given);
        }
    }
}
