//! `logout`: forgetting who signed in, and nothing else.

use std::time::Duration;
use std::time::Instant;

use rustix::process::Signal;
use vault::AccountOwner;
use vault::LockName;
use vault::RefreshTokenIdentity;

use crate::support::CLIENT_ID;
use crate::support::Home;
use crate::support::SECRET;
use crate::support::TENANT;
use crate::support::Terminal;
use crate::support::World;
use crate::support::at_once;
use crate::support::signed_in::account;
use crate::support::signed_in::profile;

const ADA: &str = "ada@contoso.com";
const KILLS: u32 = 60;

const BOB: &str = "bob@contoso.com";

/// A public application with the profile `desktop`.
fn world() -> World {
    let world = World::new();
    world.create("desktop", &["--auth-method", "Public"], "");
    world
}

#[track_caller]
fn said(world: &World, arguments: &[&str]) -> String {
    let (answer, said) = world.call(arguments).run().answer_and_words();
    assert_eq!(answer, "", "nothing of it is an answer");
    said
}

#[test]
fn the_only_account_goes_with_its_tokens() {
    let world = world();
    world.sign_in(&profile("desktop"), ADA);
    let text = said(&world, &["logout"]);
    let url = world.emulator.base_url();
    assert_eq!(
        text,
        format!(
            "Signed out {ADA} (tenant tid) of profile `desktop`.\n\
             Forgot 1 cached token and 1 refresh token.\n\
             Nothing was revoked at {url}: your browser may still be signed in there, and copies \
             of tokens work until they end.\n\
             To sign out in the browser: {url}/{TENANT}/oauth2/v2.0/logout\n"
        )
    );
    assert_eq!(world.signed_in(&profile("desktop")), (Vec::new(), None));
    assert!(world.refresh_tokens().is_empty());
    assert!(world.home.token_files().is_empty());
    // A script may do it again.
    assert_eq!(
        said(&world, &["logout"]),
        "Nobody is signed in with profile `desktop`.\n"
    );
}

#[test]
fn an_application_keeps_its_own_token() {
    let world = World::with_profile();
    world.call(&["get-token"]).run().answer();
    world.sign_in(&profile("sp"), ADA);
    said(&world, &["logout"]);
    assert_eq!(world.home.token_files().len(), 1);
    world.call(&["get-token"]).run().answer();
    assert_eq!(world.emulator.token_requests(), 1);
}

#[test]
fn the_default_goes_and_the_only_one_left_takes_its_place() {
    let world = world();
    world.sign_in(&profile("desktop"), ADA);
    world.sign_in(&profile("desktop"), BOB);
    let text = said(&world, &["logout", "-p", "desktop"]);
    assert!(text.contains(&format!("Signed out {ADA}")), "{text}");
    assert!(
        text.contains(
            "Still signed in: bob@contoso.com (tenant tid).
"
        ),
        "{text}"
    );
    let (names, default) = world.signed_in(&profile("desktop"));
    assert_eq!(
        (names, default.as_deref()),
        (vec![BOB.to_owned()], Some(BOB))
    );
    assert_eq!(world.refresh_tokens(), [account(BOB).id]);
}

#[test]
fn an_account_is_named_by_user_name_or_id() {
    let world = world();
    for name in [ADA, BOB, "cy@contoso.com"] {
        world.sign_in(&profile("desktop"), name);
    }
    said(&world, &["logout", "--account", "BOB@contoso.com"]);
    said(
        &world,
        &["logout", "--account", account("cy@contoso.com").id.as_str()],
    );
    let (names, default) = world.signed_in(&profile("desktop"));
    assert_eq!(
        (names, default.as_deref()),
        (vec![ADA.to_owned()], Some(ADA))
    );
    let text = said(&world, &["logout", "--account", "eve"]);
    assert_eq!(
        text,
        format!(
            "warning: `eve` is not signed in with profile `desktop`; these are: {ADA} (tenant tid)\n"
        )
    );
    assert_eq!(world.refresh_tokens(), [account(ADA).id]);
}

#[test]
fn a_variable_names_an_account_unless_a_flag_says_otherwise() {
    let world = world();
    for name in [ADA, BOB, "cy@contoso.com"] {
        world.sign_in(&profile("desktop"), name);
    }
    let call = |flags: &[&str]| {
        let call = world.call(&["logout"]).args(flags);
        call.env("ENTRA_AUTH_ACCOUNT", BOB).run().answer_and_words();
        world.signed_in(&profile("desktop")).0
    };
    assert_eq!(call(&["--account", "cy@contoso.com"]), [ADA, BOB]);
    assert_eq!(call(&[]), [ADA]);
    assert_eq!(call(&["--all", "-p", "desktop"]), [""; 0]);
}

