//! Killed while it migrates: all secrets are stored, or none.

use std::time::Duration;

use rustix::process::Signal;

use super::migrate;
use super::old_files;
use super::old_home;
use super::stored;

const KILLS: u32 = 60;

/// By how much a kill comes later at the least.
const SHORTEST: Duration = Duration::from_micros(200);

#[test]
fn a_kill_leaves_all_of_it_or_nothing() {
    let (mut old, mut new) = (0, 0);
    // Later after each kill that came too early, earlier after each that came too late.
    let mut moment = Duration::ZERO;
    for round in 0..KILLS {
        let home = old_home();
        let running = migrate(&home, &["--yes", "--delete-old"]).start();
        running.wait_to_say("its certificate password is taken over");
        // The moment is what is tested; nothing could be waited for instead.
        std::thread::sleep(moment);
        running.signal(Signal::KILL);
        drop(running.finish());
        // Who reads the profiles finishes what was begun.
        let found = [
            stored(&home, "sp", "clientSecret"),
            stored(&home, "cert.app", "certificatePassword"),
        ];
        let left = old_files(&home).len();
        match found {
            [None, None] => {
                assert_eq!(left, 2, "kill {round}: a file without its secret is gone");
                old += 1;
                moment = moment.mul_f64(1.3) + SHORTEST;
            }
            [Some(_), Some(_)] => {
                new += 1;
                moment = moment.mul_f64(0.6);
            }
            [one, other] => panic!(
                "kill {round}: half of it: {} {}",
                one.is_some(),
                other.is_some()
            ),
        }
        assert!(
            !home.state().join("import.json").exists(),
            "kill {round}: unfinished"
        );
        let (_, said) = migrate(&home, &["--yes", "--delete-old"])
            .run()
            .answer_and_words();
        assert_eq!(old_files(&home), [""; 0], "kill {round}: {said}");
        assert!(stored(&home, "sp", "clientSecret").is_some());
    }
    assert!(
        old > 0 && new > 0,
        "{old} old, {new} new: the kills all came too early, or too late"
    );
}
