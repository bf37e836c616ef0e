//! Sign-ins and refreshes that something comes between.

use std::path::Path;
use std::time::Duration;
use std::time::Instant;

use emulator::Endpoint;
use emulator::Fault;
use rustix::process::Signal;

use crate::support::Browser;
use crate::support::Call;
use crate::support::Moments;
use crate::support::PATIENCE;
use crate::support::World;
use crate::support::assert_is_token;
use crate::support::people::ADA;
use crate::support::people::SCOPES;

const PROGRAM: &str = env!("CARGO_BIN_EXE_entra-auth-cli");
const KILLS: u32 = 50;
const MINUTE: i64 = 60;

/// The token by a refresh that needs no person, and says nothing.
#[track_caller]
fn refreshes_silently(world: &World) {
    let token = world.call(&["refresh", "--no-input"]).run().answer();
    assert_is_token(&token);
}

/// The program behind a shell that arranges its streams: `"$@"` is the call.
fn arranged(world: &World, browser: &Browser, script: &str) -> Call {
    let call = world.home.call_of(Path::new("sh"));
    let call = browser.known_to(call);
    call.args(["-c", script, "sh", PROGRAM, "get-token"])
}

#[test]
fn a_laptop_that_slept_finds_itself_signed_in_by_browser() {
    let world = World::of_people();
    let browser = Browser::by_hand(&world.home);
    let running = browser.call(&world, &["get-token"]).start();
    let page = browser.next_page();
    running.signal(Signal::STOP);
    let visitor = std::thread::spawn(move || page.visit());
    // The browser waits for the answer of a process that stands still.
    let asked = world
        .emulator
        .wait_for_requests(Endpoint::Authorize, 1, PATIENCE);
    assert!(asked);
    world.emulator.set_clock_offset(5 * MINUTE);
    running.signal(Signal::CONT);
    assert_is_token(&running.finish().answer_and_words().0);
    let landed = visitor.join().unwrap();
    assert!(landed.text.contains(ADA), "{}", landed.text);
}

#[test]
fn a_laptop_that_slept_finds_itself_signed_in_by_device_code() {
    let world = World::of_people();
    let (running, code) = world.device_code();
    running.signal(Signal::STOP);
    world.emulator.approve_device_code(&code, ADA).unwrap();
    world.emulator.set_clock_offset(14 * MINUTE);
    running.signal(Signal::CONT);
    assert_is_token(&running.finish().answer_and_words().0);
}

#[test]
fn a_laptop_that_slept_too_long_is_told_so() {
    let world = World::of_people();
    let (running, _code) = world.device_code();
    running.signal(Signal::STOP);
    world.emulator.set_clock_offset(16 * MINUTE);
    running.signal(Signal::CONT);
    let said = running.finish().failure(6);
    assert!(
        said.contains("nobody signed in within 15 minutes"),
        "{said}"
    );
    assert!(
        said.contains("Try again: entra-auth-cli get-token -p desktop -f DeviceCode"),
        "{said}"
    );
}

#[test]
fn a_network_that_was_gone_for_some_polls_ends_nothing() {
    let world = World::of_people();
    world.emulator.play(&Fault::DropConnection);
    world.emulator.play(&Fault::ServerError(503));
    let (running, code) = world.device_code();
    world.wait_until_asked(1);
    world.emulator.approve_device_code(&code, ADA).unwrap();
    assert_is_token(&running.finish().answer_and_words().0);
    assert_eq!(world.emulator.token_requests(), 3);
}

#[test]
fn a_redemption_whose_reply_is_lost_is_told_and_can_be_repeated() {
    let world = World::of_people();
    let browser = Browser::by_hand(&world.home);
    world
        .emulator
        .play_at(Endpoint::Token, 2, &Fault::DropConnection);
    let running = browser.call(&world, &["get-token"]).start();
    let landed = browser.next_page().visit();
    assert!(!landed.text.contains("Signed in"), "{}", landed.text);
    running.finish().failure(5);
    world.sign_in_by(&browser, &["get-token"]);
    refreshes_silently(&world);
}

