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
fn the_places_are_as_described() {
    let world = World::new();
    let places = world.call(&["config", "path", "-o", "json"]).run().answer();
    let places: Value = serde_json::from_str(&places).unwrap();
    assert_eq!(fields(&places), described("Places"));
    assert_eq!(places["profiles"], world.home.profiles().to_str().unwrap());
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
    assert_eq!(stored[0], shown);
}
