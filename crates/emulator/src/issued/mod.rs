//! What was handed out and may come back: codes and refresh tokens.

mod authorization_codes;
mod device_codes;
mod refresh_tokens;

pub(crate) use authorization_codes::{AuthorizationCode, AuthorizationCodes};
pub use device_codes::DeviceAnswerError;
pub(crate) use device_codes::{
    DEFAULT_DEVICE_CODE_INTERVAL, DEFAULT_DEVICE_CODE_LIFETIME, DeviceCode, DeviceCodes,
};
pub use refresh_tokens::RefreshRotation;
pub(crate) use refresh_tokens::{RefreshToken, RefreshTokens};
