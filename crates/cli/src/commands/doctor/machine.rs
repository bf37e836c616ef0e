//! The program, and the directories it keeps things in.

use std::path::Path;
use std::sync::Arc;

use vault::survey;
use vault::survey::Standing;

use super::check::Check;
use super::check::Verdict;
use super::scene::Scene;
use crate::shell;

/// Less room than this, in bytes, and sooner or later something is not kept.
const LITTLE_ROOM: u64 = 16 << 20;

/// What the program was built with.
pub(super) fn build() -> String {
    let commit = match env!("BUILD_COMMIT") {
        "" => "unknown commit",
        commit => commit,
    };
    format!(
        "{} for {} ({}, {}, {commit})",
        env!("CARGO_PKG_VERSION"),
        env!("BUILD_TARGET"),
        env!("BUILD_PROFILE"),
        env!("BUILD_COMPILER"),
    )
}

pub(super) fn checks(scene: Option<&Arc<Scene>>) -> Vec<Check> {
    vec![
        Check::of_the_machine("program.version", "Program", || Verdict::ok(build())),
        Check::of_the_store(
            scene,
            "directory.config",
            "Configuration directory",
            |scene| directory(&scene.store.locations.config, Privacy::Shared),
        ),
        Check::of_the_store(scene, "directory.state", "State directory", |scene| {
            directory(&scene.store.locations.state, Privacy::Private)
        }),
        Check::of_the_store(scene, "directory.data", "Data directory", |scene| {
            directory(&scene.store.locations.data, Privacy::Private)
        }),
    ]
}

/// Who may look into a directory.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Privacy {
    /// Its owner alone.
    Private,
    /// Anybody: nothing secret is in it.
    Shared,
}

fn directory(path: &Path, privacy: Privacy) -> Verdict {
    let shown = path.display();
    let place = match survey::place(path) {
        Ok(place) => place,
        Err(error) => {
            return Verdict::failed(format!("{shown} cannot be looked at: {error}"))
                .fix("Give yourself the right to enter the directories above it.");
        }
    };
    match place.stands {
        Standing::Link if privacy == Privacy::Private => {
            return Verdict::failed(format!("{shown} is a symbolic link, which is not followed"))
                .fix("Name the directory itself: ENTRA_AUTH_STATE_DIR, ENTRA_AUTH_DATA_DIR");
        }
        Standing::Other => {
            return Verdict::failed(format!("{shown} is no directory")).fix("Move it away.");
        }
        Standing::Nothing | Standing::Directory | Standing::Link => {}
    }
    if let Some(found) = place.ownership
        && !found.is_ours
        && privacy == Privacy::Private
    {
        return Verdict::failed(format!(
            "{shown} belongs to user {}, not to you",
            found.owner
        ))
        .fix(format!(
            "Run this as that user, or: chown \"$(id -u)\" {shown}"
        ));
    }
    if !place.is_writable {
        return Verdict::failed(format!("{shown} cannot be written to"))
            .fix("Make it writable, or name another place: ENTRA_AUTH_CONFIG_DIR, ENTRA_AUTH_STATE_DIR, ENTRA_AUTH_DATA_DIR");
    }
    if let Some(left) = place.free_space
        && left < LITTLE_ROOM
    {
        return Verdict::failed(format!("{shown}: only {} KiB are free", left / 1024))
            .fix("Make room on that disk.");
    }
    let mode = place.ownership.map(|found| found.mode & 0o777);
    if let Some(mode) = mode
        && privacy == Privacy::Private
        && mode & 0o077 != 0
    {
        return Verdict::warning(format!("{shown} is open to other users (mode {mode:03o})")).fix(
            format!("chmod 700 {shown}; the next command does it by itself"),
        );
    }
    if let Some(mode) = mode
        && mode & 0o022 != 0
    {
        return Verdict::warning(format!(
            "{shown} can be written to by other users (mode {mode:03o}): they could change where \
             your profiles lead"
        ))
        .fix(format!("chmod go-w {}", shell::word(&shown.to_string())));
    }
    let mode = mode
        .map(|mode| format!(", mode {mode:03o}"))
        .unwrap_or_default();
    let room = place
        .free_space
        .map(|left| format!(", {} MiB free", left >> 20))
        .unwrap_or_default();
    Verdict::ok(match place.stands {
        Standing::Nothing => format!("{shown} is not there yet and can be made{room}"),
        _ => format!("{shown}{mode}{room}"),
    })
}
