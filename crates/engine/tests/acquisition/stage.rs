//! What the engine is handed here: time that passes only by waiting, replies written in advance,
//! ears for progress, a store in a temporary directory.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use engine::CacheUse;
use engine::Credential;
use engine::Engine;
use engine::EngineError;
use engine::Environment;
use engine::InputRefused;
use engine::Interaction;
use engine::Issued;
use engine::Progress;
use engine::SecretSource;
use engine::TokenRequest;
use engine::request::MinTtl;
use model::AuthorityInput;
use model::CertificatePassword;
use model::ClientId;
use model::Clock;
use model::Flow;
use model::Passphrase;
use model::Scopes;
use model::Timestamp;
use protocol::HttpClient;
use protocol::HttpRequest;
use protocol::HttpResponse;
use protocol::TransportError;
use protocol::TransportErrorKind;
use vault::KeySettings;
use vault::KeyStoreChoice;
use vault::Locations;
use vault::Notice;
use vault::Notices;
use vault::PassphraseSource;
use vault::PassphraseUnavailable;
use vault::Vault;
use zeroize::Zeroizing;

/// When every test begins: before the machine's own time, by which files are dated, so that none
/// seems long forgotten.
pub(crate) const BEGIN: Timestamp = Timestamp::from_unix_seconds(1_767_225_600);

/// Time that passes only when somebody waits or the test says so.
#[derive(Default)]
pub(crate) struct Hands(Mutex<Duration>);

impl Hands {
    pub(crate) fn advance(&self, duration: Duration) {
        *self.0.lock().unwrap() += duration;
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        BEGIN.plus(self.monotonic())
    }

    fn now_nanoseconds(&self) -> i128 {
        i128::from(BEGIN.unix_seconds()) * 1_000_000_000
            + i128::try_from(self.monotonic().as_nanos()).unwrap()
    }

    fn monotonic(&self) -> Duration {
        *self.0.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) {
        self.advance(duration);
    }
}

/// What comes back for one request.
pub(crate) enum Reply {
    /// This, at once.
    Answer(HttpResponse),
    /// No answer.
    Failure(TransportErrorKind),
    /// No answer, until the caller's patience is used up.
    Silence,
}

/// A network that replies as it was told to, and knows when it was asked.
pub(crate) struct Network {
    clock: Arc<Hands>,
    replies: Mutex<VecDeque<Reply>>,
    asked: Mutex<Vec<Duration>>,
}

impl Network {
    /// When it was asked, counted from the beginning.
    pub(crate) fn asked(&self) -> Vec<Duration> {
        self.asked.lock().unwrap().clone()
    }
}

impl HttpClient for Network {
    fn send(&self, _: &HttpRequest, timeout: Duration) -> Result<HttpResponse, TransportError> {
        self.asked.lock().unwrap().push(self.clock.monotonic());
        let reply = self.replies.lock().unwrap().pop_front();
        let failed = |kind| TransportError {
            kind,
            detail: "as told".to_owned(),
        };
        match reply.expect("a request that no reply was written for") {
            Reply::Answer(response) => Ok(response),
            Reply::Failure(kind) => Err(failed(kind)),
            Reply::Silence => {
                self.clock.advance(timeout);
                Err(failed(TransportErrorKind::Timeout))
            }
        }
    }
}

pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Reply {
    Reply::Answer(HttpResponse {
        status,
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        body: body.as_bytes().to_vec(),
    })
}

