//! The outside as the engine sees it: the person and the environment.

use std::path::Path;
use std::time::Duration;

use model::CertificatePassword;
use thiserror::Error;
use zeroize::Zeroizing;

/// Something worth telling while a token is being got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress<'a> {
    /// Another process gets this very token; its id if it left one.
    WaitingForAnother(Option<u32>),
    /// A request is under way to that host.
    Asking(&'a str),
    /// The request is tried again after that long, because of what is said.
    TryingAgain(Duration, &'a str),
}

/// The person at the other end, if there is one.
pub trait Interaction {
    /// Is told what happens. Must not fail.
    fn progress(&self, progress: Progress<'_>);

    /// Asks for the password of a certificate file.
    fn certificate_password(&self, file: &Path) -> Result<CertificatePassword, InputRefused>;
}

/// Why nobody could be asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InputRefused {
    /// There is no terminal, or input was switched off.
    #[error("a person is needed, but input is not allowed here")]
    NotAllowed,
    /// The person said no, or pressed Ctrl-C.
    #[error("interrupted")]
    Interrupted,
}

/// The process environment, read where it stands at each use.
pub trait Environment {
    /// The value of a variable, if it is set and is text.
    fn variable(&self, name: &str) -> Option<Zeroizing<String>>;

    /// Variables whose values are secrets of ours, kept from every child process.
    fn secret_variables(&self) -> Vec<String>;
}
