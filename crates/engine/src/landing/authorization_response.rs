//! The answer that a browser brings.

use std::fmt;

use aws_lc_rs::constant_time;
use url::form_urlencoded;

/// An authorization response (RFC 6749 §4.1.2), not yet looked at but for its `state`.
pub struct AuthorizationResponse {
    parameters: Vec<(String, String)>,
}

impl AuthorizationResponse {
    /// Of a redirect's query.
    pub fn from_query(query: &str) -> Self {
        Self::from_form(query.as_bytes())
    }

    /// Of a form's body (Form Post Response Mode §2).
    pub fn from_form(body: &[u8]) -> Self {
        Self {
            parameters: form_urlencoded::parse(body).into_owned().collect(),
        }
    }

    /// Whether this is the `state`, found out in a time that does not depend on where they differ.
    pub fn has_state(&self, expected: &str) -> bool {
        let mut states = self.parameters.iter().filter(|(name, _)| name == "state");
        match (states.next(), states.next()) {
            (Some((_, state)), None) => {
                constant_time::verify_slices_are_equal(state.as_bytes(), expected.as_bytes())
                    .is_ok()
            }
            _ => false,
        }
    }
}

impl fmt::Debug for AuthorizationResponse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AuthorizationResponse")
            .finish_non_exhaustive()
    }
}
