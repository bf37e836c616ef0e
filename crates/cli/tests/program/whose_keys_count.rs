//! `inspect --verify`: whose keys count, and whose never do.

use emulator::Endpoint;
use emulator::Fault;
use serde_json::Value;
use serde_json::json;

use crate::support::CLIENT_ID;
use crate::support::Call;
use crate::support::Identity;
use crate::support::Outcome;
use crate::support::Proxy;
use crate::support::SECRET;
use crate::support::TENANT;
use crate::support::TlsFront;
use crate::support::World;

const STRANGER: &str = "99999999-9999-4999-8999-999999999999";

/// A token for Azure Resource Manager, which no `nonce` keeps from being verified.
fn world_and_token() -> (World, String) {
    let world = World::with_profile();
    let call = world.call(&["get-token", "-p", "sp", "-s", "arm"]);
    let token = call.run().answer();
    (world, token)
}

fn verification(outcome: &Outcome) -> Value {
    let document: Value = serde_json::from_str(outcome.stdout()).unwrap();
    document["verification"].clone()
}

/// Makes the emulator's domain stand for the directory that the issuer names.
fn domain_of(world: &World, issuer: &str) {
    let issuer = format!("{}/{issuer}/v2.0", world.emulator.base_url());
    let fault = Fault::Field("issuer".to_owned(), json!(issuer));
    world
        .emulator
        .play_at(Endpoint::OpenIdConfiguration, 1, &fault);
}

#[test]
fn a_domain_lets_in_its_own_directory_alone() {
    let (world, token) = world_and_token();
    let authority = world.emulator.authority(TENANT);
    let verify = || {
        let call = world.call(&["inspect", "--verify", "--refresh-keys", "-o", "json"]);
        let call = call.args(["--authority", &authority]);
        call.input(&*token).run()
    };
    assert_eq!(verification(&verify())["genuine"], true);
    domain_of(&world, STRANGER);
    let refused = verify();
    assert_eq!(refused.code(), Some(1));
    let verification = verification(&refused);
    let [refusal] = verification["refused"].as_array().unwrap().as_slice() else {
        panic!("{verification}");
    };
    assert_eq!(refusal["code"], "issuer_wrong");
    domain_of(&world, "{tenantid}");
    let document = verify().failure_document(4);
    assert_eq!(document["code"], "not_verifiable");
    let message = document["message"].as_str().unwrap();
    assert!(message.contains("which directory the domain"), "{message}");
}

#[test]
fn a_token_that_alone_names_its_tenant_may_be_of_any_tenant() {
    let world = World::new();
    // Microsoft's own host, as far as the program can tell.
    let front = TlsFront::under("login.microsoftonline.com", world.emulator.port());
    let proxy = Proxy::to(front.port(), None);
    let through = |call: Call| {
        let call = call.env("HTTPS_PROXY", proxy.url());
        call.arg("--ca-file").arg(front.ca_file())
    };
    let call = world.call(&["get-token", "-s", "arm", "--client-id", CLIENT_ID]);
    let call = call.args(["--tenant", emulator::DEFAULT_TENANT_ID]);
    let token = through(call).env("ENTRA_AUTH_CLIENT_SECRET", SECRET);
    let token = token.run().answer();
    let verify = |flags: &[&str]| {
        let call = world.call(&["inspect", "--verify", "-o", "json"]);
        let outcome = through(call.args(flags)).input(&*token).run();
        (outcome.code(), verification(&outcome))
    };
    let (code, verification) = verify(&[]);
    assert_eq!(code, Some(0), "{verification}");
    assert_eq!(verification["not_checked"], json!(["aud", "tenant"]));
    let (code, verification) = verify(&["--tenant-id", emulator::DEFAULT_TENANT_ID]);
    assert_eq!(code, Some(0), "{verification}");
    assert_eq!(verification["not_checked"], json!(["aud"]));
}

#[test]
fn a_profile_that_nobody_approved_names_no_keys() {
    let (world, _) = world_and_token();
    world.call(&["config", "copy", "sp", "theirs"]).run();
    let verify = |flags: &[&str]| {
        let call = world.call(&["inspect", "-p", "theirs", "-s", "arm", "--verify"]);
        call.args(["-o", "json"]).args(flags).run()
    };
    let document = verify(&[]).failure_document(4);
    assert_eq!(document["code"], "not_approved", "{document}");
    assert!(
        document.to_string().contains("config trust theirs"),
        "{document}"
    );
    assert_eq!(world.emulator.requests_to(Endpoint::Keys).len(), 0);

    let authority = world.emulator.authority(TENANT);
    let named = verify(&["--authority", &authority]);
    assert_eq!(verification(&named)["genuine"], true);
    world
        .call(&["config", "trust", "theirs", "--yes"])
        .run()
        .answer_and_words();
    assert_eq!(verification(&verify(&[]))["genuine"], true);
}

#[test]
fn a_ca_file_that_nobody_approved_vouches_for_nobody() {
    let (world, _) = world_and_token();
    let ca_file = Identity::shared().pem_in(&world.home);
    world.home.edit_profiles(|text| {
        let field = format!(r#""name": "sp", "caFile": {:?}"#, ca_file.to_str().unwrap());
        text.replacen(r#""name": "sp""#, &field, 1)
    });
    let authority = world.emulator.authority(TENANT);
    let verify = |flags: &[&str]| {
        let call = world.call(&["inspect", "-p", "sp", "-s", "arm", "--verify"]);
        call.args(["-o", "json"]).args(flags).run()
    };
    for flags in [&[][..], &["--authority", &authority]] {
        let document = verify(flags).failure_document(4);
        assert_eq!(document["code"], "not_approved", "{document}");
    }
    let ca_file = ca_file.to_str().unwrap();
    let named = verify(&["--authority", &authority, "--ca-file", ca_file]);
    assert_eq!(verification(&named)["genuine"], true);
}
