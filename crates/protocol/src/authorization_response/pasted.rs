//! The address a browser landed on, as a person pastes it.

use model::RedirectUri;
use thiserror::Error;
use url::Url;
use zeroize::Zeroizing;

use super::AuthorizationResponse;
use crate::text;

/// A longer text is no address, in bytes.
const LONGEST: usize = 64 * 1024;

/// Why a pasted text is no answer. None of them shows the text, which may hold a code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PastedError {
    /// Nothing.
    #[error("nothing was pasted")]
    Empty,
    /// More than 64 KiB.
    #[error("that is too long for an address")]
    TooLong,
    /// The address of the page on which one signs in.
    #[error(
        "that is the address of the sign-in page: sign in there first, then paste the address \
         that the browser shows afterwards"
    )]
    SignInPage,
    /// The address of another page.
    #[error("that is an address at {found}: paste the one that begins with {expected}")]
    Elsewhere {
        /// The redirect URI.
        expected: String,
        /// The host it names, safe to show.
        found: String,
    },
    /// The right page, without an answer in its address.
    #[error("that address holds no answer: paste all of it, with everything after the `?`")]
    NoAnswer,
    /// A code, or part of an answer, that does not say which sign-in it belongs to.
    #[error(
        "a code alone does not show which sign-in it belongs to: paste the whole address, `state` \
         included"
    )]
    NoState,
}

impl AuthorizationResponse {
    /// Reads what a person pasted: the whole address that the browser landed on, or its query.
    /// Blanks, quotes and angle brackets around it, and the line breaks of a terminal within it, do
    /// not matter. Nothing of the answer is believed yet.
    pub fn from_pasted(text: &str, redirect_uri: &RedirectUri) -> Result<Self, PastedError> {
        if text.len() > LONGEST {
            return Err(PastedError::TooLong);
        }
        let joined: Zeroizing<String> = Zeroizing::new(text.lines().map(str::trim).collect());
        let pasted = joined.trim_matches(|character: char| {
            character.is_whitespace() || "\"'`<>“”‘’«»".contains(character)
        });
        if pasted.is_empty() {
            return Err(PastedError::Empty);
        }
        let head = pasted.find(['?', '#']).map_or(pasted, |end| &pasted[..end]);
        let response = if head.contains("://") {
            of_address(pasted, redirect_uri)?
        } else if head.contains('=') || head.is_empty() {
            Self::from_query(pasted.trim_start_matches(['?', '#', '&']))
        } else if is_address_without_scheme(pasted, redirect_uri) {
            of_address(&with_scheme(pasted, redirect_uri), redirect_uri)?
        } else {
            return Err(PastedError::NoState);
        };
        if response.is_sign_in_page() {
            return Err(PastedError::SignInPage);
        }
        if response.get("code").is_none() && response.get("error").is_none() {
            return Err(PastedError::NoAnswer);
        }
        if response.get("state").is_none() {
            return Err(PastedError::NoState);
        }
        Ok(response)
    }

    /// What only a request holds (RFC 6749 §4.1.1).
    fn is_sign_in_page(&self) -> bool {
        self.get("response_type").is_some() && self.get("client_id").is_some()
    }
}

fn of_address(
    text: &str,
    redirect_uri: &RedirectUri,
) -> Result<AuthorizationResponse, PastedError> {
    let address = Url::parse(text).ok();
    let query = address.as_ref().and_then(Url::query).unwrap_or_default();
    let in_query = AuthorizationResponse::from_query(query);
    if in_query.is_sign_in_page() {
        return Err(PastedError::SignInPage);
    }
    let Some(address) = address.as_ref().filter(|url| redirect_uri.leads_to(url)) else {
        let host = address.as_ref().and_then(Url::host_str);
        return Err(PastedError::Elsewhere {
            expected: redirect_uri.to_string(),
            found: text::excerpt(host.unwrap_or("no host").as_bytes()),
        });
    };
    let in_fragment = AuthorizationResponse::from_query(address.fragment().unwrap_or_default());
    let is_answer = in_fragment.get("code").is_some() || in_fragment.get("error").is_some();
    Ok(if is_answer { in_fragment } else { in_query })
}

/// As address bars show it: `localhost:8080/?code=…`.
fn with_scheme(pasted: &str, redirect_uri: &RedirectUri) -> Zeroizing<String> {
    let scheme = redirect_uri.as_str().split("://").next();
    Zeroizing::new(format!("{}://{pasted}", scheme.unwrap_or_default()))
}

