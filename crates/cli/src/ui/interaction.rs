//! The person, as the engine and the vault see them.

use std::cell::Cell;
use std::cell::RefCell;
use std::io::IsTerminal as _;
use std::path::Path;
use std::sync::Arc;

use engine::DeviceInvitation;
use engine::Ending;
use engine::InputRefused;
use engine::Interaction;
use engine::Invitation;
use engine::Page;
use engine::Progress;
use engine::SignInNotice;
use engine::TokenRequest;
use model::Account;
use model::CertificatePassword;
use model::Clock;
use model::Flow;
use protocol::text::escaped;

use super::Ui;
use super::browser;
use super::device_code;
use super::paste::Pasting;
use super::screen;
use super::surroundings::Facts;
use super::surroundings::Surroundings;
use super::waiting::Caption;
use super::waiting::Waiting;
use super::waiting::minutes_and_seconds;
use crate::pages;
use crate::settings::SignInManner;
use crate::settings::Variables;
use crate::signals;
use crate::wording;
use crate::wording::Instead;

/// The person at this terminal, during one acquisition.
pub(crate) struct Person<'a> {
    ui: &'a Ui,
    variables: &'a Variables,
    clock: Arc<dyn Clock>,
    request: &'a TokenRequest,
    manner: SignInManner,
    waiting: RefCell<Option<Waiting>>,
    pasting: RefCell<Option<Pasting>>,
    shows_device_code: Cell<bool>,
    has_hinted: Cell<bool>,
}

impl<'a> Person<'a> {
    /// The person this run talks with, about one request.
    pub(crate) fn new(
        ui: &'a Ui,
        variables: &'a Variables,
        clock: Arc<dyn Clock>,
        request: &'a TokenRequest,
        manner: SignInManner,
    ) -> Self {
        Self {
            ui,
            variables,
            clock,
            request,
            manner,
            waiting: RefCell::new(None),
            pasting: RefCell::new(None),
            shows_device_code: Cell::new(false),
            has_hinted: Cell::new(false),
        }
    }

    fn wait(&self, caption: Caption) {
        if self.ui.quiet || self.ui.json {
            return;
        }
        let mut waiting = self.waiting.borrow_mut();
        match &*waiting {
            Some(waiting) => waiting.say(caption),
            None => *waiting = Some(Waiting::begin(caption)),
        }
    }

    /// Clears the screen of what moves, for an answer that comes in parts.
    pub(crate) fn pause(&self) {
        self.stop_waiting();
    }

    /// Leaves nothing on the screen that moves, and gives the keyboard back.
    fn stop_waiting(&self) {
        self.pasting.replace(None);
        self.waiting.replace(None);
    }

    /// Opens the page if there is a way to, and says why if not. Gives whether it was opened.
    fn open(&self, surroundings: &Surroundings, page: &url::Url) -> bool {
        if !self.manner.opens_browser {
            return false;
        }
        let Some(browser) = &surroundings.browser else {
            self.ui.tell_always(&format!(
                "No browser is opened here: {}.",
                surroundings.findings.join(", ")
            ));
            return false;
        };
        let kept_back = self.request.variables_kept_back(self.variables);
        match browser::open(browser, page, &kept_back) {
            Ok(()) => true,
            Err(error) => {
                self.ui
                    .tell_always(&format!("No browser is opened here: {error}."));
                false
            }
        }
    }

    /// Shows the page's address. It stands alone in its line and is not escaped, being a parsed
    /// URL, so that a terminal or a script finds it.
    fn show_address(&self, is_opened: bool, page: &url::Url) {
        self.ui.tell_always(if is_opened {
            "The sign-in page opens in your browser. If it does not, open:"
        } else {
            "To sign in, open this page in a browser:"
        });
        screen::line(page.as_str());
    }

    fn offer_device_code(&self) {
        let instead = Instead {
            flow: Some(Flow::DeviceCode),
            ..Instead::default()
        };
        self.ui.tell_always(&format!(
            "To sign in on another device instead: {}",
            wording::command(self.request, instead)
        ));
    }
}

