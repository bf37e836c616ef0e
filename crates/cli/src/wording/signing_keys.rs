//! Failures of getting the keys that tokens are signed with.

use engine::signing_keys::SigningKeysError;

use super::acquisition;
use super::transport::transport;
use crate::command_error::CommandError;
use crate::command_error::Kind;

/// Words why there are no keys.
pub(crate) fn signing_keys(error: &SigningKeysError) -> CommandError {
    let message = error.to_string();
    match error {
        SigningKeysError::Transport { host, source } => transport(host, source),
        SigningKeysError::TimedOut(_) => CommandError::new(Kind::TimedOut, "timed_out", message)
            .hint("Allow more time: --timeout 120s"),
        SigningKeysError::Discovery(error) => acquisition::discovery(error),
        SigningKeysError::Unnamed(_)
        | SigningKeysError::Status { status: ..500, .. }
        | SigningKeysError::Unusable { .. } => {
            CommandError::new(Kind::Refused, "keys_unavailable", message)
                .hint("Check tenant and authority, or take the keys from a file: --keys FILE")
        }
        SigningKeysError::Status { .. } => {
            CommandError::new(Kind::Network, "keys_unavailable", message)
                .hint("The service is at fault; try again later, or: --keys FILE")
        }
        SigningKeysError::Request(_) => CommandError::usage("request_impossible", message),
    }
}
