//! Errors as a person or a script meets them: what happened, what to do, which exit code.

use std::borrow::Cow;

use protocol::aadsts::Facts;
use protocol::text::without_certain_tokens;
use serde::Serialize;

use crate::error_codes;

/// What kind of failure it is. Each has its exit code, which never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A defect of ours, or of the machine.
    Unexpected,
    /// The identity provider said no.
    Refused,
    /// There is no such profile.
    ProfileNotFound,
    /// Arguments or configuration cannot work.
    Usage,
    /// The network failed.
    Network,
    /// The time ran out.
    TimedOut,
    /// A person would have had to answer.
    InputNeeded,
    /// The local store failed.
    Store,
    /// The person stopped it.
    Interrupted,
}

impl Kind {
    /// The exit code that scripts rely on.
    pub(crate) const fn exit_code(self) -> u8 {
        match self {
            Self::Unexpected => 1,
            Self::Refused => 2,
            Self::ProfileNotFound => 3,
            Self::Usage => 4,
            Self::Network => 5,
            Self::TimedOut => 6,
            Self::InputNeeded => 7,
            Self::Store => 8,
            Self::Interrupted => 130,
        }
    }
}

/// What the identity provider said of its refusal, for support and for scripts.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct ProviderDetails {
    /// Entra's number, such as 7000215.
    pub(crate) aadsts: Option<u64>,
    /// Our request's id, which the provider's logs show.
    pub(crate) correlation_id: Option<String>,
    /// The provider's id of its answer.
    pub(crate) trace_id: Option<String>,
    /// The provider's time of its answer, as it wrote it.
    pub(crate) timestamp: Option<String>,
}

/// A failure, worded.
#[derive(Debug, Clone)]
pub(crate) struct CommandError {
    /// Decides the exit code.
    pub(crate) kind: Kind,
    /// A stable name for scripts, such as `profile_not_found`.
    pub(crate) code: &'static str,
    /// What happened: one sentence without a full stop, safe to print.
    pub(crate) message: String,
    /// What to do here: commands and facts, the likeliest first. [`Self::advice`] is what is shown.
    pub(crate) hints: Vec<String>,
    /// What the identity provider said, if it spoke.
    pub(crate) provider: Option<Box<ProviderDetails>>,
}

impl CommandError {
    /// A failure without hints.
    pub(crate) fn new(kind: Kind, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            kind,
            code,
            message: message.into(),
            hints: Vec::new(),
            provider: None,
        }
    }

    /// Arguments or configuration that cannot work.
    pub(crate) fn usage(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, code, message)
    }

    /// The person stopped it, or said no.
    pub(crate) fn interrupted() -> Self {
        Self::new(Kind::Interrupted, "interrupted", "interrupted")
    }

    /// What to do: its own hints, or where it has none the next step that its code stands for.
    pub(crate) fn advice(&self) -> Cow<'_, [String]> {
        if !self.hints.is_empty() {
            return Cow::Borrowed(&self.hints);
        }
        let facts = Facts {
            profile: Some("NAME"),
            ..Facts::default()
        };
        let entry = error_codes::entry(self.code);
        Cow::Owned(
            entry
                .map(|entry| entry.next_step(&facts))
                .into_iter()
                .collect(),
        )
    }

    /// The same with one thing more to do.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

/// A failure as scripts read it, in one line on stderr; `docs/schema/error.schema.json`.
#[derive(Serialize)]
pub(crate) struct ErrorDocument<'a> {
    schema_version: u8,
    code: &'a str,
    exit_code: u8,
    message: Cow<'a, str>,
    #[serde(flatten)]
    provider: ProviderDetails,
    hints: Vec<String>,
}

impl<'a> From<&'a CommandError> for ErrorDocument<'a> {
    fn from(error: &'a CommandError) -> Self {
        Self {
            schema_version: 1,
            code: error.code,
            exit_code: error.kind.exit_code(),
            message: without_certain_tokens(&error.message),
            provider: error.provider.as_deref().cloned().unwrap_or_default(),
            hints: error
                .advice()
                .iter()
                .map(|hint| without_certain_tokens(hint).into_owned())
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_error_leaves_a_person_without_a_next_step() {
        for entry in error_codes::entries() {
            let code: &'static str = &entry.code;
            let bare = CommandError::usage(code, "It is bad");
            assert_eq!(bare.advice().len(), 1, "{code}");
            let hinted = CommandError::usage(code, "It is bad").hint("Do good.");
            assert_eq!(*hinted.advice(), ["Do good.".to_owned()]);
        }
    }

    #[test]
    fn no_token_stands_in_the_document() {
        let token = "eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJ4In0.c2ln";
        let error = CommandError::usage("bad", format!("`{token}` is bad")).hint(token);
        let document = serde_json::to_value(ErrorDocument::from(&error)).unwrap();
        assert_eq!(document["message"], "`[…]` is bad");
        assert_eq!(document["hints"][0], "[…]");
    }

    #[test]
    fn every_field_stands_in_the_document_even_if_empty() {
        let error = CommandError::usage("bad", "It is bad").hint("Do good.");
        let document = serde_json::to_value(ErrorDocument::from(&error)).unwrap();
        assert_eq!(
            document,
            serde_json::json!({
                "schema_version": 1, "code": "bad", "exit_code": 4, "message": "It is bad",
                "aadsts": null, "correlation_id": null, "trace_id": null, "timestamp": null,
                "hints": ["Do good."],
            })
        );
    }
}
