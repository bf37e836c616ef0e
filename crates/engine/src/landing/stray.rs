//! What comes to the listener and is not the answer.

use hyper::StatusCode;
use thiserror::Error;

/// Why a request, or a connection, changed nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum Stray {
    /// Not for us: DNS rebinding, or a proxy's request.
    #[error("it names another host")]
    ForeignHost,
    /// `/favicon.ico` above all.
    #[error("it is for another path")]
    OtherPath,
    /// `OPTIONS`: a page of another origin asks for permission (Fetch, CORS).
    #[error("it asks for permission to read across origins, which is not given")]
    Preflight,
    /// Neither `GET` nor `POST`.
    #[error("its method is neither GET nor POST")]
    Method,
    /// The browser looks ahead, and nobody has landed.
    #[error("it is a browser's prefetch")]
    Prefetch,
    /// `POST` with something else.
    #[error("its body is not a form")]
    NotAForm,
    /// Longer than any answer.
    #[error("it is too large")]
    TooLarge,
    /// No `state`, or not ours.
    #[error("its state is not the one that is waited for")]
    WrongState,
    /// The clean address, before anyone landed.
    #[error("it brings no answer")]
    NoAnswer,
    /// A TLS handshake.
    #[error("it is TLS, from a browser that insists on https")]
    Tls,
    /// Not whole in time.
    #[error("it took too long")]
    Slow,
    /// Not HTTP, or cut off.
    #[error("it is broken")]
    Broken,
    /// Too many at once, and this one had said nothing for the longest time.
    #[error("there are too many at once")]
    Crowd,
}

impl Stray {
    /// The status to answer with, where an answer can be given.
    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::ForeignHost => StatusCode::MISDIRECTED_REQUEST,
            Self::OtherPath => StatusCode::NOT_FOUND,
            Self::Preflight => StatusCode::NO_CONTENT,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Prefetch => StatusCode::SERVICE_UNAVAILABLE,
            Self::NotAForm => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NoAnswer => StatusCode::OK,
            Self::WrongState | Self::Tls | Self::Slow | Self::Broken | Self::Crowd => {
                StatusCode::BAD_REQUEST
            }
        }
    }
}
