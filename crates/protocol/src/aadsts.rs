//! What Entra's error codes mean, and what to do about each: data, read on first use.
//!
//! For hints only. Decisions are made by `error` and `suberror`; codes and texts may change
//! (Microsoft identity platform, "Microsoft Entra authentication and authorization error codes").

mod topic;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use model::Flow;
use serde::Deserialize;
use serde::Serialize;

pub use self::topic::Topic;

const TABLE: &str = include_str!("../data/aadsts.json");

/// What kind of trouble a code stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// The client's proof: secret, certificate, assertion.
    Credential,
    /// The app registration or the enterprise application.
    Configuration,
    /// Authority, tenant or cloud.
    Authority,
    /// The request itself: parameters, scopes, redirect URI.
    Request,
    /// Permissions not granted.
    Consent,
    /// Access kept from this user, app or tenant.
    Access,
    /// Conditional Access and other rules of the organisation.
    Policy,
    /// The state of a person's account or password.
    Account,
    /// A sign-in that is over, or has to be repeated.
    Session,
    /// Signing in on another device.
    DeviceCode,
    /// Too many requests.
    Throttled,
    /// A fault of the service that passes.
    Transient,
    /// A fault of the service that does not pass by itself.
    Service,
    /// A token exchanged for another one.
    OnBehalfOf,
    /// An assertion of another identity provider.
    Federation,
}

/// One code's entry, its texts with placeholders.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The number after `AADSTS`.
    pub code: u64,
    /// What kind of trouble it is.
    pub category: Category,
    /// The `error` values it usually comes with, none of them for sure.
    pub errors: Vec<String>,
    /// What it means, in a sentence.
    pub meaning: String,
    /// What usually leads to it with this program.
    pub cause: String,
    /// The exact next step. `{tenant}`, `{client_id}`, `{redirect_uri}`, `{scope}`, `{authority}`
    /// and `{profile}` stand for the request's own.
    pub next_step: String,
    /// What to say in place of cause and next step where nobody signs in: a token of the
    /// application itself was asked for.
    #[serde(default)]
    pub for_application: Option<ForApplication>,
    /// Whether it comes of nothing but a person's sign-in, though its category does not say so.
    #[serde(default)]
    of_sign_in: bool,
    /// Words with which the server means what another code means.
    #[serde(default)]
    said_as: Option<SaidAs>,
    /// The trouble people know it as, if it has such a name.
    #[serde(default)]
    pub topic: Option<Topic>,
    /// Where this knowledge comes from.
    pub source: Source,
}

/// One code that is used for two troubles, and which other code is about the second one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct SaidAs {
    /// Words of the server, in lower case.
    words: String,
    /// The code whose entry fits them.
    code: u64,
}

/// A code's cause and next step where the application gets the token for itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForApplication {
    /// What usually leads to it.
    pub cause: String,
    /// The exact next step, with the placeholders of [`Entry::next_step`].
    pub next_step: String,
}

impl Entry {
    /// Whether it can come of nothing but a person's sign-in.
    pub const fn is_of_a_sign_in(&self) -> bool {
        let is_of_category = matches!(
            self.category,
            Category::Consent
                | Category::Policy
                | Category::Account
                | Category::Session
                | Category::DeviceCode
        );
        self.for_application.is_none() && (self.of_sign_in || is_of_category)
    }

    /// What to tell a person about it.
    pub fn advice(&self, facts: &Facts<'_>) -> Advice {
        let of_person = (&self.cause, &self.next_step);
        let (cause, next_step) = match (&self.for_application, facts.flow) {
            (Some(own), Some(Flow::ClientCredentials)) => (&own.cause, &own.next_step),
            _ => of_person,
        };
        Advice {
            code: self.code,
            category: self.category,
            meaning: facts.fill(&self.meaning),
            cause: facts.fill(cause),
            next_step: facts.fill_calls(next_step, self.is_of_a_sign_in()),
            topic: self.topic,
            source: self.source,
        }
    }
}

/// Where what is said of a code comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Microsoft's page of error codes.
    Documented,
    /// Other pages of Microsoft's, and reports of people who met it.
    Reported,
    /// Documented with one meaning and reported with another.
    Disputed,
    /// Neither: known from use.
    Unverified,
}

