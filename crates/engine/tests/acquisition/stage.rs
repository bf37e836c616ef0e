//! What the engine is handed here: time that passes only by waiting, replies written in advance,
//! ears for progress, a store in a temporary directory.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use base64::Engine as _;
use engine::CacheUse;
use engine::Credential;
use engine::DeviceInvitation;
use engine::Ending;
use engine::Engine;
use engine::EngineError;
use engine::Environment;
use engine::InputRefused;
use engine::Interaction;
use engine::Invitation;
use engine::Issued;
use engine::Page;
use engine::Progress;
use engine::SecretSource;
use engine::SignInNotice;
use engine::SignInWishes;
use engine::TokenRequest;
use engine::request::MinTtl;
use model::Account;
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
use vault::LockName;
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
pub(crate) struct Hands {
    shown: Mutex<Duration>,
    tick: Mutex<Duration>,
}

impl Hands {
    pub(crate) fn advance(&self, duration: Duration) {
        *self.shown.lock().unwrap() += duration;
    }

    /// From now on that much time passes at each look.
    pub(crate) fn tick(&self, duration: Duration) {
        *self.tick.lock().unwrap() = duration;
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
        let mut shown = self.shown.lock().unwrap();
        *shown += *self.tick.lock().unwrap();
        *shown
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
    replies: Arc<Mutex<VecDeque<Reply>>>,
    asked: Mutex<Vec<Duration>>,
    forms: Mutex<Vec<String>>,
    requests: Mutex<Vec<HttpRequest>>,
}

/// The body of a request as it is sent.
fn form_of(request: &HttpRequest) -> String {
    request
        .body
        .as_ref()
        .map(|form| form.encode().to_string())
        .unwrap_or_default()
}

impl Network {
    /// The bodies of all requests, in order.
    pub(crate) fn forms(&self) -> Vec<String> {
        self.forms.lock().unwrap().clone()
    }

    /// All requests, in order.
    pub(crate) fn requests(&self) -> Vec<HttpRequest> {
        self.requests.lock().unwrap().clone()
    }

