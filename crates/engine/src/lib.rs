//! Decides how to get a token, and gets it: request → plan → acquire.
//!
//! The one door for every command that needs a token. It never touches the screen: the person,
//! the network, the environment and the time are handed in as values ([`Interaction`],
//! [`HttpClient`](protocol::http::HttpClient), [`Environment`], [`Clock`](model::Clock)).

mod acquire;
mod app;
mod applications;
pub mod clock;
mod command;
mod credential;
mod credential_end;
pub mod diagnosis;
pub mod error;
mod exchange;
mod failure;
pub mod interaction;
pub mod landing;
mod permission;
mod plan;
pub mod proxy;
mod reference;
pub mod rename;
pub mod request;
mod send;
pub mod sign_out;
pub mod signing_keys;
pub mod transport;
mod user;

pub use acquire::AnsweredBy;
pub use acquire::Cached;
pub use acquire::DEFAULT_TIMEOUT;
pub use acquire::Engine;
pub use acquire::Issued;
pub use acquire::Shortfall;
pub use acquire::cached;
pub use applications::Applications;
pub use clock::SystemClock;
pub use error::EngineError;
pub use interaction::DeviceInvitation;
pub use interaction::Ending;
pub use interaction::Environment;
pub use interaction::InputRefused;
pub use interaction::Interaction;
pub use interaction::Invitation;
pub use interaction::Page;
pub use interaction::Progress;
pub use interaction::SignInNotice;
pub use reference::bytes_of;
pub use request::CacheUse;
pub use request::Credential;
pub use request::FromVariable;
pub use request::SecretSource;
pub use request::SignInWishes;
pub use request::TokenRequest;
pub use transport::NetworkSettings;
pub use transport::Transport;
