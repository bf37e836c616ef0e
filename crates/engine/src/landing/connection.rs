//! One connection: a request, an answer, the end.

use std::io;
use std::sync::Arc;

use http_body_util::BodyExt as _;
use http_body_util::LengthLimitError;
use http_body_util::Limited;
use hyper::Method;
use hyper::Request;
use hyper::body::Bytes;
use hyper::body::Incoming;
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::rt::TokioTimer;
use protocol::text;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio::time::timeout_at;

use super::AuthorizationResponse;
use super::Patience;
use super::document;
use super::document::Answer;
use super::gate::Gate;
use super::gate::Visit;
use super::reception::Guest;
use super::reception::Reception;
use super::stray::Stray;

/// The largest head, and the largest body. A code of Entra's has about two kilobytes.
const LIMIT: usize = 64 * 1024;
/// How a TLS connection begins (RFC 8446 §5.1, `handshake`).
const TLS_HANDSHAKE: u8 = 0x16;

/// What every connection needs.
pub(super) struct House {
    pub(super) gate: Gate,
    pub(super) reception: Arc<Reception>,
    pub(super) patience: Patience,
}

/// Reads one request, answers it, and closes.
pub(super) async fn attend(mut stream: TcpStream, guest: Arc<Guest>, house: Arc<House>) {
    let deadline = Instant::now() + house.patience.request;
    match timeout_at(deadline, first_byte(&stream)).await {
        // Browsers connect ahead, and may find that they need not have.
        Ok(Err(_) | Ok(None)) => return,
        Ok(Ok(Some(TLS_HANDSHAKE))) => return log_connection(Stray::Tls),
        Ok(Ok(Some(_))) => {}
        Err(_) => return log_connection(Stray::Slow),
    }
    let last = deadline + house.patience.outcome + house.patience.request;
    if let Ok(Err(error)) = timeout_at(last, serve(&mut stream, &guest, &house, deadline)).await
        && !error.is_user()
    {
        log_connection(if error.is_parse_too_large() {
            Stray::TooLarge
        } else if error.is_timeout() {
            Stray::Slow
        } else {
            Stray::Broken
        });
    }
    // The answer is written: who waits for that need not wait for the end of the connection.
    drop(guest);
    // An answer in flight is lost if the connection is closed over bytes nobody read.
    let _ = timeout_at(deadline, read_to_end(&stream)).await;
}

async fn first_byte(stream: &TcpStream) -> io::Result<Option<u8>> {
    let mut first = [0];
    let read = stream.peek(&mut first).await?;
    Ok((read > 0).then_some(first[0]))
}

async fn read_to_end(stream: &TcpStream) -> io::Result<()> {
    let mut unwanted = [0; 4096];
    loop {
        stream.readable().await?;
        match stream.try_read(&mut unwanted) {
            Ok(0) => return Ok(()),
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
            Ok(_) | Err(_) => {}
        }
    }
}

async fn serve(
    stream: &mut TcpStream,
    guest: &Guest,
    house: &House,
    deadline: Instant,
) -> hyper::Result<()> {
    http1::Builder::new()
        .keep_alive(false)
        .auto_date_header(false)
        .max_buf_size(LIMIT)
        .timer(TokioTimer::new())
        .header_read_timeout(deadline.saturating_duration_since(Instant::now()))
        .serve_connection(
            TokioIo::new(stream),
            service_fn(|request| answer(request, guest, house, deadline)),
        )
        .await
}

/// Answers a request; an error closes the connection without an answer.
async fn answer(
    request: Request<Incoming>,
    guest: &Guest,
    house: &House,
    deadline: Instant,
) -> Result<Answer, Stray> {
    let (head, body) = request.into_parts();
    match visit(&head, body, guest, house, deadline).await {
        Ok(answer) => Ok(answer),
        Err(stray) => {
            log_request(&head, stray);
            match stray {
                Stray::Slow | Stray::Broken => Err(stray),
                _ => Ok(document::refusal(stray)),
            }
        }
    }
}

async fn visit(
    head: &Parts,
    body: Incoming,
    guest: &Guest,
    house: &House,
    deadline: Instant,
) -> Result<Answer, Stray> {
    match house.gate.admit(head)? {
        Visit::Query { query, clean } => {
            let response = AuthorizationResponse::from_query(query);
            if !house.reception.recognises(response) {
                return Err(Stray::WrongState);
            }
            return Ok(document::see_other(&clean));
        }
        Visit::Form => {
            let form = read(body, deadline).await?;
            let response = AuthorizationResponse::from_form(&form);
            if !house.reception.recognises(response) {
                return Err(Stray::WrongState);
            }
        }
        Visit::Bare => {
            if !house.reception.has_landed() {
                return Err(Stray::NoAnswer);
            }
        }
    }
    let page = guest.page(house.patience.outcome).await;
    Ok(page.map_or_else(document::unfinished, |page| page.answer()))
}

async fn read(body: Incoming, deadline: Instant) -> Result<Bytes, Stray> {
    match timeout_at(deadline, Limited::new(body, LIMIT).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Stray::TooLarge),
        Ok(Err(_)) => Err(Stray::Broken),
        Err(_) => Err(Stray::Slow),
    }
}

fn log_connection(stray: Stray) {
    tracing::info!(target: "landing", "closed a connection: {stray}");
}

/// Says what it was, without its query or body, which may hold a code.
fn log_request(head: &Parts, stray: Stray) {
    // Anyone may send a method of any name and length.
    let method = match head.method {
        Method::GET | Method::POST | Method::HEAD | Method::OPTIONS => head.method.as_str(),
        _ => "another method",
    };
    let path = text::excerpt(head.uri.path().as_bytes());
    tracing::info!(target: "landing", "a request changed nothing ({method} {path}): {stray}");
}
