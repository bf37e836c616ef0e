//! Device codes (RFC 8628): waiting for an answer, and being asked too often.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand;

use crate::directory::AccountId;
use crate::entra_error::EntraError;
use crate::identifiers::random_text;
use crate::sign_in::Authentication;
use crate::state::lock;

/// `expires_in` of Entra's device codes.
pub(crate) const DEFAULT_DEVICE_CODE_LIFETIME: Duration = Duration::from_mins(15);
/// `interval` of Entra's device codes.
pub(crate) const DEFAULT_DEVICE_CODE_INTERVAL: Duration = Duration::from_secs(5);

/// What `slow_down` adds to the interval (RFC 8628 §3.5).
const SLOW_DOWN_SECONDS: i64 = 5;
const DEVICE_CODE_RANDOM_BYTES: usize = 160;
const USER_CODE_LENGTH: usize = 9;
/// Without the pairs that look alike (RFC 8628 §6.1); 32 of them, so that each is five bits.
const USER_CODE_ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// Why a device code could not be answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceAnswerError {
    /// No device code with this user code was issued.
    #[error("no device code was issued with this user code")]
    UnknownUserCode,
    /// The code has expired or was answered before.
    #[error("the device code has expired or has been answered")]
    NotWaiting,
    /// The user cannot sign in, for the reason of this AADSTS code.
    #[error("the user cannot sign in (AADSTS{0})")]
    Refused(u32),
}

/// How long device codes live and how often they may be asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DeviceTiming {
    pub(crate) lifetime_seconds: i64,
    pub(crate) interval_seconds: i64,
}

/// What a device code stands for.
#[derive(Clone, Debug)]
pub(crate) struct DeviceCode {
    pub(crate) client_id: String,
    /// The tenant, or the word, of the request's path.
    pub(crate) tenant_key: String,
    pub(crate) scope: String,
    pub(crate) needs_step_up: bool,
    pub(crate) expires_at: i64,
}

/// The device codes issued so far.
pub(crate) struct DeviceCodes {
    timing: DeviceTiming,
    by_device_code: Mutex<HashMap<String, Entry>>,
}

struct Entry {
    code: DeviceCode,
    user_code: String,
    interval_seconds: i64,
    polled_at: Option<i64>,
    answer: Answer,
}

#[derive(Clone)]
enum Answer {
    Pending,
    Approved(AccountId, Authentication),
    Declined,
    Redeemed,
}

impl std::fmt::Debug for DeviceCodes {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("DeviceCodes")
            .field("timing", &self.timing)
            .field("count", &lock(&self.by_device_code).len())
            .finish()
    }
}

impl DeviceCodes {
    pub(crate) fn new(lifetime: Duration, interval: Duration) -> Self {
        let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        Self {
            timing: DeviceTiming {
                lifetime_seconds: seconds(lifetime),
                interval_seconds: seconds(interval),
            },
            by_device_code: Mutex::default(),
        }
    }

    pub(crate) fn timing(&self) -> DeviceTiming {
        self.timing
    }

    /// Issues a device code and the user code to it.
    pub(crate) fn issue(&self, code: DeviceCode) -> Result<(String, String), Unspecified> {
        let device_code = random_text(DEVICE_CODE_RANDOM_BYTES)?;
        let user_code = random_user_code()?;
        let entry = Entry {
            code,
            user_code: user_code.clone(),
            interval_seconds: self.timing.interval_seconds,
            polled_at: None,
            answer: Answer::Pending,
        };
        lock(&self.by_device_code).insert(device_code.clone(), entry);
        Ok((device_code, user_code))
    }

    /// The answer to a device code, once there is one; until then the errors of RFC 8628 §3.5 in
    /// Entra's words.
    pub(crate) fn poll(
        &self,
        device_code: &str,
        client_id: &str,
        tenant_key: &str,
        now: i64,
    ) -> Result<(DeviceCode, AccountId, Authentication), EntraError> {
        let mut by_device_code = lock(&self.by_device_code);
        let entry = by_device_code
            .get_mut(device_code)
            .filter(|entry| {
                entry.code.client_id.eq_ignore_ascii_case(client_id)
                    && entry.code.tenant_key == tenant_key
            })
            .ok_or_else(unknown_device_code)?;
        if entry.code.expires_at <= now {
            return Err(polling_error(
                "expired_token",
                70020,
                "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
            ));
        }
        let is_too_fast = entry
            .polled_at
            .is_some_and(|before| now - before < entry.interval_seconds);
        entry.polled_at = Some(now);
        if is_too_fast && matches!(entry.answer, Answer::Pending) {
            entry.interval_seconds += SLOW_DOWN_SECONDS;
            return Err(polling_error(
                "slow_down",
                70016,
                "OAuth 2.0 device flow: the client polls faster than the interval allows.",
            ));
        }
        match &entry.answer {
            Answer::Pending => Err(polling_error(
                "authorization_pending",
                70016,
                "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
            )),
            Answer::Approved(account, authentication) => {
                Ok((entry.code.clone(), account.clone(), *authentication))
            }
            Answer::Declined => Err(polling_error(
                "authorization_declined",
                65004,
                "User declined to consent to access the app.",
            )),
            Answer::Redeemed => Err(unknown_device_code()),
        }
    }

    /// Marks a device code as redeemed.
    pub(crate) fn redeem(&self, device_code: &str) {
        if let Some(entry) = lock(&self.by_device_code).get_mut(device_code) {
            entry.answer = Answer::Redeemed;
        }
    }

    /// What a user code, typed in any letter case and with any spaces or hyphens, stands for.
    pub(crate) fn waiting(
        &self,
        user_code: &str,
        now: i64,
    ) -> Result<DeviceCode, DeviceAnswerError> {
        let typed = normalized(user_code);
        let by_device_code = lock(&self.by_device_code);
        let entry = by_device_code
            .values()
            .find(|entry| entry.user_code == typed)
            .ok_or(DeviceAnswerError::UnknownUserCode)?;
        if entry.code.expires_at <= now || !matches!(entry.answer, Answer::Pending) {
            return Err(DeviceAnswerError::NotWaiting);
        }
        Ok(entry.code.clone())
    }

    pub(crate) fn approve(
        &self,
        user_code: &str,
        account: AccountId,
        authentication: Authentication,
    ) {
        self.answer(user_code, &Answer::Approved(account, authentication));
    }

    pub(crate) fn decline(&self, user_code: &str) {
        self.answer(user_code, &Answer::Declined);
    }

    fn answer(&self, user_code: &str, answer: &Answer) {
        let typed = normalized(user_code);
        for entry in lock(&self.by_device_code).values_mut() {
            if entry.user_code == typed {
                entry.answer = answer.clone();
            }
        }
    }
}

fn random_user_code() -> Result<String, Unspecified> {
    let mut bytes = [0; USER_CODE_LENGTH];
    rand::fill(&mut bytes)?;
    Ok(bytes
        .iter()
        .map(|byte| char::from(USER_CODE_ALPHABET[usize::from(byte & 31)]))
        .collect())
}

fn normalized(user_code: &str) -> String {
    user_code
        .chars()
        .filter(|character| !character.is_whitespace() && *character != '-')
        .map(|character| character.to_ascii_uppercase())
        .collect()
}

fn unknown_device_code() -> EntraError {
    polling_error(
        "bad_verification_code",
        70018,
        "Invalid verification code due to user typing in wrong user code for device code flow.",
    )
}

fn polling_error(error: &str, code: u32, message: &str) -> EntraError {
    EntraError::other(400, error, code, message)
}
