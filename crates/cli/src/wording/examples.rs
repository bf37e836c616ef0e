//! Every failure that is worded from facts of the rooms below, one of each code, as in
//! `data/errors.json`.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use engine::EngineError;
use engine::TokenRequest;
use engine::error::ReferenceError;
use engine::landing::ListenError;
use engine::signing_keys::SigningKeysError;
use model::Account;
use model::AccountId;
use model::AuthorityError;
use model::ClientId;
use model::Destination;
use model::Flow;
use model::ProfileName;
use protocol::Refusal;
use protocol::ReplyError;
use protocol::TransportError;
use protocol::TransportErrorKind;
use protocol::authorization_response::AuthorizationResponseError;
use protocol::certificate::CertificateError;
use protocol::discovery::DiscoveryError;
use protocol::graph::GraphError;
use protocol::graph::GraphRefusal;
use protocol::graph::LinkFault;
use protocol::graph::NoGraph;
use protocol::id_token::IdTokenError;
use protocol::relay::RelayError;
use protocol::scope_rules::ScopeRuleError;
use vault::BundleError;
use vault::HeaderError;
use vault::KeyUnavailable;
use vault::KeyringError;
use vault::LocationError;
use vault::LockError;
use vault::ProfilesError;
use vault::Protection;
use vault::SealError;
use vault::StorageError;
use vault::StorageFailure;
use vault::VaultError;

use super::engine;
use super::invocation::tests::request;
use crate::command_error::CommandError;

const ENTRA: &str = "https://login.microsoftonline.com";
const GRAPH_DEFAULT: &str = "https://graph.microsoft.com/.default";
const STATE: &str = "/home/ada/.local/state/entra-auth-cli";
const PROFILES: &str = "/home/ada/.config/entra-auth-cli/profiles.json";

/// One failure of each code that is worded from facts.
pub(crate) fn all() -> Vec<CommandError> {
    [
        of_the_provider(),
        of_the_way_to_a_token(),
        of_sign_ins(),
        of_the_network(),
        of_graph(),
        of_the_store(),
        of_files(),
        of_profiles(),
        of_exports(),
        vec![CommandError::interrupted()],
    ]
    .concat()
}

fn an_app() -> TokenRequest {
    request(Some("service-principal"), Flow::ClientCredentials)
}

fn a_person() -> TokenRequest {
    request(Some("desktop-app"), Flow::InteractiveBrowser)
}

fn name(text: &str) -> ProfileName {
    ProfileName::parse(text).unwrap()
}

fn below(directory: &str, file: &str) -> PathBuf {
    PathBuf::from(directory).join(file)
}

fn destination(authority: &str) -> Destination {
    Destination {
        authority: authority.to_owned(),
        tenant: "contoso.com".to_owned(),
        client_id: ClientId::parse("11112222-bbbb-3333-cccc-4444dddd5555").unwrap(),
    }
}

fn account(username: &str) -> Account {
    Account {
        id: AccountId::of_entra(username, "contoso.com"),
        username: username.to_owned(),
        tenant_id: "contoso.com".to_owned(),
    }
}

fn of_the_provider() -> Vec<CommandError> {
    let refused = |(error, number, words): (&str, u64, &str)| {
        let (codes, description) = match number {
            0 => (vec![], words.to_owned()),
            number => (vec![number], format!("AADSTS{number}: {words}")),
        };
        let refusal = serde_json::json!({
            "status": 400, "error": error, "codes": codes, "description": description,
        });
        let refusal: Refusal = serde_json::from_value(refusal).unwrap();
        engine(&EngineError::Refused(Box::new(refusal)), &a_person())
    };
    [
        (
            "access_denied",
            65_004,
            "User declined to consent to access the app.",
        ),
        (
            "consent_required",
            65_001,
            "The user or administrator has not consented to use the application",
        ),
        (
            "interaction_required",
            50_076,
            "Due to a configuration change made by your administrator you must use multi-factor \
             authentication",
        ),
        (
            "invalid_client",
            7_000_215,
            "Invalid client secret provided.",
        ),
        (
            "invalid_grant",
            700_082,
            "The refresh token has expired due to inactivity.",
        ),
        (
            "invalid_request",
            90_014,
            "The required field 'scope' is missing",
        ),
        (
            "invalid_resource",
            500_011,
            "The resource principal named api://payroll was not found in the tenant",
        ),
        (
            "login_required",
            50_058,
            "Session information is not sufficient for single-sign-on.",
        ),
        ("idp_maintenance", 0, "try again tomorrow"),
        (
            "server_error",
            90_033,
            "A transient error has occurred. Please try again.",
        ),
        (
            "temporarily_unavailable",
            90_006,
            "The service is temporarily unavailable.",
        ),
        (
            "unauthorized_client",
            700_016,
            "Application with identifier was not found in the directory",
        ),
        (
            "unsupported_grant_type",
            70_003,
            "The app returned an unsupported grant type.",
        ),
    ]
    .map(refused)
    .into()
}

