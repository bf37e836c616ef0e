//! What there is to say about a sign-in: flags › `ENTRA_AUTH_*` › profile.

use engine::SignInWishes;
use model::Flow;
use model::Profile;
use model::RedirectUri;
use model::ResponseMode;

use super::Variables;
use crate::args::SignInArgs;
use crate::args::TokenArgs;
use crate::command_error::CommandError;

/// How a sign-in is shown to the person.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SignInManner {
    /// Whether a browser is opened, if there is a way to.
    pub(crate) opens_browser: bool,
    /// Whether a device code's address is shown as a QR code too.
    pub(crate) shows_qr_code: bool,
    /// Whether this very command names the device code flow, so that someone waits for the code
    /// even where nobody can be asked anything else.
    pub(crate) device_code_was_asked_for: bool,
}

/// How this command wants a sign-in shown.
pub(crate) fn sign_in_manner(args: &TokenArgs, variables: &Variables) -> SignInManner {
    let no_browser = args.sign_in.no_browser || variables.is_on("ENTRA_AUTH_NO_BROWSER");
    SignInManner {
        opens_browser: !no_browser,
        shows_qr_code: args.sign_in.qr,
        device_code_was_asked_for: args.flow == Some(Flow::DeviceCode),
    }
}

/// What is wished for of a sign-in by this flow; [`SignInWishes::moved`] is left as it is.
///
/// A flag that the flow cannot use is an error. A variable or a profile speaks for many flows, so
/// what this one cannot use of them is passed over.
pub(super) fn sign_in_wishes(
    flags: &SignInArgs,
    variables: &Variables,
    profile: Option<&Profile>,
    flow: Flow,
) -> Result<SignInWishes, CommandError> {
    must_be_of_use(flags, flow)?;
    if !flow.is_for_a_person() {
        return Ok(SignInWishes::default());
    }
    let account = flags
        .account
        .clone()
        .or_else(|| variables.text("ENTRA_AUTH_ACCOUNT"));
    if flow == Flow::DeviceCode {
        return Ok(SignInWishes {
            account,
            ..SignInWishes::default()
        });
    }
    let redirect_uri = chosen_redirect_uri(flags, variables, profile)?;
    if let Some(redirect_uri) = &redirect_uri {
        must_fit(flags, redirect_uri)?;
    }
    Ok(SignInWishes {
        redirect_uri,
        port: flags.port,
        response_mode: flags.response_mode,
        prompt: flags.prompt,
        login_hint: login_hint(flags, variables, profile, account.is_some()),
        domain_hint: flags.domain_hint.clone(),
        account,
        moved: false,
    })
}

/// Takes a redirect URI as a person wrote it; `place` says where it stood.
pub(crate) fn redirect_uri(text: &str, place: &str) -> Result<RedirectUri, CommandError> {
    RedirectUri::parse(text).map_err(|error| {
        CommandError::usage(
            "invalid_redirect_uri",
            format!("{place}: `{text}` is no redirect URI: {error}"),
        )
        .hint("Write it as it is registered for the application, such as http://localhost:8080")
    })
}

fn chosen_redirect_uri(
    flags: &SignInArgs,
    variables: &Variables,
    profile: Option<&Profile>,
) -> Result<Option<RedirectUri>, CommandError> {
    if let Some(text) = &flags.redirect_uri {
        return redirect_uri(text, "--redirect-uri").map(Some);
    }
    if let Some(text) = variables.text("ENTRA_AUTH_REDIRECT_URI") {
        return redirect_uri(&text, "ENTRA_AUTH_REDIRECT_URI").map(Some);
    }
    let Some(profile) = profile else {
        return Ok(None);
    };
    let place = format!("profile `{}`", profile.name);
    let text = profile.redirect_uri.as_deref();
    text.map(|text| redirect_uri(text, &place)).transpose()
}

/// A hint that names nobody in particular gives way to an account that is named.
fn login_hint(
    flags: &SignInArgs,
    variables: &Variables,
    profile: Option<&Profile>,
    is_account_named: bool,
) -> Option<String> {
    if flags.login_hint.is_some() || is_account_named {
        return flags.login_hint.clone();
    }
    variables
        .text("ENTRA_AUTH_LOGIN_HINT")
        .or_else(|| profile.and_then(|profile| profile.login_hint.clone()))
}

