//! Failures of getting a token.

use engine::Credential;
use engine::EngineError;
use engine::InputRefused;
use engine::Shortfall;
use engine::TokenRequest;
use engine::error::ReferenceError;
use model::AuthorityError;
use model::Destination;
use model::Flow;
use model::ProfileName;
use protocol::Refusal;
use protocol::ReplyError;
use protocol::aadsts;
use protocol::aadsts::Facts;
use protocol::certificate::CertificateError;
use protocol::discovery::DiscoveryError;
use protocol::scope_rules::ScopeRuleError;
use vault::VaultError;

use super::broken_sign_in;
use super::graph;
use super::invocation::Instead;
use super::invocation::command;
use super::not_signed_in;
use super::sign_in;
use super::store;
use super::transport::transport;
use crate::command_error::CommandError;
use crate::command_error::Kind;
use crate::command_error::ProviderDetails;
use crate::error_codes;
use crate::shell;

/// The ways to give a credential with the command.
const GIVE_ONE: &str = "AZURE_CLIENT_SECRET, --client-secret-stdin, --client-secret-env NAME, \
                        --certificate-path FILE or --client-assertion-file FILE";

/// Words why there is no token.
pub(crate) fn engine(error: &EngineError, request: &TokenRequest) -> CommandError {
    let message = error.to_string();
    match error {
        EngineError::Scope(rule) => scope(rule, request),
        EngineError::TenantNotConcrete { .. } => {
            CommandError::usage("tenant_not_concrete", message)
                .hint("Name the one that has the app: --tenant-id GUID or its domain")
        }
        EngineError::NotApproved {
            profile,
            destination,
            approved_for,
            references,
        } => not_approved(
            profile.as_str(),
            destination,
            approved_for.as_deref(),
            references,
        ),
        EngineError::CredentialMissing { what, profile } => missing(what, profile.as_ref()),
        EngineError::Reference { what, source } => reference(what, source),
        EngineError::Certificate { path, source } => {
            certificate(&path.display().to_string(), source)
        }
        EngineError::Input { what, source } => input(what, source),
        EngineError::Request(_) => CommandError::usage("request_impossible", message)
            .hint("Give a secret, a certificate or an assertion, or choose another flow: -f"),
        EngineError::Discovery(error) => discovery(error),
        EngineError::Transport { host, source } => {
            look_here(transport(host, source), request.profile.as_ref())
        }
        EngineError::PersonNeeded { claims, refused } => {
            not_signed_in::person_needed(request, claims.as_deref(), refused.as_deref())
        }
        EngineError::NotSignedIn(allowed) => not_signed_in::not_signed_in(request, *allowed),
        EngineError::OtherAccount { expected, actual } => {
            not_signed_in::other_account(request, expected, actual)
        }
        EngineError::WhichAccount(accounts) => not_signed_in::which_account(accounts),
        EngineError::NoSuchService { .. } => not_signed_in::no_such_service(request, message),
        EngineError::Listen {
            redirect_uri,
            source,
        } => broken_sign_in::unheard(request, redirect_uri, source),
        EngineError::AuthorizationResponse(error) => broken_sign_in::senseless(request, error),
        EngineError::Relay(error) => broken_sign_in::relayed(error),
        EngineError::IdToken(error) => broken_sign_in::misidentified(request, error),
        EngineError::NobodyNamed => broken_sign_in::nobody_named(message),
        EngineError::SignInElsewhere(_) => broken_sign_in::elsewhere(request, message),
        EngineError::Refused(refusal) => refused(refusal, request),
        EngineError::Reply(reply) => no_sense(reply),
        EngineError::NoGraph(error) => graph::no_graph(error),
        EngineError::Graph(error) => graph::graph(error, request),
        EngineError::NoPage(_) => CommandError::new(Kind::TimedOut, "timed_out", message)
            .hint("Allow more time for each page: --timeout 120s"),
        EngineError::TimedOut(_) => {
            let worded = CommandError::new(Kind::TimedOut, "timed_out", message);
            if request.flow.is_for_a_person() && request.timeout.is_some() {
                worded.hint("Allow more time: --timeout 15m, or leave --timeout out")
            } else {
                worded.hint("Allow more time: --timeout 120s")
            }
        }
        EngineError::Vault(error @ VaultError::DestinationChanged { .. }) => {
            destination_changed(error, request)
        }
        EngineError::Vault(error) => store::vault(error),
    }
}

