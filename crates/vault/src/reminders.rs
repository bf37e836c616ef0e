//! What was told lately, so that it is not told at every call. Holds no secret, and needs no key.

use std::time::Duration;

use model::Timestamp;

use crate::bytes::digest_name;
use crate::error::VaultError;
use crate::store::REMINDERS;
use crate::store::Vault;

/// How long something that was told is not told again.
const QUIET_FOR: Duration = Duration::from_hours(24);
/// A time stands in fewer bytes.
const LONGEST: u64 = 32;

/// The reminders.
#[derive(Debug, Clone, Copy)]
pub struct Reminders<'v> {
    vault: &'v Vault,
}

impl<'v> Reminders<'v> {
    pub(crate) fn new(vault: &'v Vault) -> Self {
        Self { vault }
    }

    /// Whether this was not told within a day; then it counts as told from now on. Where that
    /// cannot be kept, it is due each time: a reminder too many does less harm than none.
    pub fn is_due(self, about: &[&str], now: Timestamp) -> bool {
        let parts: Vec<&[u8]> = about.iter().map(|part| part.as_bytes()).collect();
        let name = digest_name(&parts);
        self.told_at(&name, now).unwrap_or(true)
    }

    fn told_at(self, name: &str, now: Timestamp) -> Result<bool, VaultError> {
        let records = self.vault.records(REMINDERS)?;
        let told = records.read(name, LONGEST)?.and_then(|bytes| {
            let seconds = std::str::from_utf8(&bytes).ok()?.trim_end().parse().ok()?;
            Some(Timestamp::from_unix_seconds(seconds))
        });
        // A clock that was set back must not keep it quiet until it has caught up.
        let is_due = told.is_none_or(|told| now < told || now >= told.plus(QUIET_FOR));
        if is_due {
            let told = format!("{}\n", now.unix_seconds());
            records.replace_passing(name, told.as_bytes())?;
        }
        Ok(is_due)
    }
}
