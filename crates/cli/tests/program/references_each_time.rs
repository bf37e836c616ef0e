//! What a profile refers to is read anew each time it is needed, within the time allowed, and never
//! kept.

use crate::support::SECRET;
use crate::support::World;
use crate::support::assert_is_token;

#[test]
fn each_use_reads_it_anew() {
    let world = World::new();
    let secret = world.home.put("secret", SECRET);
    let script = world
        .home
        .put_script("vault", "echo ran >> ran; cat secret");
    world.create("file", &["--client-secret-file", "secret"], "");
    world.create("env", &["--client-secret-env", "A_SECRET"], "");
    let command = script.to_str().unwrap();
    world.create("command", &["--client-secret-command", command], "");
    let asked = |profile, value| {
        std::fs::write(&secret, value).unwrap();
        let call = world.call(&["get-token", "--no-cache", "-p", profile]);
        call.env("A_SECRET", value).run()
    };
    for profile in ["file", "env", "command"] {
        assert_is_token(&asked(profile, SECRET).answer());
        let refused = asked(profile, "replaced meanwhile").failure(2);
        assert!(refused.contains("AADSTS7000215"), "{profile}: {refused}");
        assert_is_token(&asked(profile, SECRET).answer());
    }
    let ran = std::fs::read_to_string(world.home.at("ran")).unwrap();
    assert_eq!(ran, "ran\n".repeat(3));
}

#[test]
fn a_cached_token_needs_none() {
    let world = World::new();
    let script = world
        .home
        .put_script("vault", &format!("echo ran >> ran; echo '{SECRET}'"));
    let command = script.to_str().unwrap();
    world.create("sp", &["--client-secret-command", command], "");
    let token = world.call(&["get-token"]).run().answer();
    assert_eq!(world.call(&["get-token"]).run().answer(), token);
    let ran = std::fs::read_to_string(world.home.at("ran")).unwrap();
    assert_eq!(ran, "ran\n");
}

/// A sealed secret would not be found by looking for its text: it would be used.
#[test]
fn it_is_never_kept() {
    for flags in [
        &["--client-secret-file", "secret"][..],
        &["--client-secret-env", "A_SECRET"],
        &["--client-secret-command", "cat secret"],
    ] {
        let world = World::new();
        let secret = world.home.put("secret", SECRET);
        world.create("sp", flags, "");
        let asked = || {
            let call = world.call(&["get-token", "--force"]);
            call.env("A_SECRET", SECRET).run()
        };
        assert_is_token(&asked().answer());
        for file in world.home.files() {
            let bytes = std::fs::read(&file).unwrap();
            let holds = bytes
                .windows(SECRET.len())
                .any(|part| part == SECRET.as_bytes());
            assert!(file == secret || !holds, "{flags:?}: {}", file.display());
        }
        world.home.edit_profiles(|text| {
            let mut profiles: serde_json::Value = serde_json::from_str(&text).unwrap();
            let removed = profiles[0]
                .as_object_mut()
                .unwrap()
                .remove("clientSecretFrom");
            assert!(removed.is_some(), "{text}");
            profiles.to_string()
        });
        world
            .call(&["config", "trust", "sp", "--yes"])
            .run()
            .answer_and_words();
        let said = asked().failure(4);
        assert!(said.contains("no client secret"), "{flags:?}: {said}");
    }
}

#[test]
fn a_command_that_hangs_is_ended_when_the_time_is_over() {
    let world = World::new();
    let script = world
        .home
        .put_script("vault", "echo $$ > process; exec sleep 1000");
    let command = script.to_str().unwrap();
    world.create("sp", &["--client-secret-command", command], "");
    let call = world.call(&["get-token", "--timeout", "2s"]);
    let said = call.run().failure(4);
    assert!(said.contains("did not end in time"), "{said}");
    let process = std::fs::read_to_string(world.home.at("process")).unwrap();
    let process = rustix::process::Pid::from_raw(process.trim().parse().unwrap()).unwrap();
    let lives = rustix::process::test_kill_process(process);
    assert_eq!(lives, Err(rustix::io::Errno::SRCH), "it still runs");
    assert_eq!(world.emulator.requests().len(), 0);
}
