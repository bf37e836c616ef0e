//! The handle: building, starting and directing an emulator.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::access_token::v2_issuer;
use crate::client_assertion::Strictness;
use crate::clock::Clock;
use crate::directory::{App, Directory, Resource, Tenant, TenantPath, User};
use crate::endpoints::device_login;
use crate::error::StartError;
use crate::fault::Fault;
use crate::graph::Registrations;
use crate::issued::{
    DEFAULT_DEVICE_CODE_INTERVAL, DEFAULT_DEVICE_CODE_LIFETIME, DeviceAnswerError, DeviceCodes,
    RefreshRotation,
};
use crate::listen;
use crate::request::Request;
use crate::routes::{DEVICE_LOGIN_PATH, Endpoint};
use crate::server::Server;
use crate::shared::Shared;
use crate::sign_in::{ConditionalAccess, SignIn};
use crate::state::{DEFAULT_TOKEN_LIFETIME, State};
use crate::tls::Https;

/// A running emulator. Dropping it closes its port and ends its thread.
pub struct Emulator {
    // Declared first: the server stops before what it uses goes.
    _server: Server,
    shared: Arc<Shared>,
    port: u16,
    authority_pem: Option<String>,
}

/// What an emulator is made of; see [`Emulator::builder`].
#[derive(Debug)]
#[must_use]
pub struct EmulatorBuilder {
    tenants: Vec<Tenant>,
    users: Vec<User>,
    apps: Vec<App>,
    resources: Vec<Resource>,
    strictness: Strictness,
    uses_tls: bool,
    port: u16,
    token_lifetime: Duration,
    clock_offset_seconds: i64,
    device_code_lifetime: Duration,
    device_code_interval: Duration,
    registrations: Registrations,
}

/// Token replies are held back while this exists.
#[derive(Debug)]
#[must_use = "dropping it lets the replies go"]
pub struct HeldReplies {
    shared: Arc<Shared>,
}

/// Pages of applications are held back while this exists.
#[derive(Debug)]
#[must_use = "dropping it lets the pages go"]
pub struct HeldPages {
    shared: Arc<Shared>,
}

