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
    use super::*;

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