fn must_be_of_use(flags: &SignInArgs, flow: Flow) -> Result<(), CommandError> {
    let of_a_page = [
        ("--redirect-uri", flags.redirect_uri.is_some()),
        ("--port", flags.port.is_some()),
        ("--response-mode", flags.response_mode.is_some()),
        ("--prompt", flags.prompt.is_some()),
        ("--login-hint", flags.login_hint.is_some()),
        ("--domain-hint", flags.domain_hint.is_some()),
    ];
    let of_a_person = [
        ("--account", flags.account.is_some()),
        ("--no-browser", flags.no_browser),
    ];
    let given = |flags: &[(&'static str, bool)]| {
        let mut given = flags.iter().filter(|(_, is_given)| *is_given);
        given.next().map(|(name, _)| *name)
    };
    let qr = flags.qr.then_some("--qr");
    let (useless, fitting) = match flow {
        Flow::ClientCredentials => (
            given(&of_a_person).or(given(&of_a_page)).or(qr),
            "-f InteractiveBrowser, -f AuthorizationCode or -f DeviceCode",
        ),
        Flow::DeviceCode => (
            given(&of_a_page),
            "-f InteractiveBrowser or -f AuthorizationCode",
        ),
        Flow::AuthorizationCode | Flow::InteractiveBrowser => (qr, "-f DeviceCode"),
    };
    let fitting = if useless == Some("--qr") {
        "-f DeviceCode"
    } else {
        fitting
    };
    useless.map_or(Ok(()), |flag| Err(of_no_use(flag, flow, fitting)))
}

/// A flag that the flow cannot use; `fitting` names flows that can.
pub(super) fn of_no_use(flag: &str, flow: Flow, fitting: &str) -> CommandError {
    CommandError::usage(
        "flag_not_for_flow",
        format!("the flow {flow} cannot use {flag}"),
    )
    .hint(format!("Leave it out, or choose another flow: {fitting}"))
}

fn must_fit(flags: &SignInArgs, redirect_uri: &RedirectUri) -> Result<(), CommandError> {
    if redirect_uri.loopback().is_some() {
        return Ok(());
    }
    let contradiction = |message: String| CommandError::usage("contradictory_flags", message);
    if flags.port.is_some() {
        return Err(contradiction(format!(
            "--port is a port of this machine, and the redirect URI {redirect_uri} is elsewhere"
        ))
        .hint("Leave --port out, or name a redirect URI such as http://localhost"));
    }
    if flags.response_mode == Some(ResponseMode::FormPost) {
        return Err(contradiction(format!(
            "the redirect URI {redirect_uri} is not on this machine, so the answer has to be \
             pasted, and with form_post it stands in no address"
        ))
        .hint("Leave --response-mode out, or: --response-mode query"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use model::AuthMethod;
    use model::ProfileName;
    use model::Prompt;

    use super::*;

    const NOWHERE: Variables = Variables;

    fn profile() -> Profile {
        let name = ProfileName::parse("webapp").unwrap();
        Profile {
            redirect_uri: Some("https://app.example/callback".to_owned()),
            login_hint: Some("ada@contoso.com".to_owned()),
            ..Profile::new(name, AuthMethod::Public)
        }
    }

    fn wishes(flags: &SignInArgs, flow: Flow) -> Result<SignInWishes, CommandError> {
        sign_in_wishes(flags, &NOWHERE, Some(&profile()), flow)
    }

    #[test]
    fn flags_go_before_the_profile() {
        let flags = SignInArgs {
            redirect_uri: Some("http://localhost:5000".to_owned()),
            login_hint: Some("bob@contoso.com".to_owned()),
            port: Some(6000),
            prompt: Some(Prompt::Login),
            ..SignInArgs::default()
        };
        let wishes = wishes(&flags, Flow::InteractiveBrowser).unwrap();
        let redirect_uri = wishes.redirect_uri.unwrap();
        assert_eq!(redirect_uri.as_str(), "http://localhost:5000");
        assert_eq!(wishes.login_hint.as_deref(), Some("bob@contoso.com"));
        assert_eq!(
            (wishes.port, wishes.prompt),
            (Some(6000), Some(Prompt::Login))
        );
    }

    #[test]
    fn the_profile_says_what_no_flag_says() {
        let wishes = wishes(&SignInArgs::default(), Flow::AuthorizationCode).unwrap();
        let redirect_uri = wishes.redirect_uri.unwrap();
        assert_eq!(redirect_uri.as_str(), "https://app.example/callback");
        assert_eq!(wishes.login_hint.as_deref(), Some("ada@contoso.com"));
    }

    #[test]
    fn the_profiles_hint_is_not_sent_for_another_account() {
        let flags = SignInArgs {
            account: Some("bob@contoso.com".to_owned()),
            ..SignInArgs::default()
        };
        let wishes = wishes(&flags, Flow::InteractiveBrowser).unwrap();
        assert_eq!(wishes.login_hint, None);
        assert_eq!(wishes.account.as_deref(), Some("bob@contoso.com"));
    }

    #[test]
    fn what_the_profile_says_of_browsers_is_passed_over_by_other_flows() {
        for flow in [Flow::DeviceCode, Flow::ClientCredentials] {
            let wishes = wishes(&SignInArgs::default(), flow).unwrap();
            assert_eq!((wishes.redirect_uri, wishes.login_hint), (None, None));
        }
    }

    #[test]
    fn a_flag_the_flow_cannot_use_is_an_error_that_names_both() {
        let default = SignInArgs::default;
        let port = || SignInArgs {
            port: Some(1),
            ..default()
        };
        let qr = || SignInArgs {
            qr: true,
            ..default()
        };
        let account = || SignInArgs {
            account: Some("ada".to_owned()),
            ..default()
        };
        let hint = || SignInArgs {
            login_hint: Some("ada".to_owned()),
            ..default()
        };
        for (flags, flow, flag) in [
            (port(), Flow::DeviceCode, "--port"),
            (port(), Flow::ClientCredentials, "--port"),
            (qr(), Flow::InteractiveBrowser, "--qr"),
            (qr(), Flow::ClientCredentials, "--qr"),
            (account(), Flow::ClientCredentials, "--account"),
            (hint(), Flow::DeviceCode, "--login-hint"),
        ] {
            let error = wishes(&flags, flow).unwrap_err();
            assert_eq!(error.code, "flag_not_for_flow");
            assert!(error.message.contains(flag), "{}", error.message);
            assert!(error.message.contains(flow.as_str()), "{}", error.message);
        }
        for (flags, flow) in [
            (qr(), Flow::DeviceCode),
            (account(), Flow::DeviceCode),
            (
                SignInArgs {
                    no_browser: true,
                    ..default()
                },
                Flow::DeviceCode,
            ),
            (
                SignInArgs {
                    cae: true,
                    ..default()
                },
                Flow::ClientCredentials,
            ),
        ] {
            assert!(wishes(&flags, flow).is_ok(), "{flags:?}");
        }
    }

    #[test]
    fn wishes_that_contradict_the_redirect_uri_are_errors() {
        let form_post = Some(ResponseMode::FormPost);
        for flags in [
            SignInArgs {
                port: Some(8080),
                ..SignInArgs::default()
            },
            SignInArgs {
                response_mode: form_post,
                ..SignInArgs::default()
            },
        ] {
            let error = wishes(&flags, Flow::AuthorizationCode).unwrap_err();
            assert_eq!(error.code, "contradictory_flags");
            let on_this_machine = SignInArgs {
                redirect_uri: Some("http://localhost".to_owned()),
                ..flags
            };
            assert!(wishes(&on_this_machine, Flow::AuthorizationCode).is_ok());
        }
    }

    #[test]
    fn a_redirect_uri_that_is_none_says_where_it_stood() {
        let flags = SignInArgs {
            redirect_uri: Some("http://app.example".to_owned()),
            ..SignInArgs::default()
        };
        let error = wishes(&flags, Flow::InteractiveBrowser).unwrap_err();
        assert_eq!(error.code, "invalid_redirect_uri");
        assert!(
            error.message.starts_with("--redirect-uri"),
            "{}",
            error.message
        );
    }
}
