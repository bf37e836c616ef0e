//! All checks at the same time, none for longer than it may take.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use model::Clock;

use super::check::Check;
use super::check::Finding;
use super::check::Verdict;
use super::scene::Here;

/// Makes all checks; the findings come in their order. A check that does not end in time is given
/// up, and its thread left behind.
pub(super) fn findings(here: &Here, checks: Vec<Check>) -> Vec<Finding> {
    let began = here.clock.monotonic();
    let running: Vec<_> = checks
        .into_iter()
        .map(|check| {
            let (sender, receiver) = mpsc::sync_channel(1);
            let examine = check.examine;
            let started = thread::Builder::new()
                .name(check.id.to_owned())
                .spawn(move || {
                    // Past the deadline nobody listens any more.
                    let _ = sender.send(examine());
                });
            let heading = (check.id, check.subject, check.title);
            (heading, started.map(|_| receiver))
        })
        .collect();
    running
        .into_iter()
        .map(|((id, subject, title), started)| {
            let verdict = match started {
                Ok(receiver) => {
                    let spent = here.clock.monotonic().saturating_sub(began);
                    outcome(&receiver, here.timeout, here.timeout.saturating_sub(spent))
                }
                Err(error) => Verdict::failed(format!("it could not be started: {error}")),
            };
            Finding {
                id,
                subject,
                title,
                status: verdict.status,
                detail: verdict.detail,
                fix: verdict.fix,
            }
        })
        .collect()
}

fn outcome(receiver: &mpsc::Receiver<Verdict>, allowed: Duration, left: Duration) -> Verdict {
    match receiver.recv_timeout(left) {
        Ok(verdict) => verdict,
        Err(mpsc::RecvTimeoutError::Timeout) => {
            Verdict::failed(format!("no answer within {} s", allowed.as_secs_f64()))
                .fix("Allow more time: --timeout 60s")
        }
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            Verdict::failed("the check itself failed; please report it")
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use engine::SystemClock;

    use super::*;
    use crate::settings::Variables;

    #[test]
    fn many_checks_that_hang_take_no_longer_than_one() {
        let here = Here {
            variables: Variables,
            clock: Arc::new(SystemClock::start()),
            timeout: Duration::from_millis(100),
        };
        let (holds, checks): (Vec<_>, Vec<_>) = (0..50)
            .map(|_| {
                let (hold, release) = mpsc::channel::<()>();
                let hangs = move || match release.recv() {
                    Ok(()) | Err(mpsc::RecvError) => Verdict::ok("late"),
                };
                (hold, Check::of_the_machine("a.b", "Thing", hangs))
            })
            .unzip();
        let began = here.clock.monotonic();
        let found = findings(&here, checks);
        let took = here.clock.monotonic().saturating_sub(began);
        drop(holds);
        assert!(took < here.timeout * 20, "{took:?}");
        assert_eq!(found.len(), 50);
        for finding in found {
            assert_eq!(finding.detail, "no answer within 0.1 s");
        }
    }

    #[test]
    fn a_check_that_hangs_or_dies_is_a_failure_of_its_own() {
        let (hold, receiver) = mpsc::sync_channel::<Verdict>(1);
        let short = Duration::from_millis(5);
        assert_eq!(
            outcome(&receiver, Duration::from_secs(7), short).detail,
            "no answer within 7 s"
        );
        drop(hold);
        let died = outcome(&receiver, short, short);
        assert!(died.detail.contains("the check itself"), "{died:?}");
    }
}
