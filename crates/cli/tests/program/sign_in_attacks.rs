//! Whoever would take over a sign-in: with answers of another one, at the port that is listened on,
//! as the provider, or as one who passes himself off for it (RFC 8252 §8, RFC 9700 §4).

use std::io::Write as _;
use std::net::TcpListener;
use std::net::TcpStream;

use emulator::Endpoint;
use emulator::Fault;
use emulator::Request;
use emulator::SignIn;
use model::CodeVerifier;
use protocol::pkce;
use serde_json::Value;

use crate::support::CLIENT_ID;
use crate::support::Running;
use crate::support::SignInPage;
use crate::support::Thief;
use crate::support::World;
use crate::support::assert_is_token;
use crate::support::sign_in_page::ADA;
use crate::support::sign_in_page::connection;
use crate::support::sign_in_page::get;
use crate::support::sign_in_page::post;
use crate::support::sign_in_page::received;
use crate::support::sign_in_page::send;
use crate::support::signed_in::profile;

const MALLORY: &str = "grace@contoso.onmicrosoft.com";

/// The verifier of a sign-in that Mallory began.
const MALLORYS_VERIFIER: &str = "mallorys-verifier-is-long-enough-for-rfc-7636-0123456789";

/// A sign-in that waits for its answer.
fn begin(world: &World) -> (Running, SignInPage) {
    let running = world.sign_in_call().start();
    let page = SignInPage::shown_by(&running);
    (running, page)
}

/// The answer comes, and it is Ada who signed in.
#[track_caller]
fn assert_ada_signs_in(running: Running, page: &SignInPage) {
    let reply = page.is_brought(&page.answer());
    assert_eq!(reply.status, 200, "{reply:?}");
    let (token, said) = running.finish().answer_and_words();
    assert_is_token(&token);
    assert!(said.contains(&format!("Signed in as {ADA}")), "{said}");
}

/// Nobody is signed in, and nothing is kept.
#[track_caller]
fn assert_nobody_is_signed_in(world: &World) {
    assert_eq!(world.signed_in(&profile("desktop")), (Vec::new(), None));
    assert!(world.refresh_tokens().is_empty());
    assert!(world.home.token_files().is_empty());
}

#[test]
fn answers_to_another_question_change_nothing() {
    let world = World::of_ada();
    let running = world.sign_in_call().arg("-v").start();
    let page = SignInPage::shown_by(&running);
    let state = page.asked("state");
    let shorter = &state[1..];
    for forged in [
        String::new(),
        "code=stolen".to_owned(),
        "code=stolen&state=".to_owned(),
        "code=stolen&state=guessed".to_owned(),
        format!("code=stolen&state={shorter}"),
        format!("code=stolen&state={state}x"),
        format!("code=stolen&state={}", state.to_lowercase()),
        format!("code=stolen&state={state}&state=guessed"),
        format!("code=stolen&state[]={state}"),
        "error=access_denied&error_description=forged".to_owned(),
        "error=access_denied&state=guessed".to_owned(),
    ] {
        let reply = page.is_brought(&forged);
        assert_eq!(reply.status, 400, "{forged}: {reply:?}");
        let reply = get(&format!("http://127.0.0.1:{}/?{forged}", page.port()));
        assert!([200, 400].contains(&reply.status), "{forged}: {reply:?}");
        assert_eq!(reply.header("location"), None, "{forged}: {reply:?}");
    }
    assert_eq!(world.emulator.token_requests(), 0);
    running.wait_to_say("its state is not the one that is waited for");
    assert_ada_signs_in(running, &page);
}

/// Mallory begins a sign-in of his own and brings its code here, with the right `state`.
#[test]
fn a_code_of_another_sign_in_is_worth_nothing_here() {
    let world = World::of_ada();
    let (running, page) = begin(&world);
    world
        .emulator
        .answer_sign_in(SignIn::Approve(MALLORY.to_owned()));
    let challenge = pkce::challenge(&CodeVerifier::from(MALLORYS_VERIFIER.to_owned()));
    let code = page
        .asked_instead(&[("code_challenge", &challenge)])
        .answered("code");
    let reply = page.is_brought(&format!("code={code}&state={}", page.asked("state")));
    assert!(reply.body.contains("The sign-in did not work"), "{reply:?}");
    let said = running.finish().failure(2);
    assert!(said.contains("AADSTS501481"), "{said}");
    assert_nobody_is_signed_in(&world);
}

