//! Answers given in place of a person.

use std::collections::VecDeque;
use std::sync::Mutex;

use crate::fault::PlayedError;
use crate::state::lock;

/// How a sign-in is answered without anyone at a browser: the authorization endpoint redirects at
/// once. Users are named by their user principal name.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SignIn {
    /// This user signs in, approves the second factor where one is asked for and agrees to what
    /// users may agree to.
    Approve(String),
    /// The person presses Cancel: `access_denied` with `error_subcode=cancel`.
    Cancel,
    /// This user signs in and is stopped by the request for a second factor: the page is shown,
    /// whatever the policies say.
    Mfa(String),
    /// The client gets this error.
    Error(PlayedError),
}

/// The answers to come, and the one that stands.
#[derive(Debug, Default)]
pub(crate) struct SignInScript {
    answers: Mutex<Answers>,
}

#[derive(Debug, Default)]
struct Answers {
    next: VecDeque<SignIn>,
    standing: Option<SignIn>,
}

impl SignInScript {
    pub(crate) fn plan(&self, answer: SignIn) {
        lock(&self.answers).next.push_back(answer);
    }

    pub(crate) fn set_standing(&self, answer: Option<SignIn>) {
        lock(&self.answers).standing = answer;
    }

    /// The answer to the next sign-in; `None` leaves it to a person.
    pub(crate) fn take(&self) -> Option<SignIn> {
        let mut answers = lock(&self.answers);
        answers
            .next
            .pop_front()
            .or_else(|| answers.standing.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planned_answers_come_before_the_standing_one() {
        let script = SignInScript::default();
        assert_eq!(script.take(), None);
        script.set_standing(Some(SignIn::Approve("ada".to_owned())));
        script.plan(SignIn::Cancel);
        assert_eq!(script.take(), Some(SignIn::Cancel));
        assert_eq!(script.take(), Some(SignIn::Approve("ada".to_owned())));
        assert_eq!(script.take(), Some(SignIn::Approve("ada".to_owned())));
    }
}
