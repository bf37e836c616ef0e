//! Questions to a person at a terminal, and what comes of the answers.

use crate::support::CLIENT_ID;
use crate::support::Identity;
use crate::support::SECRET;
use crate::support::TENANT;
use crate::support::Terminal;
use crate::support::World;
use crate::support::assert_is_token;

#[test]
fn a_profile_can_be_made_by_answering() {
    let world = World::new();
    let call = world.call(&["config", "create", "--authority", world.emulator.base_url()]);
    let mut terminal = Terminal::start(call.args(["--tenant-id", TENANT]));
    terminal.wait_for("Profile name");
    terminal.type_line("service-principal");
    terminal.wait_for("Client id");
    terminal.type_line(CLIENT_ID);
    terminal.wait_for("Authentication method");
    terminal.type_line("ClientSecret");
    terminal.wait_for("Client secret");
    terminal.type_line(SECRET);
    terminal.wait_for("Scopes");
    terminal.type_line("");
    terminal.wait_for("Set default OAuth2 flow?");
    terminal.type_line("y");
    terminal.wait_for("Default OAuth2 flow");
    terminal.type_line("ClientCredentials");
    terminal.wait_for("Save this profile?");
    terminal.type_line("Save");
    terminal.wait_for("Get a token now?");
    terminal.type_line("y");
    let (shown, code) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains(SECRET), "the secret is echoed: {shown}");
    assert!(shown.contains("It works: an app token with"), "{shown}");
    assert!(!shown.contains("eyJ"), "the token is shown: {shown}");
    assert_is_token(&world.call(&["get-token"]).run().answer());
    let shown = world.call(&["config", "show", "-o", "json"]).run().answer();
    let profile: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(profile["defaultFlow"], "ClientCredentials");
    assert_eq!(profile["authMethod"], "ClientSecret");
}

#[test]
fn nothing_is_written_before_the_last_answer() {
    let world = World::new();
    let call = world.call(&["config", "create", "--authority", world.emulator.base_url()]);
    let call = call.args([
        "--tenant-id",
        TENANT,
        "--client-id",
        CLIENT_ID,
        "--scope",
        "graph",
    ]);
    let call = call.args([
        "--default-flow",
        "ClientCredentials",
        "--auth-method",
        "ClientSecret",
    ]);
    let mut terminal = Terminal::start(call);
    terminal.wait_for("Profile name");
    terminal.type_line("sp");
    terminal.wait_for("Client secret");
    terminal.type_line(SECRET);
    terminal.wait_for("Save this profile?");
    terminal.type_line("Cancel");
    let (shown, code) = terminal.end();
    assert_eq!(code, 130, "{shown}");
    assert!(!world.home.profiles().exists());
    assert!(!world.home.state().exists());
}

#[test]
fn one_of_several_profiles_can_be_picked() {
    let world = World::with_profile();
    world.create("arm", &["--client-secret-stdin", "--scope", "arm"], SECRET);
    let mut terminal = Terminal::start(world.call(&["get-token", "-o", "json"]));
    terminal.wait_for("Profile");
    terminal.type_line("arm");
    let (shown, code) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(
        shown.contains("https://management.azure.com/.default"),
        "{shown}"
    );
}

#[test]
fn deleting_and_trusting_ask_first() {
    let world = World::with_profile();
    for (arguments, question) in [
        (["config", "delete", "sp"], "Delete profile `sp`"),
        (["config", "trust", "sp"], "Approve this on this machine?"),
    ] {
        let mut terminal = Terminal::start(world.call(&arguments));
        terminal.wait_for(question);
        terminal.type_line("n");
        assert_eq!(terminal.end().1, 130);
    }
    assert_is_token(&world.call(&["get-token"]).run().answer());
    let mut terminal = Terminal::start(world.call(&["config", "delete", "sp"]));
    terminal.wait_for("Delete profile `sp`");
    terminal.type_line("y");
    assert_eq!(terminal.end().1, 0);
    world.call(&["get-token", "-p", "sp"]).run().failure(3);
    assert!(world.home.token_files().is_empty());
    let secrets = std::fs::read_dir(world.home.state().join("secrets")).unwrap();
    assert_eq!(secrets.count(), 0);
}

