//! The real network client against an identity provider that misbehaves.

use std::io;
use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Read as _;
use std::io::Write;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::Mutex;
use std::thread::JoinHandle;
use std::time::Duration;

use emulator::App;
use emulator::Emulator;
use emulator::Fault;
use engine::EngineError;
use engine::NetworkSettings;
use engine::TokenRequest;
use engine::Transport;
use engine::proxy::ProxySettings;
use protocol::HttpClient;
use protocol::HttpRequest;
use protocol::TransportErrorKind;
use protocol::http::Form;
use protocol::http::Method;

use crate::stage::Stage;
use crate::stage::request_to;
use crate::stage::text;

fn provider() -> Emulator {
    let request = request_to("https://login.microsoftonline.com");
    let tenant = emulator::Tenant::new("aaaabbbb-0000-cccc-1111-dddd2222eeee", "contoso.com");
    let app = App::confidential(request.client_id.as_str()).secret("s3cret");
    Emulator::builder().tenant(tenant).app(app).start().unwrap()
}

fn transport() -> Transport {
    Transport::new(NetworkSettings::default())
}

/// How the first attempt ends; the others, if any, go well.
fn failure(fault: &Fault) -> Result<u16, TransportErrorKind> {
    let provider = provider();
    provider.play(fault);
    let request = HttpRequest {
        method: Method::Get,
        url: provider.token_endpoint("contoso.com").parse().unwrap(),
        headers: Vec::new(),
        body: None,
    };
    transport()
        .send(&request, Duration::from_secs(1))
        .map(|response| response.status)
        .map_err(|error| error.kind)
}

#[test]
fn every_way_to_fail_is_told_apart() {
    use TransportErrorKind::BodyTooLarge;
    use TransportErrorKind::Connect;
    use TransportErrorKind::Timeout;
    for (fault, expected) in [
        (Fault::DropConnection, Err(Connect)),
        (Fault::BrokenBody, Err(Connect)),
        (Fault::HugeBody(3 << 20), Err(BodyTooLarge)),
        (Fault::SlowReply(Duration::from_hours(1)), Err(Timeout)),
        (Fault::Html(503), Ok(503)),
        (Fault::EmptyBody, Ok(200)),
        (Fault::Redirect("http://127.0.0.1:9/".to_owned()), Ok(307)),
    ] {
        assert_eq!(failure(&fault), expected, "{fault:?}");
    }
}

#[test]
fn a_dropped_connection_is_tried_again() {
    let (stage, provider) = (Stage::new(), provider());
    provider.play(&Fault::DropConnection);
    let issued = stage
        .ask_over(&transport(), &request_to(provider.base_url()))
        .unwrap();
    assert_eq!(text(&issued).split('.').count(), 3);
    assert_eq!(provider.token_requests(), 2);
}

#[test]
fn each_process_says_who_it_is_and_asks_once_per_attempt() {
    let (stage, provider) = (Stage::new(), provider());
    provider.play(&Fault::ServerError(503));
    stage
        .ask_over(&transport(), &request_to(provider.base_url()))
        .unwrap();
    let sent = provider.requests_to(emulator::Endpoint::Token);
    assert_eq!(sent.len(), 2);
    assert_eq!(
        sent[0].header("client-request-id").unwrap(),
        sent[1].header("client-request-id").unwrap(),
        "one acquisition, one id"
    );
    let agent = sent[0].header("user-agent").unwrap();
    assert!(agent.starts_with("entra-auth-cli/"), "{agent}");
    assert!(
        sent.iter()
            .all(|request| request.header("cookie").is_none())
    );
}

#[test]
fn this_machine_is_never_asked_through_a_proxy() {
    let (stage, provider) = (Stage::new(), provider());
    let through = Transport::new(NetworkSettings {
        proxy: ProxySettings {
            address: Some("http://127.0.0.1:9".to_owned()),
            exceptions: None,
        },
        ca_file: None,
    });
    stage
        .ask_over(&through, &request_to(provider.base_url()))
        .unwrap();
    assert_eq!(provider.token_requests(), 1);
}

#[test]
fn a_certificate_authority_file_that_is_none_fails_before_the_network() {
    let (stage, provider) = (Stage::new(), provider());
    let directory = tempfile::tempdir().unwrap();
    let useless = Transport::new(NetworkSettings {
        ca_file: Some(directory.path().join("nowhere.pem")),
        ..NetworkSettings::default()
    });
    let request = TokenRequest {
        cache: engine::CacheUse::None,
        ..request_to(provider.base_url())
    };
    match stage.ask_over(&useless, &request).unwrap_err() {
        EngineError::Transport { source, .. } => {
            assert_eq!(source.kind, TransportErrorKind::Tls);
            assert!(source.detail.contains("nowhere.pem"), "{}", source.detail);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(provider.connections(), 0);
}

/// A server that answers one request with an error that quotes it.
fn echo() -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let mut stream = BufReader::new(listener.accept().unwrap().0);
        let mut length = 0;
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).unwrap();
            let line = line.to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut form = vec![0; length];
        stream.read_exact(&mut form).unwrap();
        let form = String::from_utf8(form).unwrap();
        let body = format!(r#"{{"error":"invalid_client","error_description":"bad: {form}"}}"#);
        write!(
            stream.get_mut(),
            "HTTP/1.1 400 Bad Request\r\nserver: {form}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
    });
    (address, server)
}

#[test]
fn diagnostics_show_no_secret_that_a_server_repeats() {
    let (address, server) = echo();
    let mut form = Form::new();
    form.push("client_id", "app");
    form.push("client_secret", "pl4nted/secret");
    let request = HttpRequest {
        method: Method::Post,
        url: address.parse().unwrap(),
        headers: Vec::new(),
        body: Some(form),
    };
    let log = Arc::new(Mutex::new(Vec::new()));
    let writer = Arc::clone(&log);
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(move || Log(Arc::clone(&writer)))
        .finish();
    tracing::subscriber::with_default(subscriber, || {
        transport().send(&request, Duration::from_secs(20)).unwrap()
    });
    server.join().unwrap();
    let log = String::from_utf8(log.lock().unwrap().clone()).unwrap();
    assert!(
        log.contains("bad: client_id=app&client_secret=[REDACTED]"),
        "{log}"
    );
    assert!(
        log.contains("server: client_id=app&client_secret=[REDACTED]"),
        "{log}"
    );
    assert!(!log.contains("pl4nted"), "{log}");
}

struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