impl Emulator {
    /// An emulator with the Contoso tenant, no app, http, and a port that is free.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder {
            tenants: Vec::new(),
            users: Vec::new(),
            apps: Vec::new(),
            resources: Vec::new(),
            strictness: Strictness::default(),
            uses_tls: false,
            port: 0,
            token_lifetime: DEFAULT_TOKEN_LIFETIME,
            clock_offset_seconds: 0,
            device_code_lifetime: DEFAULT_DEVICE_CODE_LIFETIME,
            device_code_interval: DEFAULT_DEVICE_CODE_INTERVAL,
            registrations: Registrations::default(),
        }
    }

    /// `http://127.0.0.1:{port}` or, with TLS, `https://localhost:{port}`.
    pub fn base_url(&self) -> &str {
        &self.shared.base_url
    }

    /// The port, the same on 127.0.0.1 and `[::1]`.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The first tenant configured.
    pub fn tenant(&self) -> &Tenant {
        self.shared.state.directory.default_tenant()
    }

    /// The registered apps.
    pub fn apps(&self) -> impl Iterator<Item = &App> {
        self.shared.state.directory.apps()
    }

    /// The authority of a tenant, named by GUID, domain or word: `{base_url}/{tenant}`.
    pub fn authority(&self, tenant: &str) -> String {
        format!("{}/{tenant}", self.base_url())
    }

    /// The token endpoint of a tenant.
    pub fn token_endpoint(&self, tenant: &str) -> String {
        format!("{}/oauth2/v2.0/token", self.authority(tenant))
    }

    /// The certificate to trust for https, PEM; `None` on an emulator without TLS.
    pub fn ca_pem(&self) -> Option<&str> {
        self.authority_pem.as_deref()
    }

    /// The signing keys, as the keys endpoint of the first tenant gives them.
    ///
    /// # Errors
    ///
    /// The cryptographic library could not make a key.
    pub fn jwks_json(&self) -> Result<String, rcgen::Error> {
        let key = self.shared.state.signing_keys.current()?;
        let issuer = v2_issuer(self.base_url(), &self.tenant().id);
        Ok(json!({ "keys": [key.jwk(&issuer)] }).to_string())
    }

    /// Every request received, oldest first.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.log.all()
    }

    /// The requests received by one endpoint, oldest first.
    pub fn requests_to(&self, endpoint: Endpoint) -> Vec<Request> {
        self.shared.log.sent_to(endpoint)
    }

    /// How many requests the token endpoint received.
    pub fn token_requests(&self) -> usize {
        self.requests_to(Endpoint::Token).len()
    }

    /// How many connections were accepted since the start, with or without a request.
    pub fn connections(&self) -> usize {
        self.shared.log.connections()
    }

    /// Forgets the requests received so far.
    pub fn clear_requests(&self) {
        self.shared.log.clear();
    }

    /// Waits until an endpoint has received this many requests; `false` if it has not in time.
    pub fn wait_for_requests(&self, endpoint: Endpoint, count: usize, timeout: Duration) -> bool {
        self.shared.log.wait_for(endpoint, count, timeout)
    }

    /// Plays a fault at the next token request. Faults queue.
    pub fn play(&self, fault: &Fault) {
        self.play_at(Endpoint::Token, 1, fault);
    }

    /// Plays a fault at the next `times` requests to an endpoint, after those planned before.
    pub fn play_at(&self, endpoint: Endpoint, times: usize, fault: &Fault) {
        self.shared.faults.plan(endpoint, times, fault);
    }

    /// Forgets the faults that have not been played.
    pub fn clear_faults(&self) {
        self.shared.faults.clear();
    }

    /// Delays every token reply from now on; zero ends it.
    pub fn delay_token_replies(&self, delay: Duration) {
        self.shared.set_token_delay(delay);
    }

    /// Holds every token reply back until the value returned is dropped. Requests are received and
    /// counted meanwhile.
    pub fn hold_token_replies(&self) -> HeldReplies {
        self.shared.hold();
        HeldReplies {
            shared: Arc::clone(&self.shared),
        }
    }

    /// Lets this many more pages of applications out, and holds the others back until the value
    /// returned is dropped. Requests are received and counted meanwhile.
    pub fn hold_pages_after(&self, count: usize) -> HeldPages {
        self.shared.allow_pages(count);
        HeldPages {
            shared: Arc::clone(&self.shared),
        }
    }

    /// The names of all applications that Graph lists, in its order.
    pub fn application_names(&self) -> Vec<String> {
        let state = &self.shared.state;
        state.registrations.names(&state.directory)
    }

    /// Changes the lifetime of the tokens issued from now on; whole seconds count.
    pub fn set_token_lifetime(&self, lifetime: Duration) {
        self.shared.state.set_token_lifetime(lifetime);
    }

    /// Has this user, named by the user principal name, sign in wherever a sign-in page would be
    /// shown, until [`sign_in_by_hand`](Self::sign_in_by_hand). Device codes still wait.
    pub fn sign_in_automatically(&self, user_principal_name: &str) {
        let answer = SignIn::Approve(user_principal_name.to_owned());
        self.shared.state.sign_in_script.set_standing(Some(answer));
    }

    /// Shows sign-in pages again.
    pub fn sign_in_by_hand(&self) {
        self.shared.state.sign_in_script.set_standing(None);
    }

    /// Answers the next sign-in this way. Answers queue, and come before the standing one.
    pub fn answer_sign_in(&self, answer: SignIn) {
        self.shared.state.sign_in_script.plan(answer);
    }

    /// Approves a device code as this user, the second factor and consent included.
    ///
    /// # Errors
    ///
    /// [`DeviceAnswerError`]: the code does not wait for an answer, or the user cannot give it.
    pub fn approve_device_code(
        &self,
        user_code: &str,
        user_principal_name: &str,
    ) -> Result<(), DeviceAnswerError> {
        device_login::approve(&self.shared.state, user_code, user_principal_name)
    }

    /// Declines a device code.
    ///
    /// # Errors
    ///
    /// [`DeviceAnswerError`]: the code does not wait for an answer.
    pub fn decline_device_code(&self, user_code: &str) -> Result<(), DeviceAnswerError> {
        let state = &self.shared.state;
        state.device_codes.waiting(user_code, state.clock.now())?;
        state.device_codes.decline(user_code);
        Ok(())
    }

    /// Chooses what becomes of refresh tokens that have been used.
    pub fn set_refresh_rotation(&self, rotation: RefreshRotation) {
        self.shared.state.refresh_tokens.set_rotation(rotation);
    }

    /// Ends every session and refresh token of a user in all tenants, as a changed password or an
    /// administrator does (AADSTS50173).
    pub fn revoke_sign_ins(&self, user_principal_name: &str) {
        let state = &self.shared.state;
        for id in state.directory.ids_of(user_principal_name) {
            state.refresh_tokens.revoke_sign_ins(&id);
            state.sessions.forget(&id);
        }
    }

    /// Takes back what a user has agreed to for an app (AADSTS65001 from then on).
    pub fn withdraw_consent(&self, client_id: &str, user_principal_name: &str) {
        let state = &self.shared.state;
        for id in state.directory.ids_of(user_principal_name) {
            state.consents.withdraw(client_id, &id);
        }
    }

    /// Sets the Conditional Access rule of a resource, named by any of its identifiers.
    pub fn set_conditional_access(&self, resource: &str, rule: ConditionalAccess) {
        self.shared.state.policies.set(resource, rule);
    }

    /// Sets how long a sign-in is good for; refresh tokens of older ones are refused (AADSTS70043)
    /// and browsers ask again.
    pub fn set_sign_in_frequency(&self, frequency: Duration) {
        self.shared.state.policies.set_sign_in_frequency(frequency);
    }

    /// Lifts every Conditional Access rule and the sign-in frequency.
    pub fn clear_conditional_access(&self) {
        self.shared.state.policies.clear();
    }

    /// The page where a person types the code that a device shows.
    pub fn device_login_page(&self) -> String {
        format!("{}{DEVICE_LOGIN_PATH}", self.base_url())
    }

    /// The user principal names that can sign in at the first tenant.
    pub fn user_names(&self) -> impl Iterator<Item = &str> {
        self.shared
            .state
            .directory
            .accounts(TenantPath::Tenant(self.tenant()))
            .map(|account| account.user.principal_name.as_str())
    }

    /// Moves the emulator's time this many seconds from the machine's.
    pub fn set_clock_offset(&self, seconds: i64) {
        self.shared.state.clock.set_offset(seconds);
    }
}

