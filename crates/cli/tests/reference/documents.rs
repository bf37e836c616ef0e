//! The JSON that is printed, against the schemas and docs/reference/json.md.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::page::Page;
use crate::support::World;
use crate::support::signed_in::profile;

/// A schema of docs/schema.
pub(crate) fn schema(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs/schema")
        .join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The keywords that these schemas use of JSON Schema, and no others.
fn check(value: &Value, schema: &Value, place: &str) {
    for (keyword, wanted) in schema.as_object().unwrap() {
        match keyword.as_str() {
            "type" => {
                let types = match wanted {
                    Value::Array(types) => types.clone(),
                    one => vec![one.clone()],
                };
                let fits = types
                    .iter()
                    .any(|name| is_of_type(value, name.as_str().unwrap()));
                assert!(fits, "{place} is {value}, not {wanted}");
            }
            "const" => assert_eq!(value, wanted, "{place}"),
            "enum" => assert!(
                wanted.as_array().unwrap().contains(value),
                "{place}: {value}"
            ),
            "minimum" => assert!(value.as_i64() >= wanted.as_i64(), "{place}: {value}"),
            "required" => {
                for name in wanted.as_array().unwrap() {
                    let name = name.as_str().unwrap();
                    assert!(value.get(name).is_some(), "{place}: {name} is missing");
                }
            }
            "properties" => {
                for (name, inner) in value.as_object().unwrap() {
                    let described = wanted.get(name);
                    let described = described.unwrap_or_else(|| panic!("{place}: what is {name}?"));
                    check(inner, described, &format!("{place}.{name}"));
                }
            }
            "items" => {
                for inner in value.as_array().unwrap() {
                    check(inner, wanted, place);
                }
            }
            // The forms of texts are checked where the texts are made.
            "pattern" | "format" | "description" | "title" | "$schema" => {}
            other => panic!("{place}: the keyword {other} is not understood here"),
        }
    }
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "string" => value.is_string(),
        "integer" => value.is_i64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("there is no type {other}"),
    }
}

fn fields(value: &Value) -> BTreeSet<String> {
    value.as_object().unwrap().keys().cloned().collect()
}

fn described(section: &str) -> BTreeSet<String> {
    let page = Page::read("reference/json.md");
    page.section(section).names().into_iter().collect()
}

fn assert_is_described(document: &Value, schema_file: &str, section: &str) {
    let schema = schema(schema_file);
    check(document, &schema, section);
    assert_eq!(
        described(section),
        fields(&schema["properties"]),
        "{schema_file}"
    );
}

#[test]
fn a_token_is_as_its_schema_says() {
    let world = World::with_profile();
    let token = world.call(&["get-token", "-o", "json"]).run().answer();
    let token: Value = serde_json::from_str(&token).unwrap();
    assert_is_described(&token, "token.schema.json", "Token");
    let yaml = world.call(&["get-token", "-o", "yaml"]).run().answer();
    let yaml: Value = serde_saphyr::from_str(&yaml).unwrap();
    assert_eq!(fields(&yaml), fields(&token));

    let mut every_field = described("Token");
    assert!(
        every_field.remove("refresh_token"),
        "it is described, though an app has none"
    );
    assert_eq!(fields(&token), every_field);
}

#[test]
fn applications_are_as_their_schema_says() {
    let world = World::of_applications(20);
    let found = Value::Array(world.discovered(&[]));
    let schema = schema("applications.schema.json");
    check(&found, &schema, "Applications");
    let one = &schema["items"]["properties"];
    assert_eq!(described("Applications"), fields(one));
    assert_eq!(fields(&found[0]), fields(one));
    let with_secret = found.as_array().unwrap().iter();
    assert!(with_secret.clone().any(|it| it["secrets"][0].is_object()));
}