    /// When it was asked, counted from the beginning.
    pub(crate) fn asked(&self) -> Vec<Duration> {
        self.asked.lock().unwrap().clone()
    }
}

impl HttpClient for Network {
    fn send(
        &self,
        request: &HttpRequest,
        timeout: Duration,
    ) -> Result<HttpResponse, TransportError> {
        self.asked.lock().unwrap().push(self.clock.monotonic());
        self.forms.lock().unwrap().push(form_of(request));
        self.requests.lock().unwrap().push(request.clone());
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

/// What somebody does who is invited to a sign-in page.
type Deed = Box<dyn Fn(&Invitation<'_>) + Send + Sync>;

/// Hears what is told, and does what it was told to.
#[derive(Default)]
struct Listener {
    heard: Mutex<Vec<String>>,
    may_sign_in: AtomicBool,
    deed: Mutex<Option<Deed>>,
}

impl Listener {
    fn hear(&self, what: String) {
        self.heard.lock().unwrap().push(what);
    }
}

impl Interaction for Listener {
    fn progress(&self, progress: Progress<'_>) {
        self.hear(format!("{progress:?}"));
    }

    fn certificate_password(&self, _: &Path) -> Result<CertificatePassword, InputRefused> {
        Err(InputRefused::NotAllowed)
    }

    fn may_sign_in(&self, _: Flow) -> Result<(), InputRefused> {
        if self.may_sign_in.load(Ordering::Relaxed) {
            Ok(())
        } else {
            Err(InputRefused::NotAllowed)
        }
    }

    fn sign_in_begins(&self, notice: &SignInNotice<'_>) {
        self.hear(format!(
            "begins at {} in {} for {} of {} as {:?}",
            notice.authority, notice.tenant, notice.scopes, notice.client_id, notice.account
        ));
    }

    fn invite(&self, invitation: Invitation<'_>) -> Result<(), InputRefused> {
        self.hear(format!("invited to {}", invitation.redirect_uri));
        match &*self.deed.lock().unwrap() {
            Some(deed) => {
                deed(&invitation);
                Ok(())
            }
            None => Err(InputRefused::NotAllowed),
        }
    }

    fn show_device_code(&self, invitation: &DeviceInvitation<'_>) {
        self.hear(format!(
            "{} at {} for {} s",
            invitation.user_code,
            invitation.verification_uri,
            invitation.expires_in.as_secs()
        ));
    }

    fn page(&self, ending: Ending<'_>) -> Page {
        let title = match ending {
            Ending::SignedIn(account) => format!("signed in as {account}"),
            Ending::Failed(error) => format!("failed: {error}"),
        };
        self.hear(format!("page: {title}"));
        Page {
            body: format!("<p>{title}</p>"),
            title,
            style: String::new(),
        }
    }

    fn sign_in_ends(&self, account: Option<&Account>) {
        self.hear(match account {
            Some(account) => format!("signed in: {account}"),
            None => "nobody signed in".to_owned(),
        });
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
                replies: Arc::default(),
                asked: Mutex::default(),
                forms: Mutex::default(),
                requests: Mutex::default(),
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
        self.engine_over(http).token(request)
    }

    /// The engine itself.
    pub(crate) fn engine(&self) -> Engine<'_> {
        self.engine_over(&self.network)
    }

    fn engine_over<'a>(&'a self, http: &'a dyn HttpClient) -> Engine<'a> {
        Engine {
            vault: &self.vault,
            clock: &*self.clock,
            http,
            interaction: &self.listener,
            environment: &Untouched,
        }
    }

    /// Where replies wait to be sent, for who writes them while a request is under way.
    pub(crate) fn replies(&self) -> Arc<Mutex<VecDeque<Reply>>> {
        Arc::clone(&self.network.replies)
    }

    /// From now on a person may be asked.
    pub(crate) fn with_a_person(self) -> Self {
        self.listener.may_sign_in.store(true, Ordering::Relaxed);
        self
    }

    /// From now on nobody may be asked.
    pub(crate) fn alone(&self) {
        self.listener.may_sign_in.store(false, Ordering::Relaxed);
    }

    /// What the person does who is invited to a sign-in page.
    pub(crate) fn who_is_invited(&self, deed: impl Fn(&Invitation<'_>) + Send + Sync + 'static) {
        *self.listener.deed.lock().unwrap() = Some(Box::new(deed));
    }

    /// Whether a sign-in that failed left its failure to those who wait.
    pub(crate) fn left_a_failure(&self, request: &TokenRequest) -> bool {
        let name = LockName::sign_in(&request.account_owner());
        let lock = self
            .vault
            .locks()
            .acquire(&name, Duration::ZERO, 0, &mut |_| ())
            .unwrap();
        lock.failure().is_some()
    }

    /// What was told, in order.
    pub(crate) fn told(&self) -> Vec<String> {
        self.listener.heard.lock().unwrap().clone()
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
    // Never the keyring of whoever runs the tests.
    Vault::new(locations, shared, keys)
        .with_keyring(|| Err(keyring_core::Error::PlatformFailure("no keyring".into())))
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
        client_secret_ends_on: None,
        claims: None,
        cache: CacheUse::ReadAndWrite,
        min_ttl: MinTtl::Preferred(Duration::from_mins(5)),
        declares_cp1: false,
        timeout: Some(Duration::from_mins(1)),
        sign_in: SignInWishes::default(),
        profile: None,
        wants_refresh_token: false,
        approval: None,
        secret_variables: Vec::new(),
    }
}

/// The token's text.
pub(crate) fn text(issued: &Issued) -> &str {
    issued.entry.access_token.expose_secret()
}

/// A request for a person's token by that flow, at whatever time it takes.
pub(crate) fn request_of_a_person(flow: Flow, scope: &str) -> TokenRequest {
    TokenRequest {
        flow,
        scopes: Scopes::parse([scope], None).unwrap(),
        credential: Credential::None,
        timeout: None,
        ..request()
    }
}

/// A token of that name for that person, with a refresh token if there is to be one.
pub(crate) fn token_of(name: &str, person: &str, refresh_token: Option<&str>) -> Reply {
    token_with_nonce(name, person, refresh_token, None)
}

/// The same, its ID token for the sign-in of that nonce.
pub(crate) fn token_with_nonce(
    name: &str,
    person: &str,
    refresh_token: Option<&str>,
    nonce: Option<&str>,
) -> Reply {
    let mut body = serde_json::json!({
        "access_token": name,
        "token_type": "Bearer",
        "expires_in": 3600,
        "id_token": id_token(person, nonce),
    });
    if let Some(refresh_token) = refresh_token {
        body["refresh_token"] = refresh_token.into();
    }
    answer(200, &[], &body.to_string())
}

/// What the authority says of a person, unsigned.
fn id_token(person: &str, nonce: Option<&str>) -> String {
    let tenant = "aaaabbbb-0000-cccc-1111-dddd2222eeee";
    let mut claims = serde_json::json!({
        "iss": format!("https://login.microsoftonline.com/{tenant}/v2.0"),
        "aud": "11112222-bbbb-3333-cccc-4444dddd5555",
        "sub": format!("sub of {person}"),
        "oid": format!("oid-of-{person}"),
        "tid": tenant,
        "preferred_username": format!("{person}@contoso.com"),
        "exp": i64::from(i32::MAX),
        "iat": BEGIN.unix_seconds(),
    });
    if let Some(nonce) = nonce {
        claims["nonce"] = nonce.into();
    }
    let part = |value: &serde_json::Value| {
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(value.to_string())
    };
    format!(
        "{}.{}.signature",
        part(&serde_json::json!({"alg": "RS256", "typ": "JWT"})),
        part(&claims)
    )
}

/// A refusal with that `error`, and whatever else it says.
pub(crate) fn refused(error: &str, more: &serde_json::Value) -> Reply {
    let mut body = serde_json::json!({ "error": error });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    answer(400, &[], &body.to_string())
}