/// Words what went less well than it should have, though there is a token.
pub(crate) fn shortfall(shortfall: &Shortfall, request: &TokenRequest) -> String {
    match shortfall {
        Shortfall::NotRenewed(error) => {
            format!(
                "the cached token was not renewed: {}",
                engine(error, request).message
            )
        }
        Shortfall::NotKept(error) => {
            let why = store::vault(error).message;
            if request.flow.is_for_a_person() {
                format!("the sign-in could not be kept, so the next call may ask again: {why}")
            } else {
                format!("the token could not be cached: {why}")
            }
        }
    }
}

/// Words an authority that is none.
pub(crate) fn authority(error: &AuthorityError) -> CommandError {
    let worded = CommandError::usage("invalid_authority", error.to_string());
    match error {
        AuthorityError::MissingTenant(_) => CommandError {
            code: "tenant_missing",
            ..worded
        }
        .hint("Name it: --tenant-id TENANT (a tenant id or a domain)"),
        AuthorityError::NotPermitted(_) => {
            worded.hint("Write it with https://; http works for localhost only.")
        }
        AuthorityError::TenantConflict { .. } => {
            worded.hint("Leave the tenant out of the authority, or name the same one twice.")
        }
        AuthorityError::Tenant(_) => CommandError {
            code: "invalid_tenant",
            ..worded
        },
        AuthorityError::NotAnAddress(_)
        | AuthorityError::CloudConflict { .. }
        | AuthorityError::UnexpectedPath { .. }
        | AuthorityError::Cloud(_) => worded,
    }
}

/// Words a profile whose authority or references nobody approved.
pub(crate) fn not_approved(
    profile: &str,
    destination: &Destination,
    approved_for: Option<&Destination>,
    references: &[String],
) -> CommandError {
    let instead = approved_for
        .map(|approved| format!(" (but from {approved})"))
        .unwrap_or_default();
    let what = if references.is_empty() {
        String::new()
    } else {
        format!(", using {}", references.join(", "))
    };
    CommandError::usage(
        "not_approved",
        format!(
            "profile `{profile}` is not approved on this machine to get tokens from \
             {destination}{instead}{what}"
        ),
    )
    .hint(format!(
        "Look at it and approve it: entra-auth-cli config trust {profile}"
    ))
}

fn scope(rule: &ScopeRuleError, request: &TokenRequest) -> CommandError {
    if let ScopeRuleError::NamedPermission { scope, .. } = rule
        && !scope.contains(['.', ':', '/'])
    {
        let names = model::cloud::RESOURCE_SHORT_NAMES.join(", ");
        return CommandError::usage(
            "invalid_scope",
            format!("`{scope}` is no scope, and none of the short names {names}"),
        )
        .hint("An app asks for everything it was granted: -s RESOURCE/.default, or --resource RESOURCE");
    }
    let worded = CommandError::usage("invalid_scope", rule.to_string());
    let Some(scopes) = rule.suggestion() else {
        return worded;
    };
    let worded = match rule {
        ScopeRuleError::NamedPermission { .. } | ScopeRuleError::ReservedForPeople { .. } => {
            let by_a_person = Instead {
                flow: Some(Flow::AuthorizationCode),
                ..Instead::default()
            };
            worded.hint(format!(
                "For a person's token: {}",
                command(request, by_a_person)
            ))
        }
        _ => worded,
    };
    let scopes = scopes.to_string();
    let scopes = shell::word(&scopes);
    let worded = worded.hint(format!("Ask for: -s {scopes}"));
    match &request.profile {
        Some(profile) => worded.hint(format!(
            "If it stands in the profile: entra-auth-cli config edit {profile} --scope {scopes}"
        )),
        None => worded,
    }
}

