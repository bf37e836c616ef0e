//! A secret that is replaced, and claims that a resource demands.

use emulator::Endpoint;
use emulator::Fault;
use emulator::PlayedError;

use crate::support::SECRET;
use crate::support::World;
use crate::support::assert_is_token;

const CLAIMS: &str = r#"{"access_token":{"nbf":{"essential":true,"value":"1"}}}"#;

#[test]
fn a_wrong_new_secret_fails_and_keeps_the_cached_token() {
    let world = World::with_profile();
    let token = world.call(&["get-token"]).run().answer();
    let edit = world.call(&["config", "edit", "sp", "--client-secret-stdin"]);
    edit.input("mistyped").run().answer_and_words();
    for command in [
        &["get-token", "--force"][..],
        &["refresh"],
        &["get-token", "--no-cache"],
    ] {
        let said = world.call(command).run().failure(2);
        assert!(said.contains("AADSTS7000215"), "{said}");
    }
    assert_eq!(world.call(&["get-token"]).run().answer(), token);
    let edit = world.call(&["config", "edit", "sp", "--client-secret-stdin"]);
    edit.input(SECRET).run().answer_and_words();
    assert_ne!(world.call(&["refresh"]).run().answer(), token);
}

#[test]
fn claims_pass_the_cached_token_by_and_replace_it() {
    let world = World::with_profile();
    let old = world.call(&["get-token"]).run().answer();
    let new = world
        .call(&["get-token", "--claims", CLAIMS])
        .run()
        .answer();
    assert_is_token(&new);
    assert_ne!(new, old);
    assert_eq!(world.call(&["get-token"]).run().answer(), new);
    let requests = world.emulator.requests_to(Endpoint::Token);
    assert_eq!(requests.len(), 2);
    let sent: serde_json::Value =
        serde_json::from_str(&requests[1].field("claims").unwrap()).unwrap();
    assert_eq!(sent["access_token"]["nbf"]["value"], "1");
    assert!(requests[0].field("claims").is_none());
}

#[test]
fn claims_that_are_refused_leave_the_cached_token() {
    let world = World::with_profile();
    let token = world.call(&["get-token"]).run().answer();
    world.emulator.play(&Fault::Error(PlayedError::default()));
    world
        .call(&["get-token", "--claims", CLAIMS])
        .run()
        .failure(2);
    assert_eq!(world.call(&["get-token"]).run().answer(), token);
}

#[test]
fn a_whole_challenge_is_understood_and_what_it_says_of_others_ignored() {
    let world = World::with_profile();
    let encoded = "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxIn19fQ==";
    let challenge = format!(
        r#"WWW-Authenticate: Bearer realm="", authorization_uri="http://127.0.0.1:9/common", client_id="evil", error="insufficient_claims", claims="{encoded}""#
    );
    for claims in [challenge.as_str(), encoded] {
        assert_is_token(
            &world
                .call(&["get-token", "--claims", claims])
                .run()
                .answer(),
        );
        let requests = world.emulator.requests_to(Endpoint::Token);
        let last = requests.last().unwrap();
        assert!(last.field("claims").unwrap().contains("essential"));
        assert_eq!(last.field("client_id").unwrap(), crate::support::CLIENT_ID);
    }
}
