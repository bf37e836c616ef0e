//! From flags, variables and profile to one request: flags › `ENTRA_AUTH_*` › profile ›
//! `AZURE_*`, which fill only what is still empty › defaults.

use std::time::Duration;

use engine::CacheUse;
use engine::Credential;
use engine::SignInWishes;
use engine::TokenRequest;
use engine::request::MinTtl;
use model::AuthMethod;
use model::Authority;
use model::AuthorityKind;
use model::ClientId;
use model::Cloud;
use model::Destination;
use model::Flow;
use model::Profile;
use model::Scopes;
use model::scope::ScopeError;

use super::Variables;
use super::approval::approval_of;
use super::chosen_authority::chosen_authority;
use super::chosen_credential::ChosenCredential;
use super::chosen_credential::CredentialChoice;
use super::credential::secret_variables;
use super::destination::profile_destination;
use super::sign_in::of_no_use;
use super::sign_in::sign_in_wishes;
use super::source::Places;
use super::source::Source;
use super::telling::Sources;
use crate::args::TargetArgs;
use crate::args::TokenArgs;
use crate::command_error::CommandError;
use crate::ui::Ui;

/// A cached token with less left than this is not used.
pub(super) const DEFAULT_MIN_TTL: Duration = Duration::from_mins(5);

/// What `get-token` asks the engine; with `-v`, who said what of it.
pub(crate) fn token_request(
    ui: &Ui,
    variables: &Variables,
    args: &TokenArgs,
    profile: Option<&Profile>,
) -> Result<TokenRequest, CommandError> {
    let chosen = chosen_authority(&args.target, variables, profile)?;
    if profile.is_none() {
        chosen.must_be_trusted_without_profile()?;
    }
    let authority = chosen.authority;
    let (client_id, client_id_source) = client_id(&args.target, variables, profile)?;
    let choice = CredentialChoice {
        ui,
        variables,
        flags: &args.credential,
        profile,
    };
    let ((flow, flow_source), credential) = flow_and_credential(args, variables, &choice)?;
    let sign_in = SignInWishes {
        moved: is_moved(&args.target, profile, &authority, &client_id),
        ..sign_in_wishes(&args.sign_in, variables, profile, flow)?
    };
    let (scopes, scopes_source) = scopes(args, variables, profile, &authority, flow)?;
    let claims = args
        .claims
        .as_deref()
        .map(protocol::claims::parse)
        .transpose()
        .map_err(|error| CommandError::usage("invalid_claims", format!("--claims: {error}")))?;
    let trusts_references = credential.is_of_profile
        || args.target.ca_file.is_none()
            && profile.is_some_and(|profile| profile.ca_file.is_some());
    let approval = match profile {
        Some(profile) => approval_of(profile, &authority, &client_id)?,
        None => None,
    };
    let approval = approval.filter(|approval| {
        (trusts_references && !approval.references.is_empty())
            || !(authority.is_built_in() || chosen.typed_here)
    });
    let sources = Sources {
        authority: chosen.source,
        tenant: chosen.tenant_source,
        client_id: client_id_source,
        flow: flow_source,
        scopes: scopes_source,
        credential: credential.source,
        password: credential.password_source,
    };
    let request = TokenRequest {
        authority,
        client_id,
        scopes,
        flow,
        client_secret_ends_on: profile
            .filter(|_| credential.is_of_profile)
            .and_then(|profile| profile.client_secret_expires_at),
        credential: credential.credential,
        claims,
        cache: match (args.cache.no_cache, args.cache.force) {
            (true, _) => CacheUse::None,
            (false, true) => CacheUse::WriteOnly,
            (false, false) => CacheUse::ReadAndWrite,
        },
        min_ttl: match args.cache.min_ttl {
            Some(duration) => MinTtl::Required(duration),
            None => MinTtl::Preferred(DEFAULT_MIN_TTL),
        },
        declares_cp1: args.sign_in.cae,
        timeout: args.timeout,
        sign_in,
        profile: profile.map(|profile| profile.name.clone()),
        wants_refresh_token: args.output.include_refresh_token,
        approval,
        secret_variables: secret_variables(&args.credential, profile),
    };
    sources.tell(&request, profile, variables);
    Ok(request)
}

