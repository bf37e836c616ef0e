//! `profiles.json` as people, other tools and several processes leave it.

use std::fs;

use model::AuthMethod;
use vault::Listed;
use vault::Notice;
use vault::ProfilesError;
use vault::Unnamed;

use crate::common::Home;
use crate::common::name;
use crate::common::profile;

fn home_with(text: &str) -> Home {
    let home = Home::new();
    fs::create_dir_all(home.path("config")).unwrap();
    fs::write(home.path("config/profiles.json"), text).unwrap();
    home
}

fn text_of(home: &Home) -> String {
    fs::read_to_string(home.path("config/profiles.json")).unwrap()
}

#[test]
fn what_is_created_is_found() {
    let home = Home::new();
    let vault = home.vault();
    vault.profiles().create(&profile("sp"), false).unwrap();
    vault.profiles().create(&profile("Web-App"), false).unwrap();
    let found = home.vault().profiles().find("sp").unwrap();
    assert_eq!(found.profile, profile("sp"));
    assert!(found.exact);
    assert_eq!(
        vault.profiles().names().unwrap(),
        [name("sp"), name("Web-App")]
    );
    assert!(matches!(
        vault.profiles().create(&profile("sp"), false),
        Err(ProfilesError::Exists(taken)) if taken == name("sp")
    ));
    vault.profiles().remove(&name("sp")).unwrap();
    assert!(matches!(
        vault.profiles().find("sp"),
        Err(ProfilesError::NotFound { names, .. }) if names == [name("Web-App")]
    ));
}

#[test]
fn names_match_exactly_first_and_then_without_case_if_unique() {
    let home = Home::new();
    let vault = home.vault();
    for text in ["prod", "PROD", "Test"] {
        vault.profiles().create(&profile(text), false).unwrap();
    }
    assert_eq!(
        vault.profiles().find("PROD").unwrap().profile.name,
        name("PROD")
    );
    let found = vault.profiles().find("TEST").unwrap();
    assert_eq!(found.profile.name, name("Test"));
    assert!(!found.exact);
    assert!(matches!(
        vault.profiles().find("Prod"),
        Err(ProfilesError::Ambiguous { candidates, .. }) if candidates.len() == 2
    ));
    assert!(matches!(
        vault.profiles().find("../x"),
        Err(ProfilesError::NotFound { .. })
    ));
}

#[test]
fn a_broken_profile_troubles_only_who_asks_for_it() {
    let home = home_with(
        r#"[{"name":"good","authMethod":"Public"},
            {"name":"magic","authMethod":"Magic"},
            {"name":"a b","authMethod":"Public"},
            {"authMethod":"Public"},
            {"name":"twice","authMethod":"Public"},
            {"name":"twice","authMethod":"Public"}]"#,
    );
    let vault = home.vault();
    assert!(vault.profiles().find("good").is_ok());
    assert!(matches!(
        vault.profiles().find("magic"),
        Err(ProfilesError::Invalid { line: 2, why, .. }) if why.contains("Magic")
    ));
    assert!(matches!(
        vault.profiles().find("a b"),
        Err(ProfilesError::Invalid { line: 3, .. })
    ));
    assert!(matches!(
        vault.profiles().find("twice"),
        Err(ProfilesError::Duplicate { lines: [5, 6], .. })
    ));
    let names = vault.profiles().names().unwrap();
    assert_eq!(names, ["good", "magic", "twice", "twice"].map(name));
    let all = vault.profiles().all().unwrap();
    let lines: Vec<usize> = all
        .iter()
        .filter_map(|listed| match listed {
            Listed::Invalid { line, .. } => Some(*line),
            Listed::Valid { .. } => None,
        })
        .collect();
    assert_eq!(
        lines,
        [2, 3, 4, 5, 6],
        "of two with one name none can be used"
    );
}

#[test]
fn an_edit_leaves_everything_else_as_it_was() {
    let text = "{\"profiles\": [\n\t{\"name\": \"a\", \"authMethod\": \"Public\", \
                \"note\": 1.0e1},\n\t{\"name\": \"b\", \"authMethod\": \"Magic\"}\n]}";
    let home = home_with(text);
    let vault = home.vault();
    let edited = vault
        .profiles()
        .edit(&name("a"), |profile| {
            profile.tenant_id = Some("t".to_owned());
        })
        .unwrap();
    assert_eq!(edited.tenant_id.as_deref(), Some("t"));
    assert_eq!(
        text_of(&home),
        text.replace("1.0e1}", "1.0e1, \"tenantId\": \"t\"}")
    );
    let mut overwriting = profile("a");
    overwriting.auth_method = AuthMethod::Certificate;
    vault.profiles().create(&overwriting, true).unwrap();
    assert_eq!(text_of(&home), text.replace("Public", "Certificate"));
    assert!(matches!(
        vault
            .profiles()
            .edit(&name("a"), |profile| profile.name = name("b")),
        Err(ProfilesError::Exists(_))
    ));
}

