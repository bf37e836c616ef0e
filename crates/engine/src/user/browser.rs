//! The authorization code grant with PKCE (RFC 6749 §4.1, RFC 7636, RFC 8252): the person signs in
//! in a browser, which brings a code back.

use std::io;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use model::CodeVerifier;
use model::Flow;
use model::RedirectUri;
use model::ResponseMode;
use protocol::authorization::AuthorizationRequest;
use protocol::authorization_response::AuthorizationResponse;
use protocol::grant::authorization_code;
use protocol::identifier;
use protocol::pkce;
use protocol::relay;
use url::Url;
use zeroize::Zeroizing;

use super::sign_in::SignIn;
use super::sign_in::SignedIn;
use crate::EngineError;
use crate::exchange::unbuildable;
use crate::interaction::Ending;
use crate::interaction::Invitation;
use crate::interaction::Progress;
use crate::landing::Landing;
use crate::landing::ListenError;
use crate::landing::Listener;

/// Where the web-app flow's answer goes where nothing was registered elsewhere.
const WEB_APP: &str = "http://localhost:8080";

/// Where a desktop app's answer goes: any port of this (Microsoft identity platform, "Redirect URI
/// best practices").
const DESKTOP_APP: &str = "http://localhost";

/// How often a code is redeemed at most: the second time only because a reply may be lost.
const ATTEMPTS: u32 = 2;

/// How long to wait for an answer before saying what may be wrong.
const BEFORE_HINT: Duration = Duration::from_secs(30);

/// How long to wait at one place before looking at the other.
const LOOK: Duration = Duration::from_millis(100);

/// A longer time between two looks means that this process was stopped or the machine slept.
const ASLEEP: Duration = Duration::from_secs(5);

/// What a browser gets that may have come back meanwhile.
const AFTER_SLEEP: Duration = Duration::from_secs(2);

/// What tells this sign-in from all others.
struct Secrets {
    state: String,
    nonce: String,
    verifier: CodeVerifier,
}

/// Sends the person to the sign-in page, waits for the answer, redeems the code.
pub(super) fn signed_in(sign_in: &SignIn<'_>) -> Result<SignedIn, EngineError> {
    let request = sign_in.exchange.request;
    let (redirect_uri, listener) = way_back(sign_in)?;
    let secrets = Secrets {
        state: identifier::random_token().map_err(unbuildable)?,
        nonce: identifier::random_token().map_err(unbuildable)?,
        verifier: pkce::verifier().map_err(unbuildable)?,
    };
    let wished = request.sign_in.response_mode;
    let address = |mode| address(sign_in, &redirect_uri, &secrets, wished.unwrap_or(mode));
    let form_post = address(ResponseMode::FormPost)?;
    let query = address(ResponseMode::Query)?;
    relay::check(&request.authority, &query).map_err(EngineError::Relay)?;

    let limit = sign_in.patience.for_a_person(request.flow)?;
    let landing = listener
        .map(|listener| listener.serve(&secrets.state))
        .transpose()
        .map_err(|source| unheard(&redirect_uri, source))?;
    let (paste, pasted) = mpsc::channel();
    sign_in
        .engine
        .interaction
        .invite(Invitation {
            form_post: &form_post,
            query: &query,
            redirect_uri: &redirect_uri,
            pasted: paste,
        })
        .map_err(|_| EngineError::PersonNeeded {
            claims: sign_in.claims.clone(),
            refused: None,
        })?;
    let wait = Wait {
        sign_in,
        redirect_uri: &redirect_uri,
        state: &secrets.state,
        landing: landing.as_ref(),
        pasted: &pasted,
        limit,
    };
    let response = wait.for_an_answer()?;
    let outcome = redeemed(sign_in, &response, &redirect_uri, &secrets);
    if let Some(landing) = landing {
        landing.finish(sign_in.engine.interaction.page(match &outcome {
            Ok(signed_in) => Ending::SignedIn(&signed_in.account),
            Err(error) => Ending::Failed(error),
        }));
    }
    outcome
}

/// The redirect URI as it is sent, and who listens there, if that is on this machine.
fn way_back(sign_in: &SignIn<'_>) -> Result<(RedirectUri, Option<Listener>), EngineError> {
    let request = sign_in.exchange.request;
    let wishes = &request.sign_in;
    let is_web_app = request.flow == Flow::AuthorizationCode;
    let registered = match &wishes.redirect_uri {
        Some(registered) => registered.clone(),
        None => RedirectUri::parse(if is_web_app { WEB_APP } else { DESKTOP_APP })
            .map_err(unbuildable)?,
    };
    let Some(loopback) = registered.loopback() else {
        return Ok((registered, None));
    };
    // A web app's redirect URI is taken as it stands; http without a port means port 80.
    let as_it_stands = is_web_app && wishes.port.is_none();
    let port = match loopback.port {
        None if as_it_stands => Some(80),
        named => wishes.port.or(named),
    };
    let listener =
        Listener::bind(&registered, port).map_err(|source| unheard(&registered, source))?;
    let sent = if as_it_stands {
        registered
    } else {
        listener.redirect_uri().clone()
    };
    Ok((sent, Some(listener)))
}