impl Interaction for Person<'_> {
    fn progress(&self, progress: Progress<'_>) {
        signals::end_with_exit_codes(screen::give_back);
        let message = match progress {
            Progress::NothingCameBack(redirect_uri) => {
                if !self.has_hinted.replace(true) {
                    self.ui
                        .hint(&wording::nothing_came_back(self.request, redirect_uri));
                }
                return;
            }
            Progress::PastedInVain(why) => {
                self.ui.tell_always(&format!(
                    "That is not it: {why}. Paste the whole address that the browser shows."
                ));
                return;
            }
            Progress::CredentialEnds { what, ends_on, now } => {
                self.ui.warn(&wording::credential_ends(
                    what,
                    ends_on,
                    now,
                    self.request.profile.as_ref(),
                ));
                return;
            }
            // The countdown says more than every poll would.
            Progress::Asking(_) | Progress::TryingAgain(..) if self.shows_device_code.get() => {
                return;
            }
            Progress::WaitingForAnother(Some(holder)) => format!(
                "Waiting for process {holder}, which is getting this token or has someone sign in…"
            ),
            Progress::WaitingForAnother(None) => {
                "Waiting for another process, which is getting this token or has someone sign in…"
                    .to_owned()
            }
            Progress::WaitingForAChange(holder) => wording::waiting_for_a_change(holder),
            Progress::Asking(host) => format!("Asking {}…", escaped(host)),
            Progress::TryingAgain(delay, why) => format!(
                "Trying again in {} s ({})…",
                delay.as_secs().max(1),
                escaped(why)
            ),
        };
        // Whoever asks for a token has its answer from the sign-in page.
        self.pasting.replace(None);
        self.wait(Box::new(move || message.clone()));
    }

    fn certificate_password(&self, file: &Path) -> Result<CertificatePassword, InputRefused> {
        if !self.ui.can_ask() {
            return Err(InputRefused::NotAllowed);
        }
        self.stop_waiting();
        let question = format!("Password of {}", escaped(&file.display().to_string()));
        match self.ui.ask_secret(&question) {
            Ok(password) => Ok(CertificatePassword::from(password.to_string())),
            Err(_) => Err(InputRefused::Interrupted),
        }
    }

    fn may_sign_in(&self, flow: Flow) -> Result<(), InputRefused> {
        let was_asked_for = flow == Flow::DeviceCode && self.manner.device_code_was_asked_for;
        if self.ui.input_refused || (self.ui.is_pipeline && !was_asked_for) {
            return Err(InputRefused::NotAllowed);
        }
        Ok(())
    }

    fn sign_in_begins(&self, notice: &SignInNotice<'_>) {
        signals::end_with_exit_codes(screen::give_back);
        self.stop_waiting();
        for line in wording::sign_in_notice(notice) {
            self.ui.tell_always(&line);
        }
    }

    fn invite(&self, invitation: Invitation<'_>) -> Result<(), InputRefused> {
        signals::end_with_exit_codes(screen::give_back);
        self.stop_waiting();
        let comes_back = invitation.redirect_uri.loopback().is_some();
        let can_paste = self.ui.can_ask();
        if !comes_back && !can_paste {
            return Err(InputRefused::NotAllowed);
        }
        let surroundings = Surroundings::of(&Facts::gathered(self.variables));
        let needs_paste = !comes_back || surroundings.is_remote;
        let page = if needs_paste && can_paste {
            invitation.query
        } else {
            invitation.form_post
        };
        let is_opened = self.open(&surroundings, page);
        let page = if is_opened { page } else { invitation.query };
        self.show_address(is_opened, page);
        if !is_opened && self.manner.opens_browser {
            self.offer_device_code();
        }
        if can_paste && (needs_paste || !is_opened) {
            self.ui
                .tell_always(&wording::paste_it(invitation.redirect_uri));
            match Pasting::begin(invitation.pasted) {
                Ok(pasting) => {
                    self.pasting.replace(Some(pasting));
                }
                Err(error) if comes_back => {
                    self.ui
                        .warn(&format!("nothing can be pasted on this terminal: {error}"));
                }
                Err(_) => return Err(InputRefused::NotAllowed),
            }
        } else {
            self.wait(Box::new(|| {
                "Waiting for the sign-in in the browser…".to_owned()
            }));
        }
        Ok(())
    }

    fn show_device_code(&self, invitation: &DeviceInvitation<'_>) {
        signals::end_with_exit_codes(screen::give_back);
        self.stop_waiting();
        self.shows_device_code.set(true);
        for line in device_code::block(invitation) {
            screen::text(&line, 0);
        }
        if self.manner.shows_qr_code {
            match device_code::qr_code(invitation) {
                Ok(lines) => lines.iter().for_each(|line| screen::line(line)),
                Err(error) => self.ui.warn(&format!("no QR code can be shown: {error}")),
            }
        }
        if std::io::stderr().is_terminal() {
            let clock = Arc::clone(&self.clock);
            let end = clock.monotonic().saturating_add(invitation.expires_in);
            self.wait(Box::new(move || {
                let left = end.saturating_sub(clock.monotonic());
                format!(
                    "Waiting for the sign-in… {} left",
                    minutes_and_seconds(left)
                )
            }));
        }
    }

    fn page(&self, ending: Ending<'_>) -> Page {
        match ending {
            Ending::SignedIn(account) => pages::signed_in(account),
            Ending::Failed(error) => {
                let worded = wording::engine(error, self.request);
                pages::refused(&worded.message, &worded.advice())
            }
        }
    }

    fn sign_in_ends(&self, account: Option<&Account>) {
        self.stop_waiting();
        self.shows_device_code.set(false);
        if let Some(account) = account {
            self.ui.tell_always(&format!("Signed in as {account}"));
        }
    }
}
