//! `explain`: whatever people paste, offline.

use serde_json::Value;

use crate::hostile_text::assert_harmless;
use crate::support::CLIENT_ID;
use crate::support::Home;
use crate::support::TENANT;
use crate::support::Terminal;
use crate::support::World;

fn explained(home: &Home, arguments: &[&str], input: &str) -> Value {
    let call = home.call(&["explain", "-o", "json"]).args(arguments);
    serde_json::from_str(&call.input(input).run().answer()).unwrap()
}

#[test]
fn a_code_is_explained_and_nothing_is_made() {
    let home = Home::new();
    let said = home.call(&["explain", "aadsts-65001"]).run().answer();
    assert!(said.starts_with("AADSTS65001  Neither the user"), "{said}");
    for part in [
        "  cause: ",
        "  do: ",
        "az ad app permission admin-consent --id CLIENT_ID",
        "https://login.microsoftonline.com/error?code=65001",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!home.profiles().parent().unwrap().exists());
}

#[test]
fn our_own_error_is_explained_as_it_was_printed() {
    let world = World::with_profile();
    for output in [&["-o", "json"][..], &[]] {
        let failing = world
            .call(&["get-token", "--client-secret-stdin"])
            .args(output)
            .input("wrong");
        let printed = failing.run().failure(2);
        let found = explained(&world.home, &[], &printed);
        let codes: Vec<&str> = found["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| finding["code"].as_str().unwrap())
            .collect();
        assert_eq!(codes, ["AADSTS7000215", "invalid_client"], "{printed}");
        assert!(found["correlation_id"].is_string(), "{printed}");
    }
}

#[test]
fn a_profile_fills_in_its_own() {
    let home = Home::new();
    let creation = home.call(&["config", "create", "--name", "gov", "--cloud", "us-gov"]);
    creation
        .args(["--tenant-id", TENANT, "--client-id", CLIENT_ID])
        .args(["--scope", "https://graph.microsoft.us/.default"])
        .args(["--auth-method", "Public"])
        .run()
        .answer_and_words();
    let said = home.call(&["explain", "65001", "-p", "gov"]).run().answer();
    for part in [
        format!(
            "https://entra.microsoft.us/{TENANT}/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/CallAnAPI/appId/{CLIENT_ID}"
        ),
        format!("https://login.microsoftonline.us/{TENANT}/adminconsent?client_id={CLIENT_ID}"),
        format!("az ad app permission admin-consent --id {CLIENT_ID}"),
        "get-token -p gov".to_owned(),
    ] {
        assert!(said.contains(&part), "{part}: {said}");
    }
    let unknown = home.call(&["explain", "65001", "-p", "nobody"]).run();
    unknown.failure(3);
}

#[test]
fn a_challenge_becomes_the_next_command() {
    let home = Home::new();
    let challenge = "< WWW-Authenticate: Bearer error=\"insufficient_claims\", \
                     claims=\"eyJhY2Nlc3NfdG9rZW4iOnsiYWNycyI6eyJlc3NlbnRpYWwiOnRydWUsInZhbHVlIjoiYzEifX19\"";
    let found = explained(&home, &["-"], challenge);
    assert_eq!(found["claims"]["access_token"]["acrs"]["value"], "c1");
    assert_eq!(
        found["claims_command"],
        r#"entra-auth-cli get-token -p NAME --claims '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'"#
    );
}

#[test]
fn people_read_a_number_alone_and_scripts_its_name_as_well() {
    let home = Home::new();
    let pasted = "invalid_client: AADSTS7000215: Invalid client secret provided.";
    let said = home.call(&["explain", pasted]).run().answer();
    assert!(said.starts_with("AADSTS7000215  "), "{said}");
    assert!(!said.contains("invalid_client"), "{said}");
    let document = home.call(&["explain", "-o", "json", pasted]).run().answer();
    let document: Value = serde_json::from_str(&document).unwrap();
    let codes: Vec<&Value> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| &finding["code"])
        .collect();
    assert_eq!(codes, ["AADSTS7000215", "invalid_client"]);
    let other = "access_denied: AADSTS7000215: Invalid client secret provided.";
    let said = home.call(&["explain", other]).run().answer();
    assert!(said.contains("\naccess_denied  "), "{said}");
}

