//! The address that a browser ended up on, brought back by hand.

use std::io::Read as _;
use std::io::Write as _;
use std::net::TcpStream;

use emulator::App;
use emulator::Platform;

use crate::support::CLIENT_ID;
use crate::support::SECRET;
use crate::support::Terminal;
use crate::support::World;

const ADA: &str = "ada@contoso.onmicrosoft.com";

/// An address that no browser of this machine reaches.
const ELSEWHERE: &str = "https://app.example/callback";

/// A web application whose redirect URI is elsewhere, with the profile `webapp`.
fn world() -> World {
    let app = App::confidential(CLIENT_ID)
        .secret(SECRET)
        .redirect_uri(Platform::Web, ELSEWHERE);
    let world = World::with_app(app);
    world.emulator.sign_in_automatically(ADA);
    let flags = ["--client-secret-stdin", "--redirect-uri", ELSEWHERE];
    let flow = [
        "--default-flow",
        "AuthorizationCode",
        "--scope",
        "User.Read",
    ];
    world.create("webapp", &[&flags[..], &flow[..]].concat(), SECRET);
    world
}

/// Where the sign-in page sends a browser that asks for it.
fn landing(world: &World, page: &str) -> String {
    let host = world.emulator.base_url().trim_start_matches("http://");
    let path = page.trim_start_matches(world.emulator.base_url());
    let mut stream = TcpStream::connect(host).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    let location = reply.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("location").then_some(value)
    });
    location.unwrap_or_else(|| panic!("{reply}")).to_owned()
}

#[test]
fn where_the_browser_brings_nothing_back_the_address_is_pasted() {
    let world = world();
    let mut terminal = Terminal::start(world.call(&["get-token", "--no-browser"]));
    terminal.wait_for("open this page in a browser:\r\n");
    let page = terminal.read_line();
    assert!(page.starts_with("http"), "{page}");
    let address = landing(&world, &page);
    assert!(address.starts_with(ELSEWHERE), "{address}");
    terminal.wait_for("Paste the address");
    terminal.type_line("https://app.example/callback?code=none&state=wrong");
    terminal.wait_for("That is not it");
    terminal.type_line(&address);
    let (shown, code) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains(&format!("Signed in as {ADA}")), "{shown}");
    let (_, sent) = address.split_once('?').unwrap();
    assert!(!shown.contains(sent), "the code is shown: {shown}");
    world.call(&["get-token", "--no-input"]).run().answer();
}

#[test]
fn where_nobody_can_paste_nothing_is_asked() {
    let world = world();
    let said = world.call(&["get-token"]).run().failure(7);
    assert!(
        said.contains("get-token -p webapp -f AuthorizationCode"),
        "{said}"
    );
    assert_eq!(world.emulator.token_requests(), 0);
}
