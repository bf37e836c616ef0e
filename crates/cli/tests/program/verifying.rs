//! `inspect --verify`: whose keys count, and what the exit code says.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use emulator::App;
use emulator::Emulator;
use emulator::Endpoint;
use emulator::Resource;
use emulator::TokenVersion;
use serde_json::Value;
use serde_json::json;

use crate::support::CLIENT_ID;
use crate::support::Home;
use crate::support::SECRET;
use crate::support::TENANT;
use crate::support::World;
use crate::support::now;

/// A token for Azure Resource Manager, which no `nonce` keeps from being verified.
fn world_and_token() -> (World, String) {
    let world = World::with_profile();
    let token = world
        .call(&["get-token", "-p", "sp", "-s", "arm"])
        .run()
        .answer();
    (world, token)
}

#[test]
fn a_cached_token_is_verified_with_its_authoritys_keys() {
    let (world, token) = world_and_token();
    let verified = |flags: &[&str]| {
        let call = world.call(&["inspect", "-p", "sp", "-s", "arm", "--verify", "-o", "json"]);
        let outcome = call.args(flags).run();
        let document: Value = serde_json::from_str(outcome.stdout()).unwrap();
        (outcome.code(), document["verification"].clone())
    };
    let (code, verification) = verified(&[]);
    assert_eq!(
        (code, &verification["genuine"]),
        (Some(0), &json!(true)),
        "{verification}"
    );
    assert_eq!(verification["not_checked"], json!(["aud"]));
    let payload = token.split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    let audience = claims["aud"].as_str().unwrap();
    let tenant = format!("tid={}", claims["tid"].as_str().unwrap());
    let (code, verification) = verified(&["--audience", audience, "--require", &tenant]);
    assert_eq!((code, &verification["not_checked"]), (Some(0), &json!([])));
    for (flags, refusal) in [
        (["--audience", "api://other"], "audience_wrong"),
        (["--require", "tid=other"], "claim_wrong"),
        (["--issuer", "https://issuer.example"], "issuer_wrong"),
    ] {
        let (code, verification) = verified(&flags);
        assert_eq!(code, Some(1), "{flags:?}");
        let codes: Vec<&Value> = verification["refused"]
            .as_array()
            .unwrap()
            .iter()
            .map(|refused| &refused["code"])
            .collect();
        assert!(codes.contains(&&json!(refusal)), "{flags:?}: {codes:?}");
    }
}

#[test]
fn where_any_tenant_passes_it_is_said() {
    let (world, token) = world_and_token();
    for (tenant, not_checked) in [
        ("common", json!(["aud", "tenant"])),
        ("organizations", json!(["aud", "tenant"])),
        (TENANT, json!(["aud"])),
    ] {
        let authority = world.emulator.authority(tenant);
        let verify = |output: &str| {
            let call = world.call(&["inspect", "--verify", "--authority", &authority]);
            call.args(["-o", output]).input(&*token).run().answer()
        };
        let document: Value = serde_json::from_str(&verify("json")).unwrap();
        assert_eq!(
            document["verification"]["not_checked"], not_checked,
            "{tenant}"
        );
        let said = verify("pretty").contains("A token of any tenant passes");
        assert_eq!(said, tenant != TENANT, "{tenant}");
    }
}

#[test]
fn a_token_for_graph_is_declared_unverifiable() {
    let world = World::with_profile();
    world.call(&["get-token", "-p", "sp"]).run().answer();
    let call = world.call(&["inspect", "-p", "sp", "--verify", "-o", "json"]);
    let document = call.run().failure_document(4);
    assert_eq!(document["code"], "not_verifiable");
    assert!(document["message"].as_str().unwrap().contains("nonce"));
}

#[test]
fn where_no_key_could_change_the_answer_nobody_is_asked() {
    let home = Home::new();
    let encoded = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let token = |header: Value| format!("{}.{}.c2ln", encoded(header), encoded(json!({"exp": 1})));
    let verified = |token: &str| {
        let authority = format!("http://127.0.0.1:9/{TENANT}");
        let flags = [
            "inspect",
            "--verify",
            "--authority",
            &authority,
            "-o",
            "json",
        ];
        home.call(&flags).input(token).run()
    };
    let of_graph = token(json!({"alg": "RS256", "kid": "k", "nonce": "n"}));
    for undecided in [
        of_graph.as_str(),
        "opaque",
        "eyJlbmMiOiJBMjU2R0NNIn0.a.b.c.d",
    ] {
        let document = verified(undecided).failure_document(4);
        assert_eq!(document["code"], "not_verifiable", "{undecided}");
    }
    for (refused, code) in [
        (
            token(json!({"alg": "none"})).replace(".c2ln", "."),
            "unsecured",
        ),
        (
            token(json!({"alg": "RS256"})).replace(".c2ln", ""),
            "damaged",
        ),
    ] {
        let outcome = verified(&refused);
        let document: Value = serde_json::from_str(outcome.stdout()).unwrap();
        let verification = &document["verification"];
        assert_eq!(outcome.code(), Some(1), "{document}");
        assert_eq!(verification["refused"][0]["code"], code, "{document}");
        assert_eq!(verification["authority"], Value::Null);
    }
}