/// A token with that name and lifetime.
pub(crate) fn token(name: &str, expires_in: u64) -> Reply {
    answer(
        200,
        &[],
        &format!(r#"{{"access_token":"{name}","token_type":"Bearer","expires_in":{expires_in}}}"#),
    )
}

/// A refusal in due form.
pub(crate) fn refusal() -> Reply {
    answer(
        401,
        &[],
        r#"{"error":"invalid_client","error_description":"AADSTS7000215: no","error_codes":[7000215]}"#,
    )
}

/// Hears what is told, and answers nothing.
#[derive(Default)]
struct Listener(Mutex<Vec<String>>);

impl Interaction for Listener {
    fn progress(&self, progress: Progress<'_>) {
        self.0.lock().unwrap().push(format!("{progress:?}"));
    }

    fn certificate_password(&self, _: &Path) -> Result<CertificatePassword, InputRefused> {
        Err(InputRefused::NotAllowed)
    }
}

/// An environment nobody may read.
struct Untouched;

impl Environment for Untouched {
    fn variable(&self, name: &str) -> Option<Zeroizing<String>> {
        panic!("{name} was read")
    }

    fn secret_variables(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Who protects a store with a passphrase, and how long it takes to type it again.
struct Person {
    clock: Arc<Hands>,
    types_for: Duration,
}

struct Silent;

impl Notices for Silent {
    fn notice(&self, notice: &Notice) {
        panic!("{notice:?}")
    }
}

impl PassphraseSource for Person {
    fn is_available(&self) -> bool {
        true
    }

    fn unlock(&self) -> Result<Passphrase, PassphraseUnavailable> {
        self.clock.advance(self.types_for);
        self.choose()
    }

    fn choose(&self) -> Result<Passphrase, PassphraseUnavailable> {
        Ok(Passphrase::from("correct horse".to_owned()))
    }
}

/// Everything the engine needs, and what it left behind.
pub(crate) struct Stage {
    pub(crate) clock: Arc<Hands>,
    pub(crate) network: Network,
    pub(crate) vault: Vault,
    listener: Listener,
    home: tempfile::TempDir,
}

impl Stage {
    /// A store whose key is at hand.
    pub(crate) fn new() -> Self {
        Self::protected_by(KeyStoreChoice::File(None))
    }

    /// A store that is closed by a passphrase.
    pub(crate) fn with_passphrase() -> Self {
        Self::protected_by(KeyStoreChoice::Passphrase)
    }

    fn protected_by(choice: KeyStoreChoice) -> Self {
        let clock = Arc::new(Hands::default());
        let home = tempfile::tempdir().unwrap();
        Self {
            vault: vault_in(&home, &clock, choice, Duration::ZERO),
            network: Network {
                clock: Arc::clone(&clock),
                replies: Mutex::default(),
                asked: Mutex::default(),
            },
            clock,
            listener: Listener::default(),
            home,
        }
    }

    /// The same store as the next process finds it: closed, until the passphrase is typed for so
    /// long.
    pub(crate) fn closed_again(self, types_for: Duration) -> Self {
        let choice = KeyStoreChoice::Passphrase;
        Self {
            vault: vault_in(&self.home, &self.clock, choice, types_for),
            ..self
        }
    }

    /// Writes replies, to come in this order.
    pub(crate) fn will_reply(&self, replies: impl IntoIterator<Item = Reply>) {
        self.network.replies.lock().unwrap().extend(replies);
    }

    pub(crate) fn ask(&self, request: &TokenRequest) -> Result<Issued, EngineError> {
        self.ask_over(&self.network, request)
    }

    /// The same over another network.
    pub(crate) fn ask_over(
        &self,
        http: &dyn HttpClient,
        request: &TokenRequest,
    ) -> Result<Issued, EngineError> {
        let engine = Engine {
            vault: &self.vault,
            clock: &*self.clock,
            http,
            interaction: &self.listener,
            environment: &Untouched,
        };
        engine.token(request)
    }

    /// What was told, in order.
    pub(crate) fn told(&self) -> Vec<String> {
        self.listener.0.lock().unwrap().clone()
    }
}

fn vault_in(
    home: &tempfile::TempDir,
    clock: &Arc<Hands>,
    choice: KeyStoreChoice,
    types_for: Duration,
) -> Vault {
    let locations = Locations {
        config: home.path().join("config"),
        state: home.path().join("state"),
        data: home.path().join("data"),
        runtime: None,
    };
    let keys = KeySettings {
        choice: Some(choice),
        passphrase: Box::new(Person {
            clock: Arc::clone(clock),
            types_for,
        }),
        notices: Box::new(Silent),
        keyring_timeout: Duration::ZERO,
        allow_foreign_home: false,
    };
    let shared: Arc<dyn Clock> = Arc::<Hands>::clone(clock);
    Vault::new(locations, shared, keys)
}

/// A request for an app's token, with the secret at hand and a minute's time.
pub(crate) fn request() -> TokenRequest {
    request_to("https://login.microsoftonline.com")
}

pub(crate) fn request_to(authority: &str) -> TokenRequest {
    let input = AuthorityInput {
        authority: Some(authority),
        tenant: Some("contoso.com"),
        ..AuthorityInput::default()
    };
    TokenRequest {
        authority: input.resolve().unwrap(),
        client_id: ClientId::parse("11112222-bbbb-3333-cccc-4444dddd5555").unwrap(),
        scopes: Scopes::parse(["https://graph.microsoft.com/.default"], None).unwrap(),
        flow: Flow::ClientCredentials,
        credential: Credential::Secret(SecretSource::Given(Zeroizing::new("s3cret".to_owned()))),
        claims: None,
        cache: CacheUse::ReadAndWrite,
        min_ttl: MinTtl::Preferred(Duration::from_mins(5)),
        timeout: Duration::from_mins(1),
        profile: None,
        approval: None,
    }
}

/// The token's text.
pub(crate) fn text(issued: &Issued) -> &str {
    issued.entry.access_token.expose_secret()
}
