//! Credentials that end soon, or have ended: told ahead, and not all day long.

use std::time::Duration;

use model::Timestamp;

use crate::Engine;
use crate::interaction::Progress;
use crate::request::CacheUse;
use crate::request::TokenRequest;

/// How long ahead an end is told: time enough to have another one issued, and to bring it to every
/// machine.
const AHEAD: Duration = Duration::from_hours(30 * 24);

/// Tells when this credential of the request ends, if that is near and was not told within a day.
pub(crate) fn tell(
    engine: &Engine<'_>,
    request: &TokenRequest,
    what: &'static str,
    ends_on: Timestamp,
) {
    let now = engine.clock.now();
    if ends_on > now.plus(AHEAD) {
        return;
    }
    // Who wants nothing kept is told each time.
    let is_due = request.cache == CacheUse::None || {
        let profile = request.profile.as_ref().map_or("", |name| name.as_str());
        let destination = request.destination().to_string();
        engine
            .vault
            .reminders()
            .is_due(&[what, profile, &destination], now)
    };
    if is_due {
        engine
            .interaction
            .progress(Progress::CredentialEnds { what, ends_on, now });
    }
}
