//! The identity provider under a name of its own, with https, as the real ones are.

use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::ServerConnection;
use rustls::StreamOwned;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject;
use tempfile::TempDir;

use super::openssl;

/// https in front of an http server. Its thread ends with the test program.
pub(crate) struct TlsFront {
    port: u16,
    directory: TempDir,
}

impl TlsFront {
    /// The name on its certificate, which no name server knows (RFC 6761 §6.2).
    pub(crate) const NAME: &str = "login.company.test";

    pub(crate) fn of(target: u16) -> Self {
        Self::under(Self::NAME, target)
    }

    /// The same under the name of somebody else, as a company that inspects TLS does it.
    pub(crate) fn under(name: &str, target: u16) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let names = format!("subjectAltName=DNS:{name}");
        openssl(
            &[
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-subj",
                "/CN=company",
                "-days",
                "2",
                "-addext",
                &names,
                "-addext",
                "basicConstraints=critical,CA:FALSE",
                "-keyout",
                "key.pem",
                "-out",
                "root.pem",
            ],
            directory.path(),
        );
        let certificate = CertificateDer::from_pem_file(directory.path().join("root.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_file(directory.path().join("key.pem")).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that does not trust the certificate breaks off, as it should.
                let _ = exchange(stream, &config, target);
            }
        });
        Self { port, directory }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self) -> String {
        format!("https://{}:{}", Self::NAME, self.port)
    }

    pub(crate) fn ca_file(&self) -> PathBuf {
        self.directory.path().join("root.pem")
    }
}

/// One request and its reply.
fn exchange(
    stream: TcpStream,
    config: &Arc<ServerConfig>,
    target: u16,
) -> Result<(), Box<dyn std::error::Error>> {
    let connection = ServerConnection::new(Arc::clone(config))?;
    let mut client = StreamOwned::new(connection, stream);
    let mut request = Vec::new();
    while !is_complete(&request) {
        let mut buffer = [0; 4096];
        match client.read(&mut buffer)? {
            0 => return Ok(()),
            count => request.extend_from_slice(&buffer[..count]),
        }
    }
    let request = String::from_utf8(request)?.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    let mut server = TcpStream::connect(("127.0.0.1", target))?;
    server.write_all(request.as_bytes())?;
    let mut reply = Vec::new();
    server.read_to_end(&mut reply)?;
    client.write_all(&reply)?;
    client.conn.send_close_notify();
    client.flush()?;
    Ok(())
}

fn is_complete(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(0, |(_, value)| value.parse().unwrap());
    body.len() >= length
}