/// What keeps a connection from coming about is seen best from this machine.
fn look_here(error: CommandError, profile: Option<&ProfileName>) -> CommandError {
    const ON_THE_WAY: [&str; 6] = [
        "connection_failed",
        "dns_failed",
        "proxy_authentication",
        "proxy_failed",
        "proxy_unreachable",
        "tls_failed",
    ];
    if !ON_THE_WAY.contains(&error.code) {
        return error;
    }
    let of_it = profile.map_or_else(String::new, |profile| format!(" -p {profile}"));
    error.hint(format!(
        "See what is wrong here: entra-auth-cli doctor{of_it}"
    ))
}

/// What is kept belongs elsewhere: a credential, or for a person's token somebody's sign-in.
fn destination_changed(error: &VaultError, request: &TokenRequest) -> CommandError {
    if let (VaultError::DestinationChanged { stored, requested }, Some(profile), Credential::None) =
        (error, &request.profile, &request.credential)
    {
        return CommandError::usage(
            "destination_changed",
            format!(
                "who signed in with profile `{profile}` did so at {stored}; now it leads to \
                 {requested}"
            ),
        )
        .hint(format!(
            "If the profile was changed rightly: entra-auth-cli config trust {profile}, and sign \
             in again"
        ))
        .hint(format!(
            "Or forget who signed in: entra-auth-cli logout -p {profile} --all"
        ));
    }
    let worded = store::vault(error);
    let worded = match &request.profile {
        Some(profile) => worded
            .hint(format!(
                "If the profile itself was changed, and rightly: entra-auth-cli config trust \
                 {profile}"
            ))
            .hint(format!(
                "Or store it again: entra-auth-cli config edit {profile} {}",
                match &request.credential {
                    Credential::Certificate { .. } => "--certificate-password-stdin",
                    _ => "--client-secret-stdin",
                }
            )),
        None => worded,
    };
    worded.hint(format!(
        "For one call elsewhere leave the profile out: entra-auth-cli get-token --tenant-id TENANT \
         --client-id ID{}",
        flags_giving(&request.credential)
    ))
}

/// The flags that give a credential of that kind with the command.
const fn flags_giving(credential: &Credential) -> &'static str {
    match credential {
        Credential::None => "",
        Credential::Secret(_) => " --client-secret-stdin",
        Credential::Certificate { .. } => " --certificate-path FILE --certificate-password-stdin",
        Credential::Assertion(_) => " --client-assertion-file FILE",
    }
}

fn missing(what: &str, profile: Option<&model::ProfileName>) -> CommandError {
    if what.contains("certificate or") {
        let message = match profile {
            Some(profile) => format!("profile `{profile}` has no {what}"),
            None => format!("no {what} is given"),
        };
        return CommandError::usage("credential_missing", message)
            .hint(format!("Give one: {GIVE_ONE}"));
    }
    let flag = if what == "client secret" {
        "--client-secret"
    } else {
        "--certificate-password"
    };
    match profile {
        Some(profile) => CommandError::usage(
            "credential_missing",
            format!("no {what} is kept for profile `{profile}`"),
        )
        .hint(format!(
            "Keep it: entra-auth-cli config edit {profile} {flag}-stdin"
        ))
        .hint(format!(
            "Or give it now: {flag}-stdin, {flag}-file FILE or {flag}-env NAME"
        )),
        None => CommandError::usage("credential_missing", format!("no {what} is given")).hint(
            format!("Give it: {flag}-stdin, {flag}-file FILE or {flag}-env NAME"),
        ),
    }
}

/// Words a secret or a file that is kept elsewhere and cannot be read.
pub(crate) fn reference(what: &str, error: &ReferenceError) -> CommandError {
    let message = match error {
        ReferenceError::Unreadable { path, source } => {
            format!("no {what} could be read from {}: {source}", path.display())
        }
        ReferenceError::NotStarted { program, source } => {
            format!("no {what} could be had, since `{program}` cannot be run: {source}")
        }
        _ => format!("no {what} could be read: {error}"),
    };
    let worded = CommandError::usage("secret_unreadable", message);
    match error {
        ReferenceError::VariableNotSet(name) => worded.hint(format!("Set it: export {name}=…")),
        ReferenceError::CommandFailed { .. } | ReferenceError::NotStarted { .. } => {
            worded.hint("Run the command by hand and see what it says.")
        }
        ReferenceError::TimedOut(_) => {
            worded.hint("If it waits for you, unlock it first; or allow more time: --timeout 120s")
        }
        ReferenceError::Unreadable { .. } => {
            worded.hint("Check the path, and who may read the file.")
        }
        ReferenceError::NoProgram
        | ReferenceError::TooLong(_)
        | ReferenceError::NotText(_)
        | ReferenceError::Empty(_) => worded,
    }
}