/// Mallory redeems a code of his own, so that the provider says who he is.
fn id_token_of_mallory(world: &World, page: &SignInPage) -> String {
    world
        .emulator
        .answer_sign_in(SignIn::Approve(MALLORY.to_owned()));
    let challenge = pkce::challenge(&CodeVerifier::from(MALLORYS_VERIFIER.to_owned()));
    let begun = page.asked_instead(&[("code_challenge", &challenge), ("nonce", "mallorys")]);
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "authorization_code")
        .append_pair("client_id", CLIENT_ID)
        .append_pair("code", &begun.answered("code"))
        .append_pair("redirect_uri", &page.asked("redirect_uri"))
        .append_pair("code_verifier", MALLORYS_VERIFIER)
        .finish();
    let endpoint = world.emulator.token_endpoint(crate::support::TENANT);
    let path = endpoint.trim_start_matches(world.emulator.base_url());
    let request =
        post(world.emulator.port(), path, &form).replacen("\r\n", "\r\nConnection: close\r\n", 1);
    let reply = send(world.emulator.port(), &request);
    let tokens: Value = serde_json::from_str(&reply.body).unwrap();
    tokens["id_token"].as_str().unwrap().to_owned()
}

#[test]
fn an_id_token_of_another_sign_in_names_nobody_here() {
    let world = World::of_ada();
    let (running, page) = begin(&world);
    let replayed = id_token_of_mallory(&world, &page);
    world
        .emulator
        .play(&Fault::Field("id_token".to_owned(), replayed.into()));
    let reply = page.is_brought(&page.answer());
    assert!(!reply.body.contains(MALLORY), "{reply:?}");
    let said = running.finish().failure(2);
    assert!(said.contains("nonce"), "{said}");
    assert_nobody_is_signed_in(&world);
}

/// Another user of the machine sees the whole address on a launcher's command line, signs in there
/// himself, and brings that answer before the browser does.
#[test]
fn who_takes_over_the_whole_address_cannot_pass_for_an_account_that_is_known() {
    let world = World::of_ada();
    world.sign_ada_in();
    world.emulator.revoke_sign_ins(ADA);
    let running = world.sign_in_call().args(["--force"]).start();
    let page = SignInPage::shown_by(&running);
    world
        .emulator
        .answer_sign_in(SignIn::Approve(MALLORY.to_owned()));
    page.is_brought(&page.answer());
    let said = running.finish().failure(4);
    assert!(said.contains(ADA) && said.contains(MALLORY), "{said}");
    let (names, default) = world.signed_in(&profile("desktop"));
    assert_eq!((names.len(), default.as_deref()), (1, Some(ADA)));
    let kept = world.refresh_tokens();
    assert!(kept.is_empty(), "the dead one is gone: {kept:?}");
}

#[test]
fn another_providers_answer_is_not_taken_for_this_ones() {
    let announced = Fault::Field(
        "authorization_response_iss_parameter_supported".to_owned(),
        true.into(),
    );
    let world = World::of_ada_at_openid_provider();
    let issuer = format!(
        "{}/v2.0",
        world.emulator.authority(emulator::DEFAULT_TENANT_ID)
    );
    for (named, is_announced) in [
        (Some("https://evil.example"), false),
        (Some("https://evil.example"), true),
        (Some(""), true),
        (None, true),
        (Some(&format!("{issuer}/")), true),
    ] {
        if is_announced {
            world
                .emulator
                .play_at(Endpoint::OpenIdConfiguration, 1, &announced);
        }
        let (running, page) = begin(&world);
        let named_as = named.map_or(String::new(), |named| {
            let form = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("iss", named)
                .finish();
            format!("&{form}")
        });
        page.is_brought(&format!("{}{named_as}", page.answer()));
        let said = running.finish().failure(2);
        assert!(said.contains(&issuer), "{named:?}: {said}");
        assert_eq!(world.emulator.token_requests(), 0, "the code goes nowhere");
        assert_nobody_is_signed_in(&world);
    }
    world
        .emulator
        .play_at(Endpoint::OpenIdConfiguration, 1, &announced);
    let (running, page) = begin(&world);
    let form = url::form_urlencoded::Serializer::new(page.answer())
        .append_pair("iss", &issuer)
        .finish();
    page.is_brought(&form);
    assert_is_token(&running.finish().answer_and_words().0);
}

