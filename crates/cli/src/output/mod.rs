//! The answer in the form asked for: one form, one file.

pub(crate) mod document;
mod env;
mod header;
mod json;
pub(crate) mod table;
mod token;
pub(crate) mod wrapping;
mod yaml;

use engine::Issued;
use model::Timestamp;
use model::TokenKind;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::args::OutputArgs;
use crate::args::TokenOutput;
use crate::command_error::CommandError;
use crate::command_error::Kind;

/// The token as it is printed, its last newline included.
pub(crate) fn rendered(
    args: &OutputArgs,
    issued: &Issued,
    now: Timestamp,
) -> Result<Zeroizing<String>, CommandError> {
    let document = || TokenDocument::new(issued, now, args.include_refresh_token);
    match args.output {
        TokenOutput::Token => Ok(token::rendered(&issued.entry)),
        TokenOutput::Header => Ok(header::rendered(&issued.entry)),
        TokenOutput::Env => Ok(env::rendered(&issued.entry, args.shell)),
        TokenOutput::Json => json::rendered(&document()),
        TokenOutput::Yaml => yaml::rendered(&document()),
    }
}

/// A token as scripts read it; `docs/schema/token.schema.json`.
#[derive(Serialize)]
struct TokenDocument<'a> {
    schema_version: u8,
    access_token: &'a str,
    token_type: &'a str,
    /// Seconds left at the moment of printing.
    expires_in: i64,
    /// RFC 3339, UTC.
    expires_at: String,
    /// Seconds since the epoch.
    expires_on: i64,
    scope: &'a str,
    tenant_id: &'a str,
    client_id: &'a str,
    account: Option<&'a str>,
    account_id: Option<&'a str>,
    flow: &'a str,
    token_kind: &'a str,
    from_cache: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
}

impl<'a> TokenDocument<'a> {
    fn new(issued: &'a Issued, now: Timestamp, include_refresh_token: bool) -> Self {
        let entry = &issued.entry;
        Self {
            schema_version: 1,
            access_token: entry.access_token.expose_secret(),
            token_type: &entry.token_type,
            expires_in: entry.expires_on.seconds_since(now).max(0),
            expires_at: entry.expires_on.to_string(),
            expires_on: entry.expires_on.unix_seconds(),
            scope: &entry.scope,
            tenant_id: &entry.tenant_id,
            client_id: entry.client_id.as_str(),
            account: entry
                .account
                .as_ref()
                .map(|account| account.username.as_str()),
            account_id: entry.account.as_ref().map(|account| account.id.as_str()),
            flow: entry.flow.as_str(),
            token_kind: TokenKind::of(entry.flow).as_str(),
            from_cache: issued.is_from_cache(),
            refresh_token: issued
                .refresh_token
                .as_ref()
                .filter(|_| include_refresh_token)
                .map(model::RefreshToken::expose_secret),
        }
    }
}

/// A document that could not be written, which no value of ours can cause.
fn not_renderable(error: &dyn std::error::Error) -> CommandError {
    CommandError::new(
        Kind::Unexpected,
        "output_failed",
        format!("the answer could not be written: {error}"),
    )
}

#[cfg(test)]
pub(crate) mod tests {
    use model::AccessToken;
    use model::ClientId;
    use model::Flow;
    use model::TokenEntry;

    use super::*;

    pub(crate) const NOW: Timestamp = Timestamp::from_unix_seconds(1_767_225_600);

    pub(crate) fn issued() -> Issued {
        Issued {
            entry: TokenEntry {
                access_token: AccessToken::parse("eyJ0.eyJh.c2ln".to_owned()).unwrap(),
                token_type: "Bearer".to_owned(),
                scope: "https://graph.microsoft.com/.default".to_owned(),
                obtained_on: NOW,
                expires_on: Timestamp::from_unix_seconds(NOW.unix_seconds() + 3599),
                refresh_on: None,
                authority: "https://login.microsoftonline.com/contoso.com".to_owned(),
                tenant_id: "contoso.com".to_owned(),
                client_id: ClientId::parse("app").unwrap(),
                account: None,
                flow: Flow::ClientCredentials,
            },
            answered_by: engine::AnsweredBy::Cache,
            refresh_token: Some(model::RefreshToken::from("rt".to_owned())),
            shortfall: None,
        }
    }

    fn args(output: TokenOutput) -> OutputArgs {
        OutputArgs {
            output,
            shell: None,
            file: None,
            copy: false,
            no_clipboard: false,
            include_refresh_token: false,
        }
    }

    #[test]
    fn the_token_stands_alone() {
        let text = rendered(&args(TokenOutput::Token), &issued(), NOW).unwrap();
        assert_eq!(*text, "eyJ0.eyJh.c2ln\n");
    }

    #[test]
    fn the_header_can_be_sent_as_it_is() {
        let text = rendered(&args(TokenOutput::Header), &issued(), NOW).unwrap();
        assert_eq!(*text, "Authorization: Bearer eyJ0.eyJh.c2ln\n");
    }

    #[test]
    fn json_and_yaml_say_the_same() {
        let later = NOW.plus(std::time::Duration::from_secs(100));
        let text = rendered(&args(TokenOutput::Json), &issued(), later).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "schema_version": 1,
                "access_token": "eyJ0.eyJh.c2ln",
                "token_type": "Bearer",
                "expires_in": 3499,
                "expires_at": "2026-01-01T00:59:59Z",
                "expires_on": 1_767_229_199,
                "scope": "https://graph.microsoft.com/.default",
                "tenant_id": "contoso.com",
                "client_id": "app",
                "account": null,
                "account_id": null,
                "flow": "ClientCredentials",
                "token_kind": "app",
                "from_cache": true,
            })
        );
        let text = rendered(&args(TokenOutput::Yaml), &issued(), later).unwrap();
        let yaml: serde_json::Value = serde_saphyr::from_str(&text).unwrap();
        assert_eq!(yaml, json);
    }

    #[test]
    fn a_persons_account_is_named_twice() {
        let mut issued = issued();
        issued.entry.flow = Flow::DeviceCode;
        issued.entry.account = Some(model::Account {
            id: model::AccountId::of_entra("0A", "0B"),
            username: "ada@contoso.com".to_owned(),
            tenant_id: "0b".to_owned(),
        });
        let text = rendered(&args(TokenOutput::Json), &issued, NOW).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["account"], "ada@contoso.com");
        assert_eq!(json["account_id"], "0a.0b");
        assert_eq!(json["token_kind"], "user");
    }

    #[test]
    fn a_refresh_token_is_printed_only_when_asked_for() {
        let mut args = args(TokenOutput::Json);
        assert!(
            !rendered(&args, &issued(), NOW)
                .unwrap()
                .contains("refresh_token")
        );
        args.include_refresh_token = true;
        assert!(
            rendered(&args, &issued(), NOW)
                .unwrap()
                .contains("\"refresh_token\": \"rt\"")
        );
    }
}