/// The application that flags, variables and profile name, and which of them does.
pub(super) fn client_id(
    target: &TargetArgs,
    variables: &Variables,
    profile: Option<&Profile>,
) -> Result<(ClientId, Source), CommandError> {
    let places = Places {
        flag: ("--client-id", target.client_id.as_ref()),
        ours: "ENTRA_AUTH_CLIENT_ID",
        profile: profile.and_then(|profile| profile.client_id.as_ref()),
        azure: "AZURE_CLIENT_ID",
    };
    let Some((text, source)) = places.first(variables) else {
        let worded =
            CommandError::usage("client_id_missing", "no application (client) id is named")
                .hint("Name it: --client-id ID");
        return Err(match profile {
            Some(profile) => worded.hint(format!(
                "Or keep it in the profile: entra-auth-cli config edit {} --client-id ID",
                profile.name
            )),
            None => worded,
        });
    };
    ClientId::parse(&text)
        .map(|client_id| (client_id, source))
        .map_err(|error| CommandError::usage("invalid_client_id", format!("`{text}`: {error}")))
}

/// The flow, and how the application proves itself in it. Where a flow sends no credential, none is
/// looked for: not in the profile, not on stdin.
fn flow_and_credential(
    args: &TokenArgs,
    variables: &Variables,
    choice: &CredentialChoice<'_>,
) -> Result<((Flow, Source), ChosenCredential), CommandError> {
    match named_flow(args, variables, choice.profile)? {
        Some((flow @ (Flow::DeviceCode | Flow::InteractiveBrowser), source)) => {
            if let Some(flag) = args.credential.credential_flag() {
                return Err(of_no_use(
                    flag,
                    flow,
                    "-f ClientCredentials or -f AuthorizationCode",
                ));
            }
            Ok(((flow, source), ChosenCredential::not_sent()))
        }
        Some(flow) => Ok((flow, choice.chosen()?)),
        None => {
            let chosen = choice.chosen()?;
            let flow = Flow::inferred_from(method(&chosen.credential, choice.profile));
            Ok(((flow, Source::Default), chosen))
        }
    }
}

fn named_flow(
    args: &TokenArgs,
    variables: &Variables,
    profile: Option<&Profile>,
) -> Result<Option<(Flow, Source)>, CommandError> {
    if let Some(flow) = args.flow {
        return Ok(Some((flow, Source::Flag("--flow"))));
    }
    if let Some(text) = variables.text("ENTRA_AUTH_FLOW") {
        let flow = text.parse().map_err(|error| {
            CommandError::usage("invalid_flow", format!("ENTRA_AUTH_FLOW: {error}"))
        })?;
        return Ok(Some((flow, Source::OurVariable("ENTRA_AUTH_FLOW"))));
    }
    let named = profile.and_then(|profile| profile.default_flow);
    Ok(named.map(|flow| (flow, Source::Profile)))
}

fn method(credential: &Credential, profile: Option<&Profile>) -> AuthMethod {
    match credential {
        Credential::None => profile.map_or(AuthMethod::Public, |profile| profile.auth_method),
        Credential::Secret(_) => AuthMethod::ClientSecret,
        Credential::Certificate { .. } => AuthMethod::Certificate,
        Credential::Assertion(_) => AuthMethod::ClientAssertion,
    }
}

/// Whether a flag of this command leads elsewhere than the profile does.
pub(super) fn is_moved(
    target: &TargetArgs,
    profile: Option<&Profile>,
    authority: &Authority,
    client_id: &ClientId,
) -> bool {
    let names_target = target.tenant_id.is_some()
        || target.client_id.is_some()
        || target.cloud.is_some()
        || target.authority.is_some()
        || target.authority_type.is_some();
    let Some(profile) = profile.filter(|_| names_target) else {
        return false;
    };
    profile_destination(profile).ok() != Some(Destination::new(authority, client_id))
}

/// What the token is for.
pub(super) fn scopes(
    args: &TokenArgs,
    variables: &Variables,
    profile: Option<&Profile>,
    authority: &Authority,
    flow: Flow,
) -> Result<(Scopes, Source), CommandError> {
    let cloud = cloud_of_short_names(authority);
    if !args.scope.is_empty() {
        return Ok((parsed(&args.scope, cloud)?, Source::Flag("--scope")));
    }
    if let Some(named) = &args.resource {
        return Ok((for_resource(named, cloud)?, Source::Flag("--resource")));
    }
    if let Some(text) = variables.text("ENTRA_AUTH_SCOPE") {
        let scopes = parsed(&[text], cloud)?;
        return Ok((scopes, Source::OurVariable("ENTRA_AUTH_SCOPE")));
    }
    let source = match profile {
        Some(profile) if !profile.scopes.is_empty() || profile.resource.is_some() => {
            Source::Profile
        }
        _ => Source::Default,
    };
    Ok((profile_scopes(profile, authority, flow)?, source))
}

