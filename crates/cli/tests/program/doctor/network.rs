//! The way to an authority, obstructed in each usual manner.

use super::finding;
use super::report;
use super::told;
use crate::support::CLIENT_ID;
use crate::support::Call;
use crate::support::Proxy;
use crate::support::SECRET;
use crate::support::TENANT;
use crate::support::TlsFront;
use crate::support::World;
use crate::support::named_in_snapshots;

/// A profile for an authority under a company's name, approved, and what stands before it.
struct Company {
    world: World,
    front: TlsFront,
}

impl Company {
    fn new() -> Self {
        let world = World::new();
        let front = TlsFront::of(world.emulator.port());
        let creation = world
            .call(&["config", "create", "--name", "sp", "--client-secret-stdin"])
            .args(["--authority", &front.url(), "--tenant-id", TENANT])
            .args(["--client-id", CLIENT_ID]);
        creation.input(SECRET).run().answer_and_words();
        Self { world, front }
    }

    fn doctor(&self, proxy: &str) -> Call {
        self.world.call(&["doctor"]).env("HTTPS_PROXY", proxy)
    }
}

#[test]
fn a_proxy_that_wants_a_password_is_named_without_the_one_it_got() {
    let company = Company::new();
    let proxy = Proxy::to(company.front.port(), Some("Basic dXNlcjpwQHNz"));
    let report = report(company.doctor(&proxy.url_with("user:wr0ngPassword")));
    assert!(!report.to_string().contains("wr0ngPassword"), "{report}");
    let _names = named_in_snapshots();
    insta::assert_snapshot!(told(&report, "network.proxy"), @r"
    failed: http://127.0.0.1:[port]: the proxy wants to know who you are: it answered with status 407
    Put user and password in the variable: HTTPS_PROXY=http://user:password@host:port; Only Basic authentication works; for NTLM or Kerberos, run a local relay such as cntlm.
    ");
    for id in [
        "network.dns",
        "network.tls",
        "network.clock",
        "network.metadata",
    ] {
        assert_eq!(finding(&report, id)["status"], "skipped", "{id}");
    }
}

#[test]
fn a_proxy_that_is_not_there_is_named() {
    let company = Company::new();
    let report = report(company.doctor("http://127.0.0.1:1"));
    assert_eq!(finding(&report, "network.proxy")["status"], "failed");
}

#[test]
fn certificates_that_nobody_trusts_are_named_with_their_signer() {
    let company = Company::new();
    let proxy = Proxy::to(company.front.port(), None);
    let _names = named_in_snapshots();
    let untrusted = report(company.doctor(&proxy.url()));
    insta::assert_snapshot!(told(&untrusted, "network.tls"), @r"
    failed: no secure connection to login.company.test: the server's certificate comes from an authority that is not trusted here; they are signed by `CN=company`
    If your company inspects TLS, add its root certificate to the system's store, or name it: --ca-file FILE or SSL_CERT_FILE; In a container without any: install the package ca-certificates.
    ");
    assert_eq!(finding(&untrusted, "network.proxy")["status"], "ok");
    let trusted = company
        .doctor(&proxy.url())
        .env("SSL_CERT_FILE", company.front.ca_file());
    let trusted = report(trusted);
    insta::assert_snapshot!(told(&trusted, "network.tls"), @r"
    ok: trusted, signed by `CN=company`, valid until [time]
    -
    ");
    assert_eq!(
        finding(&trusted, "network.metadata")["status"],
        "failed",
        "its issuer is another"
    );
}

#[test]
fn a_company_that_inspects_a_public_cloud_is_named() {
    let world = World::new();
    let front = TlsFront::under("login.microsoftonline.com", world.emulator.port());
    let proxy = Proxy::to(front.port(), None);
    let call = world
        .call(&["doctor"])
        .env("HTTPS_PROXY", proxy.url())
        .env("SSL_CERT_FILE", front.ca_file());
    let _names = named_in_snapshots();
    let report = report(call);
    insta::assert_snapshot!(told(&report, "network.tls"), @r"
    warning: inspected: trusted here, but signed by `CN=company`, which is no public authority, valid until [time]
    If that is your company's proxy, all is well; it reads every request, secrets included. If not, do not sign in here.
    ");
    assert!(
        proxy
            .seen()
            .iter()
            .all(|line| line == "CONNECT login.microsoftonline.com:443 HTTP/1.1"),
        "{:?}",
        proxy.seen()
    );
}

#[test]
fn a_clock_that_is_off_is_told_by_how_much() {
    let world = World::with_profile();
    world.emulator.set_clock_offset(3600);
    let hour = report(world.call(&["doctor"]));
    let found = finding(&hour, "network.clock");
    assert_eq!(found["status"], "failed", "{found}");
    let detail = found["detail"].as_str().unwrap();
    assert!(detail.contains(" s behind 127.0.0.1"), "{detail}");
    world.emulator.set_clock_offset(-100);
    let minutes = report(world.call(&["doctor"]));
    let found = finding(&minutes, "network.clock");
    assert_eq!(found["status"], "warning", "{found}");
    assert!(
        found["detail"].as_str().unwrap().contains(" s ahead of "),
        "{found}"
    );
}

#[test]
fn an_authority_that_is_gone_or_never_answers_is_a_failure_in_time() {
    let world = World::with_profile();
    world.home.edit_profiles(|text| {
        let port = format!(":{}", world.emulator.port());
        text.replace(&port, ":1")
    });
    let gone = report(world.call(&["doctor"]));
    assert_eq!(finding(&gone, "network.metadata")["status"], "failed");
    assert_eq!(finding(&gone, "network.clock")["status"], "skipped");

    // Takes connections and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    world.home.edit_profiles(|text| {
        text.replace(":1/", &format!(":{port}/"))
            .replace(":1\"", &format!(":{port}\""))
    });
    let hanging = report(world.call(&["doctor", "--timeout", "1s"]));
    assert_eq!(finding(&hanging, "network.metadata")["status"], "failed");
}

#[test]
fn a_stranger_that_was_not_approved_is_not_asked() {
    let company = Company::new();
    company
        .world
        .home
        .edit_profiles(|text| text.replace(TlsFront::NAME, "login.stranger.test"));
    let proxy = Proxy::to(company.front.port(), None);
    let report = report(company.doctor(&proxy.url()));
    assert_eq!(proxy.seen(), [] as [&str; 0]);
    let _names = named_in_snapshots();
    insta::assert_snapshot!(told(&report, "network.tls"), @r"
    skipped: it is not approved on this machine, and was not asked (see profile.approval)
    -
    ");
    insta::assert_snapshot!(told(&report, "profile.approval"), @r"
    failed: where it leads or what it refers to was not approved on this machine, or was changed since
    Look at it, then: entra-auth-cli config trust sp
    ");
}
