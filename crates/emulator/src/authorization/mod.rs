//! What a client asks for when a person is to sign in, and how the answer travels back.

mod request;
mod response;
mod scope;

pub(crate) use request::{
    AuthorizationRequest, AuthorizingClient, Prompt, asks_for_step_up, claims, declares_cp1,
};
pub(crate) use response::{ResponseMode, ReturnAddress, redirect};
pub(crate) use scope::{OpenIdScope, RequestedScopes, ResourceScopes};
