//! Profiles: what to try with one, and failures of `profiles.json`.

use engine::Issued;
use engine::TokenRequest;
use model::Authority;
use model::ClientId;
use model::Flow;
use model::Profile;
use model::ProfileName;
use protocol::scope_rules::ScopeRuleError;
use vault::ProfilesError;
use vault::Unnamed;

use super::invocation;
use super::invocation::Instead;
use super::store;
use crate::command_error::CommandError;
use crate::command_error::Kind;
use crate::shell;

/// Words a failure of `profiles.json`.
pub(crate) fn profiles(error: ProfilesError) -> CommandError {
    let message = error.to_string();
    match error {
        ProfilesError::Storage(error) => store::storage(&error),
        ProfilesError::Vault(error) => store::vault(&error),
        ProfilesError::Syntax { .. } | ProfilesError::Shape { .. } => {
            CommandError::usage("profiles_unreadable", message)
                .hint("Correct the file by hand; it is not changed while it is broken.")
        }
        ProfilesError::Unwritable { .. } => {
            CommandError::new(Kind::Unexpected, "profile_unwritable", message)
        }
        ProfilesError::NotFound {
            name,
            names,
            unnamed,
        } => {
            let message = format!("there is no profile `{name}`");
            let error = CommandError::new(Kind::ProfileNotFound, "profile_not_found", message);
            let error = with_unnamed(error, &unnamed);
            let error = match nearest(&name, &names) {
                Some(meant) => error.hint(format!("Did you mean `{meant}`?")),
                None => error,
            };
            known(error, &names)
        }
        ProfilesError::Ambiguous { name, candidates } => {
            let list: Vec<String> = candidates.iter().map(ToString::to_string).collect();
            CommandError::new(
                Kind::ProfileNotFound,
                "profile_ambiguous",
                format!("`{name}` could be any of several profiles"),
            )
            .hint(format!("Write it as it is saved: {}", list.join(", ")))
        }
        ProfilesError::Duplicate { .. } => CommandError::usage("profile_duplicate", message)
            .hint("Rename or remove one of them in the file."),
        ProfilesError::Invalid { name, .. } => {
            let error = CommandError::usage("profile_invalid", message)
                .hint("Correct this profile in the file; the others can be used meanwhile.");
            match ProfileName::parse(&name) {
                Ok(name) => {
                    error.hint(format!("Or delete it: entra-auth-cli config delete {name}"))
                }
                Err(_) => error,
            }
        }
        ProfilesError::Exists(name) => exists(&name).hint(format!(
            "Choose another name, or delete that profile first: entra-auth-cli config delete {name}"
        )),
    }
}

/// No profile is named, and none can be taken unasked.
pub(crate) fn no_profile_meant(names: &[ProfileName], unnamed: &[Unnamed]) -> CommandError {
    let message = match (names, unnamed) {
        ([], []) => "there is no profile yet",
        ([], [_, ..]) => "no profile in profiles.json has a name",
        _ => "several profiles exist, and none is named",
    };
    let error = CommandError::new(Kind::ProfileNotFound, "profile_not_found", message);
    let error = with_unnamed(error, unnamed);
    if names.is_empty() {
        return known(error, names);
    }
    known(error.hint("Name one: -p NAME"), names)
}

