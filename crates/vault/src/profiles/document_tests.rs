//! Places in the text, and what is left of it after changes.

use model::AuthMethod;
use model::ProfileName;
use proptest::prelude::*;

use super::*;

const ODD: &str = concat!(
    "\u{feff}{ \"$schema\" :\"x\",\r\n",
    "  \"profiles\":[\r\n",
    "    {\"name\":\"a\", \"authMethod\":\"Public\",",
    "\"x-note\" : {\"k\":[1.50, 2e3]},\"scopes\":null },\r\n",
    "    { \"authMethod\":\"ClientSecret\" , \"name\":\"b\", \"tenantId\":\"t]}\\\"\" }\r\n",
    "\r\n",
    "  ], \"after\":[[]] }\r\n",
);

fn parse(text: &str) -> Result<Document<'_>, ProfilesError> {
    Document::parse(text.as_bytes(), Path::new("profiles.json"))
}

fn profile(name: &str) -> Profile {
    Profile::new(ProfileName::parse(name).unwrap(), AuthMethod::Public)
}

#[test]
fn finds_profiles_in_both_shapes() {
    let document = parse(ODD).unwrap();
    let names: Vec<_> = document.entries().iter().map(Entry::name).collect();
    assert_eq!(names, [Some("a"), Some("b")]);
    assert_eq!(document.line(&document.entries()[1]), 4);
    let second = document.interpret(&document.entries()[1]).unwrap();
    assert_eq!(second.tenant_id.as_deref(), Some("t]}\""));

    let array = parse(r#"[{"name":"a"}, 7, {"n":1}]"#).unwrap();
    let names: Vec<_> = array.entries().iter().map(Entry::name).collect();
    assert_eq!(names, [Some("a"), None, None]);
}

#[test]
fn a_changed_field_is_all_that_changes() {
    let mut document = parse(ODD).unwrap();
    let entry = document.entries()[0].clone();
    let before = document.interpret(&entry).unwrap();
    let mut after = before.clone();
    after.tenant_id = Some("contoso.com".to_owned());
    document.update(&entry, Some(&before), &after).unwrap();
    let expected = ODD.replace(
        "\"scopes\":null }",
        "\"scopes\":null,\"tenantId\":\"contoso.com\" }",
    );
    assert_eq!(document.text(), expected);

    let entry = document.entries()[0].clone();
    document.update(&entry, Some(&after), &before).unwrap();
    assert_eq!(document.text(), ODD);

    let entry = document.entries()[1].clone();
    let before = document.interpret(&entry).unwrap();
    let mut after = before.clone();
    after.auth_method = AuthMethod::Certificate;
    after.tenant_id = None;
    document.update(&entry, Some(&before), &after).unwrap();
    let expected = ODD
        .replace("\"ClientSecret\"", "\"Certificate\"")
        .replace(", \"tenantId\":\"t]}\\\"\"", "");
    assert_eq!(document.text(), expected);
}

#[test]
fn profiles_come_and_go_without_moving_the_rest() {
    let mut document = parse(ODD).unwrap();
    document.append(&profile("c")).unwrap();
    let entry = document.entries()[2].clone();
    assert_eq!(document.interpret(&entry).unwrap(), profile("c"));
    let added = "},\r\n    {\r\n      \"name\": \"c\",\r\n      \"authMethod\": \"Public\"\r\n    }\r\n\r\n";
    assert!(document.text().contains(added), "{}", document.text());
    document.remove(&entry);
    assert_eq!(document.text(), ODD);

    let first = document.entries()[0].clone();
    document.remove(&first);
    assert_eq!(document.entries().len(), 1);
    assert_eq!(document.entries()[0].name(), Some("b"));
    let last = document.entries()[0].clone();
    document.remove(&last);
    assert!(document.text().contains("\"profiles\":[]"));
    document.append(&profile("d")).unwrap();
    assert_eq!(document.entries()[0].name(), Some("d"));
    assert!(document.text().contains(", \"after\":[[]] }"));
}

#[test]
fn a_new_file_is_an_array() {
    let mut document = parse("  \n").unwrap();
    document.append(&profile("a")).unwrap();
    document.append(&profile("b")).unwrap();
    assert_eq!(
        document.text(),
        "[\n  {\n    \"name\": \"a\",\n    \"authMethod\": \"Public\"\n  },\n  \
         {\n    \"name\": \"b\",\n    \"authMethod\": \"Public\"\n  }\n]\n"
    );
}

#[test]
fn every_entry_has_its_line() {
    let document = parse(ODD).unwrap();
    let lines: Vec<_> = document
        .entries_with_lines()
        .map(|(entry, line)| (entry.name(), line))
        .collect();
    assert_eq!(lines, [(Some("a"), 3), (Some("b"), 4)]);
    for (entry, line) in document.entries_with_lines() {
        assert_eq!(document.line(entry), line);
    }
    let spread = parse("[\n {\n\n\"name\": \"a\",\n \"x\": [\n], \"na\\u006de\": 1}]").unwrap();
    let fields: Vec<_> = spread.fields(&spread.entries()[0]).collect();
    assert_eq!(
        fields,
        [("name".into(), 2), ("x".into(), 3), ("name".into(), 4)]
    );
}

#[test]
fn a_name_is_decoded() {
    let document =
        parse(r#"[{"na\u006de":"\u00fc\n"},{"name":7},{"x":{"name":"inner"}}]"#).unwrap();
    let names: Vec<_> = document.entries().iter().map(Entry::name).collect();
    assert_eq!(names, [Some("ü\n"), None, None]);
}

#[test]
fn what_is_no_json_is_told_with_line_and_column() {
    for (text, at) in [
        ("[\n  {,}\n]", (2, 4)),
        ("[{\"name\":\"a\"},]", (1, 15)),
        ("[\n// no comments\n]", (2, 1)),
        ("[] []", (1, 4)),
        ("{", (1, 1)),
    ] {
        match parse(text) {
            Err(ProfilesError::Syntax { line, column, .. }) => {
                assert_eq!((line, column), at, "{text}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
    assert!(matches!(
        Document::parse(b"[\n \xff]", Path::new("p")),
        Err(ProfilesError::Syntax {
            line: 2,
            column: 2,
            ..
        })
    ));
}

#[test]
fn what_is_json_but_no_list_of_profiles_is_told() {
    for text in [
        "7",
        "{}",
        r#"{"profiles":{}}"#,
        r#"{"profiles":[],"profiles":[]}"#,
    ] {
        assert!(
            matches!(parse(text), Err(ProfilesError::Shape { .. })),
            "{text}"
        );
    }
}

#[test]
fn what_is_wrong_with_a_profile_is_told_with_its_line() {
    let document = parse("[\n\n{\"name\":\"a\",\n\"authMethod\":\"Magic\"}]").unwrap();
    let (line, why) = document.interpret(&document.entries()[0]).unwrap_err();
    assert_eq!(line, 4);
    assert!(why.contains("Magic") && !why.contains("at line"), "{why}");
}

/// Makes a change of the kind that the number chooses to the entry that the other one chooses.
fn make(document: &mut Document<'_>, (kind, which, text): &(u8, usize, String)) {
    let Some(last) = document.entries().len().checked_sub(1) else {
        return document.append(&profile(text)).unwrap();
    };
    let entry = document.entries()[which % (last + 1)].clone();
    match kind {
        0 => document.append(&profile(text)).unwrap(),
        1 => document.remove(&entry),
        2 if entry.name().is_some() => {
            document.rename(&entry, &ProfileName::parse(text).unwrap());
        }
        _ => {
            let before = document.interpret(&entry).ok();
            let mut after = before.clone().unwrap_or_else(|| profile(text));
            after.tenant_id = (which % 3 > 0).then(|| text.clone());
            document.update(&entry, before.as_ref(), &after).unwrap();
        }
    }
}

/// Where the profiles are, each with its name; at the end, where the array is.
fn places(document: &Document<'_>) -> Vec<(Range<usize>, Option<String>)> {
    let entries = document.entries().iter();
    entries
        .map(|entry| (entry.range.clone(), entry.name().map(str::to_owned)))
        .chain([(document.array.clone(), None)])
        .collect()
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[\\PC\\n\"\\\\\\[\\]{},:]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec(("[a-z\"\\\\]{0,6}", inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Document::parse(&bytes, Path::new("p"));
    }

    #[test]
    fn nearly_json_does_not_make_it_panic(text in "[\\[\\]{}\",:a-c0-9 \\\\\n]{0,60}") {
        let _ = parse(&text);
    }

    /// The scanner finds the same values that `serde_json` does, compact or spread out.
    #[test]
    fn places_are_those_of_the_values(values in proptest::collection::vec(any_json(), 0..6)) {
        for text in [
            Value::from(values.clone()).to_string(),
            serde_json::to_string_pretty(&Value::from(values.clone())).unwrap(),
        ] {
            let document = parse(&text).unwrap();
            let found: Vec<Value> = document
                .entries()
                .iter()
                .map(|entry| serde_json::from_str(&text[entry.range.clone()]).unwrap())
                .collect();
            prop_assert_eq!(&found, &values);
        }
    }

    /// The places that are kept in step are those that would be found in the text.
    #[test]
    fn places_follow_every_change(
        text in prop_oneof![
            Just(ODD.to_owned()),
            Just(String::new()),
            Just("[ \n ]".to_owned()),
            Just(r#"[{"name":"a","authMethod":"Public"},7,{"x":[{}]}, null]"#.to_owned()),
        ],
        changes in proptest::collection::vec((0_u8..5, any::<usize>(), "[a-d]{1,3}"), 1..12),
    ) {
        let mut document = parse(&text).unwrap();
        for change in &changes {
            make(&mut document, change);
            let found = parse(document.text()).unwrap();
            prop_assert_eq!(places(&document), places(&found), "{}", document.text());
        }
    }

    /// Unknown fields come through any edit as they were.
    #[test]
    fn unknown_fields_survive(value in any_json(), tenant in "[\\PC]{0,20}") {
        let text = format!(r#"[{{"name":"a","x-note":{value},"authMethod":"Public"}}]"#);
        let mut document = parse(&text).unwrap();
        let entry = document.entries()[0].clone();
        let before = document.interpret(&entry).unwrap();
        let mut after = before.clone();
        after.tenant_id = Some(tenant);
        document.update(&entry, Some(&before), &after).unwrap();
        let note = format!("\"x-note\":{value},");
        prop_assert!(document.text().contains(&note));
        prop_assert_eq!(&document.interpret(&document.entries()[0]).unwrap(), &after);
    }
}
