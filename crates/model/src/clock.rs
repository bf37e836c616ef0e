//! Time as a value: what reads a clock or waits is handed one.

use std::time::Duration;

use crate::Timestamp;

/// What tells the time and waits. The real one stands in `engine`; tests hand in their own.
pub trait Clock: Send + Sync {
    /// The wall clock, which a person or NTP may move.
    fn now(&self) -> Timestamp;

    /// The wall clock in nanoseconds since the epoch, to order events of several processes.
    fn now_nanoseconds(&self) -> i128;

    /// Time since some fixed point, which nothing moves: for deadlines.
    fn monotonic(&self) -> Duration;

    /// Waits that long.
    fn sleep(&self, duration: Duration);
}