/// Words a certificate file that gives nothing to sign with.
pub(crate) fn certificate(path: &str, error: &CertificateError) -> CommandError {
    CommandError::usage("certificate_unusable", format!("{path}: {error}")).hint(error.next_step())
}

fn input(what: &str, refusal: &InputRefused) -> CommandError {
    match refusal {
        InputRefused::NotAllowed => CommandError::new(
            Kind::InputNeeded,
            "input_needed",
            format!("the {what} is needed, and nobody may be asked here"),
        )
        .hint(
            "Give it: --certificate-password-stdin, --certificate-password-file FILE, \
             --certificate-password-env NAME or ENTRA_AUTH_CERTIFICATE_PASSWORD",
        ),
        InputRefused::Interrupted => CommandError::interrupted(),
    }
}

pub(super) fn discovery(error: &DiscoveryError) -> CommandError {
    CommandError::new(Kind::Refused, "discovery_failed", error.to_string()).hint(
        "Check the authority: for an OpenID provider it is the issuer, without \
         /.well-known/openid-configuration",
    )
}

fn no_sense(error: &ReplyError) -> CommandError {
    let worded = |kind, code| CommandError::new(kind, code, error.to_string());
    match error {
        ReplyError::Malformed {
            excerpt, status, ..
        } => {
            let kind = if *status >= 500 || *status == 429 {
                Kind::Network
            } else {
                Kind::Refused
            };
            let error = worded(kind, "reply_malformed");
            if excerpt.is_empty() {
                error
            } else {
                error.hint(format!("It begins: {excerpt}"))
            }
            .hint("A proxy, a firewall or a wrong authority often answers so; -vv shows the reply.")
        }
        ReplyError::Redirected { .. } => worded(Kind::Refused, "reply_redirected")
            .hint("Check the authority; a credential is never sent on to where a server points."),
        ReplyError::IllegalToken => worded(Kind::Refused, "token_illegal"),
        ReplyError::Refused(refusal) => {
            CommandError::new(Kind::Refused, "refused", refusal.to_string())
        }
    }
}

fn refused(refusal: &Refusal, request: &TokenRequest) -> CommandError {
    let kind = if refusal.is_transient() {
        Kind::Network
    } else {
        Kind::Refused
    };
    let worded = CommandError::new(kind, stable_code(&refusal.error), said(refusal));
    let worded = advised(worded, refusal, request);
    let worded = not_signed_in::with_way_out(worded, refusal, request);
    match refusal.retry_after {
        Some(delay) => worded.hint(format!("The server asks to wait {} s.", delay.as_secs())),
        None => worded,
    }
}