#[test]
fn signals_end_a_wait_for_the_person_at_once() {
    let world = World::of_people();
    let browser = Browser::by_hand(&world.home);
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let (running, _) = world.device_code();
        running.signal(signal);
        let outcome = running.finish();
        assert_eq!((outcome.code(), outcome.stdout()), (Some(code), ""));
        let running = browser.call(&world, &["get-token"]).start();
        browser.next_page();
        running.signal(signal);
        let outcome = running.finish();
        assert_eq!((outcome.code(), outcome.stdout()), (Some(code), ""));
    }
    world.sign_in_by(&browser, &["get-token"]);
}

/// Kills this call some time between its begin and a little after its end.
fn killed(call: impl Fn() -> Call, length: Duration, moments: &mut Moments) {
    let call = call();
    let begin = Instant::now();
    let running = call.start();
    let moment = length.mul_f64(moments.next());
    // The moment is what is tested; nothing could be waited for instead.
    std::thread::sleep(moment.saturating_sub(begin.elapsed()));
    running.signal(Signal::KILL);
    drop(running.finish());
}

#[test]
fn fifty_kills_leave_somebody_signed_in_or_ask_again() {
    let world = World::of_people();
    let browser = Browser::automatic(&world.home);
    let get_token = || browser.call(&world, &["get-token"]);
    let calls: [&dyn Fn() -> Call; 3] = [
        &|| browser.call(&world, &["refresh"]),
        &|| browser.call(&world, &["get-token", "--prompt", "login"]),
        &|| {
            world.call(&["logout"]).run().answer_and_words();
            get_token()
        },
    ];
    get_token().run().answer_and_words();
    let lengths = calls.map(|call| {
        let call = call();
        let begin = Instant::now();
        call.run().answer_and_words();
        // Some kills come too late.
        begin.elapsed().mul_f64(1.1)
    });
    let mut moments = Moments::new(0x6a09_e667_f3bc_c908);
    let mut pages = browser.pages();
    for round in 0..KILLS {
        let which = usize::try_from(round).unwrap() % calls.len();
        killed(calls[which], lengths[which], &mut moments);
        if which == 0 {
            assert_eq!(
                browser.pages(),
                pages,
                "round {round}: a refresh asks nobody"
            );
            refreshes_silently(&world);
        }
        let (token, _) = get_token().run().answer_and_words();
        assert_is_token(&token);
        refreshes_silently(&world);
        pages = browser.pages();
    }
    assert_eq!(world.refresh_tokens().len(), 1);
}

#[test]
fn a_first_sign_in_that_was_killed_does_not_stand_in_the_way() {
    let length = {
        let world = World::of_people();
        let browser = Browser::automatic(&world.home);
        let begin = Instant::now();
        browser
            .call(&world, &["get-token"])
            .run()
            .answer_and_words();
        begin.elapsed()
    };
    let mut moments = Moments::new(0xbb67_ae85_84ca_a73b);
    for _ in 0..10 {
        let world = World::of_people();
        let browser = Browser::automatic(&world.home);
        let call = || browser.call(&world, &["get-token"]);
        killed(call, length, &mut moments);
        assert_is_token(&call().run().answer_and_words().0);
        refreshes_silently(&world);
    }
}

/// The first command of a hint, as a person copies it.
fn hinted<'a>(said: &'a str, before: &str) -> &'a str {
    let line = said.lines().find_map(|line| line.split_once(before));
    line.unwrap_or_else(|| panic!("{before}: {said}")).1
}

