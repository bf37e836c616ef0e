//! https, whom to trust, and the way through a proxy.

use emulator::App;
use emulator::Emulator;

use crate::support::CLIENT_ID;
use crate::support::Call;
use crate::support::Home;
use crate::support::Proxy;
use crate::support::SECRET;
use crate::support::TENANT;
use crate::support::TlsFront;
use crate::support::World;
use crate::support::assert_is_token;

/// An identity provider with a certificate authority that nobody trusts, and its root in `ca.pem`.
fn world_with_tls() -> World {
    let app = App::confidential(CLIENT_ID).secret(SECRET);
    let world = World {
        emulator: Emulator::builder().app(app).tls(true).start().unwrap(),
        home: Home::new(),
    };
    world.home.put("ca.pem", world.emulator.ca_pem().unwrap());
    world
}

fn token(home: &Home, authority: &str) -> Call {
    home.call(&[
        "get-token",
        "--no-cache",
        "--tenant",
        TENANT,
        "--client-id",
        CLIENT_ID,
    ])
    .args(["--authority", authority])
    .env("ENTRA_AUTH_CLIENT_SECRET", SECRET)
}

#[test]
fn a_certificate_that_nobody_trusts_is_refused() {
    let world = world_with_tls();
    let url = world.emulator.base_url();
    let said = token(&world.home, url).run().failure(5);
    assert!(
        said.starts_with("error: no secure connection to localhost"),
        "{said}"
    );
    assert!(said.contains("--ca-file FILE or SSL_CERT_FILE"), "{said}");
    let document = token(&world.home, url)
        .args(["-o", "json"])
        .run()
        .failure_document(5);
    assert_eq!(document["code"], "tls_failed");
    assert_eq!(world.emulator.requests().len(), 0);
}

#[test]
fn a_root_certificate_can_be_named_in_every_way() {
    let world = world_with_tls();
    let url = world.emulator.base_url();
    let by_flag = token(&world.home, url).args(["--ca-file", "ca.pem"]);
    let by_variable = token(&world.home, url).env("SSL_CERT_FILE", world.home.at("ca.pem"));
    for call in [by_flag, by_variable] {
        assert_is_token(&call.run().answer());
    }
    world.create(
        "sp",
        &["--client-secret-stdin", "--ca-file", "ca.pem"],
        SECRET,
    );
    assert_is_token(&world.call(&["get-token"]).run().answer());
}

#[test]
fn another_root_does_not_do_and_a_useless_file_is_named() {
    let world = world_with_tls();
    let other = world_with_tls();
    let url = world.emulator.base_url();
    let other_root = token(&world.home, url)
        .arg("--ca-file")
        .arg(other.home.at("ca.pem"));
    assert!(other_root.run().failure(5).contains("no secure connection"));
    for (name, told) in [
        ("nowhere.pem", "cannot be read"),
        ("empty.pem", "holds no certificate"),
    ] {
        world.home.put("empty.pem", "");
        let said = token(&world.home, url)
            .args(["--ca-file", name])
            .run()
            .failure(5);
        assert!(said.contains(name) && said.contains(told), "{said}");
    }
}

/// An identity provider under a name that only the proxy knows.
struct Company {
    world: World,
    front: TlsFront,
}

impl Company {
    fn new() -> Self {
        let world = World::new();
        let front = TlsFront::of(world.emulator.port());
        Self { world, front }
    }

    fn token(&self) -> Call {
        let call = token(&self.world.home, &self.front.url());
        call.arg("--ca-file").arg(self.front.ca_file())
    }
}

#[test]
fn a_proxy_is_taken_from_every_usual_variable() {
    let company = Company::new();
    let target = format!(
        "CONNECT {}:{} HTTP/1.1",
        TlsFront::NAME,
        company.front.port()
    );
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        let proxy = Proxy::to(company.front.port(), None);
        assert_is_token(&company.token().env(name, proxy.url()).run().answer());
        assert_eq!(proxy.seen(), [target.as_str()], "{name}");
    }
    assert_eq!(company.world.emulator.token_requests(), 4);
}

#[test]
fn a_proxy_that_wants_a_password_gets_the_one_in_its_address() {
    let company = Company::new();
    // "user:p@ss" in base64.
    let proxy = Proxy::to(company.front.port(), Some("Basic dXNlcjpwQHNz"));
    let call = company
        .token()
        .env("HTTPS_PROXY", proxy.url_with("user:p%40ss"));
    assert_is_token(&call.run().answer());
    for url in [proxy.url(), proxy.url_with("user:wr0ngPassword")] {
        let said = company
            .token()
            .args(["-vv"])
            .env("HTTPS_PROXY", url)
            .run()
            .failure(5);
        assert!(
            said.contains("the proxy wants to know who you are"),
            "{said}"
        );
        assert!(!said.contains("wr0ngPassword"), "{said}");
    }
    assert_eq!(company.world.emulator.token_requests(), 1);
}

#[test]
fn the_secret_never_leaves_for_a_proxy_without_a_trusted_certificate() {
    let company = Company::new();
    let proxy = Proxy::to(company.front.port(), None);
    let call = token(&company.world.home, &company.front.url());
    let said = call.env("HTTPS_PROXY", proxy.url()).run().failure(5);
    assert!(
        said.contains("no secure connection to login.company.test"),
        "{said}"
    );
    assert_eq!(company.world.emulator.requests().len(), 0);
}

#[test]
fn what_no_proxy_names_goes_directly() {
    let company = Company::new();
    let proxy = Proxy::to(company.front.port(), None);
    for exceptions in [
        "company.test",
        ".company.test",
        "other, LOGIN.company.test",
        "*",
    ] {
        let call = company.token().args(["--timeout", "2s"]);
        let outcome = call
            .env("HTTPS_PROXY", proxy.url())
            .env("NO_PROXY", exceptions)
            .run();
        // Nobody answers to that name here, whether the name server says so or says nothing.
        assert!(matches!(outcome.code(), Some(5 | 6)), "{outcome:?}");
    }
    assert_eq!(proxy.seen(), [] as [&str; 0]);
    let elsewhere = company
        .token()
        .env("HTTPS_PROXY", proxy.url())
        .env("NO_PROXY", "any.test");
    assert_is_token(&elsewhere.run().answer());
    assert_eq!(proxy.seen().len(), 1);
}

#[test]
fn a_proxy_that_is_not_there_or_no_address_is_told() {
    let company = Company::new();
    for (proxy, code) in [("http://127.0.0.1:1", 5), ("not a url", 5)] {
        let call = company.token().args(["--timeout", "400ms"]);
        let said = call.env("HTTPS_PROXY", proxy).run().failure(code);
        assert!(said.contains("HTTPS_PROXY"), "{said}");
    }
}
