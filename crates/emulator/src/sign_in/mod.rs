//! The person at the browser: sessions, consents, policies and the conversation they make.

mod consents;
mod conversation;
mod policies;
mod requirements;
mod script;
mod sessions;

pub(crate) use consents::{Consents, MissingConsent};
pub(crate) use conversation::{Conversation, Turn};
pub use policies::ConditionalAccess;
pub(crate) use policies::{Policies, second_factor_required};
pub(crate) use requirements::Requirements;
pub use script::SignIn;
pub(crate) use script::SignInScript;
pub(crate) use sessions::{Authentication, Sessions, SignedIn};