/// The name that was probably meant, if one is close.
fn nearest<'n>(typed: &str, names: &'n [ProfileName]) -> Option<&'n ProfileName> {
    let typed = typed.to_lowercase();
    names
        .iter()
        .map(|name| {
            let distance = strsim::osa_distance(&typed, &name.as_str().to_lowercase());
            (distance, name)
        })
        .filter(|(distance, name)| distance * 3 <= name.as_str().len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// How many entries without a name are told of: more say no more.
const UNNAMED_AT_MOST: usize = 3;

/// What is looked for may be an entry whose name is misspelt.
fn with_unnamed(mut error: CommandError, unnamed: &[Unnamed]) -> CommandError {
    for Unnamed { line, why } in unnamed.iter().take(UNNAMED_AT_MOST) {
        error = error.hint(format!(
            "Correct the profile on line {line} of profiles.json: {why}"
        ));
    }
    error
}

fn known(error: CommandError, names: &[ProfileName]) -> CommandError {
    if names.is_empty() {
        return error
            .hint("Make one: entra-auth-cli config create")
            .hint("Or do without: entra-auth-cli get-token --tenant TENANT --client-id ID …");
    }
    let list: Vec<String> = names.iter().map(ToString::to_string).collect();
    error.hint(format!("The profiles are: {}", list.join(", ")))
}

/// The command that shows whether the profile works.
///
/// Permissions by name are a person's: an application that has a secret as well gets them by the
/// web-app flow only.
pub(crate) fn first_call(profile: &Profile) -> String {
    let flow = first_flow(profile)
        .map(|flow| format!(" -f {flow}"))
        .unwrap_or_default();
    format!("entra-auth-cli get-token -p {}{flow}", profile.name)
}

/// The flow that has to be named for the profile to work, if it is not the one taken unasked.
pub(crate) fn first_flow(profile: &Profile) -> Option<Flow> {
    let usual = profile
        .default_flow
        .unwrap_or_else(|| Flow::inferred_from(profile.auth_method));
    let is_a_persons = profile
        .scopes
        .iter()
        .any(|scope| scope.contains(['/', '.']) && !scope.ends_with("/.default"));
    (usual == Flow::ClientCredentials && is_a_persons).then_some(Flow::AuthorizationCode)
}

fn exists(name: &ProfileName) -> CommandError {
    CommandError::usage(
        "profile_exists",
        format!("a profile `{name}` exists already"),
    )
}

/// A new profile's name is taken, in this letter case or another, and `--force` may replace it.
pub(crate) fn name_taken(known: &ProfileName, wanted: &ProfileName) -> CommandError {
    if known == wanted {
        return exists(known)
            .hint(format!("Change it: entra-auth-cli config edit {known} …"))
            .hint("Replace it: the same command with --force");
    }
    CommandError::usage(
        "profile_exists",
        format!("a profile `{known}` exists already, and letter case makes no other name"),
    )
    .hint(format!("Replace it: --name {known} --force"))
}

/// An application's id that the authority can have given to none.
pub(crate) fn no_guid(client_id: &ClientId, authority: &Authority) -> CommandError {
    CommandError::usage(
        "invalid_client_id",
        format!("`{client_id}` is no application of {authority}: client ids are GUIDs there"),
    )
    .hint("It is the \"Application (client) ID\" on the app registration's overview page.")
    .hint("For another kind of login service: --authority URL --authority-type oidc (or adfs)")
}

/// Scopes that no token of the profile could be asked for with.
pub(crate) fn unfit_scope(error: &ScopeRuleError) -> CommandError {
    let worded = CommandError::usage("invalid_scope", error.to_string());
    match error.suggestion() {
        Some(scopes) => worded.hint(format!("Ask for: --scope {}", shell::word(scopes))),
        None => worded,
    }
}

/// A profile that was tried before it is saved did not work; `command` is what is called again.
pub(crate) fn trial_failed(
    error: CommandError,
    request: &TokenRequest,
    command: &str,
) -> CommandError {
    let advice = error.advice();
    let hints = advice.iter().filter_map(|hint| {
        if hint.starts_with("If it stands in the profile: ") {
            return None;
        }
        Some(match hint.strip_prefix("Ask for: -s ") {
            Some(scopes) => format!("Ask for: {command} --scope {scopes}"),
            None => with_command(hint, request, command),
        })
    });
    let hints = hints.collect();
    drop(advice);
    CommandError { hints, ..error }.hint("Nothing was changed.")
}

/// The hint with `command` in place of the call for a token that it ends with.
fn with_command(hint: &str, request: &TokenRequest, command: &str) -> String {
    for flow in Flow::ALL {
        let instead = Instead {
            flow: Some(flow),
            ..Instead::default()
        };
        if let Some(label) = hint.strip_suffix(&invocation::command(request, instead)) {
            let other = if flow == request.flow {
                String::new()
            } else {
                format!(" --default-flow {}", flow.as_str())
            };
            return format!("{label}{command}{other}");
        }
    }
    hint.to_owned()
}

/// The token that shows that a profile works, without the token.
pub(crate) fn works(issued: &Issued, request: &TokenRequest) -> String {
    let whose = match &issued.entry.account {
        Some(account) => format!("a token for {account}"),
        None => "an app token".to_owned(),
    };
    let scopes = &request.scopes;
    let what = if scopes.is_empty() {
        String::new()
    } else {
        format!(" with {scopes}")
    };
    format!(
        "It works: {whose}{what}, expires {}.",
        issued.entry.expires_on
    )
}

#[cfg(test)]
mod tests {
    use model::AuthMethod;

    use super::*;

    #[test]
    fn a_failed_trial_is_repeated_by_the_command_that_tried() {
        let request = super::super::sample_request(Some("p"), Flow::DeviceCode);
        let call = |flow| {
            let flow = Some(flow);
            invocation::command(
                &request,
                Instead {
                    flow,
                    ..Instead::default()
                },
            )
        };
        let failed = CommandError::usage("invalid_scope", "no")
            .hint("Ask for: -s a/.default")
            .hint("If it stands in the profile: entra-auth-cli config edit p --scope a/.default")
            .hint(format!("Again: {}", call(Flow::DeviceCode)))
            .hint(format!("Or: {}", call(Flow::AuthorizationCode)));
        let edit = "entra-auth-cli config edit p --test";
        assert_eq!(
            trial_failed(failed, &request, edit).hints,
            [
                format!("Ask for: {edit} --scope a/.default"),
                format!("Again: {edit}"),
                format!("Or: {edit} --default-flow AuthorizationCode"),
                "Nothing was changed.".to_owned(),
            ]
        );
    }

    #[test]
    fn a_name_that_was_mistyped_is_guessed() {
        let names = ["prod", "production", "test"].map(|name| ProfileName::parse(name).unwrap());
        let guess = |typed| nearest(typed, &names).map(ProfileName::as_str);
        assert_eq!(guess("prood"), Some("prod"));
        assert_eq!(guess("Prodution"), Some("production"));
        assert_eq!(guess("webapp"), None);
    }

    #[test]
    fn the_first_call_is_one_that_can_work() {
        let profile = |method, scope: &str| Profile {
            scopes: vec![scope.to_owned()],
            ..Profile::new(ProfileName::parse("p").unwrap(), method)
        };
        let secret = AuthMethod::ClientSecret;
        for (profile, call) in [
            (
                profile(secret, "User.Read"),
                "get-token -p p -f AuthorizationCode",
            ),
            (
                profile(secret, "https://a.example/.default"),
                "get-token -p p",
            ),
            (profile(secret, "graph"), "get-token -p p"),
            (profile(AuthMethod::Public, "User.Read"), "get-token -p p"),
        ] {
            assert_eq!(first_call(&profile), format!("entra-auth-cli {call}"));
        }
    }
}