#[test]
fn what_nobody_knows_is_an_error_with_a_way_on() {
    let home = Home::new();
    for (text, hint) in [
        ("invalid_clent", "invalid_client"),
        ("AADSTS6501", "AADSTS65001"),
        (
            "AADSTS999999",
            "https://login.microsoftonline.com/error?code=999999",
        ),
        ("it does not work", "explain --list"),
        ("HTTP/1.1 403 Forbidden", "entra-auth-cli inspect -p NAME"),
    ] {
        let failing = home.call(&["explain", "-o", "json", text]);
        let error = failing.run().failure_document(4);
        assert_eq!(error["code"], "nothing_recognised");
        assert!(error["hints"].to_string().contains(hint), "{text}: {error}");
    }
    for input in ["", " \n"] {
        let failing = home.call(&["explain", "-o", "json"]).input(input);
        assert_eq!(
            failing.run().failure_document(4)["code"],
            "nothing_to_explain"
        );
    }
}

#[test]
fn what_a_number_without_an_entry_comes_with_is_not_lost() {
    let home = Home::new();
    let pasted = "AADSTS9999999: The moon is in the wrong phase. \
                  Trace ID: 8a1c5e0b-30f2-4c1e-9a1d-6b1f0e7c2d00 \
                  Correlation ID: 4f2a9c11-7d7e-4b0e-8f6a-1c2d3e4f5a6b \
                  Timestamp: 2026-03-14 09:26:53Z";
    let failing = home.call(&["explain", "-o", "json", pasted]);
    let error = failing.run().failure_document(4);
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("The moon is in the wrong phase."),
        "{message}"
    );
    assert_eq!(error["aadsts"], 9_999_999);
    assert_eq!(error["trace_id"], "8a1c5e0b-30f2-4c1e-9a1d-6b1f0e7c2d00");
    assert_eq!(error["timestamp"], "2026-03-14 09:26:53Z");
    let said = home.call(&["explain", pasted]).run().failure(4);
    assert!(
        said.contains("4f2a9c11-7d7e-4b0e-8f6a-1c2d3e4f5a6b"),
        "{said}"
    );
    let found = explained(&home, &[], &format!("error=invalid_request {pasted}"));
    assert_eq!(found["findings"][0]["code"], "AADSTS9999999");
    assert_eq!(found["findings"][1]["code"], "invalid_request");
}

#[test]
fn an_empty_argument_is_nothing_to_explain() {
    let home = Home::new();
    for text in ["", " "] {
        let failing = home.call(&["explain", "-o", "json", text]);
        let error = failing.run().failure_document(4);
        assert_eq!(error["code"], "nothing_to_explain");
    }
}

