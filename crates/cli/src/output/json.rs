//! JSON.

use zeroize::Zeroizing;

use super::TokenDocument;
use super::document;
use crate::command_error::CommandError;

/// One object, indented, with a newline at its end.
pub(super) fn rendered(token: &TokenDocument<'_>) -> Result<Zeroizing<String>, CommandError> {
    document::json(token)
}