#[test]
fn where_nobody_may_be_asked_the_command_that_helps_can_be_run() {
    let world = World::of_people();
    let browser = Browser::automatic(&world.home);
    std::fs::create_dir(world.home.at("bin")).unwrap();
    std::os::unix::fs::symlink(PROGRAM, world.home.at("bin/entra-auth-cli")).unwrap();
    let claims = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
    let scope = format!("{} {}", SCOPES[0], SCOPES[1]);
    let refused = |call: Call| {
        let call = call.args(["-s", &scope, "--claims", claims]);
        call.run().failure(7)
    };
    let for_input = refused(browser.call(&world, &["get-token", "--no-input"]));
    let for_ci = refused(browser.call(&world, &["get-token"]).env("CI", "true"));
    assert_eq!(for_input, for_ci);
    assert_eq!((browser.pages(), world.emulator.token_requests()), (0, 0));

    let command = hinted(&for_input, "Where a person is, run: ");
    let path = format!(
        "{}:{}",
        world.home.at("bin").display(),
        std::env::var("PATH").unwrap()
    );
    let shell = browser.known_to(world.home.call_of(Path::new("sh")));
    let outcome = shell.env("PATH", path).args(["-c", command]).run();
    assert_is_token(&outcome.answer_and_words().0);
    let page = browser.next_page();
    let sent: serde_json::Value = serde_json::from_str(&page.parameter("claims").unwrap()).unwrap();
    assert_eq!(
        sent,
        serde_json::from_str::<serde_json::Value>(claims).unwrap()
    );
    assert!(page.parameter("scope").unwrap().contains("Mail.Read"));
}

#[test]
fn a_pipeline_may_ask_for_a_device_code_by_name() {
    let world = World::of_people();
    let call = world.call(&["get-token", "-f", "DeviceCode"]);
    let running = call.env("CI", "true").start();
    let line = running.wait_to_say("Code: ");
    let code = line.trim().trim_start_matches("Code: ");
    world.emulator.approve_device_code(code, ADA).unwrap();
    assert_is_token(&running.finish().answer_and_words().0);
}

#[test]
fn a_browser_sign_in_reads_no_stdin() {
    let world = World::of_people();
    let browser = Browser::automatic(&world.home);
    let closed = arranged(&world, &browser, "exec \"$@\" <&-").run();
    assert_is_token(&closed.answer_and_words().0);
    world.call(&["logout"]).run().answer_and_words();
    // What stands there is for whoever reads it next.
    let script = "\"$@\" >token && read -r rest && printf %s \"$rest\"";
    let read = arranged(&world, &browser, script).input("for others\n");
    assert_eq!(read.run().answer_and_words().0, "for others");
    let token = std::fs::read_to_string(world.home.at("token")).unwrap();
    assert_is_token(&token);
}

#[test]
fn a_reader_that_went_away_keeps_nobody_from_signing_in() {
    let world = World::of_people();
    let browser = Browser::automatic(&world.home);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let call = browser.call(&world, &["get-token"]).stdout(writer);
    let outcome = call.run();
    assert_eq!(outcome.code(), Some(0), "{outcome:#?}");
    world.call(&["get-token", "--no-input"]).run().answer();
    assert_eq!(browser.pages(), 1);
}

#[test]
fn nobody_who_listens_is_no_reason_not_to_sign_in() {
    let world = World::of_people();
    let browser = Browser::automatic(&world.home);
    for script in ["exec \"$@\" 2>&-", "\"$@\" 2>&1 >token | true; cat token"] {
        let (token, _) = arranged(&world, &browser, script).run().answer_and_words();
        assert_is_token(&token);
        world.call(&["logout"]).run().answer_and_words();
    }
    assert_eq!(browser.pages(), 2);
}

#[cfg(target_os = "linux")]
mod places {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::support::copy_of_the_program;
    use crate::support::give_to_nobody;