/// Everybody is at the port at once, and the browser comes last.
#[test]
fn a_crowd_at_the_port_does_not_keep_the_browser_out() {
    let world = World::of_ada();
    let (running, page) = begin(&world);
    let port = page.port();
    // Who say nothing, who begin to say something, and who insist on TLS.
    let mut silent: Vec<TcpStream> = Vec::new();
    for beginning in ["", "POST / HTTP/1.1\r\nHost: localhost", "\u{16}\u{3}\u{1}"] {
        for _ in 0..60 {
            let mut stream = connection(port);
            // It may have had to make room already.
            let _ = stream.write_all(beginning.as_bytes());
            silent.push(stream);
        }
    }
    let guesses: Vec<_> = (0..100)
        .map(|number| {
            std::thread::spawn(move || {
                let mut stream = connection(port);
                let guess = post(port, "/", &format!("code=x&state={number}"));
                // The same.
                let _ = stream.write_all(guess.as_bytes());
                received(&mut stream).status
            })
        })
        .collect();
    assert_ada_signs_in(running, &page);
    for guess in guesses {
        let status = guess.join().unwrap();
        assert!([0, 400].contains(&status), "{status}");
    }
    assert_eq!(world.emulator.token_requests(), 1);
}

#[test]
fn pages_of_the_web_get_no_permission_and_no_answer() {
    let world = World::of_ada();
    let (running, page) = begin(&world);
    let port = page.port();
    let form = format!("code=x&state={}", page.asked("state"));
    let rebound = [
        format!("evil.example:{port}"),
        format!("localhost.evil.example:{port}"),
        format!("127.0.0.1.nip.io:{port}"),
        format!("localhost:{}", port ^ 1),
        "localhost".to_owned(),
        format!("0.0.0.0:{port}"),
        format!("[::ffff:127.0.0.1]:{port}"),
        String::new(),
    ];
    for host in rebound {
        let here = format!("localhost:{port}");
        let reply = send(port, &post(port, "/", &form).replacen(&here, &host, 1));
        assert_eq!(reply.status, 421, "{host}: {reply:?}");
    }
    let to_a_proxy = post(port, &format!("http://localhost:{port}/"), &form);
    assert_eq!(send(port, &to_a_proxy).status, 421);
    for method in ["OPTIONS", "HEAD", "PUT", "DELETE", "TRACE", "PROPFIND"] {
        let request = format!(
            "{method} / HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: https://evil.example\r\n\
             Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: x\r\n\
             Access-Control-Request-Private-Network: true\r\n\
             Access-Control-Request-Local-Network: true\r\n\r\n"
        );
        let reply = send(port, &request);
        assert!(
            ![200, 303].contains(&reply.status) && reply.status != 0,
            "{method}: {reply:?}"
        );
        for permission in [
            "access-control-allow-origin",
            "access-control-allow-methods",
            "access-control-allow-headers",
            "access-control-allow-private-network",
            "access-control-allow-local-network",
            "access-control-allow-credentials",
        ] {
            assert_eq!(reply.header(permission), None, "{method}: {reply:?}");
        }
    }
    for path in ["//evil.example/", "/.", "/favicon.ico", "/%2e", "/?"] {
        let reply = get(&format!("http://localhost:{port}{path}"));
        assert_eq!(reply.header("location"), None, "{path}: {reply:?}");
        assert!(!reply.body.contains("signed in"), "{path}: {reply:?}");
    }
    assert_ada_signs_in(running, &page);
}

#[test]
fn what_is_too_large_is_not_read_to_its_end() {
    let world = World::of_ada();
    let (running, page) = begin(&world);
    let port = page.port();
    let filler = "x".repeat(200_000);
    let state = page.asked("state");
    let body = page.is_brought(&format!("code={filler}&state={state}"));
    assert!([0, 413].contains(&body.status), "{}", body.status);
    let path = get(&format!(
        "http://127.0.0.1:{port}/?code={filler}&state={state}"
    ));
    assert!([0, 414, 431].contains(&path.status), "{}", path.status);
    let head = post(port, "/", "").replacen("Host", &format!("X-Filler: {filler}\r\nHost"), 1);
    let head = send(port, &head);
    assert!([0, 431].contains(&head.status), "{}", head.status);
    let endless = format!(
        "POST / HTTP/1.1\r\nHost: localhost:{port}\r\nTransfer-Encoding: chunked\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\n30d40\r\n{filler}\r\n"
    );
    let endless = send(port, &endless);
    assert!([0, 413].contains(&endless.status), "{}", endless.status);
    assert_ada_signs_in(running, &page);
}

/// Whoever holds the port on one loopback address would get the answer that the browser brings
/// there.
#[test]
fn a_port_that_somebody_holds_is_not_shared() {
    let world = World::of_ada();
    for address in ["127.0.0.1:0", "[::1]:0", "0.0.0.0:0"] {
        let Ok(squatter) = TcpListener::bind(address) else {
            assert!(address.starts_with('['), "only IPv6 may be missing");
            continue;
        };
        let port = squatter.local_addr().unwrap().port().to_string();
        let call = world.sign_in_call().args(["--port", &port]);
        let said = call.run().failure(4);
        assert!(said.contains(&port), "{address}: {said}");
        assert!(!said.contains("/authorize?"), "{address}: {said}");
    }
    assert_eq!(world.emulator.requests().len(), 0);
}

