//! Files that somebody made to do harm.

use super::names;
use crate::support::Home;

fn import(home: &Home, json: &str) -> crate::support::Outcome {
    let call = home.call(&["config", "import", "-", "--yes"]);
    call.input(json).run()
}

#[test]
fn names_outside_the_allowed_letters_are_refused_whole() {
    for name in [
        "a b",
        "../x",
        "$(x)",
        "a\\u001b[2J",
        "\\u202ea",
        "",
        "a\\nb",
        "a'b",
    ] {
        let home = Home::new();
        let json = format!(
            r#"[{{"name":"good","authMethod":"Public"}},{{"name":"{name}","authMethod":"Public"}}]"#
        );
        let said = import(&home, &json).failure(4);
        assert!(said.contains("letters, digits"), "{name}: {said}");
        assert_harmless(&said);
        assert_eq!(names(&home), [""; 0], "{name}");
    }
}

#[test]
fn what_is_shown_of_a_profile_steers_no_terminal() {
    let home = Home::new();
    let json = r#"[{"name":"sp","authMethod":"ClientSecret","tenantId":"x\u001b]0;y\u0007\u202e",
        "clientId":"\u009b2J","authority":"https://\u001b[2J","clientSecretFrom":{"command":["op\u001b[1m\nProfile `evil`"]}}]"#;
    let (_, said) = import(&home, json).answer_and_words();
    assert_harmless(&said);
    assert!(!said.lines().any(|line| line == "Profile `evil`"), "{said}");
}

#[test]
fn secrets_in_plain_json_are_not_taken() {
    let home = Home::new();
    let json = r#"[{"name":"sp","authMethod":"ClientSecret","tenantId":"contoso.com",
        "clientId":"app","clientSecret":"hush","accessToken":"hush"}]"#;
    import(&home, json).answer_and_words();
    for file in home.files() {
        let contents = std::fs::read(&file).unwrap();
        assert!(
            !contents.windows(4).any(|part| part == b"hush"),
            "{}",
            file.display()
        );
    }
}

#[track_caller]
fn assert_harmless(said: &str) {
    let steers = |character: char| {
        character.is_control() && character != '\n'
            || ('\u{202a}'..='\u{202e}').contains(&character)
    };
    assert!(!said.contains(steers), "{said:?}");
}
