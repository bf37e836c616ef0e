//! YAML.

use zeroize::Zeroizing;

use super::TokenDocument;
use super::document;
use crate::command_error::CommandError;

/// The same object as JSON, as one YAML mapping.
pub(super) fn rendered(token: &TokenDocument<'_>) -> Result<Zeroizing<String>, CommandError> {
    document::yaml(token)
}
