//! The tables of variables, exit codes, error codes and profile fields.

use std::collections::BTreeSet;
use std::path::Path;

use model::AssertionAlgorithm;
use model::AuthMethod;
use model::AuthorityKind;
use model::Cloud;
use model::Flow;
use model::Profile;
use model::ProfileName;
use model::SecretReference;
use model::Timestamp;
use serde_json::Value;

use crate::page::Page;
use crate::page::Section;
use crate::page::code;
use crate::source;
use crate::source::Literal;

/// What reads a variable by its name.
const READERS: [&str; 9] = [
    "raw",
    "text",
    "secret",
    "is_on",
    "either",
    "ours",
    "azure_path",
    "is_set",
    "variable",
];

/// Variables that libraries read, which no source of ours names.
const READ_BY_LIBRARIES: [&str; 7] = [
    "SSL_CERT_DIR",
    "DBUS_SESSION_BUS_ADDRESS",
    "NO_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "TERM",
    "TMPDIR",
];

fn is_variable_name(text: &str) -> bool {
    text.len() > 1
        && text.starts_with(|first: char| first.is_ascii_uppercase())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// The function that a literal is the first argument of.
fn called_with(literal: &Literal) -> Option<&str> {
    let before = literal.before.strip_suffix('(')?;
    before
        .rsplit(|character: char| !(character.is_alphanumeric() || character == '_'))
        .next()
}

fn is_code(text: &str) -> bool {
    !text.is_empty()
        && text
            .split('_')
            .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()))
}

/// Whether the literal stands where a failure is given its code.
fn gives_a_code(literal: &Literal) -> bool {
    let before = &literal.before;
    let after_kind = before.strip_suffix(',').is_some_and(|before| {
        let word = before.rsplit(['(', ' ', '\n']).next().unwrap_or_default();
        word.starts_with("Kind::") || word == "kind"
    });
    let in_closed_list = literal.file.ends_with("wording/acquisition.rs") && before.ends_with("=>");
    after_kind
        || in_closed_list
        || before.ends_with("code:")
        || called_with(literal).is_some_and(|name| ["usage", "failed", "network"].contains(&name))
}

fn set<S: Into<String>>(names: impl IntoIterator<Item = S>) -> BTreeSet<String> {
    names.into_iter().map(Into::into).collect()
}

#[test]
fn every_variable_that_is_read_is_described_and_no_other() {
    let literals = source::literals();
    let read = literals.iter().filter(|literal| {
        let ours = ["ENTRA_AUTH_", "AZURE_"];
        is_variable_name(&literal.value)
            && (called_with(literal).is_some_and(|name| READERS.contains(&name))
                || ours.iter().any(|prefix| literal.value.starts_with(prefix)))
    });
    let read = set(read.map(|literal| literal.value.as_str()));
    assert!(read.contains("ENTRA_AUTH_PROFILE") && read.contains("HOME"));

    let page = Page::read("reference/environment.md");
    let described = page.sections().iter().flat_map(Section::names);
    let mut described = set(described);
    for name in READ_BY_LIBRARIES {
        assert!(described.remove(name), "{name} is not described");
    }
    // Kept from children, never read.
    described.insert("AZURE_PASSWORD".to_owned());
    assert_eq!(described, read, "left the page, right the source");
}

#[test]
fn every_variable_kept_from_children_is_named() {
    let text = source::file("settings/variables.rs");
    let list = text.split_once("const SECRETS").unwrap().1;
    let list = list.split_once("];").unwrap().0;
    let kept = list.split('"').skip(1).step_by(2);
    let page = Page::read("reference/environment.md");
    let named = code(&page.section("Kept from other programs").text);
    assert_eq!(set(named), set(kept));
}

#[test]
fn every_exit_code_is_described_and_no_other() {
    let text = source::file("command_error.rs");
    let body = text.split_once("fn exit_code(self)").unwrap().1;
    let body = body.split_once("\n    }\n").unwrap().0;
    let numbers = body.split("=> ").skip(1);
    let mut given = set(numbers.map(|rest| rest.split(',').next().unwrap()));
    assert!(given.contains("130"), "{given:?}");
    // Success, and SIGTERM, which is no error of ours.
    given.extend(["0".to_owned(), "143".to_owned()]);

    let page = Page::read("reference/exit-codes.md");
    let section = page.section("Exit codes");
    let described: Vec<_> = section.rows().iter().map(|row| row[0].to_owned()).collect();
    assert_eq!(set(described), given);
}

#[test]
fn every_error_code_is_described_and_no_other() {
    let literals = source::literals();
    let given = literals
        .iter()
        .filter(|literal| gives_a_code(literal) && is_code(&literal.value));
    let given = set(given.map(|literal| literal.value.as_str()));
    assert!(given.contains("profile_not_found") && given.contains("invalid_client"));

    let page = Page::read("reference/exit-codes.md");
    let described = page.section("Error codes").names();
    assert_eq!(set(described), given, "left the page, right the source");
}

/// The table of error codes that the program reads.
fn entries() -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/errors.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The exit code of a kind of failure, as `command_error.rs` gives it.
fn exit_code_of(kind: &str) -> u64 {
    let text = source::file("command_error.rs");
    let (_, after) = text.split_once(&format!("Self::{kind} => ")).unwrap();
    after.split(',').next().unwrap().parse().unwrap()
}

