//! Profiles: saved ways to get tokens, as they stand in `profiles.json`. No secret is part of one.

use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;
use thiserror::Error;

use crate::AuthMethod;
use crate::AuthorityKind;
use crate::Cloud;
use crate::Flow;
use crate::Timestamp;

/// A profile's name: ASCII letters, digits, `.`, `-` and `_`, with no `-` in front, where it would
/// be read as a flag in the commands that name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProfileName(String);

/// Text that can name no profile.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("a profile name is 1 to 128 letters, digits, `.`, `-` or `_`, the first of them no `-`")]
pub struct ProfileNameError;

impl ProfileName {
    /// Takes a name as it is.
    ///
    /// # Errors
    /// [`ProfileNameError`] if it is empty, over 128 characters, begins with `-`, or holds any other
    /// character.
    pub fn parse(text: &str) -> Result<Self, ProfileNameError> {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        let is_a_name = !text.is_empty() && !text.starts_with('-') && text.len() <= 128;
        if !is_a_name || !text.bytes().all(legal) {
            return Err(ProfileNameError);
        }
        Ok(Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ProfileName {
    type Error = ProfileNameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<ProfileName> for String {
    fn from(name: ProfileName) -> Self {
        name.0
    }
}

impl fmt::Display for ProfileName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A secret that is kept elsewhere and read at each use, never stored here.
///
/// Inert until approved on this machine, together with where the secret may go.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SecretReference {
    /// The environment variable of that name.
    Env(String),
    /// The file at that path; one line ending at its end is not part of the secret.
    File(PathBuf),
    /// What the program writes on its standard output; the arguments are passed without a shell.
    Command(Vec<String>),
}

/// No two references read the same: approvals compare these texts.
impl fmt::Display for SecretReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(formatter, "environment variable {name}"),
            Self::File(path) => write!(formatter, "file {}", path.display()),
            Self::Command(arguments) => write!(formatter, "command {arguments:?}"),
        }
    }
}

/// How a client assertion is signed (RFC 7518 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum AssertionAlgorithm {
    /// RSASSA-PSS with SHA-256 and an `x5t#S256` thumbprint: Entra's current guidance.
    #[default]
    PS256,
    /// RSASSA-PKCS1-v1_5 with SHA-256 and an `x5t` (SHA-1) thumbprint: ADFS and old key stores.
    RS256,
}

/// A named, saved way to get tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// Its name.
    pub name: ProfileName,
    /// Tenant GUID, domain or keyword, as typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// The application (client) id, as typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The cloud, if not the public one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud: Option<Cloud>,
    /// A login host or authority URL outside the built-in clouds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// What kind of authority it is, where its address does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority_type: Option<AuthorityKind>,
    /// What to ask for when the command names nothing.
    #[serde(
        default,
        deserialize_with = "list_or_text",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub scopes: Vec<String>,
    /// The resource to ask for, in place of scopes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// How the application proves itself.
    pub auth_method: AuthMethod,
    /// The flow to use when the command names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_flow: Option<Flow>,
    /// The redirect URI registered for the application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    /// The account to suggest on the sign-in page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    /// A PFX or PEM file with the private key and its certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_path: Option<PathBuf>,
    /// Whether the certificate's password is kept, sealed, once it was entered.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "is_false"
    )]
    pub cache_certificate_password: bool,
    /// Whether the certificate chain is sent along (`x5c`), for subject-name/issuer trust.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "is_false"
    )]
    pub send_certificate_chain: bool,
    /// How assertions are signed, if not in the authority's usual way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assertion_algorithm: Option<AssertionAlgorithm>,
    /// Where the client secret is kept, if not sealed here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret_from: Option<SecretReference>,
    /// When the client secret ends, as whoever made it was told.
    #[serde(
        default,
        serialize_with = "rfc_3339",
        deserialize_with = "rfc_3339_or_null",
        skip_serializing_if = "Option::is_none"
    )]
    pub client_secret_expires_at: Option<Timestamp>,
    /// Where the certificate's password is kept, if not sealed here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_password_from: Option<SecretReference>,
    /// Where the client assertion comes from, read afresh at each request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_assertion_from: Option<SecretReference>,
    /// Certificate authorities (PEM) to trust instead of the operating system's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// When the profile was made, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// When it was last changed, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<String>,
}