fn is_address_without_scheme(pasted: &str, redirect_uri: &RedirectUri) -> bool {
    Url::parse(&with_scheme(pasted, redirect_uri)).is_ok_and(|url| redirect_uri.leads_to(&url))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const REGISTERED: &str = "http://localhost:8400";

    fn pasted_for(redirect_uri: &str, text: &str) -> Result<AuthorizationResponse, PastedError> {
        AuthorizationResponse::from_pasted(text, &RedirectUri::parse(redirect_uri).unwrap())
    }

    fn pasted(text: &str) -> Result<AuthorizationResponse, PastedError> {
        pasted_for(REGISTERED, text)
    }

    #[test]
    fn an_answer_is_found_however_it_was_copied() {
        for text in [
            "http://localhost:8400/?code=c0de&state=st",
            "  \t\"http://localhost:8400/?code=c0de&state=st\" \r\n",
            "<http://localhost:8400/?code=c0de&state=st>",
            "'http://localhost:8400?code=c0de&state=st'",
            "http://localhost:8400/#code=c0de&state=st",
            "http://localhost:8400/?code=c0de&state=st#",
            "http://localhost:8400/?code=c0de&state=st#_=_",
            "http://localhost:8400/?co\r\n   de=c0\n  de&state=st",
            "localhost:8400/?code=c0de&state=st",
            "code=c0de&state=st",
            "?code=c0de&state=st",
            "#code=c0de&state=st",
            "&state=st&code=c0de",
        ] {
            let response = pasted(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert!(response.has_state("st"), "{text}");
            assert_eq!(response.get("code"), Some("c0de"), "{text}");
        }
        let refusal = pasted("http://localhost:8400/?error=access_denied&state=st").unwrap();
        assert_eq!(refusal.get("error"), Some("access_denied"));
    }

    #[test]
    fn a_redirect_uri_elsewhere_is_known_by_host_and_path() {
        let registered = "https://app.example/signed-in?tool=1";
        assert!(
            pasted_for(
                registered,
                "https://app.example/signed-in?tool=1&code=x&state=s"
            )
            .is_ok()
        );
        assert!(pasted_for(registered, "app.example/signed-in?code=x&state=s").is_ok());
        for other in [
            "https://app.example/?code=x&state=s",
            "https://app.example.evil.example/signed-in?code=x&state=s",
            "http://app.example/signed-in?code=x&state=s",
            "https://login.microsoftonline.com/common/reprocess?ctx=abc",
        ] {
            let error = pasted_for(registered, other).unwrap_err();
            assert!(
                matches!(error, PastedError::Elsewhere { .. }),
                "{other}: {error}"
            );
        }
    }

    #[test]
    fn what_is_no_answer_is_told_apart() {
        for (text, expected) in [
            ("", PastedError::Empty),
            (" \n \"\" ", PastedError::Empty),
            (
                "https://login.microsoftonline.com/common/oauth2/v2.0/authorize?client_id=x&response_type=code&state=st",
                PastedError::SignInPage,
            ),
            ("http://localhost:8400/", PastedError::NoAnswer),
            ("localhost:8400/", PastedError::NoAnswer),
            ("http://localhost:8400/?state=st", PastedError::NoAnswer),
            (
                "http://localhost:8400/?code=&state=st",
                PastedError::NoAnswer,
            ),
            ("foo=bar", PastedError::NoAnswer),
            ("0.AXkAq_c0de-x", PastedError::NoState),
            ("4/0AX4XfWh", PastedError::NoState),
            ("pl4nted#st", PastedError::NoState),
            ("other.example/?code=pl4nted&state=st", PastedError::NoState),
            ("code=c0de", PastedError::NoState),
            ("http://localhost:8400/?code=c0de", PastedError::NoState),
            (
                "http://localhost:8401/?code=pl4nted&state=st",
                PastedError::Elsewhere {
                    expected: REGISTERED.to_owned(),
                    found: "localhost".to_owned(),
                },
            ),
        ] {
            let error = pasted(text).unwrap_err();
            assert_eq!(error, expected, "{text}");
            assert!(!error.to_string().contains("pl4nted"));
        }
        assert_eq!(
            pasted(&"x".repeat(LONGEST + 1)).unwrap_err(),
            PastedError::TooLong
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = pasted(&text);
        }

        #[test]
        fn no_address_makes_it_panic(text in r#"[a-z:/?#&=%<>"\[\]@. ]{0,60}"#) {
            let _ = pasted(&text);
            let _ = pasted_for("urn:ietf:wg:oauth:2.0:oob", &text);
        }

        #[test]
        fn no_error_shows_what_was_pasted(text in "(https?://[a-z]{1,8}/)?[?]?(code=)?pl4nted[a-z&=?#/]{0,10}") {
            if let Err(error) = pasted(&text) {
                prop_assert!(!error.to_string().contains("pl4nted"));
            }
        }
    }
}
