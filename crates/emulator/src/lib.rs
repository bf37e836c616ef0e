//! An Entra look-alike on loopback that checks what it is sent and plays faults.
//!
//! It answers the token endpoint, the authority metadata, the signing keys and instance discovery
//! as Microsoft Entra ID does, and signs people in: by browser and device code, with pages, consent,
//! single sign-on and refresh tokens. Same paths, same refusals with the same AADSTS codes, signed
//! tokens with realistic claims. It shares no code with the clients it checks.
//!
//! ```
//! use emulator::{App, Emulator};
//!
//! let client_id = "11112222-bbbb-3333-cccc-4444dddd5555";
//! let emulator = Emulator::builder()
//!     .app(App::confidential(client_id).secret("made-up").roles("https://graph.microsoft.com", ["User.Read.All"]))
//!     .start()?;
//! println!("authority: {}", emulator.authority("contoso.onmicrosoft.com"));
//! assert_eq!(emulator.token_requests(), 0);
//! # Ok::<(), emulator::StartError>(())
//! ```

mod access_token;
mod authorization;
mod client_assertion;
mod client_authentication;
mod clock;
mod directory;
mod emulator;
mod endpoints;
mod entra_error;
mod error;
mod exchange;
mod fault;
mod form;
mod grants;
mod graph;
mod id_token;
mod identifiers;
mod issued;
mod jws;
mod listen;
mod pages;
mod reply;
mod request;
mod request_log;
mod routes;
mod self_signed;
mod server;
mod shared;
mod sign_in;
mod signing_key;
mod state;
mod tls;

pub use client_assertion::Strictness;
pub use directory::{
    App, Consent, DEFAULT_TENANT_DOMAIN, DEFAULT_TENANT_ID, FederatedCredential, Platform,
    Resource, Tenant, TokenVersion, User,
};
pub use emulator::{Emulator, EmulatorBuilder, HeldPages, HeldReplies};
pub use error::StartError;
pub use fault::{Fault, HOSTILE_TEXT, PlayedError, RetryAfter};
pub use issued::{DeviceAnswerError, RefreshRotation};
pub use request::Request;
pub use routes::Endpoint;
pub use self_signed::SelfSigned;
pub use sign_in::{ConditionalAccess, SignIn};
