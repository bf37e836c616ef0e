//! Somebody who would like a secret and answers to anything.

use std::io::Read;
use std::io::Write;
use std::net::Shutdown;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use super::CLIENT_ID;
use super::TENANT;

/// Another application than [`CLIENT_ID`].
pub(crate) const OTHER_ID: &str = "22223333-cccc-4444-dddd-5555eeee6666";

/// What this test itself sends.
const LAST: &[u8] = b"the last one";

/// A server that keeps every byte it gets. Its thread ends with the test program.
pub(crate) struct Thief {
    address: String,
    loot: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Thief {
    pub(crate) fn lurking() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let loot = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&loot);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let taken = take(&mut stream);
                kept.lock().unwrap().push(taken);
                // Whoever has gone meanwhile needs no answer.
                let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
            }
        });
        Self { address, loot }
    }

    /// `http://127.0.0.1:{port}`
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Nobody came by, let alone with a secret.
    #[track_caller]
    pub(crate) fn got_nothing(&self) {
        let loot = self.loot();
        assert!(loot.is_empty(), "{loot}");
    }

    /// Everything that came so far.
    pub(crate) fn loot(&self) -> String {
        // Connections are taken in their order: once this one is answered, so are those before.
        let mut last = TcpStream::connect(&self.address).unwrap();
        last.write_all(LAST).unwrap();
        last.shutdown(Shutdown::Write).unwrap();
        last.read_to_end(&mut Vec::new()).unwrap();
        let loot = self.loot.lock().unwrap();
        loot.iter()
            .filter(|bytes| *bytes != LAST)
            .map(|bytes| String::from_utf8_lossy(bytes))
            .collect()
    }
}

/// Takes what is sent before the sender waits for an answer.
fn take(stream: &mut TcpStream) -> Vec<u8> {
    stream
        .set_read_timeout(Some(Duration::from_millis(200)))
        .unwrap();
    let mut taken = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        taken.extend_from_slice(&buffer[..count]);
    }
    taken
}

/// Variables that would move a destination of `here`: name, value, and what stands for the place it
/// was and the place it would be.
pub(crate) fn moving_variables<'a>(
    here: &'a str,
    thief: &'a str,
) -> [(&'static str, &'a str, [&'a str; 2]); 4] {
    [
        ("ENTRA_AUTH_AUTHORITY", thief, [here, thief]),
        (
            "ENTRA_AUTH_TENANT_ID",
            "fabrikam.com",
            [TENANT, "fabrikam.com"],
        ),
        ("ENTRA_AUTH_CLIENT_ID", OTHER_ID, [CLIENT_ID, OTHER_ID]),
        (
            "ENTRA_AUTH_CLOUD",
            "public",
            [here, "https://login.microsoftonline.com"],
        ),
    ]
}