#[test]
fn an_error_is_as_its_schema_says() {
    let world = World::with_profile();
    let wrong = world
        .call(&["get-token", "-o", "json", "--client-secret-stdin"])
        .input("wrong");
    let refusal = wrong.run().failure_document(2);
    assert_eq!(refusal["aadsts"], 7_000_215);
    let unknown = world.call(&["get-token", "-p", "nobody", "-o", "json"]);
    let unknown = unknown.run().failure_document(3);
    let unparsable = world.call(&["get-token", "--no-such-flag", "-o", "json"]);
    let unparsable = unparsable.run().failure_document(4);
    for document in [refusal, unknown, unparsable] {
        assert_is_described(&document, "error.schema.json", "Error");
        assert_eq!(fields(&document), described("Error"));
    }
}

#[test]
fn warnings_and_notes_are_as_described() {
    let world = World::with_profile();
    let flags = [
        "get-token",
        "-o",
        "json",
        "--min-ttl",
        "0",
        "--warn-expiry",
        "1000",
    ];
    world.call(&flags).run().answer_and_words();
    let (_, said) = world.call(&flags).run().answer_and_words();
    let warning: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(warning["level"], "warning");
    assert_eq!(fields(&warning), described("Warnings and notes"));
}

#[test]
fn what_is_cached_is_as_its_schema_says() {
    let world = World::with_profile();
    world.call(&["get-token"]).run().answer();
    world.sign_in(&profile("sp"), "ada@contoso.com");
    let cache = world.call(&["cache", "list", "-o", "json"]).run().answer();
    let cache: Value = serde_json::from_str(&cache).unwrap();
    assert_is_described(&cache, "cache.schema.json", "Cache");
    assert_eq!(fields(&cache), described("Cache"));
    let properties = &schema("cache.schema.json")["properties"];
    for (field, section) in [("tokens", "Cached token"), ("sign_ins", "Sign-in")] {
        let of_schema = fields(&properties[field]["items"]["properties"]);
        assert_eq!(described(section), of_schema);
        for item in cache[field].as_array().unwrap() {
            assert_eq!(fields(item), of_schema);
        }
        assert!(!cache[field].as_array().unwrap().is_empty(), "{field}");
    }
}

#[test]
fn an_explanation_is_as_its_schema_says() {
    let world = World::with_profile();
    let explained = |text: &str| -> Value {
        let call = world.call(&["explain", "-p", "sp", "-o", "json", text]);
        serde_json::from_str(&call.run().answer()).unwrap()
    };
    let finding = &schema("explanation.schema.json")["properties"]["findings"]["items"];
    assert_eq!(described("Finding"), fields(&finding["properties"]));
    for text in [
        "AADSTS65001: no. AADSTS999999: what",
        "not_approved",
        "{\"error\":\"invalid_token\",\"claims\":{\"access_token\":{}}}",
        "Redirect URI mismatch",
    ] {
        let explanation = explained(text);
        assert_is_described(&explanation, "explanation.schema.json", "Explanation");
        assert!(
            !explanation["findings"].as_array().unwrap().is_empty(),
            "{text}"
        );
    }
    let list = world.call(&["explain", "--list", "-o", "json"]);
    let list: Value = serde_json::from_str(&list.run().answer()).unwrap();
    assert_is_described(&list, "explanations.schema.json", "Explanations");
}

#[test]
fn what_the_doctor_finds_is_as_its_schema_says() {
    let world = World::with_profile();
    let report = world.call(&["doctor", "-o", "json"]).run().answer();
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_is_described(&report, "doctor.schema.json", "Doctor");
    assert_eq!(fields(&report), described("Doctor"));
    let of_schema =
        fields(&schema("doctor.schema.json")["properties"]["findings"]["items"]["properties"]);
    assert_eq!(described("Doctor finding"), of_schema);
    let findings = report["findings"].as_array().unwrap();
    assert!(findings.len() > 20, "{report}");
    let page = Page::read("reference/commands.md");
    let text = &page.section("doctor").text;
    for finding in findings {
        assert_eq!(fields(finding), of_schema);
        let id = finding["id"].as_str().unwrap();
        assert!(text.contains(&format!("`{id}`")), "{id} is not described");
    }
    let yaml = world.call(&["doctor", "-o", "yaml"]).run().answer();
    let yaml: Value = serde_saphyr::from_str(&yaml).unwrap();
    assert_eq!(fields(&yaml), fields(&report));
}

