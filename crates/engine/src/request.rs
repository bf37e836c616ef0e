//! What is asked of the engine: everything resolved, nothing left to look up.

use std::path::PathBuf;
use std::time::Duration;

use model::AssertionAlgorithm;
use model::Authority;
use model::ClientId;
use model::Destination;
use model::Flow;
use model::ProfileName;
use model::Prompt;
use model::RedirectUri;
use model::ResponseMode;
use model::Scopes;
use model::SecretReference;
use vault::Approval;
use vault::EntryId;
use vault::EntryIdentity;
use vault::SecretKind;
use vault::Subject;
use zeroize::Zeroizing;

/// One question for a token.
#[derive(Debug)]
pub struct TokenRequest {
    /// Who is asked.
    pub authority: Authority,
    /// The application that asks.
    pub client_id: ClientId,
    /// What for.
    pub scopes: Scopes,
    /// By which flow.
    pub flow: Flow,
    /// How the application proves itself.
    pub credential: Credential,
    /// Claims that a resource demanded (OIDC core §5.5), as JSON text.
    pub claims: Option<String>,
    /// How the cache is used.
    pub cache: CacheUse,
    /// A cached token with less left than this is a miss.
    pub min_ttl: MinTtl,
    /// Whether the client declares that it handles claims challenges (`cp1`), so that Entra issues
    /// long-lived, revocable tokens (continuous access evaluation).
    pub declares_cp1: bool,
    /// How long the whole acquisition may take, waiting for another process included. Where
    /// nothing is said: [`DEFAULT_TIMEOUT`](crate::DEFAULT_TIMEOUT), and for a person as long as
    /// the identity provider allows.
    pub timeout: Option<Duration>,
    /// What there is to say about a sign-in, for the flows that need a person.
    pub sign_in: SignInWishes,
    /// The profile the request comes from, if any.
    pub profile: Option<ProfileName>,
    /// What this machine's owner must have approved before a secret is read or sent.
    pub approval: Option<Approval>,
}

/// What there is to say about a sign-in.
#[derive(Debug, Clone, Default)]
pub struct SignInWishes {
    /// The redirect URI that is registered; the flow's usual one if nothing is said.
    pub redirect_uri: Option<RedirectUri>,
    /// The port to listen on, in place of the redirect URI's or a free one.
    pub port: Option<u16>,
    /// How the answer comes back, in place of what suits the surroundings.
    pub response_mode: Option<ResponseMode>,
    /// What the sign-in page does first.
    pub prompt: Option<Prompt>,
    /// The user name to fill in.
    pub login_hint: Option<String>,
    /// The domain whose sign-in page is wanted.
    pub domain_hint: Option<String>,
    /// Which of the accounts is meant, or which one is to be added.
    pub account: Option<String>,
    /// Whether the destination was moved away from the profile's by the command line, so that the
    /// accounts of the profile do not count.
    pub moved: bool,
}

/// The least lifetime a cached token must have left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MinTtl {
    /// Nobody asked: a living token below it still serves if no new one is to be had.
    Preferred(Duration),
    /// Someone asked: a token below it never serves.
    Required(Duration),
}

impl MinTtl {
    /// The duration, whoever asked for it.
    pub const fn duration(self) -> Duration {
        match self {
            Self::Preferred(duration) | Self::Required(duration) => duration,
        }
    }
}

/// How a request uses the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheUse {
    /// A fresh cached token answers; a new one is kept.
    ReadAndWrite,
    /// Only a new token answers; it is kept.
    WriteOnly,
    /// The store is left alone.
    None,
}

/// How an application proves itself, not yet read from where it is kept.
#[derive(Debug)]
pub enum Credential {
    /// Not at all: a public client.
    None,
    /// By a client secret.
    Secret(SecretSource),
    /// By assertions it signs itself.
    Certificate {
        /// A PFX or PEM file with key and certificate.
        file: PathBuf,
        /// The file's password, if it has one.
        password: Option<SecretSource>,
        /// How assertions are signed, if not in the authority's usual way.
        algorithm: Option<AssertionAlgorithm>,
        /// Whether the chain goes along (`x5c`).
        send_chain: bool,
        /// Whether a password that a person typed is kept, sealed, under the profile.
        keep_password: bool,
    },
    /// By an assertion someone else made.
    Assertion(SecretSource),
}

