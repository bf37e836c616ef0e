//! The outside as the engine sees it: the person and the environment.

use std::path::Path;
use std::sync::mpsc::Sender;
use std::time::Duration;

use model::Account;
use model::CertificatePassword;
use model::ClientId;
use model::Flow;
use model::RedirectUri;
use model::Scopes;
use model::Timestamp;
use protocol::Refusal;
use thiserror::Error;
use url::Url;
use zeroize::Zeroizing;

use crate::EngineError;

/// Something worth telling while a token is being got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress<'a> {
    /// Another process gets this very token, or has a person sign in; its id if it left one.
    WaitingForAnother(Option<u32>),
    /// Another process changes what protects the store; its id if it left one.
    WaitingForAChange(Option<u32>),
    /// A request is under way to that host.
    Asking(&'a str),
    /// The request is tried again after that long, because of what is said.
    TryingAgain(Duration, &'a str),
    /// Nothing came back from the sign-in page for a while. It may show an error that only the
    /// person sees, AADSTS50011 above all: this redirect URI is not registered.
    NothingCameBack(&'a RedirectUri),
    /// A credential that is about to be used ends soon, or has ended; told once a day.
    CredentialEnds {
        /// Which one.
        what: &'static str,
        /// When.
        ends_on: Timestamp,
        /// The time it is.
        now: Timestamp,
    },
    /// What the person pasted is not the address that is needed, because of what is said.
    PastedInVain(&'a str),
}

/// Who is about to ask whom for what: said before every sign-in, so that a person can tell a
/// foreign service from the one they mean.
#[derive(Debug, Clone, Copy)]
pub struct SignInNotice<'a> {
    /// The flow.
    pub flow: Flow,
    /// The authority's address, without the tenant.
    pub authority: &'a str,
    /// The tenant segment; empty where the authority has none.
    pub tenant: &'a str,
    /// The application that asks.
    pub client_id: &'a ClientId,
    /// What it asks for.
    pub scopes: &'a Scopes,
    /// The account that is to sign in, if that is known: a user name, or what `--account` said.
    pub account: Option<&'a str>,
    /// Why the stored sign-in did not do, if there was one that was tried.
    pub because: Option<&'a Refusal>,
}

/// The way to the sign-in page, and back.
#[derive(Debug)]
pub struct Invitation<'a> {
    /// The sign-in page, for a browser that can bring the answer back by itself. The answer then
    /// stands in no address.
    pub form_post: &'a Url,
    /// The sign-in page, for a browser whose last address has to be brought back by hand. Both are
    /// the same if the response mode was chosen.
    pub query: &'a Url,
    /// Where the browser ends up. If that is not on this machine, the person has to paste it.
    pub redirect_uri: &'a RedirectUri,
    /// Takes what the person pastes. May be dropped if nothing will be.
    pub pasted: Sender<Zeroizing<String>>,
}

/// What a person needs who signs in on another device (RFC 8628 §3.3).
#[derive(Debug, Clone, Copy)]
pub struct DeviceInvitation<'a> {
    /// The code to type, as the server wrote it.
    pub user_code: &'a str,
    /// Where to type it.
    pub verification_uri: &'a Url,
    /// The same with the code in it, if the server gave one.
    pub verification_uri_complete: Option<&'a Url>,
    /// The server's own words, if it sent any.
    pub message: Option<&'a str>,
    /// How long the code works.
    pub expires_in: Duration,
}

/// How a sign-in in the browser ended.
#[derive(Debug, Clone, Copy)]
pub enum Ending<'a> {
    /// With a token.
    SignedIn(&'a Account),
    /// Without.
    Failed(&'a EngineError),
}

/// The person at the other end, if there is one.
pub trait Interaction {
    /// Is told what happens. Must not fail.
    fn progress(&self, progress: Progress<'_>);

    /// Asks for the password of a certificate file.
    fn certificate_password(&self, file: &Path) -> Result<CertificatePassword, InputRefused>;

    /// Whether a person may be asked here to sign in by this flow.
    ///
    /// # Errors
    /// [`InputRefused::NotAllowed`] if not.
    fn may_sign_in(&self, flow: Flow) -> Result<(), InputRefused>;

    /// A sign-in begins: says who asks whom for what.
    fn sign_in_begins(&self, notice: &SignInNotice<'_>);

    /// Shows the person the way to the sign-in page, and opens it if that can be done here.
    ///
    /// Returns at once. What the person pastes later goes to [`Invitation::pasted`].
    ///
    /// # Errors
    /// [`InputRefused::NotAllowed`] if the answer can only be pasted and nobody can paste here.
    fn invite(&self, invitation: Invitation<'_>) -> Result<(), InputRefused>;

    /// Shows a device code. Returns at once.
    fn show_device_code(&self, invitation: &DeviceInvitation<'_>);

    /// The page that ends the sign-in in the browser.
    fn page(&self, ending: Ending<'_>) -> Page;

    /// The sign-in is over: with whom, or without anyone.
    fn sign_in_ends(&self, account: Option<&Account>);
}

/// A page for the browser that brought the answer. Everything in it is escaped already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The document's title.
    pub title: String,
    /// Its style sheet.
    pub style: String,
    /// What stands in its body, as HTML.
    pub body: String,
}

/// Why nobody could be asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InputRefused {
    /// There is no terminal, or input was switched off.
    #[error("a person is needed, but input is not allowed here")]
    NotAllowed,
    /// The person said no, or pressed Ctrl-C.
    #[error("interrupted")]
    Interrupted,
}

/// The process environment, read where it stands at each use.
pub trait Environment {
    /// The value of a variable, if it is set and is text.
    fn variable(&self, name: &str) -> Option<Zeroizing<String>>;

    /// Variables whose values are secrets of ours, kept from every child process.
    fn secret_variables(&self) -> Vec<String>;
}
