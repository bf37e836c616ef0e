//! Why nobody could sign in, or somebody else did.

use std::time::Duration;

use engine::TokenRequest;
use model::Account;
use model::Flow;
use model::Prompt;
use protocol::Refusal;

use super::acquisition::advised;
use super::acquisition::words;
use super::invocation::Instead;
use super::invocation::command;
use crate::command_error::CommandError;
use crate::command_error::Kind;
use crate::shell;

/// A person would have to sign in, and nobody may be asked.
pub(super) fn person_needed(
    request: &TokenRequest,
    claims: Option<&str>,
    refused: Option<&Refusal>,
) -> CommandError {
    let why = refused.map_or_else(String::new, |refusal| {
        format!(": the stored sign-in is not enough ({})", words(refusal))
    });
    let message = format!("a person has to sign in, and nobody may be asked here{why}");
    let here = Instead {
        claims,
        ..Instead::default()
    };
    let elsewhere = Instead {
        flow: Some(Flow::DeviceCode),
        ..here
    };
    let mut worded = CommandError::new(Kind::InputNeeded, "input_needed", message).hint(format!(
        "Where a person is, run: {}",
        command(request, here)
    ));
    let leads_elsewhere = request
        .sign_in
        .redirect_uri
        .as_ref()
        .filter(|redirect_uri| redirect_uri.loopback().is_none());
    if let Some(redirect_uri) = leads_elsewhere {
        worded = worded.hint(format!(
            "The browser ends up at {redirect_uri}, and its address has to be pasted: that takes a \
             terminal"
        ));
    }
    if request.flow != Flow::DeviceCode {
        worded = worded.hint(format!(
            "To sign in on another device: {}",
            command(request, elsewhere)
        ));
    }
    worded = worded.hint(
        "A script that nobody watches gets tokens for the application itself: \
         -f ClientCredentials, with a secret, a certificate or a federated token",
    );
    match refused {
        Some(refusal) => advised(worded, refusal, request),
        None => worded,
    }
}

/// Nobody signed in in time.
pub(super) fn not_signed_in(request: &TokenRequest, allowed: Duration) -> CommandError {
    // What others took of the time that was given is no matter of the person's.
    let told = request.timeout.unwrap_or(allowed);
    let time = match told.as_millis().div_ceil(1_000) {
        1 => "1 second".to_owned(),
        seconds @ ..120 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds / 60),
    };
    let worded = CommandError::new(
        Kind::TimedOut,
        "timed_out",
        format!("nobody signed in within {time}"),
    );
    let worded = if request.timeout.is_some() {
        worded.hint("Allow more time: --timeout 15m, or leave --timeout out")
    } else {
        worded
    };
    worded.hint(format!(
        "Try again: {}",
        command(request, Instead::default())
    ))
}

/// Somebody else signed in than was meant.
pub(super) fn other_account(
    request: &TokenRequest,
    expected: &str,
    actual: &Account,
) -> CommandError {
    let added = Instead {
        account: Some(&actual.username),
        ..Instead::default()
    };
    let worded = CommandError::usage(
        "other_account",
        format!("{actual} signed in, and {expected} was meant; nothing was kept"),
    );
    let worded = if request.flow == Flow::DeviceCode {
        worded.hint(format!(
            "Sign in as {expected} in a private window of the browser: {}",
            command(request, Instead::default())
        ))
    } else {
        worded.hint(format!(
            "Choose {expected} in the browser: {} --prompt select_account",
            command(request, Instead::default())
        ))
    };
    worded.hint(format!(
        "Or add {}: {}",
        actual.username,
        command(request, added)
    ))
}

/// Nothing says which of several accounts is meant.
pub(super) fn which_account(accounts: &[Account]) -> CommandError {
    let names: Vec<String> = accounts.iter().map(ToString::to_string).collect();
    let worded = CommandError::usage(
        "account_missing",
        format!(
            "several accounts are signed in, and none is the default: {}",
            names.join(", ")
        ),
    );
    match accounts.first() {
        Some(first) => worded.hint(format!(
            "Say which: --account {}, or ENTRA_AUTH_ACCOUNT",
            shell::word(&first.username)
        )),
        None => worded,
    }
}

/// The authority cannot do what the flow needs.
pub(super) fn no_such_service(request: &TokenRequest, message: String) -> CommandError {
    let other = if request.flow == Flow::DeviceCode {
        Flow::InteractiveBrowser
    } else {
        Flow::DeviceCode
    };
    let instead = Instead {
        flow: Some(other),
        ..Instead::default()
    };
    CommandError::usage("flow_not_supported", message)
        .hint(format!("Try another flow: {}", command(request, instead)))
}

/// Adds the way out of a sign-in that ended with this refusal, where it is plain and not said yet.
pub(super) fn with_way_out(
    worded: CommandError,
    refusal: &Refusal,
    request: &TokenRequest,
) -> CommandError {
    if !request.flow.is_for_a_person() {
        return worded;
    }
    match refusal.error.as_str() {
        // Advice names the command by its profile.
        "access_denied" | "authorization_declined" if worded.hints.is_empty() => {
            worded.hint(format!(
                "The sign-in was cancelled or consent was not given. If that was a mistake: {}",
                command(request, Instead::default())
            ))
        }
        "login_required"
        | "interaction_required"
        | "consent_required"
        | "account_selection_required"
            if request.sign_in.prompt == Some(Prompt::None) =>
        {
            worded.hint("The page was not allowed to ask anything: leave out --prompt none")
        }
        _ => worded,
    }
}