fn unheard(redirect_uri: &RedirectUri, source: ListenError) -> EngineError {
    EngineError::Listen {
        redirect_uri: redirect_uri.to_string(),
        source: Box::new(source),
    }
}

fn address(
    sign_in: &SignIn<'_>,
    redirect_uri: &RedirectUri,
    secrets: &Secrets,
    response_mode: ResponseMode,
) -> Result<Url, EngineError> {
    let exchange = sign_in.exchange;
    let request = exchange.request;
    let wishes = &request.sign_in;
    AuthorizationRequest {
        endpoints: &exchange.endpoints,
        authority_kind: request.authority.kind(),
        client_id: &request.client_id,
        redirect_uri,
        scopes: &sign_in.scopes,
        state: &secrets.state,
        nonce: &secrets.nonce,
        code_challenge: &pkce::challenge(&secrets.verifier),
        response_mode,
        prompt: wishes.prompt,
        // Anybody else than who is meant would be refused.
        login_hint: sign_in.who.name().or(wishes.login_hint.as_deref()),
        domain_hint: wishes.domain_hint.as_deref(),
        claims: sign_in.claims.as_deref(),
        correlation_id: &exchange.correlation_id,
    }
    .url()
    .map_err(|_| EngineError::NoSuchService {
        authority: request.authority.to_string(),
        service: "authorization",
    })
}

/// Checks the answer, redeems the code, and looks who it is.
fn redeemed(
    sign_in: &SignIn<'_>,
    response: &AuthorizationResponse,
    redirect_uri: &RedirectUri,
    secrets: &Secrets,
) -> Result<SignedIn, EngineError> {
    let exchange = sign_in.exchange;
    let code = exchange.code_of(response, &secrets.state)?;
    let claims = sign_in.claims.as_deref();
    let sender = sign_in.patience.sender_after_the_person()?;
    let tokens = exchange.tokens(&sender, ATTEMPTS, |grant, now| {
        authorization_code::request(
            grant,
            &code,
            redirect_uri,
            &secrets.verifier,
            &sign_in.scopes,
            claims,
            now,
        )
    })?;
    sign_in.identified(tokens, Some(&secrets.nonce))
}

/// Waiting for the browser, or for what the person pastes.
struct Wait<'a> {
    sign_in: &'a SignIn<'a>,
    redirect_uri: &'a RedirectUri,
    state: &'a str,
    landing: Option<&'a Landing>,
    pasted: &'a Receiver<Zeroizing<String>>,
    limit: Duration,
}

impl Wait<'_> {
    fn for_an_answer(&self) -> Result<AuthorizationResponse, EngineError> {
        let clock = self.sign_in.engine.clock;
        let began = clock.monotonic();
        let mut ends = began.saturating_add(self.limit);
        let mut last_look = began;
        let mut hinted = false;
        loop {
            if let Some(response) = self.look()? {
                return Ok(response);
            }
            let now = clock.monotonic();
            if now.saturating_sub(last_look) > ASLEEP {
                ends = ends.max(now.saturating_add(AFTER_SLEEP));
            }
            last_look = now;
            if now >= ends {
                return Err(EngineError::NotSignedIn(self.limit));
            }
            if !hinted && now.saturating_sub(began) >= BEFORE_HINT {
                hinted = true;
                self.tell(Progress::NothingCameBack(self.redirect_uri));
            }
        }
    }

    /// Whether anything has come, by either way.
    fn look(&self) -> Result<Option<AuthorizationResponse>, EngineError> {
        let Some(landing) = self.landing else {
            return match self.pasted.recv_timeout(LOOK) {
                Ok(text) => Ok(self.pasted(&text)),
                Err(RecvTimeoutError::Timeout) => Ok(None),
                Err(RecvTimeoutError::Disconnected) => Err(EngineError::PersonNeeded {
                    claims: self.sign_in.claims.clone(),
                    refused: None,
                }),
            };
        };
        match landing.responses().recv_timeout(LOOK) {
            Ok(response) => return Ok(Some(response)),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                let stopped = io::Error::other("it stopped");
                return Err(unheard(self.redirect_uri, ListenError::NotServed(stopped)));
            }
        }
        Ok(self.pasted.try_iter().find_map(|text| self.pasted(&text)))
    }

    /// What was pasted, if it is the answer; the person is told if it is not.
    fn pasted(&self, text: &str) -> Option<AuthorizationResponse> {
        match AuthorizationResponse::from_pasted(text, self.redirect_uri) {
            Ok(response) if response.has_state(self.state) => Some(response),
            Ok(_) => {
                self.tell(Progress::PastedInVain(
                    "that address belongs to another sign-in",
                ));
                None
            }
            Err(error) => {
                self.tell(Progress::PastedInVain(&error.to_string()));
                None
            }
        }
    }

    fn tell(&self, progress: Progress<'_>) {
        self.sign_in.engine.interaction.progress(progress);
    }
}