    #[test]
    fn a_full_disk_costs_nobody_the_sign_in() {
        let world = World::of_people_with(crate::support::people::desktop_app());
        let browser = Browser::automatic(&world.home);
        let script = r#"
            mkdir -p "$HOME/.local" "$HOME/.config"
            mount -t tmpfs -o size=512k,mode=0700 tmpfs "$HOME/.local"
            program=$1; shift
            "$program" config create --name desktop "$@" --auth-method Public --scope User.Read
            "$program" get-token > first
            cat /dev/zero > "$HOME/.local/filler" || true
            "$program" get-token > cached
            for call in "refresh" "get-token --prompt login" "get-token -s Mail.Read"; do
                code=0; "$program" $call > full 2>> full.said || code=$?
                echo "$code $(cat full)" >> full.codes
            done
            rm "$HOME/.local/filler"
            "$program" get-token > still
            "$program" refresh --no-input > after
        "#;
        let call = browser.known_to(world.home.call_of("unshare".as_ref()));
        let outcome = call
            .args(["--mount", "--map-root-user", "sh", "-e", "-c", script, "sh"])
            .arg(PROGRAM)
            .args(world.target())
            .run();
        assert_eq!(outcome.code(), Some(0), "{outcome:#?}");
        let read = |name: &str| std::fs::read_to_string(world.home.at(name)).unwrap();
        assert_is_token(&read("first"));
        assert_eq!(read("cached"), read("first"));
        assert_eq!(read("still"), read("first"));
        assert_is_token(&read("after"));
        assert_ne!(read("after"), read("first"));
        assert_eq!(read("full.codes"), "8 \n8 \n8 \n", "{}", read("full.said"));
        assert!(read("full.said").contains("No space left on device"));
        // What could not have been kept was not asked for.
        assert_eq!(browser.pages(), 1);
        assert_eq!(world.grants(), ["authorization_code", "refresh_token"]);
    }

    /// Ada signs in, and all she has goes to a user without rights: her token.
    fn signed_in_as_nobody(world: &World, browser: &Browser) -> String {
        let call = browser.call(world, &["get-token"]);
        let (token, _) = call.run().answer_and_words();
        give_to_nobody(world.home.path());
        token
    }

    /// Changes what may be done with these directories of the store.
    fn set_mode(world: &World, directories: &[&str], mode: u32) {
        for directory in directories {
            let mode = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(world.home.state().join(directory), mode).unwrap();
        }
    }

    #[test]
    fn a_refresh_token_that_cannot_be_kept_is_told_and_replaces_nothing() {
        let world = World::of_people();
        let browser = Browser::automatic(&world.home);
        let old = signed_in_as_nobody(&world, &browser);
        let refresh = || copy_of_the_program(&world.home).args(["refresh", "--no-input"]);
        set_mode(&world, &["refresh-tokens"], 0o500);
        let (token, said) = refresh().run().answer_and_words();
        assert_is_token(&token);
        assert_ne!(token, old);
        assert!(said.contains("could not be kept"), "{said}");
        assert!(said.contains("Permission denied"), "{said}");
        set_mode(&world, &["refresh-tokens"], 0o700);
        assert_is_token(&refresh().run().answer());
        assert_eq!(browser.pages(), 1);
    }

    #[test]
    fn a_store_that_cannot_be_written_asks_nobody_in_vain() {
        let world = World::of_people();
        let browser = Browser::automatic(&world.home);
        let token = signed_in_as_nobody(&world, &browser);
        let as_nobody = |arguments: &[&str]| {
            let call = browser.known_to(copy_of_the_program(&world.home));
            call.args(arguments)
        };
        let all = ["", "locks", "tokens", "accounts", "refresh-tokens"];
        set_mode(&world, &all, 0o500);
        assert_eq!(as_nobody(&["get-token"]).run().answer(), token);
        for arguments in [&["refresh"][..], &["get-token", "--prompt", "login"]] {
            let said = as_nobody(arguments).run().failure(8);
            assert!(said.contains("Permission denied"), "{said}");
            assert!(said.contains("--no-cache"), "{said}");
        }
        assert_eq!((browser.pages(), world.emulator.token_requests()), (1, 1));
        let without = as_nobody(&["get-token", "--no-cache"]).run();
        assert_is_token(&without.answer_and_words().0);
        assert_eq!(browser.pages(), 2);
    }
}
