//! Why there is no token.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use model::Account;
use model::Destination;
use model::ProfileName;
use protocol::Refusal;
use protocol::ReplyError;
use protocol::TransportError;
use protocol::authorization_response::AuthorizationResponseError;
use protocol::certificate::CertificateError;
use protocol::discovery::DiscoveryError;
use protocol::graph::GraphError;
use protocol::graph::NoGraph;
use protocol::id_token::IdTokenError;
use protocol::relay::RelayError;
use protocol::scope_rules::ScopeRuleError;
use thiserror::Error;
use vault::VaultError;

use crate::interaction::InputRefused;
use crate::landing::ListenError;

/// Why there is no token. Each variant carries what is needed to word it and to say what to do.
#[derive(Debug, Error)]
pub enum EngineError {
    /// The scopes cannot work with this flow.
    #[error(transparent)]
    Scope(#[from] ScopeRuleError),
    /// The flow cannot work at an authority that stands for many tenants.
    #[error(
        "the tenant `{tenant}` stands for many directories, and an app's token is issued by one"
    )]
    TenantNotConcrete {
        /// The keyword that was given.
        tenant: String,
    },
    /// The profile's references or its authority were not approved on this machine, or changed
    /// since.
    #[error("profile `{profile}` is not approved on this machine for {destination}")]
    NotApproved {
        /// The profile.
        profile: ProfileName,
        /// Where its secrets would have gone.
        destination: Box<Destination>,
        /// Where they may go by the approval there is, if that is elsewhere.
        approved_for: Option<Box<Destination>>,
        /// What it refers to: variables, files, commands.
        references: Vec<String>,
    },
    /// The profile proves itself by something that is kept nowhere.
    #[error("no {what} is kept or given")]
    CredentialMissing {
        /// `client secret`, `certificate password` or `client assertion`.
        what: &'static str,
        /// The profile, if one was used.
        profile: Option<ProfileName>,
    },
    /// A secret that is kept elsewhere could not be read.
    #[error("the {what} could not be read")]
    Reference {
        /// `client secret`, `certificate`, `certificate password` or `client assertion`.
        what: &'static str,
        /// Why.
        #[source]
        source: ReferenceError,
    },
    /// The certificate file is of no use.
    #[error("the certificate {path} cannot be used")]
    Certificate {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: CertificateError,
    },
    /// A person would have had to answer.
    #[error("the {what} is needed")]
    Input {
        /// What would have been asked.
        what: &'static str,
        /// Why it was not.
        #[source]
        source: InputRefused,
    },
    /// An assertion could not be signed, or a request not be built.
    #[error("the request could not be built: {0}")]
    Request(String),
    /// The authority's metadata is of no use.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    /// No answer came.
    #[error("no answer from {host}")]
    Transport {
        /// Who was asked.
        host: String,
        /// Why.
        #[source]
        source: TransportError,
    },
    /// A person has to sign in, and nobody may be asked here.
    #[error("a person has to sign in")]
    PersonNeeded {
        /// What the identity provider demands of the sign-in, as JSON, if it said so.
        claims: Option<String>,
        /// Why a refresh token did not do, if one was tried.
        refused: Option<Box<Refusal>>,
    },
    /// Nobody signed in in time.
    #[error("nobody signed in within {} minutes", .0.as_secs() / 60)]
    NotSignedIn(Duration),
    /// Somebody else signed in than was meant; nothing was kept.
    #[error("{actual} signed in in place of {expected}")]
    OtherAccount {
        /// Who was meant: a user name, or what `--account` said.
        expected: String,
        /// Who it was.
        actual: Box<Account>,
    },
    /// Several accounts are signed in, and none of them is the default.
    #[error("several accounts are signed in, and none is the default")]
    WhichAccount(Vec<Account>),
    /// The authority has no such service as the flow needs.
    #[error("{authority} has no {service} endpoint")]
    NoSuchService {
        /// The authority.
        authority: String,
        /// `authorization` or `device authorization`.
        service: &'static str,
    },
    /// The redirect URI cannot be listened on.
    #[error("the redirect URI {redirect_uri} cannot be listened on")]
    Listen {
        /// The redirect URI.
        redirect_uri: String,
        /// Why.
        #[source]
        source: Box<ListenError>,
    },
    /// What came back from the sign-in page makes no sense.
    #[error(transparent)]
    AuthorizationResponse(AuthorizationResponseError),
    /// A foreign authority sends people to Microsoft's sign-in pages.
    #[error(transparent)]
    Relay(RelayError),
    /// The ID token is not for this sign-in.
    #[error(transparent)]
    IdToken(IdTokenError),
    /// There is a token, but nothing says whom it speaks for.
    #[error("the identity provider did not say who signed in")]
    NobodyNamed,
    /// A sign-in that this process waited for failed in another one, because of what is said.
    #[error("the sign-in in another process failed: {0}")]
    SignInElsewhere(String),
    /// The identity provider said no.
    #[error("the identity provider refused: {}", .0.error)]
    Refused(Box<Refusal>),
    /// The identity provider's answer makes no sense.
    #[error(transparent)]
    Reply(ReplyError),
    /// Tokens of the authority are for no Microsoft Graph.
    #[error(transparent)]
    NoGraph(NoGraph),
    /// Microsoft Graph brought no page of applications.
    #[error(transparent)]
    Graph(GraphError),
    /// Microsoft Graph brought no page within the time allowed.
    #[error("no answer from Microsoft Graph within {} s", .0.as_secs_f64())]
    NoPage(Duration),
    /// The time allowed ran out.
    #[error("no token within {} s", .0.as_secs_f64())]
    TimedOut(Duration),
    /// The local store failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// Why a secret that is kept elsewhere could not be read.
#[derive(Debug, Error)]
pub enum ReferenceError {
    /// The environment variable is not set, or holds no text.
    #[error("the environment variable {0} is not set")]
    VariableNotSet(String),
    /// The file cannot be opened or read.
    #[error("{path} cannot be read")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The program cannot be started or watched.
    #[error("`{program}` cannot be run")]
    NotStarted {
        /// The program.
        program: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The program failed.
    #[error("`{program}` failed ({status})")]
    CommandFailed {
        /// The program.
        program: String,
        /// Its exit status, in words.
        status: String,
    },
    /// The program took too long.
    #[error("`{0}` did not end in time")]
    TimedOut(String),
    /// Nothing names a program.
    #[error("the command names no program")]
    NoProgram,
    /// More than any secret holds.
    #[error("{0} gives more than a secret can hold")]
    TooLong(String),
    /// Not UTF-8.
    #[error("{0} gives something that is not text")]
    NotText(String),
    /// Nothing at all.
    #[error("the {0} gives nothing")]
    Empty(String),
}
