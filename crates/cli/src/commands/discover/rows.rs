//! Applications as people read them: one line each, the name last, so that no name moves a column
//! and no line has to wait for the next one.

use model::Timestamp;
use protocol::graph::Application;
use protocol::graph::Audience;
use protocol::text::escaped;

const SECONDS_OF_A_DAY: i64 = 24 * 60 * 60;

/// What stands above the first line.
pub(super) fn head() -> String {
    line(
        "APP ID",
        "WHO SIGNS IN",
        "CLIENT",
        "REDIRECTS",
        "CREDENTIALS",
        "NAME",
    )
}

/// The line of an application.
pub(super) fn row(application: &Application, now: Timestamp) -> String {
    let client = if application.is_ready_for_public_clients() {
        "public"
    } else {
        "secret"
    };
    line(
        &escaped(&application.app_id),
        &audience(&application.audience),
        client,
        &redirects(application),
        &credentials(application, now),
        &escaped(&application.display_name),
    )
}

fn line(
    app_id: &str,
    audience: &str,
    client: &str,
    redirects: &str,
    credentials: &str,
    name: &str,
) -> String {
    format!(
        "{app_id:<36}  {audience:<14}  {client:<6}  {redirects:<15}  {credentials:<12}  {name}\n"
    )
}

fn audience(audience: &Audience) -> String {
    match audience {
        Audience::ThisDirectory => "this directory".to_owned(),
        Audience::AnyDirectory => "any directory".to_owned(),
        Audience::AnyDirectoryAndPersonal => "anybody".to_owned(),
        Audience::Personal => "personal".to_owned(),
        Audience::Unknown => "-".to_owned(),
        Audience::Other(word) => escaped(word).into_owned(),
    }
}

fn redirects(application: &Application) -> String {
    let platforms = [
        ("web", &application.web),
        ("spa", &application.spa),
        ("public", &application.public_client),
    ];
    let named: Vec<&str> = platforms
        .iter()
        .filter(|(_, uris)| !uris.is_empty())
        .map(|(name, _)| *name)
        .collect();
    if named.is_empty() {
        "-".to_owned()
    } else {
        named.join(", ")
    }
}

/// When the next of those secrets and certificates ends that still work.
fn credentials(application: &Application, now: Timestamp) -> String {
    let mut any = false;
    let mut lasting = false;
    let mut next: Option<i64> = None;
    for credential in application.credentials() {
        any = true;
        match credential.ends_on.map(|end| end.seconds_since(now)) {
            None => lasting = true,
            Some(left) if left > 0 => next = Some(next.map_or(left, |known| known.min(left))),
            Some(_) => {}
        }
    }
    match next.map(|left| left / SECONDS_OF_A_DAY) {
        Some(0) => "end today".to_owned(),
        Some(1) => "end in 1 d".to_owned(),
        Some(days) => format!("end in {days} d"),
        None if lasting => "last".to_owned(),
        None if any => "expired".to_owned(),
        None => "none".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use protocol::HttpResponse;
    use protocol::graph;
    use serde_json::Value;
    use serde_json::json;

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_767_225_600);

    fn application(members: &Value) -> Application {
        let mut application = json!({"id": "o", "appId": "11112222-bbbb-3333-cccc-4444dddd5555"});
        for (name, value) in members.as_object().unwrap() {
            application[name] = value.clone();
        }
        let response = HttpResponse {
            status: 200,
            headers: Vec::new(),
            body: json!({ "value": [application] }).to_string().into_bytes(),
        };
        graph::page(&response).unwrap().applications.remove(0)
    }

    #[test]
    fn a_row_stands_under_its_heads() {
        let full = application(&json!({
            "displayName": "Payroll \u{202e}\u{1b}[2J\n", "signInAudience": "AzureADMyOrg",
            "web": {"redirectUris": ["https://a.example"]},
            "publicClient": {"redirectUris": ["http://localhost"]},
            "passwordCredentials": [{"endDateTime": "2026-01-13T12:00:00Z"}],
        }));
        assert_eq!(
            format!("{}{}", head(), row(&full, NOW)),
            "APP ID                                WHO SIGNS IN    CLIENT  REDIRECTS        \
             CREDENTIALS   NAME\n\
             11112222-bbbb-3333-cccc-4444dddd5555  this directory  public  web, public      \
             end in 12 d   Payroll \\u{202e}\\u{1b}[2J\\n\n"
        );
        let bare = row(&application(&json!({})), NOW);
        assert!(
            bare.contains("-               secret  -                none"),
            "{bare}"
        );
    }

    #[test]
    fn the_end_that_comes_next_is_the_one_shown() {
        for (secret, certificate, shown) in [
            ("2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z", "expired"),
            ("2025-12-31T00:00:00Z", "2026-01-01T10:00:00Z", "end today"),
            ("2026-01-02T00:00:00Z", "2026-02-01T00:00:00Z", "end in 1 d"),
            ("9999-12-31T23:59:59Z", "2025-01-01T00:00:00Z", "last"),
        ] {
            let application = application(&json!({
                "passwordCredentials": [{"endDateTime": secret}],
                "keyCredentials": [{"endDateTime": certificate}],
            }));
            assert_eq!(
                credentials(&application, NOW),
                shown,
                "{secret} {certificate}"
            );
        }
    }
}
