//! Who holds a port.

use std::net::SocketAddr;

use listeners::Protocol;
use listeners::SocketState;
use protocol::text::escaped;

/// The process that listens there, as far as this user may see it: its name and id.
pub(super) fn of(address: SocketAddr) -> Option<String> {
    // Not being able to look is the same to a person as not seeing anyone.
    let all = listeners::get_all().ok()?;
    let process = all
        .into_iter()
        .filter(|listener| {
            listener.protocol == Protocol::TCP && listener.state == SocketState::Listen
        })
        .filter(|listener| listener.socket.port() == address.port())
        .filter(|listener| {
            let held = listener.socket.ip();
            held == address.ip() || held.is_unspecified()
        })
        .map(|listener| listener.process)
        .min_by_key(|process| process.pid)?;
    Some(format!(
        "{} (process {})",
        escaped(&process.name),
        process.pid
    ))
}

/// A command of this system that names the process behind a port, also that of another user where
/// it is run with more rights.
pub fn command_that_names_holder(port: u16) -> String {
    if cfg!(windows) {
        format!("netstat -ano | findstr :{port}")
    } else if cfg!(target_os = "linux") {
        format!("sudo ss -ltnp 'sport = :{port}'")
    } else {
        format!("sudo lsof -nP -iTCP:{port} -sTCP:LISTEN")
    }
}
