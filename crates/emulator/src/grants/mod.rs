//! The grants of the token endpoint, one file each.

pub(crate) mod authorization_code;
pub(crate) mod client_credentials;
pub(crate) mod device_code;
pub(crate) mod refresh_token;
mod user_tokens;

pub(crate) use user_tokens::client_info;
