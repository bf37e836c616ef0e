//! A token as scripts read it: `docs/schema/inspection.schema.json`. The token itself is no part
//! of it.

use std::collections::BTreeMap;

use model::Profile;
use model::Timestamp;
use protocol::jwt::Decoded;
use protocol::jwt::Kind;
use protocol::ordered_json::Object;
use protocol::token_meaning;
use protocol::token_meaning::Meaning;
use protocol::token_meaning::Speaker;
use protocol::token_meaning::Validity;
use protocol::token_meaning::Warning;
use serde::Serialize;

use super::verify::Verification;

/// All there is to say.
#[derive(Serialize)]
pub(super) struct Inspection<'a> {
    schema_version: u8,
    kind: Kind,
    meaning: &'a str,
    speaker: Speaker,
    /// The profile whose cache it lay in.
    profile: Option<&'a str>,
    header: Option<&'a Object>,
    claims: Option<&'a Object>,
    signature: Signature<'a>,
    /// Whether now lies between its beginning and its end; null where it names no end, or a time
    /// cannot be read in one way.
    valid: Option<bool>,
    /// Seconds left, negative if it has ended.
    expires_in: Option<i64>,
    expires_at: Option<String>,
    expires_on: Option<i64>,
    not_before_at: Option<String>,
    not_before_on: Option<i64>,
    issued_at: Option<String>,
    issued_on: Option<i64>,
    explanations: BTreeMap<&'a str, String>,
    warnings: &'a [Warning],
    /// Only where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    verification: Option<&'a Verification>,
}

/// What there is to say of a signature without the key.
#[derive(Serialize)]
struct Signature<'a> {
    algorithm: Option<&'a str>,
    key_id: Option<&'a str>,
    /// In bytes.
    length: Option<usize>,
}

impl<'a> Inspection<'a> {
    /// What there is to say now.
    pub(super) fn new(
        token: &'a Decoded,
        meaning: &'a Meaning,
        profile: Option<&'a Profile>,
        verification: Option<&'a Verification>,
        now: Timestamp,
    ) -> Self {
        let times = meaning.times;
        let header = token.header.as_ref();
        let text = |name| header.and_then(|header| header.text(name));
        let at = |time: Option<Timestamp>| time.map(|time| time.to_string());
        let on = |time: Option<Timestamp>| time.map(Timestamp::unix_seconds);
        let explanations = token.claims.iter().flat_map(Object::iter);
        Self {
            schema_version: 1,
            kind: token.kind,
            meaning: &meaning.summary,
            speaker: meaning.speaker,
            profile: profile.map(|profile| profile.name.as_str()),
            header,
            claims: token.claims.as_ref(),
            signature: Signature {
                algorithm: text("alg"),
                key_id: text("kid"),
                length: token.signature_length,
            },
            valid: match times.validity(now) {
                Validity::Valid => Some(true),
                Validity::NotYet | Validity::Expired => Some(false),
                Validity::Unknown => None,
            },
            expires_in: times.expires.map(|expires| expires.seconds_since(now)),
            expires_at: at(times.expires),
            expires_on: on(times.expires),
            not_before_at: at(times.not_before),
            not_before_on: on(times.not_before),
            issued_at: at(times.issued),
            issued_on: on(times.issued),
            explanations: explanations
                .filter_map(|(name, value)| Some((name, token_meaning::claim_phrase(name, value)?)))
                .collect(),
            warnings: &meaning.warnings,
            verification,
        }
    }
}