#[test]
fn what_only_a_hint_names_did_not_happen() {
    let home = Home::new();
    let printed = "{\"schema_version\":1,\"code\":\"refused\",\"exit_code\":2,\"message\":\"x\",\
                   \"aadsts\":null,\"hints\":[\"entra-auth-cli explain AADSTS65001\"]}";
    let found = explained(&home, &[], printed);
    let codes: Vec<&Value> = found["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| &finding["code"])
        .collect();
    assert_eq!(codes, ["refused"]);
}

#[test]
fn a_tenant_that_stands_for_several_is_in_no_link_to_a_page() {
    let home = Home::new();
    let creation = home.call(&["config", "create", "--name", "any", "--tenant-id", "common"]);
    creation
        .args(["--client-id", CLIENT_ID, "--auth-method", "Public"])
        .args(["--scope", "https://graph.microsoft.com/.default"])
        .run()
        .answer_and_words();
    let found = explained(&home, &["-p", "any", "65001"], "");
    let pages = found["findings"][0]["pages"].to_string();
    assert!(
        pages.contains("https://entra.microsoft.com/#view"),
        "{pages}"
    );
    assert!(!pages.contains("/common/"), "{pages}");
}

#[test]
fn at_a_terminal_nobody_waits_for_what_was_not_given() {
    let home = Home::new();
    let (shown, code) = Terminal::start(home.call(&["explain"])).end();
    assert_eq!(code, 4, "{shown}");
    assert!(shown.contains("there is nothing to explain"), "{shown}");
}

#[test]
fn a_pasted_text_acts_on_no_terminal() {
    let home = Home::new();
    let hostile = "AADSTS65001: a\u{1b}[2J\u{202e}b\u{9b}31m c\\u001b[1m &#27;[2J %1b[2J\n\rForged line \
                   error=\u{1b}]0;x\u{7}";
    let call = home.call(&["explain", "--color", "never", hostile]);
    let (shown, code) = Terminal::start(call).end();
    assert_eq!(code, 0, "{shown}");
    assert_harmless(&shown.replace("\r\n", "\n"));
    assert!(shown.contains(r"said: a\u{1b}[2J"), "{shown}");
    for output in ["json", "yaml"] {
        let call = home.call(&["explain", "-o", output, hostile]);
        assert_harmless(&call.run().answer());
    }
    let failing = home.call(&["explain", "\u{1b}[2J\u{202e} nothing"]);
    assert_harmless(&failing.run().failure(4));
}

#[test]
fn a_secret_in_the_text_is_not_repeated() {
    let home = Home::new();
    let token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2ln";
    for text in [
        format!("POST client_id=a&client_secret=pl4nted+x&scope=b AADSTS65001: no {token}"),
        "curl -d 'client_secret=pl4nted' failed strangely".to_owned(),
        "AADSTS65001: you sent refresh_token%3dpl4nted and client_assertion=pl4nted, sorry"
            .to_owned(),
        "AADSTS7000215: nope. cmd: entra-auth-cli get-token --client-secret pl4nted --no-input"
            .to_owned(),
        "AADSTS7000215: it said {\"clientSecret\":\"pl4nted\"} and no".to_owned(),
        "AADSTS7000215: no. secret: pl4nted; pwd=pl4nted".to_owned(),
        "AADSTS7000215: no. AccountName=a;AccountKey=pl4nted==;EndpointSuffix=core".to_owned(),
        "AADSTS7000215: no. X-Api-Key: pl4nted".to_owned(),
        "AADSTS7000215: no. az login --service-principal -u app -p pl4nted".to_owned(),
        "AADSTS7000215: Invalid client secret pl4nted is provided.".to_owned(),
    ] {
        for output in ["text", "json", "yaml"] {
            let outcome = home
                .call(&["explain", "-o", output])
                .input(text.clone())
                .run();
            for shown in [outcome.stdout(), outcome.stderr()] {
                assert!(
                    !shown.contains("pl4nted") && !shown.contains("eyJ"),
                    "{shown}"
                );
            }
        }
    }
}

#[test]
fn what_entra_says_of_secrets_is_repeated_whole() {
    let home = Home::new();
    for said in [
        "Invalid client secret provided. Ensure the secret being sent in the request is the client \
         secret value, not the client secret ID, for a secret added to app 'a-1'.",
        "The provided client secret keys for app 'a-1' are expired. Visit the Azure portal to create \
         new keys for your app: https://aka.ms/NewClientSecret",
    ] {
        let found = explained(&home, &[], &format!("AADSTS7000215: {said}"));
        assert_eq!(found["findings"][0]["said"], said);
    }
}

#[test]
fn no_link_leads_to_an_authority_that_nobody_approved() {
    let home = Home::new();
    let path = home.profiles();
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let profiles = serde_json::json!([{
        "name": "evil", "tenantId": TENANT, "clientId": "a'&x=1",
        "authMethod": "Public", "authority": "https://login.microsoftonline.com.evil.example",
        "authorityType": "entra", "cloud": "Public",
    }]);
    std::fs::write(&path, profiles.to_string()).unwrap();
    for code in ["AADSTS65001", "AADSTS90094", "AADSTS50049", "invalid_grant"] {
        for output in ["text", "json", "yaml"] {
            let call = home.call(&["explain", "-p", "evil", code, "-o", output]);
            let said = call.run().answer();
            assert!(!said.contains("evil.example"), "{said}");
            let noted = "AUTHORITY stands for it";
            let is_left_out = said.replace(noted, "").contains("AUTHORITY");
            assert_eq!(is_left_out, said.contains(noted), "{said}");
            for (before, _) in said.match_indices("/adminconsent?") {
                let authority = said[..before].strip_suffix(TENANT);
                assert!(authority.unwrap().ends_with("AUTHORITY/"), "{said}");
            }
        }
    }
    let said = home
        .call(&["explain", "-p", "evil", "65001"])
        .run()
        .answer();
    assert!(
        said.contains(&format!(
            "AUTHORITY/{TENANT}/adminconsent?client_id=CLIENT_ID"
        )),
        "{said}"
    );
}

#[test]
fn everything_can_be_listed_and_searched() {
    let home = Home::new();
    let list = home.call(&["explain", "--list"]).run().answer();
    assert!(list.lines().count() > 300, "{list}");
    let found = home
        .call(&["explain", "--search", "consent ADMIN"])
        .run()
        .answer();
    assert!(found.contains("AADSTS90094"), "{found}");
    assert!(!found.contains("AADSTS7000215 "), "{found}");
    let (nothing, said) = home
        .call(&["explain", "--search", "zebra"])
        .run()
        .answer_and_words();
    assert_eq!(nothing, "");
    assert!(said.contains("explain --list"), "{said}");
}
