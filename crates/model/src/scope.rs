//! Scopes: what a token is asked for.

use std::fmt;

use thiserror::Error;

use crate::Cloud;

/// The scopes that OpenID Connect reserves: they ask for other tokens, not for access.
const RESERVED: [&str; 3] = ["openid", "profile", "offline_access"];

/// What `.default` scopes end in: everything that was granted to the app for one resource.
const DEFAULT_SUFFIX: &str = "/.default";

/// Scopes as they were asked for, in order, without repetitions (RFC 6749 §3.3).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scopes(Vec<String>);

/// Text that is no scope, or no resource.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ScopeError {
    /// A character that RFC 6749 §3.3 does not allow in a scope.
    #[error("the scope `{0}` holds characters that no scope may hold")]
    IllegalCharacter(String),
    /// A short name whose address in this cloud is not published.
    #[error("the short name `{name}` has no known address in the {cloud} cloud")]
    UnknownInCloud {
        /// The short name.
        name: String,
        /// The cloud.
        cloud: Cloud,
    },
}

impl Scopes {
    /// Takes scopes separated by spaces or commas, from any number of texts; short names such as
    /// `graph` become that resource's `.default` in the given cloud.
    ///
    /// Slashes are kept as they are: `https://management.azure.com//.default` asks for another
    /// audience than the same text with one slash.
    pub fn parse<'a>(
        texts: impl IntoIterator<Item = &'a str>,
        cloud: Option<Cloud>,
    ) -> Result<Self, ScopeError> {
        let mut scopes = Self::default();
        for text in texts {
            for word in text
                .split([' ', ',', '\t', '\n'])
                .filter(|word| !word.is_empty())
            {
                scopes.add(expanded(word, cloud)?);
            }
        }
        Ok(scopes)
    }

    /// Everything granted for one resource: its `/.default` scope. A short name is understood; a
    /// trailing slash of the resource is kept and so doubled.
    pub fn for_resource(resource: &str, cloud: Option<Cloud>) -> Result<Self, ScopeError> {
        let resource = resource.trim();
        if resource.ends_with(DEFAULT_SUFFIX) {
            return Self::parse([resource], cloud);
        }
        let scope = expanded(resource, cloud)?;
        let mut scopes = Self::default();
        scopes.add(if scope.ends_with(DEFAULT_SUFFIX) {
            scope
        } else {
            format!("{scope}{DEFAULT_SUFFIX}")
        });
        Ok(scopes)
    }

    /// These scopes and, after them, those of the others that are not among them.
    #[must_use]
    pub fn with<'a>(&self, others: impl IntoIterator<Item = &'a str>) -> Self {
        let mut scopes = self.clone();
        for scope in others {
            scopes.add(scope.to_owned());
        }
        scopes
    }

    fn add(&mut self, scope: String) {
        if !self.0.contains(&scope) {
            self.0.push(scope);
        }
    }

    /// Whether nothing was asked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The scopes one by one, as asked for.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// One text in which equal requests are equal: lower-cased, sorted, without the reserved
    /// OpenID scopes, and without the Graph prefix that Entra supplies by itself.
    pub fn cache_identity(&self, cloud: Option<Cloud>) -> String {
        let graph = cloud.and_then(|cloud| cloud.resource("graph"));
        let mut words: Vec<String> = self
            .iter()
            .map(str::to_ascii_lowercase)
            .filter(|scope| !RESERVED.contains(&scope.as_str()))
            .map(
                |scope| match graph.and_then(|graph| scope.strip_prefix(graph)) {
                    Some(rest) if rest.starts_with('/') && !rest.starts_with("//") => {
                        rest[1..].to_owned()
                    }
                    _ => scope,
                },
            )
            .collect();
        words.sort_unstable();
        words.dedup();
        words.join(" ")
    }
}

/// The wire form: separated by single spaces.
impl fmt::Display for Scopes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join(" "))
    }
}

/// Whether the scope asks for everything granted for its resource.
pub fn is_default(scope: &str) -> bool {
    scope.ends_with(DEFAULT_SUFFIX) && scope.len() > DEFAULT_SUFFIX.len()
}

/// Whether the scope is one of OpenID Connect's own.
pub fn is_reserved(scope: &str) -> bool {
    RESERVED.contains(&scope.to_ascii_lowercase().as_str())
}