/// The scopes that the profile names, or those that most people mean.
pub(crate) fn profile_scopes(
    profile: Option<&Profile>,
    authority: &Authority,
    flow: Flow,
) -> Result<Scopes, CommandError> {
    let cloud = cloud_of_short_names(authority);
    if let Some(profile) = profile {
        if !profile.scopes.is_empty() {
            return parsed(&profile.scopes, cloud);
        }
        if let Some(named) = &profile.resource {
            return for_resource(named, cloud);
        }
    }
    let Some(graph) = cloud.and_then(|cloud| cloud.resource("graph")) else {
        return Ok(Scopes::default());
    };
    if flow.is_for_a_person() {
        parsed(&[format!("{graph}/User.Read")], cloud)
    } else {
        for_resource(graph, cloud)
    }
}

/// The cloud whose addresses short names stand for.
fn cloud_of_short_names(authority: &Authority) -> Option<Cloud> {
    match authority.kind() {
        AuthorityKind::Entra => Some(authority.cloud().unwrap_or(Cloud::Public)),
        _ => authority.cloud(),
    }
}

fn parsed(texts: &[String], cloud: Option<Cloud>) -> Result<Scopes, CommandError> {
    Scopes::parse(texts.iter().map(String::as_str), cloud).map_err(|error| invalid_scope(&error))
}

fn for_resource(resource: &str, cloud: Option<Cloud>) -> Result<Scopes, CommandError> {
    Scopes::for_resource(resource, cloud).map_err(|error| invalid_scope(&error))
}

fn invalid_scope(error: &ScopeError) -> CommandError {
    CommandError::usage("invalid_scope", error.to_string())
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use model::ProfileName;

    use super::*;
    use crate::args::Arguments;
    use crate::args::Command;

    /// The profile's certificate is named nowhere, so whoever looks for it fails.
    fn profile() -> Profile {
        let name = ProfileName::parse("desktop-app").unwrap();
        Profile {
            tenant_id: Some("contoso.com".to_owned()),
            client_id: Some("11112222".to_owned()),
            ..Profile::new(name, AuthMethod::Certificate)
        }
    }

    fn request(flags: &[&str]) -> Result<TokenRequest, CommandError> {
        let line = ["entra-auth-cli", "get-token"].iter().chain(flags);
        let arguments = Arguments::try_parse_from(line).unwrap();
        let ui = Ui::new(&arguments, &Variables);
        let Command::GetToken(args) = &arguments.command else {
            panic!("{arguments:?}");
        };
        token_request(&ui, &Variables, args, Some(&profile()))
    }

    #[test]
    fn a_flow_that_sends_no_credential_looks_for_none() {
        for flow in ["DeviceCode", "InteractiveBrowser"] {
            let request = request(&["-f", flow]).unwrap();
            assert!(matches!(request.credential, Credential::None), "{flow}");
            assert!(request.approval.is_none(), "{flow}");
        }
        for flow in ["AuthorizationCode", "ClientCredentials"] {
            assert_eq!(
                request(&["-f", flow]).unwrap_err().code,
                "certificate_missing"
            );
        }
    }

    #[test]
    fn flags_that_lead_away_from_the_profile_are_noticed() {
        let is_moved = |flags: &[&str]| {
            let flags: Vec<&str> = ["-f", "DeviceCode"].iter().chain(flags).copied().collect();
            request(&flags).unwrap().sign_in.moved
        };
        for same in [
            &[][..],
            &["--tenant-id", "contoso.com"],
            &["--client-id", "11112222", "--cloud", "public"],
        ] {
            assert!(!is_moved(same), "{same:?}");
        }
        for other in [
            ["--tenant-id", "fabrikam.com"],
            ["--client-id", "33334444"],
            ["--cloud", "us-gov"],
            ["--authority", "https://login.example"],
        ] {
            assert!(is_moved(&other), "{other:?}");
        }
    }

    #[test]
    fn what_is_said_of_a_sign_in_arrives() {
        let flags = [
            "-f",
            "DeviceCode",
            "--account",
            "ada",
            "--cae",
            "--timeout",
            "5m",
        ];
        let request = request(&flags).unwrap();
        assert_eq!(request.sign_in.account.as_deref(), Some("ada"));
        assert!(request.declares_cp1);
        assert_eq!(request.timeout, Some(Duration::from_mins(5)));
    }
}
