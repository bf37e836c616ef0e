//! The real time.

use std::time::Duration;
use std::time::Instant;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use model::Clock;
use model::Timestamp;

/// The operating system's clocks.
#[derive(Debug, Clone)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// A clock whose monotonic time begins now.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the Clock everyone else is handed"
    )]
    pub fn start() -> Self {
        Self {
            start: Instant::now(),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the Clock everyone else is handed"
)]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let seconds = self.now_nanoseconds().div_euclid(1_000_000_000);
        Timestamp::from_unix_seconds(i64::try_from(seconds).unwrap_or(i64::MAX))
    }

    fn now_nanoseconds(&self) -> i128 {
        // A wall clock set before 1970 is negative, not an error.
        let nanoseconds =
            |duration: Duration| i128::try_from(duration.as_nanos()).unwrap_or(i128::MAX);
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => nanoseconds(since),
            Err(before) => -nanoseconds(before.duration()),
        }
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }

    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}
