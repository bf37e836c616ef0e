//! How many may be connected at once.

use std::sync::Weak;

use tokio::task::AbortHandle;

use super::reception::Guest;

/// At most that many connections.
const SEATS: usize = 64;

/// The connections there are, the oldest first.
#[derive(Default)]
pub(super) struct Seats(Vec<Seat>);

struct Seat {
    task: AbortHandle,
    guest: Weak<Guest>,
}

/// What had to be done for one more.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Room {
    /// Nothing.
    Free,
    /// The one that had been silent for the longest time was closed. A browser sends its request
    /// as soon as it is connected; who holds connections open to keep others out does not.
    Made,
    /// Nothing could be: all of them brought the right answer.
    None,
}

impl Seats {
    /// Makes room for one more.
    pub(super) fn make_room(&mut self) -> Room {
        self.0.retain(|seat| !seat.task.is_finished());
        if self.0.len() < SEATS {
            return Room::Free;
        }
        let idle = self
            .0
            .iter()
            .position(|seat| seat.guest.upgrade().is_none_or(|guest| !guest.waits()));
        match idle {
            None => Room::None,
            Some(oldest) => {
                self.0.remove(oldest).task.abort();
                Room::Made
            }
        }
    }

    /// Seats it.
    pub(super) fn take(&mut self, task: AbortHandle, guest: Weak<Guest>) {
        self.0.push(Seat { task, guest });
    }
}