impl EmulatorBuilder {
    /// Adds a tenant; the first one added replaces Contoso.
    pub fn tenant(mut self, tenant: Tenant) -> Self {
        self.tenants.push(tenant);
        self
    }

    /// Adds a user; the first one added replaces Ada, Grace, who needs a second factor, and Lin, a
    /// guest.
    pub fn user(mut self, user: User) -> Self {
        self.users.push(user);
        self
    }

    /// Registers an app.
    pub fn app(mut self, app: App) -> Self {
        self.apps.push(app);
        self
    }

    /// Adds a resource to the well-known ones; on an equal name it wins over them.
    pub fn resource(mut self, resource: Resource) -> Self {
        self.resources.push(resource);
        self
    }

    /// How closely client assertions have to follow the standards; to the letter unless set.
    pub fn strictness(mut self, strictness: Strictness) -> Self {
        self.strictness = strictness;
        self
    }

    /// Serves https with a certificate of its own making instead of http.
    pub fn tls(mut self, uses_tls: bool) -> Self {
        self.uses_tls = uses_tls;
        self
    }

    /// Asks for this port instead of any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// How long tokens live; whole seconds count. 3599 s unless set.
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = lifetime;
        self
    }

    /// How far the emulator's time is from the machine's, in seconds: its `Date` header, its
    /// tokens and what it holds against the times it is sent.
    pub fn clock_offset(mut self, seconds: i64) -> Self {
        self.clock_offset_seconds = seconds;
        self
    }

    /// Has Graph list this many made-up applications beside those that are registered. They are the
    /// same each time, and some have names that are hard to print.
    pub fn generated_applications(mut self, count: usize) -> Self {
        self.registrations.generated = count;
        self
    }

    /// Has Graph refuse advanced queries, as in a B2C tenant.
    pub fn without_advanced_queries(mut self) -> Self {
        self.registrations.has_advanced_queries = false;
        self
    }

    /// How long device codes wait for an answer; whole seconds count. 15 minutes unless set.
    pub fn device_code_lifetime(mut self, lifetime: Duration) -> Self {
        self.device_code_lifetime = lifetime;
        self
    }

    /// How long a device waits between polls; whole seconds count. 5 s unless set.
    pub fn device_code_interval(mut self, interval: Duration) -> Self {
        self.device_code_interval = interval;
        self
    }

    /// Starts listening.
    ///
    /// # Errors
    ///
    /// [`StartError`]: what was registered is not sound, no port could be had, or the operating
    /// system refused the thread.
    pub fn start(self) -> Result<Emulator, StartError> {
        let directory = Directory::new(self.tenants, self.users, self.apps, self.resources)?;
        let clock = Clock::with_offset(self.clock_offset_seconds);
        // Certificates are checked by the client's clock, which is the machine's.
        let https = self
            .uses_tls
            .then(|| Https::new(Clock::default().now()))
            .transpose()?;
        let (listeners, port) = listen::loopback(self.port).map_err(StartError::Listen)?;
        let base_url = match https {
            Some(_) => format!("https://localhost:{port}"),
            None => format!("http://127.0.0.1:{port}"),
        };
        let device_codes = DeviceCodes::new(self.device_code_lifetime, self.device_code_interval);
        let state = State::new(
            directory,
            self.registrations,
            clock,
            self.strictness,
            self.token_lifetime,
            device_codes,
        );
        let shared = Arc::new(Shared::new(base_url, state));
        let (acceptor, authority_pem) = match https {
            Some(https) => (Some(https.acceptor), Some(https.authority_pem)),
            None => (None, None),
        };
        let server =
            Server::start(listeners, acceptor, Arc::clone(&shared)).map_err(StartError::Thread)?;
        Ok(Emulator {
            _server: server,
            shared,
            port,
            authority_pem,
        })
    }
}

impl Drop for HeldReplies {
    fn drop(&mut self) {
        self.shared.release();
    }
}

impl Drop for HeldPages {
    fn drop(&mut self) {
        self.shared.allow_pages(usize::MAX);
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Emulator")
            .field("base_url", &self.base_url())
            .field("requests", &self.requests())
            .finish_non_exhaustive()
    }
}