#[test]
fn keys_of_a_file_need_no_network_and_a_forgery_is_told() {
    let (world, token) = world_and_token();
    let keys = world.emulator.jwks_json().unwrap();
    let keys = world.home.put("keys.json", keys);
    let keys = keys.to_str().unwrap();
    let verify = |token: &str| {
        let call = world.home.call(&["inspect", "--verify", "--keys", keys]);
        call.input(token).run()
    };
    let shown = verify(&token).answer();
    assert!(
        shown.contains("\nGenuine: signed with a key of the file."),
        "{shown}"
    );
    assert!(shown.contains("Not looked at: iss."), "{shown}");
    let (message, signature) = token.trim().rsplit_once('.').unwrap();
    let (header, _) = message.split_once('.').unwrap();
    let claims = URL_SAFE_NO_PAD.encode(json!({"exp": now() + 60, "iss": "x"}).to_string());
    let forged = format!("{header}.{claims}.{signature}");
    let refused = verify(&forged);
    assert_eq!(refused.code(), Some(1));
    assert!(
        refused
            .stdout()
            .contains("its signature is not the issuer's")
    );
}

#[test]
fn what_cannot_be_told_says_why_and_a_tokens_own_host_is_never_asked() {
    let home = Home::new();
    let token = |header: Value, claims: Value| {
        let encoded = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.c2ln", encoded(header), encoded(claims))
    };
    let own_host = token(
        json!({"alg": "RS256", "kid": "k", "jku": "http://127.0.0.1:9/keys"}),
        json!({"iss": "http://127.0.0.1:9", "exp": now() + 60}),
    );
    let call = home.call(&["inspect", "--verify", "-o", "json"]);
    let document = call.input(&*own_host).run().failure_document(4);
    assert_eq!(document["code"], "keys_not_named");

    let keys = home.put(
        "keys.json",
        json!({"keys": [
            {"kty": "RSA", "kid": "k", "n": "AQAB", "e": "AQAB"},
        ]})
        .to_string(),
    );
    let keys = keys.to_str().unwrap();
    for (input, code) in [
        (
            token(json!({"alg": "RS256", "kid": "k", "nonce": "n"}), json!({})),
            "not_verifiable",
        ),
        ("opaque".to_owned(), "not_verifiable"),
    ] {
        let call = home.call(&["inspect", "--verify", "--keys", keys, "-o", "json"]);
        assert_eq!(call.input(input).run().failure_document(4)["code"], code);
    }
    let nothing = home.put("nothing.json", "{}");
    let nothing = nothing.to_str().unwrap();
    let call = home.call(&["inspect", "--verify", "--keys", nothing, "-o", "json"]);
    assert_eq!(
        call.input("a.b.c").run().failure_document(4)["code"],
        "keys_unusable"
    );
    let endless = ["inspect", "--verify", "--keys", "/dev/zero", "-o", "json"];
    let document = home.call(&endless).input("a.b.c").run();
    let document = document.failure_document(4);
    assert_eq!(document["code"], "keys_unusable");
    assert!(document.to_string().contains("longer than"), "{document}");
    let call = home.call(&["inspect", "--verify", "-o", "json", "--timeout", "5s"]);
    let call = call.args(["--authority", "http://127.0.0.1:9/contoso.com"]);
    let document = call.input(&*own_host).run().failure_document(5);
    assert_eq!(document["code"], "connection_failed");
}

#[test]
fn keys_can_be_asked_for_again_at_once() {
    let (world, token) = world_and_token();
    let authority = world.emulator.authority(emulator::DEFAULT_TENANT_ID);
    let verify = |flags: &[&str]| {
        let call = world.call(&["inspect", "--verify", "--authority", &authority]);
        call.args(flags).input(&*token).run().answer();
        world.emulator.requests_to(Endpoint::Keys).len()
    };
    assert_eq!(verify(&[]), 1);
    assert_eq!(verify(&["--refresh-keys"]), 2);
    assert_eq!(verify(&[]), 2);
    let keys = world.home.put("keys.json", "");
    let call = world.call(&["inspect", "--verify", "--refresh-keys", "--keys"]);
    call.arg(keys).input(&*token).run().failure(4);
}