/// What is known of the request that failed. Whatever is absent is named in words instead.
#[derive(Debug, Clone, Copy, Default)]
pub struct Facts<'a> {
    /// The tenant asked.
    pub tenant: Option<&'a str>,
    /// The application.
    pub client_id: Option<&'a str>,
    /// The redirect URI sent.
    pub redirect_uri: Option<&'a str>,
    /// The scopes asked for.
    pub scope: Option<&'a str>,
    /// The authority's address without the tenant, such as `https://login.microsoftonline.com`.
    pub authority: Option<&'a str>,
    /// The profile used.
    pub profile: Option<&'a str>,
    /// The whole command that asks for the same again.
    pub call: Option<&'a str>,
    /// The same by a flow that leads to a sign-in page.
    pub call_with_page: Option<&'a str>,
    /// The flow of the request, or of the profile.
    pub flow: Option<Flow>,
    /// Whether the application proves itself: with a secret, a certificate or an assertion.
    pub is_confidential: bool,
}

/// A code's entry with the request's own facts filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Advice {
    /// The number after `AADSTS`.
    pub code: u64,
    /// What kind of trouble it is.
    pub category: Category,
    /// What it means.
    pub meaning: String,
    /// What usually leads to it with this program.
    pub cause: String,
    /// What to do.
    pub next_step: String,
    /// The trouble people know it as, if it has such a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic: Option<Topic>,
    /// Where this knowledge comes from.
    pub source: Source,
}

#[expect(
    clippy::expect_used,
    reason = "the text is part of the program, and the tests read it"
)]
static ENTRIES: LazyLock<BTreeMap<u64, Entry>> = LazyLock::new(|| {
    let entries: Vec<Entry> = serde_json::from_str(TABLE).expect("the table of codes is JSON");
    entries
        .into_iter()
        .map(|entry| (entry.code, entry))
        .collect()
});

/// The code's entry; `None` if nothing is known of it.
pub fn entry(code: u64) -> Option<&'static Entry> {
    ENTRIES.get(&code)
}

/// The entry that fits a code and the server's words beside it: one code may stand for two troubles,
/// and then the words tell which. `None` if nothing is known of the code.
pub fn entry_as_said(code: u64, said: Option<&str>) -> Option<&'static Entry> {
    let own = entry(code)?;
    let other = own
        .said_as
        .as_ref()
        .filter(|other| said.is_some_and(|said| said.to_lowercase().contains(&other.words)));
    other.map_or(Some(own), |other| entry(other.code))
}

/// All entries, by number.
pub fn entries() -> impl Iterator<Item = &'static Entry> {
    ENTRIES.values()
}

/// A call as it stands in the advice, and how it begins.
const WHOLE_CALL: &str = "entra-auth-cli get-token -p {profile}";
const BY_PROFILE: &str = "get-token -p {profile}";

/// How a call says that a person signs in by browser.
const BY_BROWSER: &str = " -f InteractiveBrowser";

/// What changes a profile; where none was used, its flags go with the call.
const CHANGE_OF_PROFILE: &str = "entra-auth-cli config edit {profile} ";

/// The same without one.
const BY_APPLICATION: &str = "get-token --tenant-id {tenant} --client-id {client_id}";