#[cfg(test)]
mod tests {
    use super::super::invocation::tests::request;
    use super::*;

    fn refusal(error: &str, description: &str) -> Refusal {
        serde_json::from_value(serde_json::json!({
            "status": 400, "error": error, "codes": [], "description": description,
        }))
        .unwrap()
    }

    fn account(username: &str) -> Account {
        Account {
            id: model::AccountId::of_entra(username, "t"),
            username: username.to_owned(),
            tenant_id: "t".to_owned(),
        }
    }

    #[test]
    fn where_nobody_may_be_asked_the_command_for_a_person_is_given() {
        let request = request(Some("desktop-app"), Flow::InteractiveBrowser);
        let claims = r#"{"access_token":{}}"#;
        let expired = refusal(
            "invalid_grant",
            "AADSTS700082: The refresh token has expired.\r\nTrace ID: t",
        );
        let error = person_needed(&request, Some(claims), Some(&expired));
        assert_eq!((error.kind.exit_code(), error.code), (7, "input_needed"));
        assert!(
            error
                .message
                .ends_with("(AADSTS700082: The refresh token has expired.)"),
            "{}",
            error.message
        );
        let run = error.hints[0].split_once("run: ").unwrap().1;
        let words = shlex::split(run).unwrap();
        assert_eq!(
            words[..4],
            ["entra-auth-cli", "get-token", "-p", "desktop-app"]
        );
        let at = words.iter().position(|word| word == "--claims").unwrap();
        assert_eq!(protocol::claims::parse(&words[at + 1]).unwrap(), claims);
        assert!(
            error.hints[1].contains("-f DeviceCode"),
            "{:?}",
            error.hints
        );
        assert_eq!(error.provider.unwrap().aadsts, Some(700_082));
    }

    #[test]
    fn a_sign_in_on_another_device_is_offered_once() {
        let error = person_needed(&request(Some("p"), Flow::DeviceCode), None, None);
        let offers = error
            .hints
            .iter()
            .filter(|hint| hint.contains("-f DeviceCode"));
        assert_eq!(offers.count(), 1);
        assert!(error.provider.is_none());
    }

    #[test]
    fn both_accounts_are_named() {
        let request = request(Some("p"), Flow::InteractiveBrowser);
        let error = other_account(&request, "ada@contoso.com", &account("bob@contoso.com"));
        assert_eq!((error.kind.exit_code(), error.code), (4, "other_account"));
        for name in ["ada@contoso.com", "bob@contoso.com"] {
            assert!(error.message.contains(name), "{}", error.message);
        }
        assert!(error.hints[0].ends_with("--prompt select_account"));
        assert!(error.hints[1].ends_with("--account bob@contoso.com"));
        let by_code = super::super::invocation::tests::request(Some("p"), Flow::DeviceCode);
        let error = other_account(&by_code, "ada", &account("bob"));
        let useless = error.hints.iter().any(|hint| hint.contains("--prompt"));
        assert!(!useless, "the device code flow has no such flag");
    }

    #[test]
    fn all_accounts_are_listed() {
        let error = which_account(&[account("ada"), account("bob")]);
        assert_eq!((error.kind.exit_code(), error.code), (4, "account_missing"));
        assert!(error.message.ends_with("ada (tenant t), bob (tenant t)"));
        assert!(error.hints[0].contains("--account ada"));
    }

    #[test]
    fn the_time_nobody_signed_in_for_is_said_in_its_unit() {
        let mut request = request(None, Flow::DeviceCode);
        let error = not_signed_in(&request, Duration::from_mins(15));
        assert_eq!(error.kind.exit_code(), 6);
        assert_eq!(error.message, "nobody signed in within 15 minutes");
        assert_eq!(error.hints.len(), 1);
        request.timeout = Some(Duration::from_secs(30));
        let error = not_signed_in(&request, Duration::from_millis(29_900));
        assert_eq!(error.message, "nobody signed in within 30 seconds");
        assert!(error.hints[0].contains("--timeout"));
        request.timeout = Some(Duration::from_secs(1));
        let error = not_signed_in(&request, Duration::from_millis(950));
        assert_eq!(error.message, "nobody signed in within 1 second");
    }

    #[test]
    fn a_person_who_said_no_may_say_yes_later() {
        let worded = |error: &str, request: &TokenRequest| {
            let worded = CommandError::new(Kind::Refused, "access_denied", "no");
            with_way_out(worded, &refusal(error, ""), request).hints
        };
        let mut request = request(Some("p"), Flow::InteractiveBrowser);
        for error in ["access_denied", "authorization_declined"] {
            assert!(
                worded(error, &request)[0].contains("get-token -p p"),
                "{error}"
            );
        }
        let advised = CommandError::new(Kind::Refused, "access_denied", "no").hint("Accept");
        let advised = with_way_out(advised, &refusal("access_denied", ""), &request);
        assert_eq!(advised.hints, ["Accept"]);
        assert!(worded("login_required", &request).is_empty());
        request.sign_in.prompt = Some(Prompt::None);
        assert!(worded("login_required", &request)[0].contains("--prompt none"));
        request.flow = Flow::ClientCredentials;
        assert!(worded("access_denied", &request).is_empty());
    }
}