#[test]
fn keys_are_asked_for_once_and_none_that_was_put_among_the_kept_counts() {
    let (world, token) = world_and_token();
    let verify = |token: &str| {
        let authority = world.emulator.authority(TENANT);
        let call = world.call(&["inspect", "--verify", "--authority", &authority]);
        (
            call.input(token).run().code(),
            world.emulator.requests_to(Endpoint::Keys).len(),
        )
    };
    assert_eq!(verify(&token), (Some(0), 1));
    assert_eq!(verify(&token), (Some(0), 1));
    let looked_up = world.emulator.requests_to(Endpoint::OpenIdConfiguration);
    assert_eq!(looked_up.len(), 1, "which directory the domain stands for");
    let (message, signature) = token.trim().rsplit_once('.').unwrap();
    let (_, claims) = message.split_once('.').unwrap();
    let header = URL_SAFE_NO_PAD.encode(json!({"alg": "RS256", "kid": "forged"}).to_string());
    let forged = format!("{header}.{claims}.{signature}");
    assert_eq!(verify(&forged), (Some(1), 1), "asked for a forger again");

    let kept = world.home.state().join("signing-keys");
    let [file] = std::fs::read_dir(kept)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect::<Vec<_>>()
        .try_into()
        .unwrap();
    let mut sealed = std::fs::read(&file).unwrap();
    *sealed.last_mut().unwrap() ^= 1;
    std::fs::write(&file, sealed).unwrap();
    assert_eq!(verify(&token), (Some(0), 2));
    assert_eq!(verify(&token), (Some(0), 2));
}

/// An API of one's own.
const ORDERS_ID: &str = "33334444-dddd-4555-8eee-6666ffff7777";
const ORDERS: [&str; 4] = ["-p", "sp", "-s", "api://orders/.default"];

/// A world in which the profile `sp` has a token for that API, with these roles.
fn with_token_for_orders(roles: &[&str], version: TokenVersion) -> World {
    let app = App::confidential(CLIENT_ID).secret(SECRET);
    let orders = Resource::new(ORDERS_ID, "api://orders").token_version(version);
    let emulator = Emulator::builder()
        .app(app.roles("api://orders", roles.iter().copied()))
        .resource(orders)
        .start()
        .unwrap();
    let world = World::with_profile_at(emulator);
    world.call(&["get-token"]).args(ORDERS).run().answer();
    world
}

#[test]
fn an_audience_is_compared_in_whichever_form_the_api_has_it() {
    for (version, audience, other) in [
        (TokenVersion::V1, "api://orders", ORDERS_ID),
        (TokenVersion::V2, ORDERS_ID, "api://orders"),
    ] {
        let world = with_token_for_orders(&[], version);
        let verify = |audiences: &[&str]| {
            let call = world.call(&["inspect", "--verify"]).args(ORDERS);
            let flags = audiences.iter().flat_map(|named| ["--audience", named]);
            call.args(flags).run().code()
        };
        assert_eq!(verify(&[audience]), Some(0), "{audience}");
        assert_eq!(verify(&[other]), Some(1), "{other}");
        assert_eq!(verify(&[other, audience]), Some(0), "one of several");
        let cut = audience.strip_suffix('s').unwrap_or(&audience[1..]);
        assert_eq!(verify(&[cut]), Some(1), "{cut}");
    }
}

#[test]
fn what_is_required_may_stand_in_a_list_and_hold_an_equals_sign() {
    let world = with_token_for_orders(&["Orders.Read", "region=eu="], TokenVersion::V1);
    let verify = |required: &[&str]| {
        let call = world.call(&["inspect", "--verify"]).args(ORDERS);
        let flags = required.iter().flat_map(|named| ["--require", named]);
        call.args(flags).run()
    };
    for (required, code) in [
        (&["roles=Orders.Read"][..], 0),
        (&["roles=region=eu="], 0),
        (&["roles=Orders.Read", "roles=region=eu="], 0),
        (&["roles=Orders.Read", "roles=Orders.Write"], 1),
        (&["roles=region"], 1),
        (&["roles=Orders.Read region=eu="], 1),
        (&["roles="], 1),
        (&["scp=Orders.Read"], 1),
    ] {
        assert_eq!(verify(required).code(), Some(code), "{required:?}");
    }
    for malformed in ["roles", "", "=Orders.Read"] {
        let said = verify(&[malformed]).failure(4);
        assert!(said.contains("CLAIM=VALUE"), "{said}");
    }
}

#[test]
fn of_scopes_each_may_be_required() {
    let tokens = concat!(env!("CARGO_MANIFEST_DIR"), "/../protocol/tests/data/tokens");
    let corpus = std::fs::read(format!("{tokens}/corpus.json")).unwrap();
    let corpus: Value = serde_json::from_slice(&corpus).unwrap();
    let people = corpus["people"].as_array().unwrap();
    let user = people.iter().find(|row| row["name"] == "v2 user").unwrap();
    let home = Home::new();
    let keys = format!("{tokens}/keys.json");
    for (required, code) in [
        ("scp=Mail.Read", 0),
        ("scp=Files.Read", 0),
        ("scp=Mail", 1),
        ("scp=Files.Read Mail.Read", 1),
    ] {
        let call = home.call(&[
            "inspect",
            "--verify",
            "--keys",
            &keys,
            "--require",
            required,
        ]);
        let outcome = call.input(user["token"].as_str().unwrap()).run();
        assert_eq!(outcome.code(), Some(code), "{required}");
    }
}
