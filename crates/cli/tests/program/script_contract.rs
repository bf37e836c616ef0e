//! What scripts rely on: stdout is the answer and nothing else, stderr is silent when all is well.

use std::io::Read as _;
use std::os::unix::fs::FileTypeExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use serde_json::Value;

use crate::support::Home;
use crate::support::SECRET;
use crate::support::World;
use crate::support::assert_is_token;
use crate::support::now;

#[test]
fn the_token_and_a_newline_cold_and_warm() {
    let world = World::with_profile();
    let cold = world.call(&["get-token", "-p", "sp"]).run().answer();
    assert_is_token(&cold);
    let warm = world.call(&["get-token", "-p", "sp"]).run().answer();
    assert_eq!(warm, cold);
    assert_eq!(world.emulator.token_requests(), 1);
}

#[test]
fn the_flow_can_be_named_as_the_guide_does() {
    let world = World::with_profile();
    for flow in [
        "ClientCredentials",
        "client-credentials",
        "CLIENTCREDENTIALS",
    ] {
        let answer = world.call(&["get-token", "-p", "sp", "-f", flow]).run();
        assert_is_token(&answer.answer());
    }
}

#[test]
fn refresh_asks_anew_and_keeps_the_result() {
    let world = World::with_profile();
    let first = world.call(&["get-token"]).run().answer();
    let second = world.call(&["refresh"]).run().answer();
    assert_is_token(&second);
    assert_ne!(first, second);
    assert_eq!(world.call(&["get-token"]).run().answer(), second);
    assert_eq!(world.emulator.token_requests(), 2);
}

#[test]
fn without_the_cache_nothing_is_read_and_nothing_kept() {
    let world = World::with_profile();
    let first = world.call(&["get-token", "--no-cache"]).run().answer();
    assert_eq!(world.home.token_files(), [] as [std::path::PathBuf; 0]);
    let second = world.call(&["get-token", "--no-cache"]).run().answer();
    assert_ne!(first, second);
}

#[test]
fn json_and_yaml_say_the_same_things_of_the_same_token() {
    let world = World::with_profile();
    let token = world.call(&["get-token"]).run().answer();
    let json = world.call(&["get-token", "-o", "json"]).run().answer();
    let json: Value = serde_json::from_str(&json).unwrap();
    let expires_on = json["expires_on"].as_i64().unwrap();
    let expires_at = jiff::Timestamp::from_second(expires_on).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "schema_version": 1,
            "access_token": token.trim_end(),
            "token_type": "Bearer",
            "expires_in": json["expires_in"],
            "expires_at": expires_at.to_string(),
            "expires_on": expires_on,
            "scope": "https://graph.microsoft.com/.default",
            "tenant_id": "contoso.onmicrosoft.com",
            "client_id": "11112222-bbbb-3333-cccc-4444dddd5555",
            "account": null,
            "account_id": null,
            "flow": "ClientCredentials",
            "token_kind": "app",
            "from_cache": true,
        })
    );
    let yaml = world.call(&["get-token", "-o", "yaml"]).run().answer();
    let mut yaml: Value = serde_saphyr::from_str(&yaml).unwrap();
    yaml["expires_in"] = json["expires_in"].clone();
    assert_eq!(yaml, json);
}

#[test]
fn a_new_token_is_not_called_cached() {
    let world = World::with_profile();
    let json = world.call(&["get-token", "-o", "json"]).run().answer();
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["from_cache"], false);
}

#[test]
fn the_seconds_left_are_counted_when_printing() {
    let world = World::with_profile();
    let document = || -> Value {
        let before = now();
        let text = world.call(&["get-token", "-o", "json"]).run().answer();
        let document: Value = serde_json::from_str(&text).unwrap();
        let left = document["expires_in"].as_i64().unwrap();
        let ends = document["expires_on"].as_i64().unwrap();
        assert!((ends - now()..=ends - before).contains(&left), "{document}");
        document
    };
    let first = document();
    let mut later = document();
    while later["expires_in"] == first["expires_in"] {
        later = document();
    }
    assert_eq!(later["expires_on"], first["expires_on"]);
    assert_eq!(world.emulator.token_requests(), 1);
}