fn of_the_way_to_a_token() -> Vec<CommandError> {
    let app = an_app();
    let reply = |error| engine(&EngineError::Reply(error), &app);
    vec![
        engine(
            &EngineError::Scope(ScopeRuleError::NamedPermission {
                scope: "User.Read".to_owned(),
                suggestion: GRAPH_DEFAULT.to_owned(),
            }),
            &app,
        ),
        engine(
            &EngineError::TenantNotConcrete {
                tenant: "common".to_owned(),
            },
            &app,
        ),
        engine(
            &EngineError::NotApproved {
                profile: name("partner"),
                destination: Box::new(destination("https://login.example.com")),
                approved_for: None,
                references: Vec::new(),
            },
            &app,
        ),
        engine(
            &EngineError::CredentialMissing {
                what: "client secret",
                profile: Some(name("service-principal")),
            },
            &app,
        ),
        engine(
            &EngineError::Reference {
                what: "client secret",
                source: ReferenceError::VariableNotSet("APP_SECRET".to_owned()),
            },
            &app,
        ),
        engine(
            &EngineError::Certificate {
                path: PathBuf::from("/home/ada/app.pfx"),
                source: CertificateError::WrongPassword,
            },
            &app,
        ),
        engine(
            &EngineError::Request(
                "the client credentials flow needs a client secret, a certificate or an assertion"
                    .to_owned(),
            ),
            &app,
        ),
        engine(
            &EngineError::Discovery(DiscoveryError::ForeignIssuer {
                expected: "https://idp.example.com".to_owned(),
                found: "https://other.example.com".to_owned(),
            }),
            &app,
        ),
        reply(ReplyError::Malformed {
            status: 200,
            content_type: None,
            excerpt: "<html> <title>Sign in to WiFi</title>".to_owned(),
            why: "it is no JSON object",
            retry_after: None,
        }),
        reply(ReplyError::Redirected {
            status: 302,
            location_host: Some("https://login.example.net".to_owned()),
        }),
        reply(ReplyError::IllegalToken),
        super::signing_keys(&SigningKeysError::Status {
            authority: format!("{ENTRA}/contoso.com"),
            status: 404,
        }),
        super::authority(&AuthorityError::NotPermitted(
            "http://login.example.com".to_owned(),
        )),
        super::authority(&AuthorityError::MissingTenant(ENTRA.to_owned())),
    ]
}

fn of_sign_ins() -> Vec<CommandError> {
    let person = a_person();
    let made = |error: EngineError| engine(&error, &person);
    let listen = |redirect_uri: &str, error| {
        made(EngineError::Listen {
            redirect_uri: redirect_uri.to_owned(),
            source: Box::new(error),
        })
    };
    vec![
        made(EngineError::PersonNeeded {
            claims: None,
            refused: None,
        }),
        made(EngineError::WhichAccount(vec![
            account("ada@contoso.com"),
            account("bob@contoso.com"),
        ])),
        made(EngineError::OtherAccount {
            expected: "ada@contoso.com".to_owned(),
            actual: Box::new(account("bob@contoso.com")),
        }),
        made(EngineError::NoSuchService {
            authority: "https://idp.example.com".to_owned(),
            service: "device authorization",
        }),
        listen(
            "http://localhost:8080",
            ListenError::InUse {
                address: std::net::Ipv4Addr::LOCALHOST.into(),
                port: 8080,
                holder: None,
            },
        ),
        listen(
            "http://localhost:80",
            ListenError::NotPermitted {
                port: 80,
                source: io::ErrorKind::PermissionDenied.into(),
            },
        ),
        made(EngineError::AuthorizationResponse(
            AuthorizationResponseError::ForeignState,
        )),
        made(EngineError::Relay(RelayError {
            authority: "https://login.example.com".to_owned(),
            host: "login.microsoftonline.com".to_owned(),
        })),
        made(EngineError::IdToken(IdTokenError::ForeignNonce)),
        made(EngineError::NobodyNamed),
        made(EngineError::SignInElsewhere(
            "the identity provider refused".to_owned(),
        )),
    ]
}

