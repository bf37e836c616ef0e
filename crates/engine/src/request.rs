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
use model::Timestamp;
use protocol::claims;
use protocol::claims::ClaimsError;
use vault::AccountOwner;
use vault::Approval;
use vault::EntryId;
use vault::EntryIdentity;
use vault::SecretKind;
use vault::Subject;
use zeroize::Zeroizing;

use crate::EngineError;
use crate::interaction::Environment;

/// One question for a token.
#[derive(Debug, Clone)]
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
    /// When the client secret ends, if that is known.
    pub client_secret_ends_on: Option<Timestamp>,
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
    /// Whether the refresh token is wanted too, from where it is kept if need be.
    pub wants_refresh_token: bool,
    /// What this machine's owner must have approved before a secret is read or sent.
    pub approval: Option<Approval>,
    /// The environment variables that flags or the profile name as holding a secret, whether this
    /// request uses it or not.
    pub secret_variables: Vec<String>,
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
    /// The user name to fill in, where no account is meant.
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
#[derive(Debug, Clone)]
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
#[derive(Clone)]
pub enum SecretSource {
    /// Here: it came with the command or its environment.
    Given(Zeroizing<String>),
    /// Sealed in the store, under a profile.
    Stored {
        /// The profile.
        profile: ProfileName,
        /// Which of its secrets.
        kind: SecretKind,
        /// What serves where nothing is stored.
        otherwise: Option<FromVariable>,
    },
    /// Elsewhere, read at each use.
    Reference(SecretReference),
}

/// A secret that came in an environment variable.
#[derive(Clone)]
pub struct FromVariable {
    /// The variable.
    pub name: &'static str,
    /// The secret.
    pub value: Zeroizing<String>,
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
    /// The environment variables that every program started for this request does without: those
    /// whose values are always secrets, and those that hold one by what flags or the profile say.
    pub fn variables_kept_back(&self, environment: &dyn Environment) -> Vec<String> {
        let mut names = environment.secret_variables();
        names.extend_from_slice(&self.secret_variables);
        names
    }

    /// Where the request's secrets may go.
    pub fn destination(&self) -> Destination {
        Destination::new(&self.authority, &self.client_id)
    }

    /// The name of the cache entry that answers it, for whom the token is to speak: the same for
    /// requests whose tokens are interchangeable.
    pub fn entry_id(&self, subject: Subject<'_>) -> EntryId {
        let tenant = self.authority.tenant().map(model::Tenant::as_str);
        let scopes = if self.authority.kind().follows_entra_rules() {
            self.scopes.cache_identity(self.authority.cloud())
        } else {
            self.scopes.to_string()
        };
        EntryIdentity {
            authority: self.authority.base(),
            dialect: &self.dialect(),
            tenant: tenant.unwrap_or_default(),
            client_id: self.client_id.as_str(),
            subject,
            scopes: &scopes,
            cp1: self.declares_cp1,
        }
        .id()
    }

    /// How the authority is spoken to: one address may be asked in two ways.
    fn dialect(&self) -> String {
        let cloud = self.authority.cloud().map_or("", model::Cloud::as_str);
        format!("{} {cloud}", self.authority.kind().as_str())
    }

    /// The dialect of its refresh tokens: one that a client got with a proof of itself serves only
    /// with that proof, and one that it got without only without.
    pub(crate) fn refresh_dialect(&self) -> String {
        let client = match self.credential {
            Credential::None => "public",
            Credential::Secret(_) | Credential::Certificate { .. } | Credential::Assertion(_) => {
                "confidential"
            }
        };
        format!("{} {client}", self.dialect())
    }

    /// Whose accounts count: the profile's, unless the destination is another one for this call.
    pub fn account_owner(&self) -> AccountOwner {
        match &self.profile {
            Some(profile) if !self.sign_in.moved => AccountOwner::Profile(profile.clone()),
            _ => AccountOwner::Destination(self.destination()),
        }
    }

    /// Whether a person has to be asked, whatever is kept: someone wished for a certain sign-in.
    pub(crate) fn demands_a_person(&self) -> bool {
        self.flow.is_for_a_person()
            && self
                .sign_in
                .prompt
                .is_some_and(|prompt| prompt != Prompt::None)
    }

    /// The `claims` parameter: what was demanded, here and by a refusal, and what the client
    /// declares about itself.
    pub(crate) fn claims_to_send(
        &self,
        of_refusal: Option<&str>,
    ) -> Result<Option<String>, EngineError> {
        let unfit = |error: ClaimsError| EngineError::Request(error.to_string());
        let demanded = match (self.claims.as_deref(), of_refusal) {
            (Some(ours), Some(theirs)) => Some(claims::merged(ours, theirs).map_err(unfit)?),
            (demanded, None) | (None, demanded) => demanded.map(str::to_owned),
        };
        if !self.declares_cp1 {
            return Ok(demanded);
        }
        claims::with_challenge_capability(demanded.as_deref())
            .map(Some)
            .map_err(unfit)
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
            client_secret_ends_on: None,
            claims: None,
            cache: CacheUse::ReadAndWrite,
            min_ttl: MinTtl::Preferred(Duration::ZERO),
            declares_cp1: false,
            timeout: None,
            sign_in: SignInWishes::default(),
            profile: None,
            wants_refresh_token: false,
            approval: None,
            secret_variables: Vec::new(),
        }
        .entry_id(Subject::App)
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
