//! Scopes that cannot work, found before anything is sent (Microsoft identity platform, "Scopes
//! and permissions").

use model::Authority;
use model::AuthorityKind;
use model::Cloud;
use model::Scopes;
use model::TokenKind;
use model::scope::is_default;
use model::scope::is_reserved;
use model::scope::resource_of;
use model::tenant::is_guid;
use thiserror::Error;

/// What stands at the end of a scope for everything that was granted.
const DEFAULT: &str = ".default";

/// Why scopes cannot work. [`suggestion`](Self::suggestion) says what would.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ScopeRuleError {
    /// Nothing is asked for.
    #[error("no scope is given")]
    Empty {
        /// The scope most people mean.
        suggestion: String,
    },
    /// An app asks for a permission by name: only people can do that.
    #[error(
        "`{scope}` is a permission that a person grants; an app asks for everything it was \
         granted, with `{suggestion}`"
    )]
    NamedPermission {
        /// The scope as given.
        scope: String,
        /// The `.default` scope of the same resource.
        suggestion: String,
    },
    /// An app asks for something that belongs to a signed-in person.
    #[error("`{scope}` is about a signed-in person; an app has none")]
    ReservedForPeople {
        /// The scope as given.
        scope: String,
        /// The scopes without those.
        suggestion: Option<String>,
    },
    /// A resource without a permission of it (`AADSTS70011`).
    #[error("`{scope}` names a resource and no permission of it")]
    BareResource {
        /// The scope as given.
        scope: String,
        /// The `.default` scope of the resource.
        suggestion: String,
    },
    /// Scopes of several resources (`AADSTS28000`).
    #[error("a token is for one resource, and these scopes name several: {}", .resources.join(", "))]
    SeveralResources {
        /// The resources named.
        resources: Vec<String>,
        /// The scopes of the first one.
        suggestion: String,
    },
    /// Everything granted, and single permissions beside it (`AADSTS70011`).
    #[error("`{default}` means everything granted and cannot stand beside `{named}`")]
    MixedWithDefault {
        /// The `.default` scope.
        default: String,
        /// The first named permission.
        named: String,
    },
}

impl ScopeRuleError {
    /// Scopes that would work in their place, as they are typed.
    pub fn suggestion(&self) -> Option<&str> {
        match self {
            Self::Empty { suggestion }
            | Self::NamedPermission { suggestion, .. }
            | Self::BareResource { suggestion, .. }
            | Self::SeveralResources { suggestion, .. } => Some(suggestion),
            Self::ReservedForPeople { suggestion, .. } => suggestion.as_deref(),
            Self::MixedWithDefault { default, .. } => Some(default),
        }
    }
}

/// Checks scopes for a token of that kind. Authorities that do not follow Entra's rules take
/// whatever their own rules say, so nothing is checked for them.
pub fn check(
    scopes: &Scopes,
    kind: TokenKind,
    authority: &Authority,
) -> Result<(), ScopeRuleError> {
    if !authority.kind().follows_entra_rules() {
        return Ok(());
    }
    let graph = graph_of(authority);
    if scopes.is_empty() {
        return Err(ScopeRuleError::Empty {
            suggestion: match kind {
                TokenKind::App => format!("{graph}/{DEFAULT}"),
                TokenKind::User => format!("{graph}/User.Read"),
            },
        });
    }
    match kind {
        TokenKind::App => check_app(scopes, graph),
        TokenKind::User => check_user(scopes, graph),
    }
}

/// What a sign-in asks for beside access: who signed in, and to stay signed in (OpenID Connect Core
/// 1.0 §3.1.2.1 and §11).
const SIGN_IN: [&str; 3] = ["openid", "profile", "offline_access"];

/// The scopes of a sign-in: those asked for, then `openid profile offline_access` as far as they
/// are not among them. Letter case counts, but not at Entra (RFC 6749 §3.3).
#[must_use]
pub fn with_sign_in_scopes(scopes: &Scopes, kind: AuthorityKind) -> Scopes {
    let is_there = |wanted: &str| {
        scopes.iter().any(|scope| {
            scope == wanted || kind.follows_entra_rules() && scope.eq_ignore_ascii_case(wanted)
        })
    };
    scopes.with(SIGN_IN.into_iter().filter(|wanted| !is_there(wanted)))
}