impl Facts<'_> {
    /// The text with its placeholders replaced. What is filled in is not looked at again.
    pub fn fill(&self, template: &str) -> String {
        self.fill_calls(template, false)
    }

    /// The same; where it is about a sign-in, every call has to be one.
    fn fill_calls(&self, template: &str, signs_in: bool) -> String {
        let template = self.with_calls(template, signs_in);
        let mut filled = String::with_capacity(template.len());
        let mut rest = template.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let known = after
                .split_once('}')
                .and_then(|(name, following)| Some((self.value(name)?, following)));
            if let Some((value, following)) = known {
                filled.push_str(value);
                rest = following;
            } else {
                filled.push('{');
                rest = after;
            }
        }
        filled.push_str(rest);
        filled
    }

    /// The text with calls that fit: what was asked for, unless the advice is to ask by another
    /// flow or for something else; a flow that leads to a sign-in page where the profile's leads to
    /// none; and no profile where none was used.
    fn with_calls(&self, template: &str, signs_in: bool) -> String {
        let mut parts = template.split(WHOLE_CALL);
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let says = |flags: &[&str]| flags.iter().any(|flag| part.starts_with(flag));
            if let Some(flow) = self
                .other_flow(part, signs_in)
                .filter(|_| self.call.is_none())
            {
                text.push_str(WHOLE_CALL);
                text.push_str(" -f ");
                text.push_str(flow.as_str());
                text.push_str(part.strip_prefix(BY_BROWSER).unwrap_or(part));
                continue;
            }
            text.push_str(if says(&[" -f", " -s"]) {
                WHOLE_CALL
            } else if self.call_with_page.is_some() && says(&[" --prompt", " --login-hint"]) {
                "{call_with_page}"
            } else if self.call.is_some() {
                "{call}"
            } else {
                WHOLE_CALL
            });
            text.push_str(part);
        }
        if self.profile.is_none() {
            if self.call.is_some() {
                text = text.replace(CHANGE_OF_PROFILE, "");
            }
            return text.replace(BY_PROFILE, BY_APPLICATION);
        }
        text
    }

    /// The flow that a call needs beside what is said behind it; `None` where it is as it should be.
    fn other_flow(&self, behind: &str, signs_in: bool) -> Option<Flow> {
        let with_page = if self.is_confidential {
            Flow::AuthorizationCode
        } else {
            Flow::InteractiveBrowser
        };
        let names_a_flow = behind.starts_with(" -f");
        let needs_page = [" --prompt", " --login-hint"]
            .iter()
            .any(|flag| behind.starts_with(flag));
        // What is registered for a web app, the flow without its proof may not use.
        let is_for_others = self.is_confidential && behind.starts_with(BY_BROWSER);
        let is_needed = match self.flow? {
            Flow::ClientCredentials => needs_page || is_for_others || (signs_in && !names_a_flow),
            Flow::DeviceCode => needs_page || is_for_others,
            Flow::AuthorizationCode => is_for_others,
            Flow::InteractiveBrowser => false,
        };
        is_needed.then_some(with_page)
    }

    fn value(&self, placeholder: &str) -> Option<&str> {
        let (known, otherwise) = match placeholder {
            "tenant" => (self.tenant, "TENANT"),
            "client_id" => (self.client_id, "CLIENT_ID"),
            "redirect_uri" => (self.redirect_uri, "http://localhost:8080"),
            "scope" => (self.scope, "SCOPE"),
            "authority" => (self.authority, "https://login.microsoftonline.com"),
            "profile" => (self.profile, "PROFILE"),
            "call" => (self.call, ""),
            "call_with_page" => (self.call_with_page, ""),
            _ => return None,
        };
        Some(known.unwrap_or(otherwise))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every code that a program which asks for tokens may meet.
    const CODES: [u64; 213] = [
        16_000, 16_003, 28_000, 28_002, 28_003, 40_008, 40_010, 50_000, 50_001, 50_002, 50_005,
        50_011, 50_012, 50_013, 50_014, 50_020, 50_027, 50_032, 50_033, 50_034, 50_048, 50_049,
        50_053, 50_055, 50_056, 50_057, 50_058, 50_059, 50_072, 50_074, 50_076, 50_078, 50_079,
        50_085, 50_087, 50_089, 50_097, 50_105, 50_107, 50_125, 50_126, 50_128, 50_129, 50_131,
        50_132, 50_133, 50_134, 50_135, 50_140, 50_144, 50_147, 50_155, 50_158, 50_173, 50_187,
        50_194, 50_196, 50_199, 51_004, 53_000, 53_001, 53_002, 53_003, 53_004, 53_010, 53_011,
        54_005, 65_001, 65_002, 65_004, 65_005, 70_000, 70_001, 70_002, 70_003, 70_004, 70_005,
        70_007, 70_008, 70_011, 70_012, 70_016, 70_018, 70_019, 70_020, 70_021, 70_025, 70_043,
        70_044, 75_011, 90_002, 90_006, 90_008, 90_009, 90_012, 90_013, 90_014, 90_015, 90_019,
        90_023, 90_024, 90_027, 90_033, 90_036, 90_038, 90_055, 90_056, 90_072, 90_090, 90_093,
        90_094, 90_095, 90_099, 90_100, 90_102, 90_119, 90_120, 90_123, 90_124, 90_130, 100_007,
        130_007, 135_011, 165_000, 165_004, 165_900, 230_109, 240_002, 500_011, 500_014, 500_021,
        500_022, 500_113, 500_121, 500_131, 500_133, 500_207, 500_208, 500_210, 500_212, 500_213,
        500_571, 501_051, 501_481, 501_491, 530_003, 530_032, 530_034, 530_035, 550_022, 650_052,
        650_053, 650_054, 650_056, 650_057, 700_003, 700_005, 700_011, 700_016, 700_020, 700_021,
        700_022, 700_023, 700_024, 700_025, 700_027, 700_030, 700_054, 700_081, 700_082, 700_084,
        700_211, 700_212, 700_213, 700_222, 700_223, 700_229, 700_238, 900_023, 900_144, 900_382,
        900_384, 900_432, 900_561, 900_971, 901_002, 1_000_031, 1_000_104, 1_002_012, 1_659_001,
        5_000_224, 5_000_611, 5_002_730, 7_000_112, 7_000_113, 7_000_114, 7_000_215, 7_000_216,
        7_000_218, 7_000_222, 7_000_229, 7_002_121, 7_002_131, 7_002_138, 7_002_206, 9_001_023,
        9_002_313, 9_002_325, 9_002_326, 9_002_327, 9_002_332, 9_002_341, 9_002_346,
    ];

    fn advised(code: u64, facts: &Facts<'_>) -> Option<Advice> {
        entry(code).map(|entry| entry.advice(facts))
    }

    #[test]
    fn a_call_without_profile_is_not_advised_to_change_one() {
        let facts = Facts {
            call: Some("entra-auth-cli get-token --client-id app"),
            call_with_page: Some("entra-auth-cli get-token --client-id app"),
            ..Facts::default()
        };
        for code in CODES {
            let step = advised(code, &facts).unwrap().next_step;
            assert!(!step.contains("config edit"), "{code}: {step}");
        }
        let step = advised(50_059, &facts).unwrap().next_step;
        assert!(step.contains(": --tenant-id TENANT_ID"), "{step}");
    }

    const FACTS: Facts<'static> = Facts {
        tenant: Some("contoso.onmicrosoft.com"),
        client_id: Some("6731de76-14a6-49ae-97bc-6eba6914391e"),
        redirect_uri: Some("http://localhost:8400"),
        scope: Some("https://graph.microsoft.com/Mail.Read"),
        authority: Some("https://login.microsoftonline.us"),
        profile: Some("webapp"),
        call: None,
        call_with_page: None,
        flow: None,
        is_confidential: false,
    };

    #[test]
    fn the_table_has_every_code_once_and_no_other() {
        let raw: Vec<Entry> = serde_json::from_str(TABLE).unwrap();
        let in_file: Vec<u64> = raw.iter().map(|entry| entry.code).collect();
        assert_eq!(in_file, CODES, "sorted, none missing, none twice");
        for code in CODES {
            assert!(advised(code, &FACTS).is_some(), "{code}");
        }
        assert_eq!(entries().count(), CODES.len());
        assert_eq!(advised(1, &FACTS), None);
    }

    #[test]
    fn the_words_of_the_server_decide_between_two_troubles_of_one_code() {
        let of = |said| entry_as_said(50_012, said).map(|entry| entry.code);
        assert_eq!(of(None), Some(50_012));
        assert_eq!(
            of(Some("Client assertion contains an invalid signature.")),
            Some(50_012)
        );
        assert_eq!(
            of(Some("Invalid client secret is provided.")),
            Some(7_000_215)
        );
        assert_eq!(entry_as_said(1, Some("x")), None);
        for entry in entries() {
            if let Some(other) = &entry.said_as {
                assert_eq!(other.words, other.words.to_lowercase());
                assert!(super::entry(other.code).is_some(), "{}", entry.code);
            }
        }
    }

    #[test]
    fn every_entry_says_something_in_every_field() {
        for entry in entries() {
            let code = entry.code;
            assert!(!entry.errors.is_empty(), "{code}");
            for error in &entry.errors {
                let legal = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
                assert!(
                    !error.is_empty() && error.bytes().all(legal),
                    "{code}: {error}"
                );
            }
            for text in [&entry.meaning, &entry.cause, &entry.next_step] {
                assert!(text.len() >= 15 && text.trim() == text, "{code}: {text:?}");
                assert!(text.starts_with(char::is_uppercase), "{code}: {text}");
                assert!(!text.chars().any(char::is_control), "{code}: {text:?}");
            }
            assert_ne!(entry.meaning, entry.cause, "{code}");
            assert!(
                entry.meaning.ends_with(['.', ')']),
                "{code}: {}",
                entry.meaning
            );
            assert!(entry.cause.ends_with(['.', ')']), "{code}: {}", entry.cause);
        }
    }

    #[test]
    fn no_placeholder_is_left_or_unknown() {
        for code in CODES {
            let advice = advised(code, &FACTS).unwrap();
            for text in [advice.meaning, advice.cause, advice.next_step] {
                assert!(!text.contains(['{', '}', '$']), "{code}: {text}");
            }
        }
    }

    #[test]
    fn the_requests_own_facts_stand_in_the_advice() {
        let advice = advised(65001, &FACTS).unwrap();
        assert!(
            advice.next_step.contains(
                "https://login.microsoftonline.us/contoso.onmicrosoft.com/adminconsent?client_id=6731de76-14a6-49ae-97bc-6eba6914391e"
            ),
            "{}",
            advice.next_step
        );
        assert!(
            advice.next_step.contains("-p webapp "),
            "{}",
            advice.next_step
        );
        let redirect = advised(50011, &FACTS).unwrap().next_step;
        assert!(redirect.contains("http://localhost:8400"), "{redirect}");
        let unknown = advised(50011, &Facts::default()).unwrap().next_step;
        assert!(unknown.contains("CLIENT_ID"), "{unknown}");
    }

    /// The flags of this program, and the one of the Azure CLI (`--id`), that advice may name.
    const FLAGS: [&str; 22] = [
        "--account",
        "--authority",
        "--cae",
        "--certificate-path",
        "--claims",
        "--client-assertion-file",
        "--client-id",
        "--client-secret-stdin",
        "--cloud",
        "--domain-hint",
        "--force",
        "--id",
        "--login-hint",
        "--no-browser",
        "--no-cache",
        "--port",
        "--prompt",
        "--redirect-uri",
        "--resource",
        "--response-mode",
        "--scope",
        "--tenant-id",
    ];

    #[test]
    fn no_advice_names_a_flag_that_does_not_exist() {
        for entry in entries() {
            let words = entry.next_step.split([' ', '(', ')', ',', '.', ':', ';']);
            for flag in words.filter(|word| word.starts_with("--")) {
                assert!(FLAGS.contains(&flag), "{}: {flag}", entry.code);
            }
            for prompt in entry.next_step.split("--prompt ").skip(1) {
                let word = prompt.split([' ', ',', '.', ')']).next().unwrap();
                assert!(
                    word.parse::<model::Prompt>().is_ok(),
                    "{}: {word}",
                    entry.code
                );
            }
            for flow in entry.next_step.split(" -f ").skip(1) {
                let word = flow.split([' ', ',', '.', ')', ';', ':']).next().unwrap();
                assert!(
                    word.parse::<model::Flow>().is_ok(),
                    "{}: {word}",
                    entry.code
                );
            }
        }
    }

    #[test]
    fn whoever_cannot_sign_in_is_told_what_to_type_or_what_to_change() {
        for code in [
            16_000, 50_011, 50_020, 50_034, 50_058, 50_076, 50_078, 50_079, 50_097, 50_105, 50_126,
            50_173, 53_000, 53_001, 53_003, 65_001, 65_004, 70_000, 70_008, 70_018, 70_019, 70_020,
            70_043, 70_044, 90_094, 90_095, 500_113, 530_003, 700_016, 700_025, 700_081, 700_082,
            700_084, 7_000_218, 9_002_327,
        ] {
            let step = advised(code, &FACTS).unwrap().next_step;
            let says_how = [
                "entra-auth-cli ",
                "Entra admin center > App registrations > ",
            ]
            .iter()
            .any(|way| step.contains(way))
                || step.contains("/adminconsent?client_id=");
            assert!(says_how, "{code}: {step}");
        }
        for code in [50_011, 500_113, 9_002_327, 700_025, 700_084] {
            let step = advised(code, &FACTS).unwrap().next_step;
            assert!(step.contains("http://localhost:8400"), "{code}: {step}");
            assert!(
                step.contains("\"Mobile and desktop applications\"")
                    || step.contains("platform Web"),
                "{code}: {step}"
            );
        }
    }

    #[test]
    fn the_three_known_troubles_are_found_and_mended_as_described() {
        for (topic, code, expected) in [
            (
                Topic::UserConsentRequired,
                65001,
                vec![
                    "AuthorizationCode",
                    "InteractiveBrowser",
                    "Delegated permissions, not Application permissions",
                ],
            ),
            (
                Topic::UserConsentRequired,
                90094,
                vec!["AuthorizationCode", "InteractiveBrowser", "adminconsent"],
            ),
            (
                Topic::UserConsentRequired,
                650_056,
                vec!["Delegated permissions (not Application permissions)"],
            ),
            (
                Topic::ClientCredentialsNotSupported,
                501_051,
                vec!["Application permissions", "grant admin consent"],
            ),
            (
                Topic::ClientCredentialsNotSupported,
                7_000_229,
                vec!["Application permissions", "adminconsent"],
            ),
            (
                Topic::ClientCredentialsNotSupported,
                1_002_012,
                vec!["/.default", "-f InteractiveBrowser"],
            ),
            (
                Topic::RedirectUriMismatch,
                50011,
                vec!["Add exactly", "http://localhost:8080", "port included"],
            ),
        ] {
            let advice = advised(code, &FACTS).unwrap();
            assert_eq!(advice.topic, Some(topic), "{code}");
            for words in expected {
                assert!(
                    advice.next_step.contains(words),
                    "{code}: {words}: {}",
                    advice.next_step
                );
            }
        }
    }

    #[test]
    fn the_call_is_the_one_that_was_made() {
        let facts = Facts {
            profile: Some("webapp"),
            call: Some("CALL -s {scope}"),
            call_with_page: Some("PAGE"),
            ..Facts::default()
        };
        let declined = advised(65_004, &facts).unwrap().next_step;
        assert!(declined.contains("PAGE --prompt consent"), "{declined}");
        for entry in entries() {
            let advised = advised(entry.code, &facts).unwrap().next_step;
            let twice = ["CALL -s {scope} -f", "PAGE -f", "PAGE -s"];
            assert!(
                !twice.iter().any(|call| advised.contains(call)),
                "{advised}"
            );
        }
    }

    #[test]
    fn who_used_no_profile_is_told_of_none() {
        let facts = Facts {
            tenant: Some("contoso.com"),
            client_id: Some("app"),
            ..Facts::default()
        };
        for entry in entries() {
            let advised = advised(entry.code, &facts).unwrap().next_step;
            assert!(!advised.contains("get-token -p"), "{advised}");
        }
        let declined = advised(65_004, &facts).unwrap().next_step;
        let call = "get-token --tenant-id contoso.com --client-id app --prompt consent";
        assert!(declined.contains(call), "{declined}");
    }

    proptest! {
        #[test]
        fn what_is_filled_in_is_not_read_again(value in any::<String>()) {
            let facts = Facts { tenant: Some(&value), client_id: Some("{tenant}"), ..Facts::default() };
            prop_assert_eq!(facts.fill("a {tenant} {client_id} {other} {"), format!("a {value} {{tenant}} {{other}} {{"));
        }
    }
}
