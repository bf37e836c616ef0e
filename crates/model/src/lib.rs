//! Plain types that every room speaks of: authorities, tenants, scopes, profiles, token sets and
//! the secret newtypes.
//!
//! Nothing here does more than parse and normalise. Requests belong to `protocol`, files to
//! `vault`, decisions to `engine`, words to `cli`.

pub mod account;
pub mod authority;
mod authority_parse;
pub mod client_id;
pub mod clock;
pub mod cloud;
pub mod destination;
pub mod flow;
pub mod profile;
pub mod redirect_uri;
pub mod scope;
pub mod secret;
pub mod sign_in;
pub mod tenant;
pub mod timestamp;
pub mod token;
pub mod uri;

pub use account::Account;
pub use account::AccountId;
pub use authority::Authority;
pub use authority::AuthorityError;
pub use authority::AuthorityKind;
pub use authority_parse::AuthorityInput;
pub use client_id::ClientId;
pub use clock::Clock;
pub use cloud::Cloud;
pub use destination::Destination;
pub use flow::AuthMethod;
pub use flow::Flow;
pub use profile::AssertionAlgorithm;
pub use profile::Profile;
pub use profile::ProfileName;
pub use profile::SecretReference;
pub use redirect_uri::RedirectUri;
pub use redirect_uri::RedirectUriError;
pub use scope::Scopes;
pub use secret::AccessToken;
pub use secret::AuthorizationCode;
pub use secret::CertificatePassword;
pub use secret::ClientAssertion;
pub use secret::ClientSecret;
pub use secret::CodeVerifier;
pub use secret::DeviceCode;
pub use secret::IdToken;
pub use secret::Passphrase;
pub use secret::RefreshToken;
pub use sign_in::Prompt;
pub use sign_in::ResponseMode;
pub use tenant::Tenant;
pub use timestamp::Timestamp;
pub use token::TokenEntry;
pub use token::TokenKind;
pub use token::TokenSet;