#[test]
fn what_a_token_says_is_as_its_schema_says() {
    let world = World::with_profile();
    world.call(&["get-token"]).run().answer();
    for (command, schema_file, section) in [
        ("inspect", "inspection.schema.json", "Inspection"),
        ("check", "check.schema.json", "Check"),
    ] {
        for arguments in [
            &[command, "-p", "sp", "-o", "json"][..],
            &[command, "-o", "json"],
        ] {
            // A token that says nothing but its end leaves the other fields empty.
            let call = world
                .call(arguments)
                .input("e30.eyJleHAiOjk5OTk5OTk5OTl9.c2ln");
            let document: Value = serde_json::from_str(&call.run().answer()).unwrap();
            assert_is_described(&document, schema_file, section);
            let mut every_field = described(section);
            assert_eq!(every_field.remove("verification"), command == "inspect");
            assert_eq!(fields(&document), every_field);
        }
    }
}

#[test]
fn how_tokens_differ_is_as_its_schema_says() {
    let world = World::new();
    let this = "e30.eyJleHAiOjk5OTk5OTk5OTl9.c2ln";
    let call = world.call(&["inspect", "-", "--diff", "e30.e30.c2ln", "-o", "json"]);
    let outcome = call.input(this).run();
    let document: Value = serde_json::from_str(outcome.stdout()).unwrap();
    assert_eq!(document["claims"][0]["name"], "exp");
    assert_is_described(&document, "comparison.schema.json", "Comparison");
}

#[test]
fn the_places_are_as_described() {
    let world = World::new();
    let places = world.call(&["config", "path", "-o", "json"]).run().answer();
    let places: Value = serde_json::from_str(&places).unwrap();
    assert_eq!(fields(&places), described("Places"));
    assert_eq!(places["profiles"], world.home.profiles().to_str().unwrap());
}

#[test]
fn what_protects_the_store_is_as_its_schema_says() {
    for world in [World::new(), World::with_profile()] {
        let storage = world.call(&["config", "storage", "-o", "json"]).run();
        let storage: Value = serde_json::from_str(&storage.answer()).unwrap();
        assert_is_described(&storage, "storage.schema.json", "Storage");
        assert_eq!(fields(&storage), described("Storage"));
        assert_eq!(fields(&storage["records"]), described("Sealed records"));
        assert_eq!(storage["state"], world.home.state().to_str().unwrap());
    }
}

#[test]
fn a_profile_as_shown_is_one_as_stored() {
    let world = World::with_profile();
    let shown = world
        .call(&["config", "show", "sp", "-o", "json"])
        .run()
        .answer();
    let shown: Value = serde_json::from_str(&shown).unwrap();
    let listed = world.call(&["config", "list", "-o", "json"]).run().answer();
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let stored = std::fs::read_to_string(world.home.profiles()).unwrap();
    let stored: Value = serde_json::from_str(&stored).unwrap();
    assert_eq!(stored, listed);
    let mut fields_alone = shown.clone();
    fields_alone
        .as_object_mut()
        .unwrap()
        .remove("storedSecrets");
    assert_eq!(stored[0], fields_alone);
    assert_eq!(shown["storedSecrets"], serde_json::json!(["clientSecret"]));
    let call = [
        "config",
        "show",
        "sp",
        "-o",
        "json",
        "--show-secrets",
        "--yes",
    ];
    let opened = world.call(&call).run().answer();
    let opened: Value = serde_json::from_str(&opened).unwrap();
    let described = described("Profiles");
    for name in fields(&opened).difference(&fields(&stored[0])) {
        assert!(described.contains(name), "{name}");
    }
    assert_eq!(described.len(), 3);
}