#[test]
fn of_several_without_a_default_one_has_to_be_named() {
    let world = world();
    for name in [ADA, BOB, "cy@contoso.com"] {
        world.sign_in(&profile("desktop"), name);
    }
    let text = said(&world, &["logout"]);
    assert!(text.contains("None is the default"), "{text}");
    let refused = world.call(&["logout"]).run().failure(4);
    for part in [BOB, "cy@contoso.com", "--account", "--all"] {
        assert!(refused.contains(part), "{part}: {refused}");
    }
    let text = said(&world, &["logout", "--all", "-p", "desktop"]);
    assert!(
        text.contains("Forgot 2 cached tokens and 2 refresh tokens."),
        "{text}"
    );
    assert!(world.refresh_tokens().is_empty());
}

#[test]
fn what_another_profile_holds_stays() {
    let world = world();
    world.create("other", &["--auth-method", "Public"], "");
    world.sign_in(&profile("desktop"), ADA);
    world.sign_in(&profile("other"), ADA);
    let text = said(&world, &["logout", "-p", "desktop"]);
    assert!(
        text.contains("The refresh token of ada@contoso.com (tenant tid) stays: profile `other` is signed in with it."),
        "{text}"
    );
    assert_eq!(world.refresh_tokens(), [account(ADA).id]);
    assert_eq!(world.signed_in(&profile("other")).0, [ADA]);
    said(&world, &["logout", "-p", "other"]);
    assert!(world.refresh_tokens().is_empty());
}

#[test]
fn the_same_account_elsewhere_is_another_sign_in() {
    let world = world();
    let mut elsewhere = world.destination();
    elsewhere.tenant = "fabrikam.com".to_owned();
    world.sign_in(&profile("desktop"), ADA);
    world.sign_in_at(
        &elsewhere,
        &AccountOwner::Destination(elsewhere.clone()),
        ADA,
    );
    said(&world, &["logout", "-p", "desktop"]);
    assert_eq!(world.refresh_tokens().len(), 1);
    let flags = ["logout", "-p", "desktop", "--tenant-id", "fabrikam.com"];
    let text = said(&world, &flags);
    assert!(text.contains("fabrikam.com/oauth2/v2.0/logout"), "{text}");
    assert!(world.refresh_tokens().is_empty());
}

#[test]
fn without_a_profile_the_flags_of_the_sign_in_say_who() {
    let world = World::new();
    world.sign_in(&AccountOwner::Destination(world.destination()), ADA);
    let call = world.call(&["logout"]).args(world.target());
    let (_, text) = call.run().answer_and_words();
    assert!(text.contains(&format!("Signed out {ADA}")), "{text}");
    assert!(text.contains(CLIENT_ID), "{text}");
    assert!(world.refresh_tokens().is_empty());
}

/// Flags that repeat what the profile says mean the profile.
#[test]
fn flags_that_lead_nowhere_else_mean_the_profile() {
    let world = world();
    world.sign_in(&profile("desktop"), ADA);
    said(&world, &["logout", "-p", "desktop", "--tenant-id", TENANT]);
    assert!(world.signed_in(&profile("desktop")).0.is_empty());
}

#[test]
fn everybody_goes_only_if_somebody_says_so() {
    let world = world();
    world.sign_in(&profile("desktop"), ADA);
    world.sign_in(&profile("gone"), BOB);
    let asked = world.call(&["logout", "--all", "-v"]).run().failure(7);
    assert!(
        asked.contains("Sign out 2 accounts of 2 profiles?"),
        "{asked}"
    );
    assert!(asked.contains("--yes"), "{asked}");
    let mut terminal = Terminal::start(world.call(&["logout", "--all"]));
    terminal.wait_for("Sign out 2 accounts of 2 profiles?");
    terminal.type_line("n");
    assert_eq!(terminal.end().1, 130);
    assert_eq!(world.refresh_tokens().len(), 2);
    let text = said(&world, &["logout", "--all", "--yes"]);
    for name in [ADA, BOB] {
        assert!(text.contains(&format!("Signed out {name}")), "{text}");
    }
    assert!(world.refresh_tokens().is_empty());
    assert_eq!(said(&world, &["logout", "--all"]), "Nobody is signed in.\n");
}

#[test]
fn a_profile_that_was_removed_by_hand_can_still_be_signed_out_of() {
    let world = world();
    world.sign_in(&profile("gone"), ADA);
    said(&world, &["logout", "-p", "gone"]);
    assert!(world.refresh_tokens().is_empty());
    world.call(&["logout", "-p", "gone"]).run().failure(3);
}

