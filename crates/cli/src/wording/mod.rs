//! Every failure in words: what happened, what to do, which kind it is. The rooms below carry
//! facts; they are worded here and nowhere else.

mod acquisition;
mod clipboard;
mod invocation;
mod not_signed_in;
mod profiles;
mod sign_in;
mod store;
mod transport;

pub(crate) use self::acquisition::authority;
pub(crate) use self::acquisition::engine;
pub(crate) use self::acquisition::not_approved;
pub(crate) use self::acquisition::shortfall;
pub(crate) use self::clipboard::copied;
pub(crate) use self::invocation::Instead;
pub(crate) use self::invocation::command;
pub(crate) use self::profiles::no_profile_meant;
pub(crate) use self::profiles::profiles;
pub(crate) use self::sign_in::nothing_came_back;
pub(crate) use self::sign_in::paste_it;
pub(crate) use self::sign_in::sign_in_notice;
pub(crate) use self::store::location;
pub(crate) use self::store::notice;
pub(crate) use self::store::vault;
