//! An application as scripts see it.

use model::Timestamp;
use protocol::graph::Application;
use protocol::graph::CredentialEnd;
use serde::Serialize;

/// One element of the list; `docs/schema/applications.schema.json`.
#[derive(Serialize)]
pub(super) struct ApplicationDocument<'a> {
    name: &'a str,
    app_id: &'a str,
    object_id: &'a str,
    sign_in_audience: Option<&'a str>,
    public_client: bool,
    redirect_uris: RedirectUris<'a>,
    identifier_uris: &'a [String],
    secrets: Vec<CredentialDocument<'a>>,
    certificates: Vec<CredentialDocument<'a>>,
    created_at: Option<String>,
}

#[derive(Serialize)]
struct RedirectUris<'a> {
    web: &'a [String],
    spa: &'a [String],
    public_client: &'a [String],
}

#[derive(Serialize)]
struct CredentialDocument<'a> {
    name: &'a str,
    key_id: &'a str,
    expires_at: Option<String>,
    expires_on: Option<i64>,
    expired: Option<bool>,
}

impl<'a> ApplicationDocument<'a> {
    pub(super) fn new(application: &'a Application, now: Timestamp) -> Self {
        let credentials = |ends: &'a [CredentialEnd]| {
            ends.iter()
                .map(|end| CredentialDocument::new(end, now))
                .collect()
        };
        Self {
            name: &application.display_name,
            app_id: &application.app_id,
            object_id: &application.object_id,
            sign_in_audience: application.audience.as_graph(),
            public_client: application.is_ready_for_public_clients(),
            redirect_uris: RedirectUris {
                web: &application.web,
                spa: &application.spa,
                public_client: &application.public_client,
            },
            identifier_uris: &application.identifier_uris,
            secrets: credentials(&application.secrets),
            certificates: credentials(&application.certificates),
            created_at: application.created_on.map(|created| created.to_string()),
        }
    }
}

impl<'a> CredentialDocument<'a> {
    fn new(end: &'a CredentialEnd, now: Timestamp) -> Self {
        Self {
            name: &end.display_name,
            key_id: &end.key_id,
            expires_at: end.ends_on.map(|end| end.to_string()),
            expires_on: end.ends_on.map(Timestamp::unix_seconds),
            expired: end.ends_on.map(|end| end <= now),
        }
    }
}
