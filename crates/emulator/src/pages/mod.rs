//! The pages a person sees. They work without scripts and load nothing.

mod device;
mod form_post;
mod html;
mod problem;
mod sign_in;

pub(crate) use device::{device_answered, device_entry};
pub(crate) use form_post::{form_post, policy_source};
pub(crate) use html::{Html, Page};
pub(crate) use problem::{problem, signed_out};
pub(crate) use sign_in::{
    AccountChoice, SignInForm, account_picker, administrator_needed, another_account, consent,
    second_factor,
};
