//! What Entra's error codes mean, and what to do about each: data, read on first use.
//!
//! For hints only. Decisions are made by `error` and `suberror`; codes and texts may change
//! (Microsoft identity platform, "Microsoft Entra authentication and authorization error codes").

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde::Serialize;

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
    /// The `error` values it usually comes with; empty where it is shown in the browser alone.
    pub errors: Vec<String>,
    /// What it means, in a sentence.
    pub meaning: String,
    /// What usually leads to it with this program.
    pub cause: String,
    /// The exact next step. `{tenant}`, `{client_id}`, `{redirect_uri}`, `{scope}`, `{authority}`
    /// and `{profile}` stand for the request's own.
    pub next_step: String,
    /// Where this knowledge comes from.
    pub source: Source,
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

/// All entries, by number.
pub fn entries() -> impl Iterator<Item = &'static Entry> {
    ENTRIES.values()
}

/// What to tell a person about the code; `None` if nothing is known of it.
pub fn advice(code: u64, facts: &Facts<'_>) -> Option<Advice> {
    let entry = entry(code)?;
    Some(Advice {
        code,
        category: entry.category,
        meaning: facts.fill(&entry.meaning),
        cause: facts.fill(&entry.cause),
        next_step: facts.fill(&entry.next_step),
        source: entry.source,
    })
}

impl Facts<'_> {
    /// The text with its placeholders replaced. What is filled in is not looked at again.
    fn fill(&self, template: &str) -> String {
        let mut filled = String::with_capacity(template.len());
        let mut rest = template;
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

    fn value(&self, placeholder: &str) -> Option<&str> {
        let (known, otherwise) = match placeholder {
            "tenant" => (self.tenant, "TENANT"),
            "client_id" => (self.client_id, "CLIENT_ID"),
            "redirect_uri" => (self.redirect_uri, "http://localhost:8080"),
            "scope" => (self.scope, "SCOPE"),
            "authority" => (self.authority, "https://login.microsoftonline.com"),
            "profile" => (self.profile, "PROFILE"),
            _ => return None,
        };
        Some(known.unwrap_or(otherwise))
    }
}