fn check_app(scopes: &Scopes, graph: &str) -> Result<(), ScopeRuleError> {
    if let Some(reserved) = scopes.iter().find(|scope| is_reserved(scope)) {
        let others: Vec<&str> = scopes.iter().filter(|scope| !is_reserved(scope)).collect();
        return Err(ScopeRuleError::ReservedForPeople {
            scope: reserved.to_owned(),
            suggestion: (!others.is_empty()).then(|| others.join(" ")),
        });
    }
    if let Some(named) = scopes.iter().find(|scope| !is_default(scope)) {
        return Err(ScopeRuleError::NamedPermission {
            scope: named.to_owned(),
            suggestion: default_of(named, graph),
        });
    }
    one_resource(scopes.iter(), graph)
}

fn check_user(scopes: &Scopes, graph: &str) -> Result<(), ScopeRuleError> {
    // `email` is no reserved scope of Entra's, but stands beside any resource all the same.
    let for_access = || {
        scopes
            .iter()
            .filter(|scope| !is_reserved(scope) && !scope.eq_ignore_ascii_case("email"))
    };
    // A bare GUID is none: B2C takes the client id for a scope.
    let is_bare = |scope: &&str| {
        scope.contains("://") && (scope.ends_with('/') || resource_of(scope).is_none())
    };
    if let Some(bare) = for_access().find(is_bare) {
        return Err(ScopeRuleError::BareResource {
            scope: bare.to_owned(),
            suggestion: default_of(bare, graph),
        });
    }
    one_resource(for_access(), graph)?;
    let default = for_access().find(|scope| is_default(scope));
    let named = for_access().find(|scope| !is_default(scope));
    match (default, named) {
        (Some(default), Some(named)) => Err(ScopeRuleError::MixedWithDefault {
            default: default.to_owned(),
            named: named.to_owned(),
        }),
        _ => Ok(()),
    }
}

/// The resource that the scopes ask access to, as they write it; `None` where they ask for none, and
/// at an authority where a scope does not say (Microsoft identity platform, "Scopes and permissions",
/// requesting permissions).
pub fn resource_asked_for<'a>(scopes: &'a Scopes, authority: &Authority) -> Option<&'a str> {
    if !authority.kind().follows_entra_rules() {
        return None;
    }
    let scope = scopes
        .iter()
        .find(|scope| !is_reserved(scope) && !scope.eq_ignore_ascii_case("email"))?;
    // A bare GUID is a client id: B2C takes it for a scope.
    let bare = if is_guid(scope) {
        scope
    } else {
        graph_of(authority)
    };
    Some(resource_of(scope).unwrap_or(bare))
}

fn graph_of(authority: &Authority) -> &'static str {
    authority
        .cloud()
        .unwrap_or(Cloud::Public)
        .resource("graph")
        .unwrap_or("https://graph.microsoft.com")
}

/// A trailing slash counts: it changes the audience.
fn one_resource<'a>(
    scopes: impl Iterator<Item = &'a str>,
    graph: &'a str,
) -> Result<(), ScopeRuleError> {
    let mut resources: Vec<&str> = Vec::new();
    let mut of_first: Vec<&str> = Vec::new();
    for scope in scopes {
        let resource = resource_of(scope).unwrap_or(graph);
        if !resources
            .iter()
            .any(|known| known.eq_ignore_ascii_case(resource))
        {
            resources.push(resource);
        }
        if resources.len() == 1 {
            of_first.push(scope);
        }
    }
    if resources.len() <= 1 {
        return Ok(());
    }
    let everything = of_first.iter().find(|scope| is_default(scope));
    Err(ScopeRuleError::SeveralResources {
        resources: resources.into_iter().map(ToOwned::to_owned).collect(),
        suggestion: everything.map_or_else(|| of_first.join(" "), ToString::to_string),
    })
}

