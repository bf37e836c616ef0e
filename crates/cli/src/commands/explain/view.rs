//! The whole explanation, as scripts read it.

use protocol::diagnosis::Diagnosis;
use protocol::diagnosis::Identifiers;
use serde::Serialize;
use serde_json::Value;

use super::finding;
use super::finding::Finding;
use super::fit;
use super::whom::Whom;
use crate::error_codes::Entry;
use crate::shell;

/// What a text says, explained; `docs/schema/explanation.schema.json`.
#[derive(Debug, Serialize)]
pub(super) struct Explanation {
    schema_version: u8,
    profile: Option<String>,
    pub(super) findings: Vec<Finding>,
    /// The claims that are asked for.
    pub(super) claims: Option<Value>,
    /// The command that asks for a token with them.
    pub(super) claims_command: Option<String>,
    /// What does not fit together.
    pub(super) notes: Vec<String>,
    #[serde(flatten)]
    pub(super) identifiers: Identifiers,
}

impl Explanation {
    /// Explains what was found in a text, which may be an error that this program printed.
    pub(super) fn of(found: &Diagnosis, ours: Option<&'static Entry>, whom: &Whom) -> Self {
        let claims = found.claims.as_deref();
        let findings = finding::findings(found, ours, whom);
        let mut notes = fit::notes(found, whom);
        let texts = findings
            .iter()
            .flat_map(|finding| [&finding.cause, &finding.next_step]);
        notes.extend(whom.left_out(texts.flatten()));
        Self {
            schema_version: 1,
            profile: whom.profile.clone(),
            findings,
            claims: claims.and_then(|claims| serde_json::from_str(claims).ok()),
            claims_command: claims.map(|claims| {
                format!(
                    "entra-auth-cli get-token -p {} --claims {}",
                    whom.profile_or_placeholder(),
                    shell::word(claims)
                )
            }),
            notes,
            identifiers: found.identifiers.clone(),
        }
    }

    /// Whether nothing of it helps anybody.
    pub(super) fn explains_nothing(&self) -> bool {
        self.claims.is_none() && !self.findings.iter().any(|finding| finding.known)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use protocol::diagnosis;

    use super::*;
    use crate::commands::explain::pasted;
    use crate::commands::explain::text;
    use crate::error_codes;

    fn explained(text: &str) -> Explanation {
        let plain = pasted::without_advice(text);
        let found = diagnosis::of(&plain);
        Explanation::of(&found, pasted::printed(&plain, &found), &Whom::default())
    }

    #[test]
    fn every_code_and_name_is_explained_when_it_stands_alone() {
        let numbers = protocol::aadsts::entries().map(|entry| format!("AADSTS{}", entry.code));
        let ours = error_codes::entries()
            .iter()
            .map(|entry| entry.code.clone());
        let names = protocol::error_names::entries()
            .iter()
            .map(|entry| entry.name.clone());
        for code in numbers.chain(ours).chain(names) {
            let found = explained(&code);
            assert_eq!(found.findings.len(), 1, "{code}");
            let finding = &found.findings[0];
            assert_eq!(finding.code, code);
            assert!(finding.known && finding.meaning.is_some(), "{code}");
            assert!(finding.next_step.is_some(), "{code}");
        }
    }

    #[test]
    fn every_error_of_ours_is_explained_from_what_is_printed() {
        for entry in error_codes::entries() {
            let code = entry.code.as_str();
            let printed = format!(
                "$ entra-auth-cli get-token\nerror: {}\nhint: See AADSTS65001: invalid_grant\n",
                error_codes::with_code(&entry.example, code)
            );
            let found = explained(&printed);
            let codes: Vec<&str> = found.findings.iter().map(|one| one.code.as_str()).collect();
            assert!(codes.contains(&code), "{printed}: {codes:?}");
            assert_eq!(
                codes.contains(&"AADSTS65001"),
                entry.example.contains("65001")
            );
            let is_providers = entry.example.contains(&format!("({code})"));
            let is_first = codes[0] == code || codes[0].starts_with("AADSTS");
            assert!(is_first || !is_providers, "{printed}: {codes:?}");
        }
    }

    #[test]
    fn every_error_of_ours_is_explained_from_its_json() {
        for entry in error_codes::entries() {
            let json = format!(
                "{{\"schema_version\":1,\"code\":\"{}\",\"exit_code\":{},\"message\":\"x\",\"aadsts\":null,\"hints\":[]}}",
                entry.code, entry.exit_codes[0]
            );
            let found = explained(&json);
            let codes: Vec<&str> = found
                .findings
                .iter()
                .map(|finding| finding.code.as_str())
                .collect();
            assert_eq!(codes, [entry.code.as_str()]);
        }
    }

    #[test]
    fn a_number_without_an_entry_does_not_come_first() {
        let found = explained("AADSTS65001: x AADSTS999999: y");
        assert_eq!(found.findings[0].code, "AADSTS65001");
        assert!(!found.findings[1].known);
        let found = explained("error=invalid_request AADSTS999999: y");
        let codes: Vec<&str> = found.findings.iter().map(|one| one.code.as_str()).collect();
        assert_eq!(codes, ["AADSTS999999", "invalid_request"]);
        assert!(explained("AADSTS999999").explains_nothing());
    }

    proptest! {
        #[test]
        fn whatever_is_pasted_nothing_of_it_acts_on_a_terminal(
            text in "(\\PC|[\\x00-\\x1f\u{202e}]){0,60}",
            code in prop_oneof![Just("AADSTS65001: "), Just("error=x AADSTS999999: "), Just("claims={\"access_token\":{}}"), Just("")],
            after in any::<String>(),
        ) {
            let shown = text::of(&explained(&format!("{text}{code}{after}")));
            let plain = anstream::adapter::strip_str(&shown).to_string();
            prop_assert!(!protocol::text::acts_on_a_terminal(&plain), "{plain:?}");
        }
    }
}
