//! The way to an authority, obstructed in each usual manner.

use serde_json::Value;

use super::finding;
use super::report;
use super::told;
use crate::support::CLIENT_ID;
use crate::support::Call;
use crate::support::Home;
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
    Put user and password in the variable: HTTPS_PROXY=http://user:password@host:port
    Only Basic authentication works; for NTLM or Kerberos, run a local relay such as cntlm.
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
    insta::assert_snapshot!(told(&report, "network.proxy"), @r"
    failed: http://127.0.0.1:1 cannot be reached: Connection refused (os error 111)
    Check HTTPS_PROXY, and whether that proxy runs. Where none is needed: unset it, or add the host to NO_PROXY.
    ");
}

#[test]
fn a_proxy_and_a_name_server_that_hang_cost_no_more_than_the_time_allowed() {
    let company = Company::new();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", silent.local_addr().unwrap());
    let _names = named_in_snapshots();
    let behind = report(company.doctor(&address).args(["--timeout", "3s"]));
    insta::assert_snapshot!(told(&behind, "network.proxy"), @r"
    warning: nothing of use came back through http://127.0.0.1:[port]: nothing came within the time allowed
    Ask who runs that proxy whether it lets login.company.test through.
    ");
    assert_eq!(finding(&behind, "network.metadata")["status"], "failed");

    // Takes questions and answers none; a resolver waits for it for many seconds.
    let mute = std::net::UdpSocket::bind("127.7.7.7:53").unwrap();
    let resolver = company
        .world
        .home
        .put("resolv.conf", "nameserver 127.7.7.7\n");
    let script =
        r#"mount --bind "$1" /etc/resolv.conf && exec "$2" doctor --timeout 500ms -o json"#;
    let call = company.world.home.call_of("unshare".as_ref());
    let call = call
        .args(["--mount", "--map-root-user", "sh", "-c", script, "sh"])
        .arg(resolver)
        .arg(env!("CARGO_BIN_EXE_entra-auth-cli"));
    let began = std::time::Instant::now();
    let outcome = call.run();
    assert!(began.elapsed() < std::time::Duration::from_secs(4));
    assert_eq!(outcome.code(), Some(1), "{outcome:?}");
    assert!(mute.recv(&mut [0; 512]).is_ok(), "the name server is asked");
    let hanging = serde_json::from_str(outcome.stdout()).unwrap();
    insta::assert_snapshot!(told(&hanging, "network.dns"), @r"
    failed: no answer within 0.5 s
    Allow more time: --timeout 60s
    ");
    assert_eq!(finding(&hanging, "profile.approval")["status"], "ok");
}

#[test]
fn a_proxy_that_is_spoken_to_by_https_is_not_looked_through() {
    let company = Company::new();
    let proxy = Proxy::to(company.front.port(), Some("Basic dXNlcjpwQHNz"));
    let front = TlsFront::under("localhost", proxy.port());
    let address = format!("https://localhost:{}", front.port());
    let _names = named_in_snapshots();
    let trusted = company
        .doctor(&address)
        .env("SSL_CERT_FILE", front.ca_file());
    let trusted = report(trusted);
    let named = |report: &Value| told(report, "network.proxy").replace(&address, "[front]");
    insta::assert_snapshot!(named(&trusted), @r"
    failed: [front]: the proxy wants to know who you are: it answered with status 407
    Put user and password in the variable: HTTPS_PROXY=http://user:password@host:port
    Only Basic authentication works; for NTLM or Kerberos, run a local relay such as cntlm.
    ");
    insta::assert_snapshot!(told(&trusted, "network.tls"), @r"
    skipped: the proxy is spoken to by https, and not looked through; whether they are trusted, the metadata tells (see Metadata)
    -
    ");
    let stranger = report(company.doctor(&address));
    insta::assert_snapshot!(named(&stranger), @r"
    warning: nothing of use came back through [front]: the server's certificate comes from an authority that is not trusted here
    Ask who runs that proxy whether it lets login.company.test through.
    ");
    assert_eq!(finding(&stranger, "network.metadata")["status"], "failed");
}

/// What GNOME keeps where its proxy is set to automatic, as `dconf compile` writes it.
const GNOME: &[u8] = include_bytes!("../../data/dconf-automatic-proxy");

#[test]
fn a_script_that_chooses_proxies_is_named_and_not_run() {
    let home = Home::new();
    let alone = || {
        let call = home.call_of("unshare".as_ref());
        call.args(["--net", "--map-root-user"])
            .arg(env!("CARGO_BIN_EXE_entra-auth-cli"))
            .arg("doctor")
    };
    assert_eq!(finding(&report(alone()), "network.proxy")["status"], "ok");
    let by_variable = alone().env("auto_proxy", "http://ada:s3cr3t@wpad.test/p.pac?s3cr3t");
    insta::assert_snapshot!(told(&report(by_variable), "network.proxy"), @r"
    warning: none is used, but the variable AUTO_PROXY names a script that chooses one (http://wpad.test/p.pac), which is not run
    Ask which proxy it chooses, and set HTTPS_PROXY=http://host:port
    ");
    let settings = home.put(".config/kioslaverc", "");
    std::fs::remove_file(&settings).unwrap();
    let made = home.call_of("mkfifo".as_ref()).arg(&settings).run();
    assert_eq!(made.code(), Some(0), "{made:?}");
    assert_eq!(finding(&report(alone()), "network.proxy")["status"], "ok");
    std::fs::remove_file(&settings).unwrap();
    home.put(".config/kioslaverc", "[Proxy Settings]\nProxyType=3\n");
    insta::assert_snapshot!(told(&report(alone()), "network.proxy"), @r"
    warning: none is used, but KDE asks the network for a script that chooses one, which is not done here
    Ask which proxy it chooses, and set HTTPS_PROXY=http://host:port
    ");
    home.put(".config/dconf/user", GNOME);
    insta::assert_snapshot!(told(&report(alone()), "network.proxy"), @r"
    warning: none is used, but GNOME names a script that chooses one (http://wpad.company.test/proxy.pac), which is not run
    Ask which proxy it chooses, and set HTTPS_PROXY=http://host:port
    ");
}

#[test]
fn certificates_that_nobody_trusts_are_named_with_their_signer() {
    let company = Company::new();
    let proxy = Proxy::to(company.front.port(), None);
    let _names = named_in_snapshots();
    let untrusted = report(company.doctor(&proxy.url()));
    insta::assert_snapshot!(told(&untrusted, "network.tls"), @r"
    failed: no secure connection to login.company.test: the server's certificate comes from an authority that is not trusted here; they are signed by `CN=company`
    If your company inspects TLS, add its root certificate to the system's store, or name it: --ca-file FILE or SSL_CERT_FILE
    In a container without any: install the package ca-certificates.
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
    let told_with = |offset| {
        world.emulator.set_clock_offset(offset);
        let report = report(world.call(&["doctor"]));
        let found = told(&report, "network.clock");
        // A second may pass on the way.
        let seconds = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let words = found.split(' ');
        let words: Vec<_> = words
            .map(|word| if seconds(word) { "[seconds]" } else { word })
            .collect();
        words.join(" ")
    };
    insta::assert_snapshot!(told_with(3600), @r"
    failed: this machine is [seconds] s behind 127.0.0.1, more than sign-ins and assertions bear
    Set the clock: switch time synchronisation on (timedatectl set-ntp true; on WSL: wsl --shutdown)
    ");
    insta::assert_snapshot!(told_with(-100), @r"
    warning: this machine is [seconds] s ahead of 127.0.0.1
    Set the clock: switch time synchronisation on (timedatectl set-ntp true; on WSL: wsl --shutdown)
    ");
}

#[test]
fn an_authority_that_is_gone_or_never_answers_is_a_failure_in_time() {
    let world = World::with_profile();
    world.home.edit_profiles(|text| {
        let port = format!(":{}", world.emulator.port());
        text.replace(&port, ":1")
    });
    world
        .call(&["config", "trust", "sp", "--yes"])
        .run()
        .answer_and_words();
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
    world
        .call(&["config", "trust", "sp", "--yes"])
        .run()
        .answer_and_words();
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
    skipped: it is not approved on this machine, and was not asked
    Look at it, then: entra-auth-cli config trust sp
    ");
    insta::assert_snapshot!(told(&report, "profile.approval"), @r"
    failed: where it leads or what it refers to was not approved on this machine, or was changed since
    Look at it, then: entra-auth-cli config trust sp
    ");
}

#[test]
fn a_port_of_this_machine_that_was_not_approved_is_not_asked_either() {
    let world = World::with_profile();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    world.home.edit_profiles(|text| {
        let known = format!(":{}", world.emulator.port());
        text.replace(&known, &format!(":{port}"))
    });
    let report = report(world.call(&["doctor"]));
    listener.set_nonblocking(true).unwrap();
    let nobody = listener.accept().unwrap_err();
    assert_eq!(nobody.kind(), std::io::ErrorKind::WouldBlock);
    for id in [
        "network.proxy",
        "network.dns",
        "network.clock",
        "network.metadata",
    ] {
        insta::allow_duplicates! {
            insta::assert_snapshot!(told(&report, id), @r"
            skipped: it is not approved on this machine, and was not asked
            Look at it, then: entra-auth-cli config trust sp
            ");
        }
    }
    assert_eq!(finding(&report, "profile.approval")["status"], "failed");
}

#[test]
fn without_a_profile_the_cloud_that_the_variables_name_is_examined() {
    let home = Home::new();
    let asked = |variables: &[(&str, &str)]| {
        let call = home
            .call(&["doctor"])
            .env("HTTPS_PROXY", "http://127.0.0.1:1");
        let call = variables
            .iter()
            .fold(call, |call, (name, value)| call.env(name, value));
        let report = report(call);
        let all = report["findings"].as_array().unwrap();
        let proxy = all.iter().find(|found| found["id"] == "network.proxy");
        proxy.map(|found| found["subject"].as_str().unwrap().to_owned())
    };
    let public = "https://login.microsoftonline.com/common";
    assert_eq!(asked(&[]).as_deref(), Some(public));
    let cloud = asked(&[
        ("ENTRA_AUTH_CLOUD", "us-gov"),
        ("AZURE_TENANT_ID", "contoso.us"),
    ]);
    let government = "https://login.microsoftonline.us/contoso.us";
    assert_eq!(cloud.as_deref(), Some(government));
    for nowhere in [
        ("ENTRA_AUTH_CLOUD", "mars"),
        ("ENTRA_AUTH_AUTHORITY", "https://stranger.test/t"),
    ] {
        assert_eq!(asked(&[nowhere]), None, "{nowhere:?}");
    }
}

#[test]
fn a_name_that_nobody_knows_is_one_failure_and_get_token_leads_here() {
    let world = World::new();
    let creation = world
        .home
        .call(&["config", "create", "--name", "sp", "--client-secret-stdin"])
        .args(["--authority", "https://login.company.invalid"])
        .args(["--tenant-id", TENANT, "--client-id", CLIENT_ID])
        .args(["--scope", "api://a/.default"])
        .input("secret");
    creation.run().answer_and_words();
    let found = report(world.home.call(&["doctor", "-p", "sp"]));
    assert_eq!(
        finding(&found, "network.dns")["status"],
        "failed",
        "{found}"
    );
    for follower in ["network.tls", "network.clock", "network.metadata"] {
        insta::allow_duplicates! {
            insta::assert_snapshot!(told(&found, follower), @r"
            skipped: the name is not known (see Name)
            -
            ");
        }
    }
    let call = world.home.call(&["get-token", "-p", "sp", "-o", "json"]);
    let document = call.run().failure_document(5);
    assert_eq!(document["code"], "dns_failed", "{document}");
    let hints = document["hints"].as_array().unwrap();
    let last = hints.last().unwrap();
    assert_eq!(last, "See what is wrong here: entra-auth-cli doctor -p sp");
}
