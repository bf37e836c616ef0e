//! The person, as the engine and the vault see them.

use std::cell::RefCell;
use std::path::Path;

use engine::InputRefused;
use engine::Interaction;
use engine::Progress;
use model::CertificatePassword;
use protocol::text::escaped;

use super::Ui;
use super::waiting::Waiting;
use crate::signals;

/// The person at this terminal, during one acquisition.
pub(crate) struct Person<'a> {
    ui: &'a Ui,
    waiting: RefCell<Option<Waiting>>,
}

impl<'a> Person<'a> {
    /// The person this run talks with.
    pub(crate) fn new(ui: &'a Ui) -> Self {
        Self {
            ui,
            waiting: RefCell::new(None),
        }
    }
}

impl Interaction for Person<'_> {
    fn progress(&self, progress: Progress<'_>) {
        let message = match progress {
            Progress::WaitingForAnother(Some(holder)) => {
                format!("Waiting for process {holder}, which is getting this token…")
            }
            Progress::WaitingForAnother(None) => {
                "Waiting for another process, which is getting this token…".to_owned()
            }
            Progress::Asking(host) => format!("Asking {} for a token…", escaped(host)),
            Progress::TryingAgain(delay, why) => format!(
                "Trying again in {} s ({})…",
                delay.as_secs().max(1),
                escaped(why)
            ),
        };
        let mut waiting = self.waiting.borrow_mut();
        match &*waiting {
            _ if self.ui.quiet || self.ui.json => {}
            Some(waiting) => waiting.say(message),
            None => *waiting = Some(Waiting::begin(message)),
        }
        drop(waiting);
        signals::end_with_exit_codes();
    }

    fn certificate_password(&self, file: &Path) -> Result<CertificatePassword, InputRefused> {
        if !self.ui.can_ask() {
            return Err(InputRefused::NotAllowed);
        }
        self.waiting.replace(None);
        let question = format!("Password of {}", escaped(&file.display().to_string()));
        match self.ui.ask_secret(&question) {
            Ok(password) => Ok(CertificatePassword::from(password.to_string())),
            Err(_) => Err(InputRefused::Interrupted),
        }
    }
}