fn of_the_network() -> Vec<CommandError> {
    let host = "login.microsoftonline.com";
    let failed = |host: &str, kind, detail: &str| {
        let detail = detail.to_owned();
        super::transport(host, &TransportError { kind, detail })
    };
    vec![
        failed(
            "login.microsoftonline.con",
            TransportErrorKind::Dns,
            "there is no such host",
        ),
        failed(host, TransportErrorKind::Connect, "connection refused"),
        failed(
            host,
            TransportErrorKind::Connect,
            "the proxy http://proxy:3128 cannot be reached: connection refused",
        ),
        failed(
            host,
            TransportErrorKind::Tls,
            "the certificate's issuer is unknown",
        ),
        failed(
            host,
            TransportErrorKind::Proxy { status: 407 },
            "it answered with status 407",
        ),
        failed(
            host,
            TransportErrorKind::Proxy { status: 403 },
            "it answered with status 403",
        ),
        failed(host, TransportErrorKind::Timeout, ""),
        failed(
            host,
            TransportErrorKind::BodyTooLarge,
            "the reply is longer than 1048576 bytes",
        ),
        failed(host, TransportErrorKind::Other, "connection reset"),
    ]
}

fn of_graph() -> Vec<CommandError> {
    let person = a_person();
    let refused = |(status, code, message): (u16, &str, &str)| {
        let refusal = GraphRefusal {
            status,
            code: code.to_owned(),
            message: message.to_owned(),
            request_id: None,
            claims: None,
        };
        engine(
            &EngineError::Graph(GraphError::Refused(Box::new(refusal))),
            &person,
        )
    };
    let mut made: Vec<CommandError> = [
        (400, "BadRequest", "Invalid filter clause"),
        (
            401,
            "InvalidAuthenticationToken",
            "Access token has expired or is not yet valid.",
        ),
        (
            403,
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation.",
        ),
        (429, "TooManyRequests", "Too many requests"),
    ]
    .map(refused)
    .into();
    made.extend([
        engine(
            &EngineError::Graph(GraphError::Malformed {
                status: 200,
                excerpt: String::new(),
            }),
            &person,
        ),
        engine(
            &EngineError::Graph(GraphError::Link {
                link: "https://graph.example/v1.0/applications".to_owned(),
                fault: LinkFault::Elsewhere,
            }),
            &person,
        ),
        engine(
            &EngineError::NoGraph(NoGraph::Foreign(
                "https://login.example/contoso.com".to_owned(),
            )),
            &person,
        ),
    ]);
    made
}

