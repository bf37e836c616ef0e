//! The thread that answers: one event loop, made for one sign-in.

use std::future::poll_fn;
use std::io;
use std::net;
use std::sync::Arc;
use std::task::Poll;
use std::thread;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::yield_now;
use tokio::time::sleep;
use tokio::time::timeout;

use super::Patience;
use super::connection;
use super::connection::House;
use super::document::Document;
use super::gate::Gate;
use super::reception::Guest;
use super::reception::Reception;
use super::seats::Room;
use super::seats::Seats;
use super::stray::Stray;
use crate::Page;

/// The pause after a connection could not be taken, such as when file descriptors run out.
const PAUSE: Duration = Duration::from_millis(20);

/// Serves until `stop` gives a page, which is then handed out, or is dropped.
pub(super) fn start(
    sockets: Vec<net::TcpListener>,
    gate: Gate,
    reception: Arc<Reception>,
    patience: Patience,
    stop: oneshot::Receiver<Page>,
) -> io::Result<JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()?;
    let listeners = {
        let _entered = runtime.enter();
        sockets
            .into_iter()
            .map(|socket| {
                socket.set_nonblocking(true)?;
                TcpListener::from_std(socket)
            })
            .collect::<io::Result<Vec<_>>>()?
    };
    let log = tracing::dispatcher::get_default(Clone::clone);
    thread::Builder::new()
        .name("landing".to_owned())
        .spawn(move || {
            tracing::dispatcher::with_default(&log, || {
                runtime.block_on(async {
                    let house = Arc::new(House {
                        gate,
                        reception: Arc::clone(&reception),
                        patience,
                    });
                    tokio::spawn(accept(listeners, house));
                    let Ok(page) = stop.await else { return };
                    reception.show(Document::of(&page));
                    if reception.has_landed() {
                        // Whoever has not fetched it by then will not.
                        let _ = timeout(patience.farewell, reception.all_served()).await;
                    }
                });
                // With the runtime go all tasks, and with them all sockets.
                drop(runtime);
            });
        })
}

async fn accept(listeners: Vec<TcpListener>, house: Arc<House>) {
    let mut seats = Seats::default();
    loop {
        let Ok(stream) = next(&listeners).await else {
            sleep(PAUSE).await;
            continue;
        };
        let room = seats.make_room();
        if room != Room::Free {
            tracing::info!(target: "landing", "closed a connection: {}", Stray::Crowd);
        }
        if room != Room::None {
            let guest = Arc::new(Guest::new(&house.reception));
            let seat = Arc::downgrade(&guest);
            let task = tokio::spawn(connection::attend(stream, guest, Arc::clone(&house)));
            seats.take(task.abort_handle(), seat);
            // One at a time: of a thousand that come at once, each gets to say what it wants
            // before the next ones take its seat.
            yield_now().await;
        }
    }
}

/// The next connection at any of the addresses.
async fn next(listeners: &[TcpListener]) -> io::Result<TcpStream> {
    poll_fn(|context| {
        for listener in listeners {
            if let Poll::Ready(accepted) = listener.poll_accept(context) {
                return Poll::Ready(accepted.map(|(stream, _)| stream));
            }
        }
        Poll::Pending
    })
    .await
}
