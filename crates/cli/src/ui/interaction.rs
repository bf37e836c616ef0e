//! The person, as the engine and the vault see them.

use std::cell::RefCell;
use std::path::Path;

use engine::DeviceInvitation;
use engine::Ending;
use engine::InputRefused;
use engine::Interaction;
use engine::Invitation;
use engine::Page;
use engine::Progress;
use engine::SignInNotice;
use model::Account;
use model::CertificatePassword;
use model::Flow;
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
            Progress::NothingCameBack(redirect_uri) => {
                format!("Nothing came back to {redirect_uri} yet…")
            }
            Progress::PastedInVain(why) => escaped(why).into_owned(),
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

    fn may_sign_in(&self, _: Flow) -> Result<(), InputRefused> {
        Err(InputRefused::NotAllowed)
    }

    fn sign_in_begins(&self, _: &SignInNotice<'_>) {}

    fn invite(&self, _: Invitation<'_>) -> Result<(), InputRefused> {
        Err(InputRefused::NotAllowed)
    }

    fn show_device_code(&self, _: &DeviceInvitation<'_>) {}

    fn page(&self, _: Ending<'_>) -> Page {
        Page {
            title: String::new(),
            style: String::new(),
            body: String::new(),
        }
    }

    fn sign_in_ends(&self, _: Option<&Account>) {}
}
