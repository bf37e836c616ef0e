//! What goes back to the client, and the body that carries it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, SizeHint};
use serde_json::Value;

/// A reply before it is put on the wire.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: ReplyBody,
    /// How long to wait before answering.
    pub(crate) delay: Duration,
}

impl Reply {
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers: vec![("content-type", content_type.to_owned())],
            body: ReplyBody::Whole(body.into()),
            delay: Duration::ZERO,
        }
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json; charset=utf-8", body.to_string())
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The body as a JSON object, if it is one.
    pub(crate) fn json_object(&self) -> Option<serde_json::Map<String, Value>> {
        match &self.body {
            ReplyBody::Whole(bytes) => serde_json::from_slice(bytes).ok(),
            ReplyBody::Filler { .. } | ReplyBody::Cut { .. } => None,
        }
    }
}

/// A response body: honest, endless or broken off.
#[derive(Debug)]
pub(crate) enum ReplyBody {
    /// These bytes.
    Whole(Bytes),
    /// This many bytes of JSON string that no client should read to the end.
    Filler { remaining: u64 },
    /// Promises `missing` bytes more than it sends, then breaks the connection.
    Cut {
        sent: Bytes,
        missing: u64,
        was_flushed: bool,
    },
}

const FILLER: [u8; 16 * 1024] = [b'x'; 16 * 1024];

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let next = match &mut *self {
            Self::Whole(bytes) if bytes.is_empty() => None,
            Self::Whole(bytes) => Some(Ok(std::mem::take(bytes))),
            Self::Filler { remaining: 0 } => None,
            Self::Filler { remaining } => {
                let length = usize::try_from(*remaining)
                    .unwrap_or(FILLER.len())
                    .min(FILLER.len());
                *remaining -= length as u64;
                Some(Ok(Bytes::from_static(&FILLER).slice(..length)))
            }
            Self::Cut { sent, .. } if !sent.is_empty() => Some(Ok(std::mem::take(sent))),
            Self::Cut { was_flushed, .. } if !*was_flushed => {
                // What was sent leaves hyper's buffer only when the body has nothing more for now.
                *was_flushed = true;
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            Self::Cut { .. } => Some(Err(io::Error::new(
                io::ErrorKind::ConnectionAborted,
                "the emulator breaks off here on purpose",
            ))),
        };
        Poll::Ready(next.map(|result| result.map(Frame::data)))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(match self {
            Self::Whole(bytes) => bytes.len() as u64,
            Self::Filler { remaining } => *remaining,
            Self::Cut { sent, missing, .. } => sent.len() as u64 + missing,
        })
    }
}
