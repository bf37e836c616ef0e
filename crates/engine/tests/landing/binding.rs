//! Which addresses are listened on.

use std::net::Ipv4Addr;
use std::net::Ipv6Addr;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::net::TcpStream;
use std::time::Duration;

use engine::landing::ListenError;
use engine::landing::Listener;
use engine::landing::Patience;
use engine::landing::command_that_names_holder;
use model::RedirectUri;

use crate::stage::Client;
use crate::stage::STATE;
use crate::stage::Stage;
use crate::stage::get;
use crate::stage::page;

fn bind(redirect: &str, port: Option<u16>) -> Result<Listener, ListenError> {
    Listener::bind(&RedirectUri::parse(redirect).unwrap(), port)
}

/// A port that somebody holds there.
fn squatted(at: impl Into<SocketAddr>) -> (TcpListener, u16) {
    let squatter = TcpListener::bind(at.into()).unwrap();
    let port = squatter.local_addr().unwrap().port();
    (squatter, port)
}

#[test]
fn a_port_is_added_and_nothing_else_changed() {
    for (registered, before, after) in [
        ("http://localhost", "http://localhost:", ""),
        ("http://localhost/cb?x=1", "http://localhost:", "/cb?x=1"),
        ("http://127.0.0.1/", "http://127.0.0.1:", "/"),
    ] {
        let listener = bind(registered, None).unwrap();
        let sent = listener.redirect_uri();
        let port = sent.loopback().unwrap().port.unwrap();
        assert_ne!(port, 0);
        assert_eq!(sent.as_str(), format!("{before}{port}{after}"));
    }
}

#[test]
fn the_port_of_the_uri_is_taken_and_the_one_asked_for_goes_before_it() {
    let (squatter, port) = squatted((Ipv4Addr::LOCALHOST, 0));
    drop(squatter);
    let registered = format!("http://LOCALHOST:{port}/Callback");
    let listener = bind(&registered, None).unwrap();
    assert_eq!(listener.redirect_uri().as_str(), registered);
    drop(listener);
    let listener = bind("http://localhost:1/Callback", Some(port)).unwrap();
    let sent = listener.redirect_uri().as_str();
    assert_eq!(sent, format!("http://localhost:{port}/Callback"));
}

#[test]
fn localhost_is_served_on_both_families() {
    let stage = Stage::new();
    for address in [
        SocketAddr::from((Ipv4Addr::LOCALHOST, stage.port)),
        SocketAddr::from((Ipv6Addr::LOCALHOST, stage.port)),
    ] {
        let mut client = Client::connect(address);
        client.send(&get("/").replace("{port}", &stage.port.to_string()));
        assert_eq!(client.reply().status, 200, "{address}");
    }
    stage.expect_a_sign_in_still_works();
}

#[test]
fn a_literal_address_is_served_there_only() {
    for (redirect, other) in [
        (
            "http://127.0.0.1",
            SocketAddr::from((Ipv6Addr::LOCALHOST, 0)),
        ),
        ("http://[::1]", SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
    ] {
        let stage = Stage::at(redirect, Patience::default());
        let other = SocketAddr::new(other.ip(), stage.port);
        TcpListener::bind(other).expect("the other family is left alone");
        let host = redirect.strip_prefix("http://").unwrap();
        let reply = stage.ask(&get("/").replace("localhost", host));
        assert_eq!(reply.status, 200, "{redirect}");
        stage.expect_a_sign_in_still_works();
    }
}

#[test]
fn nothing_beyond_this_machine_is_listened_on() {
    let stage = Stage::new();
    // Where the listener held every address, this one would be taken.
    let elsewhere = SocketAddr::from((Ipv4Addr::new(127, 0, 0, 2), stage.port));
    assert!(TcpStream::connect(elsewhere).is_err());
}

#[test]
fn a_fixed_port_that_is_taken_on_either_family_names_its_holder() {
    let me = format!("(process {})", std::process::id());
    for at in [
        SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        SocketAddr::from((Ipv6Addr::LOCALHOST, 0)),
        SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
    ] {
        let (_squatter, squatted) = squatted(at);
        let error = bind(&format!("http://localhost:{squatted}"), None).unwrap_err();
        assert!(error.to_string().contains(&me), "{error}");
        match error {
            ListenError::InUse { port, holder, .. } => {
                assert_eq!(port, squatted);
                assert!(holder.unwrap().contains(&me));
            }
            other => panic!("{at}: {other:?}"),
        }
    }
}

#[test]
fn nothing_stays_bound_after_a_refusal() {
    let (_squatter, port) = squatted((Ipv6Addr::LOCALHOST, 0));
    bind("http://localhost", Some(port)).unwrap_err();
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("the first family was given back");
}

#[test]
fn two_listeners_never_share_a_port() {
    let first = bind("http://localhost", None).unwrap();
    let port = first.redirect_uri().loopback().unwrap().port;
    let error = bind("http://localhost", port).unwrap_err();
    assert!(matches!(error, ListenError::InUse { .. }), "{error:?}");
}

#[test]
fn a_redirect_that_leads_elsewhere_is_not_listened_for() {
    for elsewhere in ["https://app.example/cb", "https://localhost", "app://x"] {
        let error = bind(elsewhere, None).unwrap_err();
        assert!(matches!(error, ListenError::NotThisMachine(_)), "{error:?}");
    }
}

#[test]
fn browsers_that_come_before_it_serves_are_served_then() {
    let listener = bind("http://127.0.0.1", None).unwrap();
    let port = listener.redirect_uri().loopback().unwrap().port.unwrap();
    let mut early = Client::connect((Ipv4Addr::LOCALHOST, port).into());
    early.send(&get(&format!("/?state={STATE}")).replace("{port}", &port.to_string()));
    let landing = listener.serve(STATE).unwrap();
    assert_eq!(early.reply().status, 303);
    assert!(landing.responses().recv().unwrap().has_state(STATE));
}

#[test]
fn dropping_it_closes_the_port_and_every_connection_at_once() {
    let stage = Stage::new();
    let mut held = stage.land();
    let mut idle = stage.connect();
    stage.settle();
    let (landing, port) = (stage.landing, stage.port);
    drop(landing);
    assert_eq!(held.read_to_end(), "");
    assert_eq!(idle.read_to_end(), "");
    bind("http://localhost", Some(port)).expect("both families are free again");
}

#[test]
fn finishing_without_a_browser_ends_at_once_and_frees_the_port() {
    let patience = Patience {
        farewell: Duration::from_hours(1),
        ..Patience::default()
    };
    let stage = Stage::at("http://localhost", patience);
    stage.landing.finish(page());
    bind("http://localhost", Some(stage.port)).expect("both families are free again");
}

#[test]
fn a_command_that_names_the_holder_names_the_port() {
    assert!(command_that_names_holder(8080).contains(":8080"));
}
