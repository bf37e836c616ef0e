//! Reads secrets that are kept elsewhere, at each use.

use std::io::Read;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use model::Clock;
use model::SecretReference;
use zeroize::Zeroizing;

use crate::command;
use crate::error::ReferenceError;
use crate::interaction::Environment;

/// A larger file than this is no secret.
const LARGEST_FILE: u64 = 1024 * 1024;

/// What the reference stands for now. One line ending at the end is not part of it: editors,
/// `echo` and password managers add it. A program does without the variables `kept_back`.
pub(crate) fn read(
    reference: &SecretReference,
    timeout: Duration,
    environment: &dyn Environment,
    kept_back: &[String],
    clock: &dyn Clock,
) -> Result<Zeroizing<String>, ReferenceError> {
    let secret = match reference {
        SecretReference::Env(name) => environment
            .variable(name)
            .ok_or_else(|| ReferenceError::VariableNotSet(name.clone()))?,
        SecretReference::File(path) => {
            text(&bytes_of(path, timeout)?, &path.display().to_string())?
        }
        SecretReference::Command(arguments) => {
            let bytes = command::output(arguments, timeout, kept_back, clock)?;
            text(&bytes, arguments.first().map_or("", String::as_str))?
        }
    };
    if secret.is_empty() {
        return Err(ReferenceError::Empty(reference.to_string()));
    }
    Ok(secret)
}

/// The bytes of a secret file or certificate; of a pipe, if they come in time.
///
/// # Errors
/// [`ReferenceError`] if it cannot be read, is larger than 1 MiB, or brings nothing in time.
pub fn bytes_of(path: &Path, timeout: Duration) -> Result<Zeroizing<Vec<u8>>, ReferenceError> {
    if std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file()) {
        return whole(path);
    }
    // Opening a named pipe waits for its writer, and nothing can call that off: the thread is left
    // behind at the deadline.
    let (sender, receiver) = mpsc::channel();
    let place = path.to_owned();
    std::thread::spawn(move || {
        // Past the deadline nobody listens any more.
        let _ = sender.send(whole(&place));
    });
    receiver
        .recv_timeout(timeout)
        .map_err(|_| ReferenceError::TimedOut(path.display().to_string()))?
}

fn whole(path: &Path) -> Result<Zeroizing<Vec<u8>>, ReferenceError> {
    let unreadable = |source| ReferenceError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(LARGEST_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(ReferenceError::TooLong(path.display().to_string()));
    }
    Ok(bytes)
}

fn text(bytes: &[u8], origin: &str) -> Result<Zeroizing<String>, ReferenceError> {
    let text =
        std::str::from_utf8(bytes).map_err(|_| ReferenceError::NotText(origin.to_owned()))?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    Ok(Zeroizing::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemClock;

    struct Variables;

    impl Environment for Variables {
        fn variable(&self, name: &str) -> Option<Zeroizing<String>> {
            (name == "SET").then(|| Zeroizing::new("from-env".to_owned()))
        }

        fn secret_variables(&self) -> Vec<String> {
            Vec::new()
        }
    }

    fn resolve(reference: &SecretReference, timeout: Duration) -> Result<String, ReferenceError> {
        let kept_back = ["HOME".to_owned()];
        let clock = SystemClock::start();
        read(reference, timeout, &Variables, &kept_back, &clock).map(|text| text.to_string())
    }

    #[cfg(unix)]
    fn command(words: &[&str]) -> SecretReference {
        SecretReference::Command(words.iter().map(|&word| word.to_owned()).collect())
    }

    const MINUTE: Duration = Duration::from_mins(1);

    #[test]
    fn a_variable_is_read_or_named() {
        let set = SecretReference::Env("SET".to_owned());
        assert_eq!(resolve(&set, MINUTE).unwrap(), "from-env");
        let missing = SecretReference::Env("MISSING".to_owned());
        assert!(
            matches!(resolve(&missing, MINUTE), Err(ReferenceError::VariableNotSet(name)) if name == "MISSING")
        );
    }

    #[test]
    fn one_line_ending_is_taken_off_and_no_more() {
        assert_eq!(*text(b"s3cret\r\n", "x").unwrap(), "s3cret");
        assert_eq!(*text(b" s3cret \n\n", "x").unwrap(), " s3cret \n");
        assert!(matches!(
            text(b"\xff", "x"),
            Err(ReferenceError::NotText(_))
        ));
    }

    #[cfg(unix)]
    #[test]
    fn a_program_runs_without_a_shell_and_without_our_secrets() {
        assert_eq!(
            resolve(&command(&["printf", "%s\n", "$HOME;`id`"]), MINUTE).unwrap(),
            "$HOME;`id`"
        );
        assert_eq!(
            resolve(&command(&["sh", "-c", "echo x${HOME}"]), MINUTE).unwrap(),
            "x"
        );
        assert!(matches!(
            resolve(&command(&["sh", "-c", "cat; exit 3"]), MINUTE),
            Err(ReferenceError::CommandFailed { .. })
        ));
        assert!(matches!(
            resolve(&command(&["true"]), MINUTE),
            Err(ReferenceError::Empty(_))
        ));
        assert!(matches!(
            resolve(&command(&["/nowhere/at/all"]), MINUTE),
            Err(ReferenceError::NotStarted { .. })
        ));
        assert!(matches!(
            resolve(&command(&[]), MINUTE),
            Err(ReferenceError::NoProgram)
        ));
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_hangs_is_ended() {
        let hanging = command(&["sleep", "1000"]);
        assert!(matches!(
            resolve(&hanging, Duration::ZERO),
            Err(ReferenceError::TimedOut(_))
        ));
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_that_nobody_writes_to_is_given_up() {
        let place = tempfile::tempdir().unwrap();
        let pipe = place.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        assert!(matches!(
            resolve(&SecretReference::File(pipe), Duration::from_millis(20)),
            Err(ReferenceError::TimedOut(_))
        ));
    }

    #[cfg(unix)]
    #[test]
    fn what_a_program_leaves_behind_prolongs_nothing() {
        let lingering = command(&["sh", "-c", "sleep 2 2>/dev/null & echo x"]);
        assert!(matches!(
            resolve(&lingering, Duration::from_millis(200)),
            Err(ReferenceError::TimedOut(_))
        ));
    }

    #[cfg(unix)]
    #[test]
    fn endless_output_is_refused() {
        let endless = command(&["sh", "-c", "head -c 70000 /dev/zero | tr '\\0' a"]);
        assert!(matches!(
            resolve(&endless, MINUTE),
            Err(ReferenceError::TooLong(_))
        ));
    }
}
