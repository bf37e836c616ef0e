//! The applications of the directory: those that can get tokens here, and made-up ones.

use serde_json::{Value, json};

use crate::directory::{Directory, Platform, RegisteredApp};
use crate::identifiers::derived_guid;

const DAY: i64 = 24 * 60 * 60;
/// 2020-01-01T00:00:00Z.
const FIRST_CREATED: i64 = 1_577_836_800;

/// Names that are hard to search for or to print.
const ODD_NAMES: [&str; 16] = [
    "O'Neill's payroll",
    "''",
    "five * stars",
    "say \"hello\"",
    "C:\\apps\\billing",
    "100% [draft] (a+b) {x} & more?",
    "  spaces  around  ",
    "Ärger mit Übergrößen",
    "日本語アプリケーション",
    "יישום לבדיקה",
    "تطبيق الرواتب",
    "\u{202e}desrever\u{202c} app",
    "👩‍👩‍👧‍👦 family 🚀",
    "\u{1b}[31mred\u{1b}[0m\u{7}",
    "zero\u{200b}width\u{feff}",
    "two\r\nlines\tand a tab\u{9b}2J",
];

const KINDS: [&str; 7] = [
    "Payroll",
    "Billing",
    "Portal",
    "Sync",
    "Gateway",
    "Reports",
    "helloWorld",
];

/// How many applications there are, and how Graph behaves.
#[derive(Debug)]
pub(crate) struct Registrations {
    pub(crate) generated: usize,
    pub(crate) has_advanced_queries: bool,
}

impl Default for Registrations {
    fn default() -> Self {
        Self {
            generated: 0,
            has_advanced_queries: true,
        }
    }
}

impl Registrations {
    pub(crate) fn count(&self, directory: &Directory) -> usize {
        directory.registered_apps().len() + self.generated
    }

    /// The application of that index: the registered ones first.
    pub(crate) fn get(directory: &Directory, index: usize, now: i64) -> Value {
        let apps = directory.registered_apps();
        match apps.get(index) {
            Some(app) => registered(app, now),
            None => generated(index - apps.len(), now),
        }
    }

    pub(crate) fn names(&self, directory: &Directory) -> Vec<String> {
        let registered = directory.apps().map(|app| app.name().to_owned());
        registered.chain((0..self.generated).map(name)).collect()
    }
}

fn date(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .unwrap_or_default()
        .to_string()
}

fn registered(registered: &RegisteredApp, now: i64) -> Value {
    let app = &registered.app;
    let uris = |platform: Platform| -> Vec<&str> {
        app.redirects
            .iter()
            .filter(|redirect| redirect.platform == platform)
            .map(|redirect| redirect.uri.as_str())
            .collect()
    };
    let secrets: Vec<Value> = app
        .secrets
        .iter()
        .enumerate()
        .map(|(index, secret)| {
            let days = if secret.has_expired { -1 } else { 180 };
            secret_of(&app.client_id, index, now + days * DAY)
        })
        .collect();
    let certificates: Vec<Value> = registered
        .certificates
        .iter()
        .map(|certificate| {
            json!({
                "customKeyIdentifier": certificate.sha1_thumbprint,
                "displayName": "certificate",
                "endDateTime": date(certificate.not_after),
                "key": null,
                "keyId": derived_guid(&["certificate", &certificate.sha1_thumbprint]),
                "type": "AsymmetricX509Cert",
                "usage": "Verify",
            })
        })
        .collect();
    json!({
        "id": derived_guid(&["application object", &app.client_id]),
        "appId": app.client_id,
        "displayName": app.display_name,
        "createdDateTime": date(FIRST_CREATED),
        "signInAudience": "AzureADMyOrg",
        "isFallbackPublicClient": app.allows_public_client_flows,
        "identifierUris": [],
        "web": {"homePageUrl": null, "redirectUris": uris(Platform::Web)},
        "spa": {"redirectUris": uris(Platform::SinglePageApplication)},
        "publicClient": {"redirectUris": uris(Platform::PublicClient)},
        "passwordCredentials": secrets,
        "keyCredentials": certificates,
    })
}

fn secret_of(app: &str, index: usize, end: i64) -> Value {
    json!({
        "customKeyIdentifier": null,
        "displayName": format!("secret {index}"),
        "endDateTime": date(end),
        "hint": "Abc",
        "keyId": derived_guid(&["secret", app, &index.to_string()]),
        "secretText": null,
        "startDateTime": date(FIRST_CREATED),
    })
}

fn name(index: usize) -> String {
    if index % 50 < ODD_NAMES.len() && index < 100 {
        let copy = index / 50;
        let odd = ODD_NAMES[index % 50];
        return if copy == 0 {
            odd.to_owned()
        } else {
            format!("{odd} {copy}")
        };
    }
    format!("{} {index:05}", KINDS[index % KINDS.len()])
}

/// The same for the same index, but for the ends of its secrets, which move along with time.
fn generated(index: usize, now: i64) -> Value {
    let number = index.to_string();
    let app_id = derived_guid(&["generated application", &number]);
    let shift = i64::try_from(index).unwrap_or(i64::MAX);
    let secrets: Vec<Value> = (0..index % 4)
        .map(|which| {
            let days = (shift * 7 + i64::try_from(which).unwrap_or(0) * 31) % 400 - 40;
            secret_of(&app_id, which, now + days * DAY)
        })
        .collect();
    let audience = [
        "AzureADMyOrg",
        "AzureADMultipleOrgs",
        "AzureADandPersonalMicrosoftAccount",
        "PersonalMicrosoftAccount",
    ][index % 4];
    let web: &[&str] = if index.is_multiple_of(2) {
        &["https://app.example/callback"]
    } else {
        &[]
    };
    let public: &[&str] = if index.is_multiple_of(3) {
        &["http://localhost"]
    } else {
        &[]
    };
    json!({
        "id": derived_guid(&["generated object", &number]),
        "appId": app_id,
        "displayName": name(index),
        "createdDateTime": date(FIRST_CREATED + shift % 2_000 * DAY),
        "signInAudience": audience,
        "isFallbackPublicClient": index.is_multiple_of(6).then_some(true),
        "identifierUris": [format!("api://{app_id}")],
        "web": {"homePageUrl": null, "redirectUris": web},
        "spa": {"redirectUris": []},
        "publicClient": {"redirectUris": public},
        "passwordCredentials": secrets,
        "keyCredentials": [],
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn made_up_applications_are_the_same_each_time_and_all_different() {
        assert_eq!(generated(7, 1_800_000_000), generated(7, 1_800_000_000));
        let names: HashSet<String> = (0..2_000).map(name).collect();
        let ids: HashSet<String> = (0..2_000)
            .map(|index| generated(index, 0)["appId"].to_string())
            .collect();
        assert_eq!((names.len(), ids.len()), (2_000, 2_000));
    }
}