#[test]
fn a_code_does_not_follow_a_redirect() {
    let (world, thief) = (World::of_ada(), Thief::lurking());
    world.emulator.play(&Fault::Redirect(thief.url()));
    let (running, page) = begin(&world);
    page.is_brought(&page.answer());
    let said = running.finish().failure(2);
    assert!(said.contains("redirects (status 307)"), "{said}");
    world.emulator.play_at(
        Endpoint::DeviceAuthorization,
        1,
        &Fault::Redirect(thief.url()),
    );
    world
        .call(&["get-token", "-f", "DeviceCode"])
        .run()
        .failure(2);
    thief.got_nothing();
    assert_nobody_is_signed_in(&world);
}

#[test]
fn a_discovery_document_leads_nobody_elsewhere() {
    let (world, thief) = (World::of_ada_at_openid_provider(), Thief::lurking());
    let microsoft = "https://login.microsoftonline.com/common/oauth2/v2.0/authorize";
    for flow in ["InteractiveBrowser", "DeviceCode"] {
        for field in [
            "token_endpoint",
            "authorization_endpoint",
            "device_authorization_endpoint",
        ] {
            for place in [
                &thief.url(),
                microsoft,
                "javascript:alert(1)",
                "file:///etc",
            ] {
                let altered = Fault::Field(field.to_owned(), place.into());
                world
                    .emulator
                    .play_at(Endpoint::OpenIdConfiguration, 1, &altered);
                let call = world.call(&["get-token", "--no-browser", "-f", flow]);
                let said = call.run().failure(2);
                assert!(said.contains("another server"), "{field}: {said}");
                assert!(!said.contains("/authorize?"), "{field}: {said}");
            }
        }
    }
    thief.got_nothing();
    let asked = world.emulator.requests();
    let is_for_discovery = |request: &Request| request.path.contains("/.well-known/");
    assert!(asked.iter().all(is_for_discovery), "{asked:?}");
}

/// A provider of somebody's own that hands on a device code of Microsoft's: the person would see
/// the true page, and the tokens would be that somebody's.
#[test]
fn a_foreign_provider_sends_nobody_to_microsoft() {
    let world = World::of_ada();
    let microsoft = "https://microsoft.com/devicelogin";
    let to_type = "To sign in, open the page microsoft.com/devicelogin and enter EVIL0000";
    for (field, value) in [
        ("verification_uri", microsoft),
        ("verification_uri", "https://login.microsoftonline.com./x"),
        ("verification_uri", "https://aka.ms/devicelogin"),
        (
            "verification_uri_complete",
            "https://microsoft.com/devicelogin?c=1",
        ),
        ("message", to_type),
        (
            "message",
            "Type EVIL0000 at https://www.MICROSOFT.com/devicelogin.",
        ),
        (
            "message",
            "Type EVIL0000 at \u{ff4d}icrosoft.com/devicelogin",
        ),
        ("user_code", "aka.ms/devicelogin"),
    ] {
        let altered = Fault::Field(field.to_owned(), value.into());
        world
            .emulator
            .play_at(Endpoint::DeviceAuthorization, 1, &altered);
        let call = world.call(&["get-token", "-f", "DeviceCode"]);
        let said = call.run().failure(4);
        assert!(said.contains("is not Microsoft's"), "{value}: {said}");
        assert!(!said.contains("EVIL0000"), "{value}: {said}");
    }
    assert_eq!(world.emulator.token_requests(), 0, "nobody polls for it");
}

/// Where the answer would go to somebody else, it would have to be pasted here; nobody can be asked
/// for that, so that nobody is sent to the page either.
#[test]
fn an_address_that_looks_like_this_machine_is_none() {
    let world = World::of_ada();
    for stranger in [
        "http://localhost.evil.example",
        "http://localhost@evil.example",
        "http://127.0.0.1.nip.io",
        "http://2130706433.evil.example",
        "javascript:alert(1)",
    ] {
        let call = world.sign_in_call().args(["--redirect-uri", stranger]);
        let outcome = call.run();
        assert!(
            matches!(outcome.code(), Some(4 | 7)),
            "{stranger}: {outcome:?}"
        );
        assert!(!outcome.stderr().contains("/authorize?"), "{outcome:?}");
    }
    assert_eq!(world.emulator.requests().len(), 0);
}