/// Adds what is known about the provider's refusal, and what its support asks for.
pub(super) fn advised(
    mut worded: CommandError,
    refusal: &Refusal,
    request: &TokenRequest,
) -> CommandError {
    let code = refusal.code();
    let tenant = request.authority.tenant().map(ToString::to_string);
    let scopes = request.scopes.to_string();
    let scope = shell::word(&scopes);
    let again = command(request, Instead::default());
    let with_page = command(
        request,
        Instead {
            flow: (request.flow == Flow::DeviceCode).then_some(Flow::InteractiveBrowser),
            ..Instead::default()
        },
    );
    let is_a_persons = request.flow.is_for_a_person();
    let facts = Facts {
        tenant: tenant.as_deref(),
        client_id: Some(request.client_id.as_str()),
        redirect_uri: sign_in::registered(request),
        scope: Some(&scope),
        authority: Some(request.authority.base()),
        profile: request.profile.as_ref().map(model::ProfileName::as_str),
        call: is_a_persons.then_some(again.as_str()),
        call_with_page: is_a_persons.then_some(with_page.as_str()),
        flow: Some(request.flow),
        is_confidential: !matches!(request.credential, Credential::None),
    };
    let entry = code.and_then(|code| aadsts::entry_as_said(code, refusal.description.as_deref()));
    if let Some(entry) = entry {
        let advice = entry.advice(&facts);
        worded = worded
            .hint(format!("{} {}", advice.meaning, advice.cause))
            .hint(advice.next_step);
    } else if code.is_some()
        && worded.hints.is_empty()
        && let Some(entry) = error_codes::entry(worded.code)
    {
        worded = worded.hint(entry.next_step(&facts));
    }
    if let (Some(code), Some(profile)) = (code, &request.profile) {
        worded = worded.hint(format!(
            "More, with pages and commands: entra-auth-cli explain AADSTS{code} -p {profile}"
        ));
    }
    worded.provider = Some(Box::new(ProviderDetails {
        aadsts: code,
        correlation_id: refusal.correlation_id.clone(),
        trace_id: refusal.trace_id.clone(),
        timestamp: refusal.timestamp.clone(),
    }));
    worded
}

/// What the server said.
fn said(refusal: &Refusal) -> String {
    match described(refusal) {
        "" => format!("the identity provider refused: {}", refusal.error),
        words => format!("the identity provider refused ({}): {words}", refusal.error),
    }
}

/// The server's own words, without the ids that stand below; its error where it has none.
pub(super) fn words(refusal: &Refusal) -> &str {
    match described(refusal) {
        "" => &refusal.error,
        words => words,
    }
}

fn described(refusal: &Refusal) -> &str {
    let words = refusal.description.as_deref().unwrap_or_default();
    let end = ["Trace ID:", "Correlation ID:"]
        .iter()
        .filter_map(|label| words.find(label))
        .min()
        .unwrap_or(words.len());
    words[..end].trim()
}

/// Our name for the provider's error, from a closed list: what a server sends is no contract.
fn stable_code(error: &str) -> &'static str {
    match error {
        "invalid_client" => "invalid_client",
        "invalid_grant" => "invalid_grant",
        "invalid_request" => "invalid_request",
        "invalid_scope" => "invalid_scope",
        "invalid_resource" | "invalid_target" => "invalid_resource",
        "unauthorized_client" => "unauthorized_client",
        "unsupported_grant_type" => "unsupported_grant_type",
        // The second is Entra's, of the device code flow.
        "access_denied" | "authorization_declined" => "access_denied",
        "consent_required" => "consent_required",
        "interaction_required" => "interaction_required",
        "login_required" => "login_required",
        "temporarily_unavailable" => "temporarily_unavailable",
        "server_error" => "server_error",
        _ => "refused",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flags_for_one_call_elsewhere_are_those_of_the_credential() {
        let credential = Credential::Certificate {
            file: "app.pem".into(),
            password: None,
            algorithm: None,
            send_chain: false,
            keep_password: false,
        };
        let request = TokenRequest {
            credential,
            ..super::super::sample_request(Some("p"), Flow::ClientCredentials)
        };
        let destination = request.destination();
        let moved = VaultError::DestinationChanged {
            stored: Box::new(destination.clone()),
            requested: Box::new(destination),
        };
        let hints = destination_changed(&moved, &request).hints.join("\n");
        assert!(hints.contains("--certificate-path FILE"), "{hints}");
        assert!(!hints.contains("--client-secret"), "{hints}");
    }

    #[test]
    fn the_ids_are_not_said_twice() {
        let refusal: Refusal = serde_json::from_value(serde_json::json!({
            "status": 401, "error": "invalid_client", "codes": [7_000_215],
            "description": "AADSTS7000215: Invalid client secret provided.\r\nTrace ID: t\r\nCorrelation ID: c",
        }))
        .unwrap();
        assert_eq!(
            said(&refusal),
            "the identity provider refused (invalid_client): AADSTS7000215: Invalid client secret provided."
        );
    }
}