#[test]
fn the_header_is_one_that_curl_can_send() {
    let world = World::with_profile();
    let token = world.call(&["get-token"]).run().answer();
    let header = world.call(&["get-token", "-o", "header"]).run().answer();
    assert_eq!(header, format!("Authorization: Bearer {token}"));
}

#[test]
fn shells_evaluate_the_assignments() {
    let world = World::with_profile();
    let token = world.call(&["get-token"]).run().answer();
    let program = env!("CARGO_BIN_EXE_entra-auth-cli");
    let print = r#"printf '%s\n' "$ENTRA_ACCESS_TOKEN"; test "$ENTRA_EXPIRES_ON" -gt 1700000000"#;
    for (shell, script) in [
        (
            "bash",
            format!(r#"eval "$('{program}' get-token -o env)"; {print}"#),
        ),
        (
            "dash",
            format!(r#"eval "$('{program}' get-token -o env)"; {print}"#),
        ),
        (
            "zsh",
            format!(r#"eval "$('{program}' get-token -o env --shell zsh)"; {print}"#),
        ),
        (
            "fish",
            format!("'{program}' get-token -o env --shell fish | source; {print}"),
        ),
    ] {
        let outcome = world
            .home
            .call_of(shell.as_ref())
            .args(["-c", &script])
            .run();
        assert_eq!(outcome.answer(), token, "{shell}");
    }
}

#[test]
fn a_file_is_written_whole_for_its_owner_alone() {
    let world = World::with_profile();
    let token = world.call(&["get-token"]).run().answer();
    let path = world
        .home
        .put("token", "what was there before, and longer".repeat(100));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let reader = std::fs::File::open(&path).unwrap();
    let call = world.call(&["get-token", "--file", "token"]);
    assert_eq!(call.run().answer(), "");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), token);
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
    let mut old = String::new();
    (&reader).read_to_string(&mut old).unwrap();
    assert!(
        old.starts_with("what was there"),
        "the old file was written into"
    );
    let json = ["get-token", "-o", "json", "--file", "token.json"];
    assert_eq!(world.call(&json).run().answer(), "");
    let json: Value =
        serde_json::from_slice(&std::fs::read(world.home.at("token.json")).unwrap()).unwrap();
    assert_eq!(json["access_token"], token.trim_end());
}

#[test]
fn a_link_is_neither_followed_nor_replaced() {
    let world = World::with_profile();
    let target = world.home.put("target", "precious");
    let link = world.home.at("link");
    std::os::unix::fs::symlink(&target, &link).unwrap();
    let said = world
        .call(&["get-token", "--file", "link"])
        .run()
        .failure(8);
    assert!(said.contains("link is a symbolic link"), "{said}");
    assert!(link.is_symlink());
    assert_eq!(std::fs::read(&target).unwrap(), b"precious");
}

#[test]
fn a_pipe_is_written_to() {
    let world = World::with_profile();
    let token = world.call(&["get-token"]).run().answer();
    let pipe = world.home.at("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let writer = world.call(&["get-token", "--file", "pipe"]).start();
    assert_eq!(std::fs::read_to_string(&pipe).unwrap(), token);
    assert_eq!(writer.finish().answer(), "");
    assert!(
        std::fs::symlink_metadata(&pipe)
            .unwrap()
            .file_type()
            .is_fifo()
    );
}

#[test]
fn a_reader_that_went_away_is_no_failure() {
    let world = World::with_profile();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let outcome = world.call(&["get-token"]).stdout(writer).run();
    assert_eq!(outcome.answer(), "");
}

#[cfg(target_os = "linux")]
#[test]
fn stdout_that_cannot_be_written_is_a_failure() {
    let world = World::with_profile();
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let said = world.call(&["get-token"]).stdout(full).run().failure(8);
    assert!(said.contains("No space left on device"), "{said}");
}

#[test]
fn an_error_is_json_where_the_answer_would_be() {
    let world = World::with_profile();
    let call = world.call(&["get-token", "-o", "json"]);
    let document = call
        .env("ENTRA_AUTH_CLIENT_SECRET", "wrong")
        .run()
        .failure_document(2);
    assert_eq!(document["code"], "invalid_client");
    assert_eq!(document["aadsts"], 7_000_215);
    assert!(
        document["message"]
            .as_str()
            .unwrap()
            .contains("AADSTS7000215: Invalid client secret")
    );
    for field in ["correlation_id", "trace_id"] {
        let id = document[field].as_str().unwrap();
        assert_eq!(
            (id.len(), id.matches('-').count()),
            (36, 4),
            "{field}: {id}"
        );
    }
    assert!(document["timestamp"].as_str().unwrap().ends_with('Z'));
    let hints = document["hints"].as_array().unwrap();
    assert!(
        hints
            .iter()
            .any(|hint| hint.as_str().unwrap().contains("config edit sp")),
        "{hints:?}"
    );
    let sent = world.emulator.requests_to(emulator::Endpoint::Token);
    assert_eq!(
        sent[0].header("client-request-id").unwrap(),
        document["correlation_id"].as_str().unwrap()
    );
}

#[test]
fn an_error_without_a_provider_has_the_same_fields() {
    let home = Home::new();
    let document = home
        .call(&["get-token", "-o", "json", "-p", "nope"])
        .run()
        .failure_document(3);
    let mut fields: Vec<&String> = document.as_object().unwrap().keys().collect();
    fields.sort();
    assert_eq!(
        fields,
        [
            "aadsts",
            "code",
            "correlation_id",
            "exit_code",
            "hints",
            "message",
            "schema_version",
            "timestamp",
            "trace_id",
        ]
    );
    assert_eq!(document["code"], "profile_not_found");
}

#[test]
fn warnings_are_json_too_and_quiet_leaves_them_out() {
    let world = World::new();
    let call = |more: &[&str]| {
        world
            .call(&["get-token", "--client-secret", SECRET])
            .args(world.target())
            .args(more)
            .run()
    };
    let (answer, said) = call(&[]).answer_and_words();
    assert_is_token(&answer);
    assert!(said.starts_with("warning: other users of this machine can see --client-secret"));
    let (_, said) = call(&["-o", "json"]).answer_and_words();
    let warning: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(warning["level"], "warning");
    assert_is_token(&call(&["-q"]).answer());
    let failed = world.call(&["get-token", "-q", "-p", "nope"]).run();
    assert!(
        failed
            .failure(3)
            .starts_with("error: there is no profile `nope`")
    );
}

#[test]
fn what_happens_is_told_on_stderr_and_redacted() {
    let world = World::with_profile();
    let (answer, said) = world.call(&["get-token", "-vv"]).run().answer_and_words();
    assert_is_token(&answer);
    assert!(said.contains("POST http://127.0.0.1"), "{said}");
    assert!(said.contains("200"), "{said}");
    assert!(
        !said.contains(answer.trim_end()) && !said.contains("s3cr"),
        "{said}"
    );
    let (answer, said) = world
        .call(&["get-token", "-v", "--force"])
        .run()
        .answer_and_words();
    assert_is_token(&answer);
    assert!(said.contains("asking for a token"), "{said}");
    assert!(!said.contains("POST"), "{said}");
}

#[test]
fn help_and_version_are_answers() {
    let home = Home::new();
    let version = home.call(&["--version"]).run().answer();
    assert_eq!(
        version,
        concat!("entra-auth-cli ", env!("CARGO_PKG_VERSION"), "\n")
    );
    for command in [
        vec!["--help"],
        vec!["get-token", "--help"],
        vec!["config", "create", "-h"],
    ] {
        assert!(
            home.call(&command)
                .run()
                .answer()
                .contains("Usage: entra-auth-cli")
        );
    }
    assert!(home.files().is_empty());
}
