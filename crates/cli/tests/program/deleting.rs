//! `config delete`: several at once, asked once, with everything that is theirs.

use crate::support::SECRET;
use crate::support::Terminal;
use crate::support::World;
use crate::support::signed_in::profile;

#[test]
fn several_go_after_one_question_that_names_what_goes() {
    let world = World::with_profile();
    world.create("desktop", &["--auth-method", "Public"], "");
    world.create("stays", &["--client-secret-stdin"], SECRET);
    world.sign_in(&profile("desktop"), "ada@contoso.com");
    let arguments = ["config", "delete", "sp", "desktop", "SP"];
    let said = world.call(&arguments).run().failure(7);
    assert!(
        said.contains(
            "Delete 2 profiles: `sp` with client secret and its cached tokens; `desktop` with \
             1 sign-in and its cached tokens?"
        ),
        "{said}"
    );
    assert!(said.contains("--yes"), "{said}");
    let call = world.call(&arguments).arg("--yes");
    let (answer, said) = call.run().answer_and_words();
    assert_eq!(answer, "");
    assert!(said.contains("Deleted profile `sp`.\n"), "{said}");
    assert!(said.ends_with("Deleted profile `desktop`.\n"), "{said}");
    let left = world.call(&["config", "list", "-q"]).run().answer();
    assert_eq!(left, "stays\n");
    assert!(world.refresh_tokens().is_empty());
}

#[test]
fn a_misspelt_name_deletes_nothing() {
    let world = World::with_profile();
    let before = world.home.contents();
    let call = world.call(&["config", "delete", "sp", "nobody", "--yes"]);
    call.run().failure(3);
    assert_eq!(world.home.contents(), before);
}

#[test]
fn no_is_an_answer() {
    let world = World::with_profile();
    let mut terminal = Terminal::start(world.call(&["config", "delete", "sp"]));
    terminal.wait_for("Delete profile `sp` with client secret and its cached tokens?");
    terminal.type_line("n");
    assert_eq!(terminal.end().1, 130);
    world.call(&["get-token", "-p", "sp"]).run().answer();
}

#[test]
fn a_broken_profile_goes_by_its_exact_name_with_its_secret() {
    let world = World::with_profile();
    world
        .home
        .edit_profiles(|text| text.replace("\"ClientSecret\"", "\"Nonsense\""));
    let said = world.call(&["config", "show", "sp"]).run().failure(4);
    assert!(said.contains("config delete sp"), "{said}");
    let call = world.call(&["config", "delete", "sp", "--yes"]);
    call.run().answer_and_words();
    assert_eq!(world.call(&["config", "list", "-q"]).run().answer(), "");
    assert_eq!(
        std::fs::read_dir(world.home.state().join("secrets"))
            .unwrap()
            .count(),
        0
    );
}

#[test]
fn a_first_sign_in_under_way_is_waited_for_and_leaves_nobody() {
    let world = World::new();
    world.create("desktop", &["--auth-method", "Public"], "");
    let owner = profile("desktop");
    let vault = world.home.vault();
    let lock = vault.locks().acquire(
        &vault::LockName::sign_in(&owner),
        std::time::Duration::from_secs(5),
        0,
        &mut |_| (),
    );
    let running = world
        .call(&["config", "delete", "desktop", "--yes"])
        .start();
    running.wait_to_say("Waiting for process");
    world.sign_in(&owner, "ada@contoso.com");
    lock.unwrap().release().unwrap();
    running.finish().answer_and_words();
    assert_eq!(world.signed_in(&owner).0, [""; 0]);
    assert!(world.refresh_tokens().is_empty());
}