#[test]
fn what_no_flag_says_is_asked_for_or_missed() {
    let world = World::new();
    let named = ["config", "create", "--name", "sp", "--client-id", CLIENT_ID];
    let create = || {
        let call = world.call(&named).args(["--tenant-id", TENANT]);
        call.args(["--authority", world.emulator.base_url()])
    };
    let said = create().run().failure(7);
    assert!(said.contains("--auth-method Public"), "{said}");
    assert!(!world.home.profiles().exists());

    let mut terminal = Terminal::start(create());
    terminal.wait_for("Authentication method");
    terminal.type_line("ClientSecret");
    terminal.wait_for("Client secret");
    terminal.type_line(SECRET);
    let (shown, code) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert_is_token(&world.call(&["get-token"]).run().answer());
}

#[test]
fn a_secret_is_replaced_by_asking_on_a_terminal() {
    let world = World::new();
    world.create("sp", &["--client-secret-stdin"], "wrong-secret");
    world.call(&["get-token"]).run().failure(2);
    let mut terminal =
        Terminal::start(world.call(&["config", "edit", "sp", "--client-secret-stdin"]));
    terminal.wait_for("Client secret");
    terminal.type_line(SECRET);
    let (shown, code) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains(SECRET), "{shown}");
    assert_is_token(&world.call(&["get-token"]).run().answer());
}

#[test]
fn a_password_makes_a_certificate_one_with_a_password() {
    let world = World::new();
    let pfx = Identity::shared().pfx_in(&world.home);
    let creation = world.creation("sp", &["--certificate-path", pfx.to_str().unwrap()]);
    creation.run().answer_and_words();
    let edit = world.call(&["config", "edit", "sp", "--certificate-password-stdin"]);
    edit.input(Identity::PASSWORD).run().answer_and_words();
    let shown = world.call(&["config", "show", "-o", "json"]).run().answer();
    assert!(shown.contains("\"authMethod\": \"Certificate\""), "{shown}");
}

#[test]
fn a_value_in_place_of_a_variables_name_is_kept_nowhere() {
    let world = World::new();
    let said = world
        .creation("sp", &["--client-secret-env", SECRET])
        .run()
        .failure(4);
    assert!(!said.contains(SECRET), "{said}");
    assert!(!world.home.profiles().exists());
}

#[test]
fn an_address_of_this_machine_may_be_of_either_kind_and_a_tenant_tells() {
    for (tenant, authority_has_tenant) in [(TENANT, true), ("", false)] {
        let world = World::new();
        let call = world.call(&["config", "create", "--authority", world.emulator.base_url()]);
        let call = call.args(["--name", "sp", "--auth-method", "ClientSecret"]);
        let mut terminal = Terminal::start(call.args(["--scope", "graph"]));
        terminal.wait_for("Tenant");
        terminal.wait_for("empty for an OpenID provider");
        terminal.type_line(tenant);
        terminal.wait_for("Client id");
        terminal.type_line(CLIENT_ID);
        terminal.wait_for("Client secret");
        terminal.type_line(SECRET);
        terminal.wait_for("Set default OAuth2 flow?");
        terminal.type_line("n");
        terminal.wait_for("Save this profile?");
        terminal.type_line("Save");
        terminal.wait_for("Get a token now?");
        terminal.type_line("n");
        let (shown, code) = terminal.end();
        assert_eq!(code, 0, "{shown}");
        let shown = world.call(&["config", "show", "-o", "json"]).run().answer();
        let profile: serde_json::Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(profile["tenantId"].is_string(), authority_has_tenant);
    }
}