fn of_the_store() -> Vec<CommandError> {
    let silent = || KeyUnavailable::Keyring(KeyringError::TimedOut(Duration::from_secs(5)));
    let keyring = || Protection::Keyring {
        service: "entra-auth-cli".to_owned(),
        account: "master-key:1".to_owned(),
    };
    let key_file = "/home/ada/.local/share/entra-auth-cli/0c0ffee0.key";
    let cut_short = || "it is cut short".to_owned();
    [
        VaultError::KeyUnavailable {
            protection: Box::new(keyring()),
            why: silent(),
        },
        VaultError::KeyNotMade { why: silent() },
        VaultError::Header {
            path: below(STATE, "store.json"),
            why: HeaderError::Newer { found: 3 },
        },
        VaultError::HeaderMissing {
            path: below(STATE, "store.json"),
        },
        VaultError::Record {
            path: below(STATE, "secrets/webapp"),
            why: SealError::Tampered,
        },
        VaultError::DestinationChanged {
            stored: Box::new(destination(ENTRA)),
            requested: Box::new(destination("https://login.example.com")),
        },
        VaultError::Import {
            path: below(STATE, "import"),
            why: cut_short(),
        },
        VaultError::Rename {
            path: below(STATE, "rename.json"),
            why: cut_short(),
        },
        VaultError::Change {
            path: below(STATE, "protection.json"),
            why: "it names neither of the keys of the store".to_owned(),
        },
        VaultError::ProtectionChanged,
        VaultError::Unreadable(vec![below(STATE, "secrets/a"), below(STATE, "secrets/b")]),
        VaultError::SameKey(PathBuf::from("/run/secrets/entra-auth-key")),
        VaultError::NoPassphrase(Box::new(Protection::KeyFile {
            path: PathBuf::from(key_file),
        })),
        VaultError::NoSessionPlace,
        VaultError::NoStore,
        VaultError::Cryptography,
        VaultError::Lock(LockError::TimedOut {
            pid: Some(4711),
            waited: Duration::from_secs(30),
        }),
        VaultError::Lock(LockError::Unsupported {
            source: io::ErrorKind::Unsupported.into(),
        }),
    ]
    .iter()
    .map(super::vault)
    .collect()
}

fn of_files() -> Vec<CommandError> {
    let failed = |action, path: PathBuf, failure, number| StorageError::Io {
        action,
        path,
        failure,
        source: io::Error::from_raw_os_error(number),
    };
    let mut made: Vec<CommandError> = [
        failed("write", below(STATE, "tokens"), StorageFailure::Full, 28),
        failed("write", PROFILES.into(), StorageFailure::ReadOnly, 30),
        failed("read", PROFILES.into(), StorageFailure::Denied, 13),
        failed("read", PROFILES.into(), StorageFailure::Other, 5),
        StorageError::Link("/home/ada/.config/entra-auth-cli".into()),
        StorageError::WrongKind(PROFILES.into()),
        StorageError::ForeignOwner {
            path: STATE.into(),
            owner: 0,
        },
        StorageError::ForeignHome {
            path: "/home/ada/.config/entra-auth-cli".into(),
            owner: 1000,
        },
        StorageError::TooLarge {
            path: PROFILES.into(),
            limit: 16_777_216,
        },
    ]
    .into_iter()
    .map(|error| super::vault(&VaultError::Storage(error)))
    .collect();
    made.push(super::location(&LocationError::Unset { variable: "HOME" }));
    made
}

fn of_profiles() -> Vec<CommandError> {
    [
        ProfilesError::Syntax {
            path: PROFILES.into(),
            line: 7,
            column: 3,
            why: "expected `,` or `}`".to_owned(),
        },
        ProfilesError::NotFound {
            name: "weapp".to_owned(),
            names: vec![name("webapp")],
            unnamed: Vec::new(),
        },
        ProfilesError::Ambiguous {
            name: "WebApp".to_owned(),
            candidates: vec![name("webapp"), name("WEBAPP")],
        },
        ProfilesError::Duplicate {
            path: PROFILES.into(),
            name: name("webapp"),
            lines: [3, 14],
        },
        ProfilesError::Invalid {
            path: PROFILES.into(),
            name: "webapp".to_owned(),
            line: 4,
            why: "there is no flow `password`".to_owned(),
        },
        ProfilesError::Unwritable {
            name: name("webapp"),
            why: "path contains invalid UTF-8 characters".to_owned(),
        },
        ProfilesError::Exists(name("webapp")),
    ]
    .into_iter()
    .map(super::profiles)
    .collect()
}

fn of_exports() -> Vec<CommandError> {
    let mut made: Vec<CommandError> = [
        BundleError::Foreign,
        BundleError::Newer { found: 2 },
        BundleError::CutShort,
        BundleError::Damaged,
        BundleError::ExcessiveCost {
            memory_kib: 67_108_864,
            passes: 3,
        },
        BundleError::WrongPassphrase,
        BundleError::Tampered,
        BundleError::DotnetUnreadable,
        BundleError::Contents("unknown flow".to_owned()),
        BundleError::TooLarge,
    ]
    .into_iter()
    .map(super::bundle)
    .collect();
    made.push(super::secrets_stored(&[name("webapp")]));
    made
}
