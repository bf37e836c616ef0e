//! The time zone in which times are shown to the person.

use jiff::tz::TimeZone;

use super::Variables;

/// The zone of `TZ`, or else the system's.
pub(crate) fn local_zone(variables: &Variables) -> TimeZone {
    match variables.raw("TZ") {
        Some(_) => TimeZone::system(),
        None => of_the_system().unwrap_or_else(TimeZone::system),
    }
}

/// The zone that the system's own file holds (RFC 9636). Asking for it by name would have every
/// directory of zones listed, which takes longer than all else that a command does.
#[cfg(unix)]
fn of_the_system() -> Option<TimeZone> {
    let rules = std::fs::read("/etc/localtime").ok()?;
    TimeZone::tzif("local time", &rules).ok()
}

#[cfg(not(unix))]
fn of_the_system() -> Option<TimeZone> {
    None
}
