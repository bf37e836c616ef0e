//! From what was typed, the environment and the profile to what is meant: the only reader of
//! environment variables, and the one place where flags, variables and profiles are weighed
//! against each other.

mod approval;
mod chosen_authority;
mod chosen_credential;
mod credential;
mod destination;
mod export_passphrase;
mod network;
mod passphrase;
mod profile_choice;
mod sign_in;
mod source;
mod store;
mod telling;
mod token_request;
mod trial;
mod variables;

pub(crate) use self::approval::approval_of;
pub(crate) use self::credential::GivenSecret;
pub(crate) use self::credential::absolute;
pub(crate) use self::credential::secret_from_flags;
pub(crate) use self::destination::account_owner;
pub(crate) use self::destination::profile_authority;
pub(crate) use self::destination::profile_client_id;
pub(crate) use self::destination::profile_destination;
pub(crate) use self::export_passphrase::export_passphrase;
pub(crate) use self::export_passphrase::new_export_passphrase;
pub(crate) use self::network::ca_file;
pub(crate) use self::network::network;
pub(crate) use self::profile_choice::chosen_profile;
pub(crate) use self::profile_choice::named_profile;
pub(crate) use self::profile_choice::names_application;
pub(crate) use self::profile_choice::names_profile;
pub(crate) use self::profile_choice::profile_if_meant;
pub(crate) use self::sign_in::SignInManner;
pub(crate) use self::sign_in::redirect_uri;
pub(crate) use self::sign_in::sign_in_manner;
pub(crate) use self::store::Store;
pub(crate) use self::store::open;
pub(crate) use self::store::open_within;
pub(crate) use self::token_request::profile_scopes;
pub(crate) use self::token_request::token_request;
pub(crate) use self::trial::Kept;
pub(crate) use self::trial::trial_request;
pub(crate) use self::variables::Variables;