/// A profile whose destination was moved by hand is signed out of where people signed in.
#[test]
fn a_profile_that_was_moved_forgets_where_people_signed_in() {
    let world = world();
    world.sign_in(&profile("desktop"), ADA);
    world
        .home
        .edit_profiles(|text| text.replace(TENANT, "fabrikam.com"));
    let text = said(&world, &["logout"]);
    assert!(
        text.contains(&format!("{TENANT}/oauth2/v2.0/logout")),
        "{text}"
    );
    assert!(world.refresh_tokens().is_empty());
}

#[test]
fn on_an_untouched_machine_there_is_nothing_to_do() {
    let home = Home::new();
    let (answer, said) = home.call(&["logout"]).run().answer_and_words();
    assert_eq!(
        (answer.as_str(), said.as_str()),
        ("", "Nobody is signed in.\n")
    );
    let (_, said) = home.call(&["logout", "--all"]).run().answer_and_words();
    assert_eq!(said, "Nobody is signed in.\n");
    assert!(home.files().is_empty());
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let world = world();
    world.call(&["logout", "-p", "nope"]).run().failure(3);
    for arguments in [
        &["logout", "desktop"][..],
        &["logout", "--all", "--account", "ada"],
        &["logout", "-p", "desktop", "--timeout", "soon"],
        &[
            "logout",
            "-p",
            "desktop",
            "--authority",
            "http://login.example",
        ],
    ] {
        world.call(arguments).run().failure(4);
    }
}

#[test]
fn user_names_act_on_no_terminal() {
    let world = world();
    world.sign_in(&profile("desktop"), "eve\u{1b}[2J\u{202e}\nForged line");
    let text = said(&world, &["logout"]);
    assert!(
        text.contains("eve\\u{1b}[2J\\u{202e}\\nForged line"),
        "{text}"
    );
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
}

#[test]
fn without_the_key_nothing_is_forgotten_by_halves() {
    let world = world();
    world.sign_in(&profile("desktop"), ADA);
    let key = std::fs::read_dir(world.home.data())
        .unwrap()
        .next()
        .unwrap();
    let (key, aside) = (key.unwrap().path(), world.home.at("aside"));
    std::fs::rename(&key, &aside).unwrap();
    let refused = world.call(&["logout"]).run().failure(8);
    assert!(refused.contains("Restore the key file"), "{refused}");
    std::fs::rename(&aside, &key).unwrap();
    assert_eq!(world.refresh_tokens(), [account(ADA).id]);
    assert_eq!(world.signed_in(&profile("desktop")).0, [ADA]);
}

/// The locks that a sign-in and a refresh hold.
#[test]
fn who_signs_in_or_refreshes_is_waited_for() {
    let world = world();
    world.sign_in(&profile("desktop"), ADA);
    let (place, who) = (world.destination(), account(ADA).id);
    let refresh = RefreshTokenIdentity {
        destination: &place,
        dialect: "entra ",
        account: &who,
    };
    for name in [
        LockName::sign_in(&profile("desktop")),
        LockName::refresh_token(&refresh.id()),
    ] {
        let vault = world.home.vault();
        let held = vault
            .locks()
            .acquire(&name, Duration::ZERO, 0, &mut |_| ())
            .unwrap();
        let late = world.call(&["logout", "--timeout", "0"]).run().failure(6);
        assert!(
            late.contains(&format!("({})", std::process::id())),
            "{late}"
        );
        assert_eq!(world.refresh_tokens(), [account(ADA).id]);

        let waiting = world.call(&["logout"]).start();
        waiting.wait_to_say(&format!("Waiting for process {}", std::process::id()));
        held.release().unwrap();
        waiting.finish().answer_and_words();
        assert!(world.refresh_tokens().is_empty());
        world.sign_in(&profile("desktop"), ADA);
    }
}

/// Killed in the middle, the same command ends what it began.
#[test]
fn a_sign_out_that_was_killed_is_ended_by_the_next() {
    let world = world();
    let length = {
        world.sign_in(&profile("desktop"), ADA);
        let begin = Instant::now();
        said(&world, &["logout"]);
        begin.elapsed()
    };
    for round in 0..KILLS {
        world.sign_in(&profile("desktop"), ADA);
        let begin = Instant::now();
        let running = world.call(&["logout"]).start();
        // The moment is what is tested; nothing could be waited for instead.
        std::thread::sleep((length * round / KILLS).saturating_sub(begin.elapsed()));
        running.signal(Signal::KILL);
        drop(running.finish());
        if !world.refresh_tokens().is_empty() {
            assert_eq!(
                world.signed_in(&profile("desktop")).0,
                [ADA],
                "round {round}"
            );
        }
        said(&world, &["logout"]);
        assert!(world.refresh_tokens().is_empty(), "round {round}");
        assert!(world.home.token_files().is_empty(), "round {round}");
        assert_eq!(world.signed_in(&profile("desktop")).0, [""; 0]);
    }
}

