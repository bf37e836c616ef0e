//! Keeps things at rest: profiles, sealed secrets, the sealed token cache, approvals, keys, locks,
//! exports.
//!
//! Every file that the program writes is written here and only here. This crate never touches the
//! network, the screen or the environment: where files live, what the time is, how a passphrase is
//! asked for and who hears of a repaired mode come in as values ([`Locations`], [`model::Clock`],
//! [`KeySettings`]).
//!
//! The store protects against readers of disks, backups and synchronised homes, and against other
//! users of the machine. It does not protect against root, nor against programs that run as the
//! same user.

pub mod accounts;
pub mod approvals;
pub mod bundle;
mod bytes;
mod change;
mod description;
pub mod dotnet;
mod envelope;
pub mod error;
mod files;
mod header;
mod hold;
pub mod imports;
mod journal;
mod key;
pub mod locations;
pub mod locks;
pub mod notice;
pub mod profiles;
pub mod protection;
pub mod refresh_tokens;
pub mod reminders;
pub mod renames;
mod resealing;
mod sealed;
pub mod secrets;
mod session;
pub mod signing_keys;
mod store;
pub mod survey;
pub mod tokens;
mod unlocked;

pub use accounts::AccountBook;
pub use accounts::AccountOwner;
pub use accounts::Accounts;
pub use approvals::Approval;
pub use approvals::Approvals;
pub use bundle::Bundle;
pub use bundle::BundleError;
pub use bundle::BundledProfile;
pub use bundle::BundledSecret;
pub use bundle::ExportFile;
pub use bundle::SealedBundle;
pub use change::NewProtection;
pub use change::ProtectionChange;
pub use change::ProtectionChanged;
pub use description::RecordCounts;
pub use description::SessionKeyPlace;
pub use description::StoreDescription;
pub use envelope::SealError;
pub use error::StorageError;
pub use error::StorageFailure;
pub use error::VaultError;
pub use files::output::write_output;
pub use header::HeaderError;
pub use hold::Hold;
pub use imports::Added;
pub use imports::Imports;
pub use imports::Incoming;
pub use locations::LocationError;
pub use locations::LocationVariables;
pub use locations::Locations;
pub use locks::FailureRecord;
pub use locks::Lock;
pub use locks::LockError;
pub use locks::LockName;
pub use locks::Locks;
pub use notice::Notice;
pub use notice::Notices;
pub use profiles::Found;
pub use profiles::Listed;
pub use profiles::Profiles;
pub use profiles::ProfilesError;
pub use profiles::Unnamed;
pub use protection::KeySettings;
pub use protection::KeyStoreChoice;
pub use protection::KeyUnavailable;
pub use protection::PassphraseSource;
pub use protection::PassphraseUnavailable;
pub use protection::Protection;
pub use protection::keyring::KeyringError;
pub use refresh_tokens::HeldRefreshToken;
pub use refresh_tokens::RefreshTokenId;
pub use refresh_tokens::RefreshTokenIdentity;
pub use refresh_tokens::RefreshTokenList;
pub use refresh_tokens::RefreshTokens;
pub use refresh_tokens::StoredRefreshToken;
pub use reminders::Reminders;
pub use renames::Renames;
pub use secrets::SecretKind;
pub use secrets::Secrets;
pub use signing_keys::KeptSigningKeys;
pub use signing_keys::SigningKeyRecords;
pub use store::Vault;
pub use tokens::EntryId;
pub use tokens::EntryIdentity;
pub use tokens::Subject;
pub use tokens::TokenList;
pub use tokens::Tokens;
pub use unlocked::LONGEST_HOLD;
pub use unlocked::Unlocked;