/// The `.default` scope of the resource that a named permission, or a bare resource, belongs to.
fn default_of(scope: &str, graph: &str) -> String {
    let bare = scope.trim_end_matches('/');
    if is_guid(bare) {
        return format!("{bare}/{DEFAULT}");
    }
    match resource_of(bare) {
        Some(resource) => format!("{resource}/{DEFAULT}"),
        None if bare.contains("://") => format!("{bare}/{DEFAULT}"),
        None => format!("{graph}/{DEFAULT}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fixtures::authority;

    fn public() -> Authority {
        authority("https://login.microsoftonline.com/contoso.onmicrosoft.com")
    }

    fn checked(text: &str, kind: TokenKind) -> Result<(), ScopeRuleError> {
        check(&Scopes::parse([text], None).unwrap(), kind, &public())
    }

    #[test]
    fn the_resource_asked_for_is_that_of_the_first_scope_for_access() {
        let openid = authority("https://issuer.example");
        let graph = "https://graph.microsoft.com";
        for (scopes, of, resource) in [
            ("api://orders/.default", &public(), Some("api://orders")),
            (
                "openid email api://orders/Read",
                &public(),
                Some("api://orders"),
            ),
            (
                "https://vault.azure.net//.default",
                &public(),
                Some("https://vault.azure.net/"),
            ),
            ("User.Read", &public(), Some(graph)),
            (
                "499b84ac-1321-427f-aa17-267ca6975798",
                &public(),
                Some("499b84ac-1321-427f-aa17-267ca6975798"),
            ),
            ("openid profile", &public(), None),
            ("api://orders/.default", &openid, None),
        ] {
            let scopes = Scopes::parse([scopes], None).unwrap();
            assert_eq!(resource_asked_for(&scopes, of), resource, "{scopes} {of}");
        }
    }

    #[test]
    fn an_app_gets_the_default_form_that_would_work() {
        for (given, expected) in [
            ("User.Read", "https://graph.microsoft.com/.default"),
            (".default", "https://graph.microsoft.com/.default"),
            (
                "https://graph.microsoft.com",
                "https://graph.microsoft.com/.default",
            ),
            (
                "https://graph.microsoft.com/User.Read",
                "https://graph.microsoft.com/.default",
            ),
            (
                "https://management.azure.com/",
                "https://management.azure.com/.default",
            ),
            (
                "https://management.azure.com//user_impersonation",
                "https://management.azure.com//.default",
            ),
            ("api://my-app/access", "api://my-app/.default"),
            ("api://my-app", "api://my-app/.default"),
            (
                "499b84ac-1321-427f-aa17-267ca6975798",
                "499b84ac-1321-427f-aa17-267ca6975798/.default",
            ),
        ] {
            let error = checked(given, TokenKind::App).unwrap_err();
            assert!(
                matches!(error, ScopeRuleError::NamedPermission { .. }),
                "{given}: {error}"
            );
            assert_eq!(error.suggestion(), Some(expected), "{given}");
            assert_eq!(checked(expected, TokenKind::App), Ok(()), "{expected}");
            assert!(error.to_string().contains(expected), "{error}");
        }
    }

    #[test]
    fn an_app_has_no_person() {
        let error = checked("openid api://x/.default", TokenKind::App).unwrap_err();
        assert_eq!(error.suggestion(), Some("api://x/.default"));
        let error = checked("offline_access", TokenKind::App).unwrap_err();
        assert_eq!(error.suggestion(), None);
    }

    #[test]
    fn a_token_is_for_one_resource() {
        for kind in [TokenKind::App, TokenKind::User] {
            let error = checked("api://a/.default api://b/.default", kind).unwrap_err();
            let ScopeRuleError::SeveralResources {
                resources,
                suggestion,
            } = error
            else {
                panic!("{error}");
            };
            assert_eq!(resources, ["api://a", "api://b"]);
            assert_eq!(suggestion, "api://a/.default");
        }
        assert!(
            checked(
                "User.Read https://management.azure.com/user_impersonation",
                TokenKind::User
            )
            .is_err()
        );
        assert!(checked("api://A/read api://a/write", TokenKind::User).is_ok());
        assert!(
            checked(
                "User.Read https://graph.microsoft.com/Mail.Read",
                TokenKind::User
            )
            .is_ok()
        );
    }

    #[test]
    fn default_stands_alone_but_for_the_reserved() {
        assert!(
            checked(
                "api://a/.default openid profile offline_access email",
                TokenKind::User
            )
            .is_ok()
        );
        let error = checked("api://a/read api://a/.default", TokenKind::User).unwrap_err();
        assert_eq!(error.suggestion(), Some("api://a/.default"));
    }

    #[test]
    fn a_person_is_asked_for_a_permission_and_not_for_a_resource() {
        for (given, expected) in [
            (
                "https://graph.microsoft.com openid",
                "https://graph.microsoft.com/.default",
            ),
            (
                "https://management.azure.com/",
                "https://management.azure.com/.default",
            ),
            ("User.Read api://my-app", "api://my-app/.default"),
        ] {
            let error = checked(given, TokenKind::User).unwrap_err();
            assert!(
                matches!(error, ScopeRuleError::BareResource { .. }),
                "{given}: {error}"
            );
            assert_eq!(error.suggestion(), Some(expected), "{given}");
            assert_eq!(checked(expected, TokenKind::User), Ok(()), "{expected}");
        }
        for fine in [
            "openid",
            "email",
            "6731de76-14a6-49ae-97bc-6eba6914391e openid",
            "https://contoso.onmicrosoft.com/api/read",
            "https://management.azure.com//user_impersonation",
        ] {
            assert_eq!(checked(fine, TokenKind::User), Ok(()), "{fine}");
        }
    }

    #[test]
    fn a_sign_in_asks_for_an_identity_and_to_last() {
        for (asked, kind, sent) in [
            (
                "User.Read",
                AuthorityKind::Entra,
                "User.Read openid profile offline_access",
            ),
            ("", AuthorityKind::Adfs, "openid profile offline_access"),
            (
                "profile a openid",
                AuthorityKind::Oidc,
                "profile a openid offline_access",
            ),
            (
                "OpenID a",
                AuthorityKind::Entra,
                "OpenID a profile offline_access",
            ),
            (
                "OpenID a",
                AuthorityKind::Oidc,
                "OpenID a openid profile offline_access",
            ),
        ] {
            let scopes = Scopes::parse([asked], None).unwrap();
            let with = with_sign_in_scopes(&scopes, kind);
            assert_eq!(with.to_string(), sent);
            assert_eq!(with_sign_in_scopes(&with, kind), with, "never twice");
        }
    }

    #[test]
    fn nothing_asked_for_has_a_suggestion() {
        assert_eq!(
            checked("", TokenKind::App).unwrap_err().suggestion(),
            Some("https://graph.microsoft.com/.default")
        );
        let gov = authority("https://login.microsoftonline.us/contoso.onmicrosoft.us");
        let error = check(&Scopes::default(), TokenKind::User, &gov).unwrap_err();
        assert_eq!(
            error.suggestion(),
            Some("https://graph.microsoft.us/User.Read")
        );
    }

    #[test]
    fn other_authorities_have_their_own_rules() {
        let scopes = Scopes::parse(["read write openid"], None).unwrap();
        for address in ["https://issuer.example/", "https://fs.contoso.com/adfs"] {
            assert_eq!(check(&scopes, TokenKind::App, &authority(address)), Ok(()));
        }
    }

    proptest! {
        #[test]
        fn what_is_suggested_for_a_person_works(scopes in "((https://|api://)?[a-c.]{1,3}(/{1,2}([.]default|[a-c]{0,2}))? ){1,4}") {
            let scopes = Scopes::parse([scopes.as_str()], None).unwrap();
            if let Err(error) = check(&scopes, TokenKind::User, &public())
                && let Some(suggestion) = error.suggestion()
            {
                prop_assert_eq!(checked(suggestion, TokenKind::User), Ok(()), "{} for {}", suggestion, scopes);
            }
        }

        #[test]
        fn what_is_suggested_to_an_app_works(scope in "(https://|api://)?[a-zA-Z0-9.-]{1,10}(/{1,2}[a-zA-Z.]{0,10})?") {
            let scopes = Scopes::parse([scope.as_str()], None).unwrap();
            if let Err(error) = check(&scopes, TokenKind::App, &public())
                && let Some(suggestion) = error.suggestion()
            {
                prop_assert_eq!(checked(suggestion, TokenKind::App), Ok(()), "{} for {}", suggestion, scope);
            }
        }
    }
}
