//! Every entry's advice for every kind of profile, as one page to be read.

use std::fmt::Write as _;

use model::Profile;
use protocol::aadsts;
use protocol::diagnosis;
use protocol::error_names;
use serde_json::json;

use super::view::Explanation;
use super::whom::Whom;
use crate::error_codes;

/// A profile's authentication method and flow, and what such a profile is called here.
const KINDS: [(&str, &str, &str); 7] = [
    ("app with secret", "ClientSecret", "ClientCredentials"),
    ("app with certificate", "Certificate", "ClientCredentials"),
    ("app federated", "ClientAssertion", "ClientCredentials"),
    ("web app with secret", "ClientSecret", "AuthorizationCode"),
    ("public web app", "Public", "AuthorizationCode"),
    ("browser", "Public", "InteractiveBrowser"),
    ("device", "Public", "DeviceCode"),
];

fn whom(method: &str, flow: &str) -> Whom {
    let profile: Profile = serde_json::from_value(json!({
        "name": "p", "tenantId": "contoso.com", "clientId": "11111111-2222-3333-4444-555555555555",
        "authMethod": method, "defaultFlow": flow,
    }))
    .unwrap();
    let authority = crate::settings::profile_authority(&profile).unwrap();
    Whom::of(&profile, Some(&authority))
}

/// What is advised, without what is the same for all.
fn advised(code: &str, whom: &Whom) -> String {
    let explanation = Explanation::of(&diagnosis::of(code), None, whom);
    let mut text = String::new();
    for finding in &explanation.findings {
        let said = [("cause", &finding.cause), ("do", &finding.next_step)];
        for (label, words) in said {
            if let Some(words) = words {
                writeln!(text, "    {label}: {words}").unwrap();
            }
        }
        for command in &finding.commands {
            writeln!(text, "    to {}: {}", command.purpose, command.command).unwrap();
        }
    }
    for note in &explanation.notes {
        writeln!(text, "    note: {note}").unwrap();
    }
    text
}

/// The kinds of profile by what is advised to them, in their order.
fn by_advice(code: &str) -> Vec<(String, Vec<&'static str>)> {
    let mut groups: Vec<(String, Vec<&'static str>)> = Vec::new();
    for (kind, method, flow) in KINDS {
        let advice = advised(code, &whom(method, flow));
        match groups.iter_mut().find(|(known, _)| *known == advice) {
            Some((_, kinds)) => kinds.push(kind),
            None => groups.push((advice, vec![kind])),
        }
    }
    groups
}

fn codes() -> Vec<String> {
    let numbers = aadsts::entries().map(|entry| format!("AADSTS{}", entry.code));
    let ours = error_codes::entries()
        .iter()
        .map(|entry| entry.code.clone());
    let names = error_names::entries()
        .iter()
        .map(|entry| entry.name.clone());
    numbers.chain(ours).chain(names).collect()
}

#[test]
fn what_is_advised_to_whom() {
    let mut page = String::new();
    for code in codes() {
        writeln!(page, "{code}").unwrap();
        for (advice, kinds) in by_advice(&code) {
            let kinds = if kinds.len() == KINDS.len() {
                "all".to_owned()
            } else {
                kinds.join(", ")
            };
            write!(page, "  {kinds}\n{advice}").unwrap();
        }
    }
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(page) });
}

#[test]
fn no_application_by_itself_is_sent_to_a_page_of_people() {
    for entry in aadsts::entries().filter(|entry| !entry.is_of_a_sign_in()) {
        let code = format!("AADSTS{}", entry.code);
        let advice = advised(&code, &whom("ClientSecret", "ClientCredentials"));
        for call in advice.split("get-token -p p").skip(1) {
            assert!(
                call.starts_with(" -f") || call.starts_with(" -s"),
                "{code}: {advice}"
            );
        }
    }
}

#[test]
fn who_lacks_consent_is_shown_the_page_for_it() {
    for code in [65_001, 650_056, 65_005, 650_057, 501_051, 7_000_229] {
        for (kind, method, flow) in KINDS {
            let advice = advised(&format!("AADSTS{code}"), &whom(method, flow));
            assert!(
                advice.contains("entra-auth-cli consent-url -p p"),
                "{code}: {advice}"
            );
            if flow == "ClientCredentials" {
                assert!(
                    advice.contains("Application permissions"),
                    "{code} {kind}: {advice}"
                );
                assert!(!advice.contains("Sign in"), "{code} {kind}: {advice}");
            }
        }
    }
}