/// The kind of failure that stands before a code, where it does.
fn kind_of(literal: &Literal) -> Option<String> {
    if called_with(literal) == Some("usage") {
        return Some("Usage".to_owned());
    }
    let before = literal.before.strip_suffix(',')?;
    let word = before.rsplit(['(', ' ', '\n']).next()?;
    word.strip_prefix("Kind::").map(str::to_owned)
}

#[test]
fn every_error_code_has_an_entry_with_its_exit_code_and_no_other() {
    let entries = entries();
    let codes = |entry: &Value| -> Vec<u64> {
        let codes = entry["exit_codes"].as_array().unwrap();
        codes.iter().map(|code| code.as_u64().unwrap()).collect()
    };
    let named = entries.iter().map(|entry| entry["code"].as_str().unwrap());
    let literals = source::literals();
    let given: Vec<&Literal> = literals
        .iter()
        .filter(|literal| gives_a_code(literal) && is_code(&literal.value))
        .collect();
    let in_source = set(given.iter().map(|literal| literal.value.as_str()));
    assert_eq!(set(named), in_source, "left the table, right the source");

    let mut checked = 0;
    for literal in given {
        let Some(kind) = kind_of(literal) else {
            continue;
        };
        let entry = entries
            .iter()
            .find(|entry| entry["code"] == literal.value.as_str());
        let codes = codes(entry.unwrap());
        assert!(
            codes.contains(&exit_code_of(&kind)),
            "{}: {kind}, {codes:?}",
            literal.value
        );
        checked += 1;
    }
    assert!(checked > 80, "{checked}");
}

#[test]
fn the_pages_of_error_codes_are_what_the_table_says() {
    let page = Page::read("reference/exit-codes.md");
    let rows = page.section("Error codes").rows();
    let long = Page::read("errors.md");
    let entries = entries();
    assert_eq!(rows.len(), entries.len());
    for (row, entry) in rows.iter().zip(&entries) {
        let name = entry["code"].as_str().unwrap();
        let numbers: Vec<String> = entry["exit_codes"]
            .as_array()
            .unwrap()
            .iter()
            .map(Value::to_string)
            .collect();
        let meaning = entry["meaning"].as_str().unwrap();
        assert_eq!(
            *row,
            [format!("`{name}`").as_str(), &numbers.join(" or "), meaning]
        );
        let section = &long.section(name).text;
        assert!(
            section.contains(entry["example"].as_str().unwrap()),
            "{name}"
        );
    }
}

/// A profile in which every field is set. A new field does not compile until it is set here.
fn full_profile() -> Profile {
    let text = || Some("text".to_owned());
    let reference = || Some(SecretReference::Env("NAME".to_owned()));
    Profile {
        name: ProfileName::parse("full").unwrap(),
        tenant_id: text(),
        client_id: text(),
        cloud: Some(Cloud::Public),
        authority: text(),
        authority_type: Some(AuthorityKind::Entra),
        scopes: vec!["scope".to_owned()],
        resource: text(),
        auth_method: AuthMethod::ClientSecret,
        default_flow: Some(Flow::ClientCredentials),
        redirect_uri: text(),
        login_hint: text(),
        certificate_path: Some("/file".into()),
        cache_certificate_password: true,
        send_certificate_chain: true,
        assertion_algorithm: Some(AssertionAlgorithm::PS256),
        client_secret_from: reference(),
        client_secret_expires_at: Some(Timestamp::from_unix_seconds(0)),
        certificate_password_from: reference(),
        client_assertion_from: reference(),
        ca_file: Some("/file".into()),
        created_at: text(),
        updated_at: text(),
    }
}

#[test]
fn every_field_of_a_profile_is_described_and_no_other() {
    let profile = serde_json::to_value(full_profile()).unwrap();
    let fields = set(profile.as_object().unwrap().keys().cloned());
    let page = Page::read("reference/files.md");
    assert_eq!(set(page.section("profiles.json").names()), fields);

    let schema = crate::documents::schema("profile.schema.json");
    let described = &schema["$defs"]["profile"];
    let properties = described["properties"].as_object().unwrap();
    assert_eq!(set(properties.keys().cloned()), fields);
    for (name, property) in properties {
        assert!(
            property["description"].is_string(),
            "{name} is not described"
        );
    }
}

#[test]
fn the_schema_of_profiles_names_every_value_that_can_be_chosen() {
    let schema = crate::documents::schema("profile.schema.json");
    let properties = &schema["$defs"]["profile"]["properties"];
    let choices = |field: &str| -> BTreeSet<String> {
        let values = properties[field]["enum"].as_array().unwrap();
        set(values.iter().filter_map(Value::as_str))
    };
    assert_eq!(choices("cloud"), set(Cloud::ALL.map(Cloud::as_str)));
    assert_eq!(choices("defaultFlow"), set(Flow::ALL.map(Flow::as_str)));
    assert_eq!(
        choices("authMethod"),
        set(AuthMethod::ALL.map(AuthMethod::as_str))
    );
    let kinds = AuthorityKind::ALL.map(AuthorityKind::as_str);
    assert_eq!(choices("authorityType"), set(kinds));
}
