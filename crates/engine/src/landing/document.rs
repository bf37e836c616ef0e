//! Pages as they go over the wire: framed, and fenced in by headers.

use aws_lc_rs::digest::SHA256;
use aws_lc_rs::digest::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::Full;
use hyper::Response;
use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header;
use hyper::header::HeaderValue;

use super::stray::Stray;
use crate::Page;

/// What the listener answers with.
pub(super) type Answer = Response<Full<Bytes>>;

/// The listener's own pages: what stands in them is said here.
const PLAIN_STYLE: &str = ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;\
                           max-width:30rem;margin:15vh auto;padding:0 1.5rem}";

/// A whole document, and the policy that fits it.
pub(super) struct Document {
    html: Bytes,
    policy: String,
}

impl Document {
    /// Frames a page.
    pub(super) fn of(page: &Page) -> Self {
        let Page { title, style, body } = page;
        let html = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n{body}\n</body>\n\
             </html>\n"
        );
        Self {
            html: html.into(),
            policy: policy(style),
        }
    }

    /// A page of one sentence.
    fn plain(title: &str, sentence: &str) -> Self {
        Self::of(&Page {
            title: title.to_owned(),
            style: PLAIN_STYLE.to_owned(),
            body: format!("<main><h1>{title}</h1><p>{sentence}</p></main>"),
        })
    }

    /// The page that ends a sign-in.
    pub(super) fn answer(&self) -> Answer {
        self.with_status(StatusCode::OK)
    }

    fn with_status(&self, status: StatusCode) -> Answer {
        let mut answer = fenced(status, self.html.clone(), &self.policy);
        answer.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        );
        answer
    }
}

/// For those who waited longer than the page took.
pub(super) fn unfinished() -> Answer {
    Document::plain(
        "Not finished yet",
        "The sign-in is still under way. Go back to the terminal to see how it ends.",
    )
    .answer()
}

/// Sends the browser to an address that holds no code.
pub(super) fn see_other(address: &str) -> Answer {
    let mut answer = fenced(StatusCode::SEE_OTHER, Bytes::new(), &policy(""));
    match HeaderValue::from_str(address) {
        Ok(address) => {
            answer.headers_mut().insert(header::LOCATION, address);
            answer
        }
        // Without an address to go to, the browser may as well stay.
        Err(_) => unfinished(),
    }
}

/// The answer to what changes nothing.
pub(super) fn refusal(stray: Stray) -> Answer {
    let status = stray.status();
    match stray {
        Stray::Preflight => fenced(status, Bytes::new(), &policy("")),
        Stray::NoAnswer => Document::plain(
            "Waiting for a sign-in",
            "The sign-in has not come back yet. Finish it in its own tab.",
        )
        .with_status(status),
        Stray::WrongState => Document::plain(
            "This is not the sign-in that is waited for",
            "It may be one that was given up. Go back to the terminal, and use the address that \
             it shows.",
        )
        .with_status(status),
        _ => {
            let title = status.canonical_reason().unwrap_or("Not served");
            let mut answer = Document::plain(title, "There is nothing here.").with_status(status);
            if stray == Stray::Method {
                answer
                    .headers_mut()
                    .insert(header::ALLOW, HeaderValue::from_static("GET, POST"));
            }
            answer
        }
    }
}

/// Puts up the fences that every answer has. No header allows anything to another origin.
fn fenced(status: StatusCode, body: Bytes, policy: &str) -> Answer {
    let mut answer = Response::new(Full::new(body));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONNECTION, "close"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    for name in ["cross-origin-opener-policy", "cross-origin-resource-policy"] {
        headers.insert(name, HeaderValue::from_static("same-origin"));
    }
    // Base64 and fixed words are fit for a header; without a policy there would be no fence.
    let policy = HeaderValue::from_str(policy)
        .unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    answer
}

/// Nothing is loaded, run, sent or framed; only this very style applies (CSP Level 3).
fn policy(style: &str) -> String {
    format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
        STANDARD.encode(digest(&SHA256, style.as_bytes()))
    )
}
