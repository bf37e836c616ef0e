//! App registrations as Graph describes them (resource type `application`).

use model::RedirectUri;
use model::Timestamp;
use serde::Deserialize;
use serde::Deserializer;

use super::error;
use super::error::GraphError;
use crate::HttpResponse;

/// An app registration. Every text in it comes from whoever registered it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    /// The object's id in its directory.
    #[serde(rename = "id")]
    pub object_id: String,
    /// The application (client) id.
    pub app_id: String,
    /// Its name; empty where it has none.
    #[serde(default, deserialize_with = "null_as_default")]
    pub display_name: String,
    /// Who may sign in.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        rename = "signInAudience"
    )]
    pub audience: Audience,
    /// Whether flows are allowed in which it does not prove itself ("Allow public client flows").
    #[serde(default, deserialize_with = "null_as_default")]
    pub is_fallback_public_client: bool,
    /// What it is known by as an API.
    #[serde(default, deserialize_with = "null_as_default")]
    pub identifier_uris: Vec<String>,
    /// Redirect URIs of a web app.
    #[serde(default, deserialize_with = "redirect_uris")]
    pub web: Vec<String>,
    /// Redirect URIs of a single-page app.
    #[serde(default, deserialize_with = "redirect_uris")]
    pub spa: Vec<String>,
    /// Redirect URIs of mobile and desktop apps.
    #[serde(default, deserialize_with = "redirect_uris")]
    pub public_client: Vec<String>,
    /// Its client secrets: never their values.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        rename = "passwordCredentials"
    )]
    pub secrets: Vec<CredentialEnd>,
    /// Its certificates.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        rename = "keyCredentials"
    )]
    pub certificates: Vec<CredentialEnd>,
    /// When it was registered.
    #[serde(default, deserialize_with = "instant", rename = "createdDateTime")]
    pub created_on: Option<Timestamp>,
}

/// Who may sign in to an application (`signInAudience`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum Audience {
    /// `AzureADMyOrg`: accounts of its own directory.
    ThisDirectory,
    /// `AzureADMultipleOrgs`: accounts of any directory.
    AnyDirectory,
    /// `AzureADandPersonalMicrosoftAccount`.
    AnyDirectoryAndPersonal,
    /// `PersonalMicrosoftAccount`.
    Personal,
    /// Graph does not say.
    #[default]
    Unknown,
    /// A word of a newer Graph.
    Other(String),
}

/// A secret or a certificate of an application, without its value.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CredentialEnd {
    /// What it was called when it was made.
    #[serde(default, deserialize_with = "null_as_default")]
    pub display_name: String,
    /// What tells it from the others.
    #[serde(default, deserialize_with = "null_as_default")]
    pub key_id: String,
    /// When it stops to work; `None` where that is not told, or further away than calendars go.
    #[serde(default, deserialize_with = "instant", rename = "endDateTime")]
    pub ends_on: Option<Timestamp>,
}

/// Some of the applications, and where there are more.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Page {
    /// The applications, in Graph's order.
    #[serde(rename = "value")]
    pub applications: Vec<Application>,
    /// The next page's address as it was sent: to be checked before it is asked for.
    #[serde(default, rename = "@odata.nextLink")]
    pub next_link: Option<String>,
}

impl Application {
    /// Whether people can sign in to it without a secret: public client flows are allowed, or a
    /// redirect URI of desktop apps leads to this machine.
    pub fn is_ready_for_public_clients(&self) -> bool {
        self.is_fallback_public_client
            || self.public_client.iter().any(|uri| is_of_this_machine(uri))
    }

    /// Every secret and certificate.
    pub fn credentials(&self) -> impl Iterator<Item = &CredentialEnd> {
        self.secrets.iter().chain(&self.certificates)
    }
}

impl From<String> for Audience {
    fn from(word: String) -> Self {
        match word.as_str() {
            "AzureADMyOrg" => Self::ThisDirectory,
            "AzureADMultipleOrgs" => Self::AnyDirectory,
            "AzureADandPersonalMicrosoftAccount" => Self::AnyDirectoryAndPersonal,
            "PersonalMicrosoftAccount" => Self::Personal,
            "" => Self::Unknown,
            _ => Self::Other(word),
        }
    }
}

impl Audience {
    /// Graph's word; `None` where it said none.
    pub fn as_graph(&self) -> Option<&str> {
        match self {
            Self::ThisDirectory => Some("AzureADMyOrg"),
            Self::AnyDirectory => Some("AzureADMultipleOrgs"),
            Self::AnyDirectoryAndPersonal => Some("AzureADandPersonalMicrosoftAccount"),
            Self::Personal => Some("PersonalMicrosoftAccount"),
            Self::Unknown => None,
            Self::Other(word) => Some(word),
        }
    }
}