impl Profile {
    /// A profile that says nothing but its name and how its application proves itself.
    pub fn new(name: ProfileName, auth_method: AuthMethod) -> Self {
        Self {
            name,
            tenant_id: None,
            client_id: None,
            cloud: None,
            authority: None,
            authority_type: None,
            scopes: Vec::new(),
            resource: None,
            auth_method,
            default_flow: None,
            redirect_uri: None,
            login_hint: None,
            certificate_path: None,
            cache_certificate_password: false,
            send_certificate_chain: false,
            assertion_algorithm: None,
            client_secret_from: None,
            client_secret_expires_at: None,
            certificate_password_from: None,
            client_assertion_from: None,
            ca_file: None,
            created_at: None,
            updated_at: None,
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands in a reference"
)]
fn is_false(value: &bool) -> bool {
    !value
}

/// Other tools write `null` where nothing is set.
fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[expect(clippy::ref_option, reason = "serde hands in a reference to the field")]
fn rfc_3339<S: Serializer>(instant: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match instant {
        Some(instant) => serializer.collect_str(instant),
        None => serializer.serialize_none(),
    }
}

fn rfc_3339_or_null<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else {
        return Ok(None);
    };
    match Timestamp::from_rfc_3339(&text) {
        Some(instant) => Ok(Some(instant)),
        None => Err(serde::de::Error::custom(format!(
            "{text:?} is no date, such as 2027-01-31 or 2027-01-31T12:00:00Z"
        ))),
    }
}

/// A list of texts, one text, or `null`.
fn list_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum ListOrText {
        List(Vec<String>),
        Text(String),
    }
    Ok(match Option::deserialize(deserializer)? {
        Some(ListOrText::List(list)) => list,
        Some(ListOrText::Text(text)) => vec![text],
        None => Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_limited_to_harmless_characters() {
        for good in ["default", "a.b-c_D9", "_-"] {
            assert!(ProfileName::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a b",
            "a/b",
            "a\nb",
            "ä",
            "a'b",
            "$(x)",
            "-",
            "--yes",
            &"x".repeat(129),
        ] {
            assert_eq!(ProfileName::parse(bad), Err(ProfileNameError), "{bad:?}");
        }
    }

    #[test]
    fn reads_what_the_dotnet_tool_writes() {
        let text = r#"{"name":"sp","tenantId":"contoso.com","clientId":"x","scopes":null,
            "resource":null,"authMethod":"clientSecret","redirectUri":null,"certificatePath":null,
            "cacheCertificatePassword":null,"defaultFlow":null,"somethingNew":{"a":1},
            "createdAt":"2024-01-01T00:00:00Z","updatedAt":null}"#;
        let profile: Profile = serde_json::from_str(text).unwrap();
        assert_eq!(profile.auth_method, AuthMethod::ClientSecret);
        assert!(profile.scopes.is_empty());
        assert!(!profile.cache_certificate_password);
    }

    #[test]
    fn references_have_one_shape() {
        let reference = SecretReference::Command(vec!["op".to_owned(), "read".to_owned()]);
        let text = serde_json::to_string(&reference).unwrap();
        assert_eq!(text, r#"{"command":["op","read"]}"#);
        assert_eq!(
            serde_json::from_str::<SecretReference>(&text).unwrap(),
            reference
        );
    }

    #[test]
    fn different_references_read_differently() {
        let command = |words: &[&str]| {
            SecretReference::Command(words.iter().map(|word| (*word).to_owned()).collect())
        };
        let texts: Vec<String> = [
            command(&["printf", "%s", "a b"]),
            command(&["printf", "%s", "a", "b"]),
            command(&["printf", "%s", "a\", \"b"]),
            command(&["printf %s a b"]),
            SecretReference::Env("A".to_owned()),
            SecretReference::File("A".into()),
        ]
        .iter()
        .map(ToString::to_string)
        .collect();
        assert_eq!(texts[0], r#"command ["printf", "%s", "a b"]"#);
        for (index, text) in texts.iter().enumerate() {
            assert!(!texts[..index].contains(text), "{text}");
        }
    }

    #[test]
    fn one_scope_may_stand_without_a_list() {
        let profile: Profile =
            serde_json::from_str(r#"{"name":"a","authMethod":"Public","scopes":"User.Read"}"#)
                .unwrap();
        assert_eq!(profile.scopes, ["User.Read"]);
    }
}