#[test]
fn fifty_at_once_sign_out_once() {
    let world = world();
    world.sign_in(&profile("desktop"), ADA);
    world.sign_in(&profile("desktop"), BOB);
    let outcomes = at_once(
        (0..50).map(|_| world.call(&["logout", "--all", "-p", "desktop"])),
        |_| (),
    );
    let signed_out = outcomes
        .into_iter()
        .map(|outcome| outcome.answer_and_words().1.matches("Signed out").count())
        .sum::<usize>();
    assert_eq!(signed_out, 2, "each account is signed out by one of them");
    assert!(world.refresh_tokens().is_empty());
}

/// The flag of a secret has no place here.
#[test]
fn a_secret_is_no_argument() {
    let world = world();
    let call = world.call(&["logout", "-p", "desktop", "--client-secret", SECRET]);
    let refused = call.run().failure(4);
    assert!(!refused.contains(SECRET), "{refused}");
}

#[test]
fn a_deleted_profile_leaves_nobody_signed_in() {
    let world = world();
    world.create("other", &["--auth-method", "Public"], "");
    world.sign_in(&profile("desktop"), ADA);
    world.sign_in(&profile("desktop"), BOB);
    world.sign_in(&profile("other"), BOB);
    let text = said(&world, &["config", "delete", "desktop", "--yes"]);
    assert!(text.contains(&format!("Signed out {ADA}")), "{text}");
    assert!(text.ends_with("Deleted profile `desktop`.\n"), "{text}");
    assert_eq!(world.refresh_tokens(), [account(BOB).id]);
    assert_eq!(world.signed_in(&profile("desktop")).0, [""; 0]);
}

#[test]
fn a_profile_is_deleted_without_the_key_too() {
    let world = world();
    world.sign_in(&profile("desktop"), ADA);
    said(&world, &["cache", "clear"]);
    world.home.lose_key();
    let text = said(&world, &["config", "delete", "desktop", "--yes"]);
    assert!(text.contains("cache clear --sign-ins"), "{text}");
    let mut accounts = std::fs::read_dir(world.home.state().join("accounts")).unwrap();
    assert!(accounts.next().is_none());
}

#[test]
fn a_profile_made_anew_inherits_nobody() {
    let world = world();
    world.sign_in(&profile("desktop"), ADA);
    let again = world.creation("desktop", &["--auth-method", "Public", "--force"]);
    let (_, text) = again.run().answer_and_words();
    assert!(text.contains(&format!("Signed out {ADA}")), "{text}");
    assert!(world.refresh_tokens().is_empty());
    world.sign_in(&profile("new"), BOB);
    let (_, text) = world
        .creation("new", &["--auth-method", "Public"])
        .run()
        .answer_and_words();
    assert!(text.contains(&format!("Signed out {BOB}")), "{text}");
}

#[test]
fn a_changed_destination_forgets_who_signed_in_and_any_other_change_nobody() {
    let world = world();
    world.sign_in(&profile("desktop"), ADA);
    let text = said(
        &world,
        &["config", "edit", "desktop", "--scope", "User.Read"],
    );
    assert_eq!(text, "Changed profile `desktop`.\n");
    assert_eq!(world.signed_in(&profile("desktop")).0, [ADA]);
    let text = said(
        &world,
        &["config", "edit", "desktop", "--tenant-id", "fabrikam.com"],
    );
    assert!(text.contains("people sign in again"), "{text}");
    assert!(world.refresh_tokens().is_empty());
}

#[test]
fn approving_another_destination_forgets_who_signed_in_before() {
    let world = world();
    world.sign_in(&profile("desktop"), ADA);
    let text = said(&world, &["config", "trust", "desktop", "--yes"]);
    assert!(!text.contains(ADA), "{text}");
    world
        .home
        .edit_profiles(|text| text.replace(TENANT, "fabrikam.com"));
    let asked = world.call(&["config", "trust", "desktop"]).run().failure(7);
    assert!(
        asked.contains("forgets who signed in at") && asked.contains(ADA),
        "{asked}"
    );
    assert_eq!(world.signed_in(&profile("desktop")).0, [ADA]);
    let text = said(&world, &["config", "trust", "desktop", "--yes"]);
    assert!(text.contains("people sign in again"), "{text}");
    assert!(world.refresh_tokens().is_empty());
}