/// Reads a page of applications.
///
/// # Errors
/// [`GraphError`] for anything else.
pub fn page(response: &HttpResponse) -> Result<Page, GraphError> {
    if response.status != 200 {
        return Err(error::of(response));
    }
    serde_json::from_slice(&response.body).map_err(|_| error::malformed(response))
}

fn is_of_this_machine(redirect_uri: &str) -> bool {
    RedirectUri::parse(redirect_uri).is_ok_and(|uri| uri.loopback().is_some())
}

/// Graph writes `null` where others leave a member out.
fn null_as_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

fn redirect_uris<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Platform {
        #[serde(default, deserialize_with = "null_as_default")]
        redirect_uris: Vec<String>,
    }
    let platform: Platform = null_as_default(deserializer)?;
    Ok(platform.redirect_uris)
}

/// An RFC 3339 time; one that cannot be read says nothing.
fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let text: Option<String> = Option::deserialize(deserializer)?;
    let instant = text.and_then(|text| text.parse::<jiff::Timestamp>().ok());
    Ok(instant.map(|instant| Timestamp::from_unix_seconds(instant.as_second())))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use serde_json::json;

    use super::*;

    fn read(body: &Value) -> Result<Page, GraphError> {
        page(&HttpResponse {
            status: 200,
            headers: Vec::new(),
            body: body.to_string().into_bytes(),
        })
    }

    #[test]
    fn a_full_registration_is_read() {
        let body = json!({
            "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#applications",
            "@odata.nextLink": "https://graph.microsoft.com/v1.0/applications?$skiptoken=x",
            "value": [{
                "id": "o-1", "appId": "a-1", "displayName": "Payroll",
                "createdDateTime": "2026-01-01T00:00:00Z",
                "signInAudience": "AzureADMultipleOrgs",
                "isFallbackPublicClient": true,
                "identifierUris": ["api://a-1"],
                "web": {"homePageUrl": null, "redirectUris": ["https://app.example/cb"]},
                "spa": {"redirectUris": []},
                "publicClient": {"redirectUris": ["http://localhost"]},
                "passwordCredentials": [{
                    "displayName": "ci", "keyId": "k-1", "hint": "abc", "secretText": null,
                    "endDateTime": "2026-01-01T00:00:01.5Z"
                }],
                "keyCredentials": [{
                    "displayName": null, "keyId": "k-2", "key": null,
                    "endDateTime": "9999-12-31T23:59:59Z"
                }],
            }]
        });
        let page = read(&body).unwrap();
        assert!(page.next_link.unwrap().ends_with("skiptoken=x"));
        let application = &page.applications[0];
        assert_eq!(application.audience, Audience::AnyDirectory);
        assert_eq!(application.web, ["https://app.example/cb"]);
        assert!(application.is_ready_for_public_clients());
        let start = Timestamp::from_unix_seconds(1_767_225_600);
        assert_eq!(application.created_on, Some(start));
        let end = application.secrets[0].ends_on.unwrap();
        assert_eq!(end.seconds_since(start), 1);
        assert_eq!(application.certificates[0].ends_on, None);
        assert_eq!(application.credentials().count(), 2);
    }

    #[test]
    fn what_is_missing_or_null_is_empty() {
        let nulls = json!({"value": [{
            "id": "o", "appId": "a", "displayName": null, "createdDateTime": null,
            "signInAudience": null, "isFallbackPublicClient": null, "identifierUris": null,
            "web": null, "spa": null, "publicClient": {"redirectUris": null},
            "passwordCredentials": null, "keyCredentials": null
        }]});
        let bare = json!({"value": [{"id": "o", "appId": "a"}]});
        assert_eq!(read(&nulls).unwrap(), read(&bare).unwrap());
        let application = read(&bare).unwrap().applications.remove(0);
        assert_eq!(application.audience, Audience::Unknown);
        assert!(!application.is_ready_for_public_clients());
    }

    #[test]
    fn what_is_no_page_is_an_error() {
        for body in [
            json!([]),
            json!({}),
            json!({"value": [{}]}),
            json!({"value": 1}),
        ] {
            let refused = read(&body);
            assert!(
                matches!(refused, Err(GraphError::Malformed { .. })),
                "{body}"
            );
        }
    }

    #[test]
    fn every_audience_keeps_its_word() {
        for word in [
            "AzureADMyOrg",
            "AzureADMultipleOrgs",
            "AzureADandPersonalMicrosoftAccount",
            "PersonalMicrosoftAccount",
            "SomethingNew",
        ] {
            assert_eq!(Audience::from(word.to_owned()).as_graph(), Some(word));
        }
    }
}