/// The resource a scope belongs to: what stands before its last slash. `None` for a bare
/// permission such as `User.Read`, which Entra reads as Microsoft Graph's.
pub fn resource_of(scope: &str) -> Option<&str> {
    let (resource, _permission) = scope.rsplit_once('/')?;
    (!resource.is_empty() && !resource.ends_with(":/")).then_some(resource)
}

fn expanded(word: &str, cloud: Option<Cloud>) -> Result<String, ScopeError> {
    // scope-token = 1*( %x21 / %x23-5B / %x5D-7E ), RFC 6749 §3.3
    let legal = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    if !word.bytes().all(legal) {
        return Err(ScopeError::IllegalCharacter(word.to_owned()));
    }
    let name = word.to_ascii_lowercase();
    let Some(cloud) = cloud else {
        return Ok(word.to_owned());
    };
    if !crate::cloud::RESOURCE_SHORT_NAMES.contains(&name.as_str()) {
        return Ok(word.to_owned());
    }
    match cloud.resource(&name) {
        Some(resource) => Ok(format!("{resource}{DEFAULT_SUFFIX}")),
        None => Err(ScopeError::UnknownInCloud { name, cloud }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scopes(text: &str) -> Scopes {
        Scopes::parse([text], Some(Cloud::Public)).unwrap()
    }

    #[test]
    fn spaces_commas_and_repetitions_make_one_list() {
        let parsed = Scopes::parse(["User.Read, Mail.Read", "User.Read"], None).unwrap();
        assert_eq!(parsed.to_string(), "User.Read Mail.Read");
    }

    #[test]
    fn equal_requests_share_an_identity() {
        let cloud = Some(Cloud::Public);
        assert_eq!(
            scopes("https://graph.microsoft.com/User.Read openid").cache_identity(cloud),
            scopes("user.read").cache_identity(cloud),
        );
        assert_eq!(
            scopes("b a").cache_identity(cloud),
            scopes("A,B").cache_identity(cloud)
        );
        assert_ne!(
            scopes("https://management.azure.com//.default").cache_identity(cloud),
            scopes("https://management.azure.com/.default").cache_identity(cloud),
        );
        assert_ne!(
            scopes("https://graph.microsoft.com//.default").cache_identity(cloud),
            scopes("https://graph.microsoft.com/.default").cache_identity(cloud),
        );
    }

    #[test]
    fn short_names_follow_the_cloud() {
        let gov = Scopes::parse(["graph"], Some(Cloud::UsGov)).unwrap();
        assert_eq!(gov.to_string(), "https://graph.microsoft.us/.default");
        assert_eq!(
            Scopes::parse(["sql"], Some(Cloud::Germany)),
            Err(ScopeError::UnknownInCloud {
                name: "sql".to_owned(),
                cloud: Cloud::Germany
            })
        );
        assert_eq!(Scopes::parse(["graph"], None).unwrap().to_string(), "graph");
    }

    #[test]
    fn a_resource_keeps_its_slash() {
        let cloud = Some(Cloud::Public);
        let arm = Scopes::for_resource("https://management.azure.com/", cloud).unwrap();
        assert_eq!(arm.to_string(), "https://management.azure.com//.default");
        let short = Scopes::for_resource("vault", cloud).unwrap();
        assert_eq!(short.to_string(), "https://vault.azure.net/.default");
        let whole = Scopes::for_resource("api://x/.default", cloud).unwrap();
        assert_eq!(whole.to_string(), "api://x/.default");
    }

    #[test]
    fn the_resource_stands_before_the_last_slash() {
        assert_eq!(resource_of("User.Read"), None);
        assert_eq!(resource_of("api://app/read"), Some("api://app"));
        assert_eq!(
            resource_of("https://management.azure.com//.default"),
            Some("https://management.azure.com/")
        );
        assert_eq!(resource_of("https://graph.microsoft.com"), None);
        assert!(is_default("api://x/.default"));
        assert!(!is_default("/.default"));
    }

    #[test]
    fn illegal_characters_are_named() {
        for bad in ["a\"b", "a\\b", "a\u{1b}b", "ä"] {
            assert!(Scopes::parse([bad], None).is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn identity_ignores_order_and_case(mut words in proptest::collection::vec("[a-zA-Z.]{1,8}", 1..6)) {
            let forward = Scopes::parse([words.join(" ").as_str()], None).unwrap();
            words.reverse();
            let backward = Scopes::parse([words.join(",").to_uppercase().as_str()], None).unwrap();
            prop_assert_eq!(forward.cache_identity(None), backward.cache_identity(None));
        }
    }
}