#[test]
fn a_broken_file_is_never_overwritten() {
    let broken = "[{\"name\":\"a\",\n \"authMethod\": Public}]";
    let home = home_with(broken);
    let vault = home.vault();
    let profiles = vault.profiles();
    let at = |error: ProfilesError| match error {
        ProfilesError::Syntax { line, column, .. } => (line, column),
        other => panic!("{other:?}"),
    };
    assert_eq!(at(profiles.find("a").unwrap_err()), (2, 16));
    assert_eq!(
        at(profiles.create(&profile("b"), true).unwrap_err()),
        (2, 16)
    );
    assert_eq!(at(profiles.remove(&name("a")).unwrap_err()), (2, 16));
    assert_eq!(text_of(&home), broken);
}

#[test]
fn misspelt_fields_are_told_but_not_on_the_warm_path() {
    let home =
        home_with("[{\"name\":\"a\",\"authMethod\":\"Public\",\n\"tenant_id\":\"t\",\"mine\":1}]");
    let vault = home.vault();
    vault.profiles().find("a").unwrap();
    assert!(home.heard.all().is_empty());
    vault.profiles().check(&name("a")).unwrap();
    assert_eq!(
        home.heard.all(),
        [Notice::CloseFieldName {
            profile: name("a"),
            given: "tenant_id".to_owned(),
            known: "tenantId",
            line: 2,
        }]
    );
}

#[test]
fn a_misspelt_name_is_named_wherever_the_profile_is_missed() {
    let home = home_with(
        "[{\"name\":\"a\",\"authMethod\":\"Public\"},\n{\"authMethod\":\"Public\",\n\"nmae\":\"svc\"}]",
    );
    let vault = home.vault();
    let why = "it has no `name`; its field `nmae` on line 3 may be meant";
    match vault.profiles().find("svc") {
        Err(ProfilesError::NotFound { unnamed, .. }) => assert_eq!(
            unnamed,
            [Unnamed {
                line: 2,
                why: why.to_owned()
            }]
        ),
        other => panic!("{other:?}"),
    }
    assert!(matches!(
        &vault.profiles().all().unwrap()[1],
        Listed::Invalid { name: None, line: 2, why: told } if told == why
    ));
    assert!(home.heard.all().is_empty(), "nothing else is told of it");
}

#[test]
fn two_profiles_of_one_name_on_one_line_are_both_unusable() {
    let one = "{\"name\":\"a\",\"authMethod\":\"Public\"}";
    let home = home_with(&format!("[{one},{one}]"));
    let all = home.vault().profiles().all().unwrap();
    for listed in all {
        assert!(
            matches!(&listed, Listed::Invalid { line: 1, why, .. } if why.contains("on line 1")),
            "{listed:?}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_linked_file_stays_a_link_and_becomes_private() {
    use std::os::unix::fs::PermissionsExt;

    let home = Home::new();
    fs::create_dir_all(home.path("config")).unwrap();
    fs::create_dir_all(home.path("dotfiles")).unwrap();
    let real = home.path("dotfiles/entra.json");
    fs::write(&real, "[]").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o644)).unwrap();
    let link = home.path("config/profiles.json");
    std::os::unix::fs::symlink(&real, &link).unwrap();
    home.vault()
        .profiles()
        .create(&profile("a"), false)
        .unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::read_to_string(&real).unwrap().contains("\"a\""));
    assert_eq!(
        fs::metadata(&real).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[cfg(unix)]
#[test]
fn a_path_that_json_cannot_hold_changes_nothing() {
    use std::os::unix::ffi::OsStringExt;

    let home = Home::new();
    let vault = home.vault();
    vault.profiles().create(&profile("a"), false).unwrap();
    let before = text_of(&home);
    let path = std::path::PathBuf::from(std::ffi::OsString::from_vec(b"/c\xff.pem".to_vec()));
    let mut odd = profile("a");
    odd.certificate_path = Some(path.clone());
    for refused in [
        vault.profiles().create(&odd, true),
        vault.profiles().replace(&odd),
    ] {
        assert!(
            matches!(refused, Err(ProfilesError::Unwritable { .. })),
            "{refused:?}"
        );
    }
    odd.name = name("b");
    let refused = vault.profiles().create(&odd, false);
    assert!(
        matches!(refused, Err(ProfilesError::Unwritable { .. })),
        "{refused:?}"
    );
    assert_eq!(text_of(&home), before);
}
