//! The HTTP server: one thread, one event loop, stopped by dropping its handle.

use std::convert::Infallible;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use crate::clock::http_date;
use crate::entra_error::EntraError;
use crate::exchange::Exchange;
use crate::reply::{Reply, ReplyBody};
use crate::request::Request;
use crate::routes::{Endpoint, Route};
use crate::shared::Shared;

/// The largest request body read.
const BODY_LIMIT: usize = 1024 * 1024;
/// The pause after a failed accept, such as when file descriptors run out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// The running server. Dropping it closes every socket and joins the thread.
#[derive(Debug)]
pub(crate) struct Server {
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(
        listeners: Vec<TcpListener>,
        tls: Option<TlsAcceptor>,
        shared: Arc<Shared>,
    ) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()?;
        let listeners = {
            let _entered = runtime.enter();
            listeners
                .into_iter()
                .map(tokio::net::TcpListener::from_std)
                .collect::<io::Result<Vec<_>>>()?
        };
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("entra-emulator".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    for listener in listeners {
                        tokio::spawn(accept(listener, tls.clone(), Arc::clone(&shared)));
                    }
                    // Nothing is ever sent: it resolves when the sender is dropped.
                    let _ = stopped.await;
                });
            })?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the server thread has been reported by the panic hook already.
            let _ = thread.join();
        }
    }
}

async fn accept(listener: tokio::net::TcpListener, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        shared.log.count_connection();
        let (tls, shared) = (tls.clone(), Arc::clone(&shared));
        tokio::spawn(async move {
            match tls {
                None => serve(stream, shared).await,
                Some(tls) => {
                    // A client that does not trust the certificate ends the handshake; that is its
                    // right, and its own error to report.
                    if let Ok(stream) = tls.accept(stream).await {
                        serve(stream, shared).await;
                    }
                }
            }
        });
    }
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(stream: S, shared: Arc<Shared>) {
    let service = service_fn(|incoming| answer(incoming, &shared));
    // A connection that ends early is the client's doing or a fault played on purpose.
    let _ = hyper::server::conn::http1::Builder::new()
        .keep_alive(false)
        .auto_date_header(false)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// Answers one request; an error closes the connection without a reply.
async fn answer(
    incoming: hyper::Request<Incoming>,
    shared: &Shared,
) -> Result<Response<ReplyBody>, io::Error> {
    let (request, is_complete) = read(incoming, &shared.base_url).await?;
    shared.log.record(request.clone());
    let route = Route::find(&request.path);
    if route.map(Route::endpoint) == Some(Endpoint::Token) {
        shared.pause_token_reply().await;
    }
    if route.map(Route::endpoint) == Some(Endpoint::Applications) {
        shared.pause_page().await;
    }
    let exchange = Exchange::new(&request, &shared.state).map_err(io::Error::other)?;
    let reply = match route {
        _ if !is_complete => Some(Reply::new(413, "text/plain", "Request body too large.")),
        None => Some(Reply::new(404, "text/plain", "Not found.")),
        Some(route) => match shared.faults.take(route.endpoint()) {
            None => Some(route.answer(&exchange)),
            Some(fault) => fault.play(&exchange, || route.answer(&exchange)),
        },
    };
    let reply = reply.ok_or_else(|| io::Error::other("the connection is dropped on purpose"))?;
    tokio::time::sleep(reply.delay).await;
    response(reply, &exchange).or_else(|_| {
        let error = EntraError::server_error(50000, "The reply cannot be written as HTTP.");
        response(error.reply(&exchange), &exchange).map_err(io::Error::other)
    })
}

/// Reads a request; `false` with an empty body when the body is over the limit.
async fn read(
    incoming: hyper::Request<Incoming>,
    base_url: &str,
) -> Result<(Request, bool), io::Error> {
    let (head, body) = incoming.into_parts();
    let (body, is_complete) = match Limited::new(body, BODY_LIMIT).collect().await {
        Ok(collected) => (collected.to_bytes().to_vec(), true),
        Err(error) if error.is::<LengthLimitError>() => (Vec::new(), false),
        Err(error) => return Err(io::Error::other(error)),
    };
    let headers: Vec<_> = head
        .headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect();
    let scheme = base_url
        .split_once("://")
        .map_or("http", |(scheme, _)| scheme);
    let origin = head
        .headers
        .get(hyper::header::HOST)
        .and_then(|host| host.to_str().ok())
        .map_or_else(|| base_url.to_owned(), |host| format!("{scheme}://{host}"));
    let request = Request {
        method: head.method.as_str().to_owned(),
        origin,
        path: head.uri.path().to_owned(),
        query: head.uri.query().map(str::to_owned),
        headers,
        body,
    };
    Ok((request, is_complete))
}

/// Adds what every reply of Entra carries.
fn response(reply: Reply, exchange: &Exchange<'_>) -> hyper::http::Result<Response<ReplyBody>> {
    let mut builder = Response::builder()
        .status(StatusCode::from_u16(reply.status)?)
        .header("date", http_date(exchange.now))
        .header("cache-control", "no-store, no-cache")
        .header("pragma", "no-cache")
        .header("x-content-type-options", "nosniff")
        .header("x-ms-request-id", &exchange.trace_id)
        .header("x-ms-ests-server", "2.1.0 - entra-emulator");
    let wants_echo = exchange
        .request
        .header("return-client-request-id")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"));
    if wants_echo {
        builder = builder.header("client-request-id", &exchange.correlation_id);
    }
    for (name, value) in reply.headers {
        builder = builder.header(name, value);
    }
    builder.body(reply.body)
}
