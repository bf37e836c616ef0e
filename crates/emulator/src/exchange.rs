//! One request being answered: what was asked, when, and under which identifiers.

use aws_lc_rs::error::Unspecified;

use crate::identifiers::{is_guid, random_guid};
use crate::request::Request;
use crate::state::State;

/// What an endpoint is given.
#[derive(Debug)]
pub(crate) struct Exchange<'a> {
    pub(crate) request: &'a Request,
    pub(crate) state: &'a State,
    /// The emulator's time, epoch seconds.
    pub(crate) now: i64,
    /// `trace_id` of errors and `x-ms-request-id` of every reply.
    pub(crate) trace_id: String,
    /// The GUID sent as `client-request-id`, else a fresh one.
    pub(crate) correlation_id: String,
}

impl<'a> Exchange<'a> {
    pub(crate) fn new(request: &'a Request, state: &'a State) -> Result<Self, Unspecified> {
        let correlation_id = match request.header("client-request-id") {
            Some(id) if is_guid(id) => id.to_owned(),
            _ => random_guid()?,
        };
        Ok(Self {
            request,
            state,
            now: state.clock.now(),
            trace_id: random_guid()?,
            correlation_id,
        })
    }

    /// The origin the client sees: every address in a reply starts with it.
    pub(crate) fn origin(&self) -> &str {
        &self.request.origin
    }
}