/// Where a secret is.
pub enum SecretSource {
    /// Here: it came with the command or its environment.
    Given(Zeroizing<String>),
    /// Sealed in the store, under a profile.
    Stored {
        /// The profile.
        profile: ProfileName,
        /// Which of its secrets.
        kind: SecretKind,
        /// What serves where nothing is stored: a value from the environment.
        otherwise: Option<Zeroizing<String>>,
    },
    /// Elsewhere, read at each use.
    Reference(SecretReference),
}

impl std::fmt::Debug for SecretSource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Given(_) => formatter.write_str("Given([REDACTED])"),
            Self::Stored { profile, kind, .. } => formatter
                .debug_struct("Stored")
                .field("profile", profile)
                .field("kind", kind)
                .finish_non_exhaustive(),
            Self::Reference(reference) => {
                formatter.debug_tuple("Reference").field(reference).finish()
            }
        }
    }
}

impl TokenRequest {
    /// Where the request's secrets may go.
    pub fn destination(&self) -> Destination {
        Destination::new(&self.authority, &self.client_id)
    }

    /// The name of the cache entry that answers it: the same for requests whose tokens are
    /// interchangeable.
    pub fn entry_id(&self) -> EntryId {
        let tenant = self.authority.tenant().map(model::Tenant::as_str);
        let kind = self.authority.kind();
        let cloud = self.authority.cloud();
        let scopes = if kind.follows_entra_rules() {
            self.scopes.cache_identity(cloud)
        } else {
            self.scopes.to_string()
        };
        EntryIdentity {
            authority: self.authority.base(),
            dialect: &format!(
                "{} {}",
                kind.as_str(),
                cloud.map_or("", model::Cloud::as_str)
            ),
            tenant: tenant.unwrap_or_default(),
            client_id: self.client_id.as_str(),
            subject: Subject::App,
            scopes: &scopes,
            cp1: false,
        }
        .id()
    }
}

#[cfg(test)]
mod tests {
    use model::AuthorityInput;
    use model::AuthorityKind;
    use model::Cloud;

    use super::*;

    fn entry(cloud: Option<Cloud>, kind: Option<AuthorityKind>, scope: &str) -> EntryId {
        let input = AuthorityInput {
            cloud,
            authority: Some("https://login.microsoftonline.us"),
            kind,
            tenant: Some("contoso.us"),
        };
        TokenRequest {
            authority: input.resolve().unwrap(),
            client_id: ClientId::parse("app").unwrap(),
            scopes: Scopes::parse([scope], cloud).unwrap(),
            flow: Flow::ClientCredentials,
            credential: Credential::None,
            claims: None,
            cache: CacheUse::ReadAndWrite,
            min_ttl: MinTtl::Preferred(Duration::ZERO),
            timeout: Duration::ZERO,
            profile: None,
            approval: None,
        }
        .entry_id()
    }

    #[test]
    fn clouds_that_share_a_login_host_share_no_entry() {
        let of = |cloud| entry(Some(cloud), None, "graph");
        assert_eq!(of(Cloud::UsGov), of(Cloud::UsGov));
        assert_ne!(of(Cloud::UsGov), of(Cloud::UsDod));
    }

    #[test]
    fn an_openid_issuer_shares_no_entry_with_entra() {
        let oidc = Some(AuthorityKind::Oidc);
        assert_ne!(entry(None, oidc, "read"), entry(None, None, "read"));
    }

    #[test]
    fn letter_case_counts_where_it_means_something() {
        let of = |kind, scope| entry(None, Some(kind), scope);
        assert_eq!(
            of(AuthorityKind::Entra, "Mail.Read"),
            of(AuthorityKind::Entra, "mail.read")
        );
        assert_ne!(
            of(AuthorityKind::Oidc, "Read"),
            of(AuthorityKind::Oidc, "read")
        );
    }
}
