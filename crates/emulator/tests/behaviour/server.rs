//! Starting, recording, holding back and stopping.

use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use emulator::{App, Emulator, Endpoint, StartError, Tenant};

use crate::support::*;

/// Long enough for a loaded machine; reached only when something is broken.
const PATIENCE: Duration = Duration::from_mins(1);

#[test]
fn everything_sent_is_recorded_to_the_byte() {
    let emulator = emulator();
    let body = "scope=a%20b&client_secret=%2B%26&x=%252F&scope=twice";
    let url = format!("{}?slice=1&dc=%41", emulator.token_endpoint(TENANT));
    let reply = read(
        agent()
            .post(&url)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("X-Client-SKU", "a-tool")
            .send(body),
    );
    assert_eq!(reply.code(), 9_000_411);
    get(&format!("{}/elsewhere", emulator.base_url()));

    let requests = emulator.requests();
    assert_eq!(requests.len(), 2);
    let first = &requests[0];
    assert_eq!(first.method, "POST");
    assert_eq!(first.url(), emulator.token_endpoint(TENANT));
    assert_eq!(first.query.as_deref(), Some("slice=1&dc=%41"));
    assert_eq!(first.query_parameter("dc").as_deref(), Some("A"));
    assert_eq!(first.header("x-client-sku"), Some("a-tool"));
    assert_eq!(first.body, body.as_bytes());
    assert_eq!(first.field("client_secret").as_deref(), Some("+&"));
    assert_eq!(first.field("x").as_deref(), Some("%2F"));
    assert_eq!(first.form().len(), 4);
    assert_eq!(requests[1].path, "/elsewhere");

    assert_eq!(emulator.token_requests(), 1);
    assert_eq!(emulator.connections(), 2);
    assert!(!format!("{emulator:?}").contains("%2B%26"));
    emulator.clear_requests();
    assert!(emulator.requests().is_empty());
}

#[test]
fn held_replies_go_when_the_hold_ends() {
    let emulator = emulator();
    let url = emulator.token_endpoint(TENANT);
    let hold = emulator.hold_token_replies();
    thread::scope(|scope| {
        let clients: Vec<_> = (0..3)
            .map(|_| scope.spawn(|| post(&url, &with_secret()).status))
            .collect();
        assert!(emulator.wait_for_requests(Endpoint::Token, 3, PATIENCE));
        assert!(clients.iter().all(|client| !client.is_finished()));
        assert_eq!(
            get(&format!("{}/nowhere", emulator.base_url())).status,
            404,
            "other replies are not held"
        );
        drop(hold);
        for client in clients {
            assert_eq!(client.join().unwrap(), 200);
        }
    });
    assert!(!emulator.wait_for_requests(Endpoint::Token, 4, Duration::ZERO));
}

#[test]
fn a_standing_delay_keeps_an_impatient_client_waiting() {
    let emulator = emulator();
    let url = emulator.token_endpoint(TENANT);
    emulator.delay_token_replies(Duration::from_mins(10));
    assert!(
        impatient_agent()
            .post(&url)
            .send_form(with_secret())
            .is_err()
    );
    emulator.delay_token_replies(Duration::ZERO);
    assert_eq!(post(&url, &with_secret()).status, 200);
}

#[test]
fn dropping_it_frees_the_port_even_with_a_reply_held() {
    let emulator = emulator();
    let port = emulator.port();
    let url = emulator.token_endpoint(TENANT);
    let hold = emulator.hold_token_replies();
    let client = thread::spawn(move || agent().post(&url).send_form(with_secret()).is_err());
    assert!(emulator.wait_for_requests(Endpoint::Token, 1, PATIENCE));
    drop(emulator);
    assert!(client.join().unwrap(), "the waiting client sees the end");
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    drop(hold);
}

#[test]
fn localhost_reaches_it_whichever_family_the_name_gives() {
    let emulator = emulator();
    let url = format!(
        "http://localhost:{}/{TENANT}/oauth2/v2.0/token",
        emulator.port()
    );
    assert_eq!(post(&url, &with_secret()).status, 200);
    if TcpListener::bind("[::1]:0").is_ok() {
        let url = format!(
            "http://[::1]:{}/{TENANT}/oauth2/v2.0/token",
            emulator.port()
        );
        assert_eq!(post(&url, &with_secret()).status, 200);
    }
}

#[test]
fn what_is_not_sound_does_not_start() {
    let no_guid = Emulator::builder()
        .tenant(Tenant::new("contoso", "contoso.com"))
        .start();
    assert!(matches!(no_guid, Err(StartError::TenantIsNoGuid(_))));
    let no_certificate = Emulator::builder()
        .app(App::confidential(CLIENT_ID).certificate(b"PEM?".to_vec()))
        .start();
    assert!(matches!(
        no_certificate,
        Err(StartError::UnreadableCertificate(_))
    ));
    let holder = emulator();
    let taken = Emulator::builder().port(holder.port()).start();
    assert!(matches!(taken, Err(StartError::Listen(_))));
}
