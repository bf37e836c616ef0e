//! What must hold of a profile before it is saved: the same for flags and for answers.

use std::path::Path;
use std::time::Duration;

use model::AuthMethod;
use model::Authority;
use model::CertificatePassword;
use model::ClientId;
use model::Clock as _;
use model::Flow;
use model::Profile;
use model::ProfileName;
use model::Timestamp;
use model::TokenKind;
use protocol::certificate;
use protocol::certificate::CertificateError;
use protocol::scope_rules;
use vault::SecretKind;

use super::fields::GivenSecrets;
use crate::command_error::CommandError;
use crate::settings;
use crate::settings::GivenSecret;
use crate::settings::Kept;
use crate::settings::Store;
use crate::wording;

/// A file that has not been read by then is on a disk that does not answer.
const READING: Duration = Duration::from_secs(10);

/// The profile that has this name already, letter case apart.
pub(in crate::commands) fn namesake(
    store: &Store,
    name: &ProfileName,
) -> Result<Option<ProfileName>, CommandError> {
    let names = store.vault.profiles().names().map_err(wording::profiles)?;
    let is_it = |known: &ProfileName| known.as_str().eq_ignore_ascii_case(name.as_str());
    Ok(names.into_iter().find(is_it))
}

/// Takes a client id that the authority can have given to an application.
///
/// Microsoft's authorities give GUIDs. A look-alike on this machine may call an application
/// anything.
pub(super) fn client_id(text: &str, authority: &Authority) -> Result<ClientId, CommandError> {
    let client_id = ClientId::parse(text)
        .map_err(|error| CommandError::usage("invalid_client_id", format!("`{text}`: {error}")))?;
    let gives_guids = authority.kind().follows_entra_rules() && !authority.is_on_this_machine();
    if gives_guids && !client_id.is_guid() {
        return Err(wording::no_guid(&client_id, authority));
    }
    Ok(client_id)
}

/// Whether a token can be asked for with the profile's scopes: by its default flow, or where it
/// names none by any that it could be used with.
pub(super) fn scopes(profile: &Profile, authority: &Authority) -> Result<(), CommandError> {
    let flows: &[Flow] = match (profile.default_flow, profile.auth_method) {
        (Some(flow), _) => &[flow],
        (None, AuthMethod::Public) => &[Flow::InteractiveBrowser],
        (None, _) => &[Flow::ClientCredentials, Flow::AuthorizationCode],
    };
    let mut first = None;
    for flow in flows {
        match scopes_by(profile, authority, *flow) {
            Ok(()) => return Ok(()),
            Err(error) => first = first.or(Some(error)),
        }
    }
    first.map_or(Ok(()), Err)
}

/// Whether that flow can get a token with the profile's scopes.
pub(super) fn scopes_by(
    profile: &Profile,
    authority: &Authority,
    flow: Flow,
) -> Result<(), CommandError> {
    let scopes = settings::profile_scopes(Some(profile), authority, flow)?;
    scope_rules::check(&scopes, TokenKind::of(flow), authority)
        .map_err(|error| wording::unfit_scope(&error))
}

/// What a certificate file needs to be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opened {
    /// It is open.
    Whole,
    /// Its password, which was not there to try.
    NeedsPassword,
}

/// Opens a certificate file, as far as it goes without a password where none is given.
pub(super) fn certificate_file(
    path: &Path,
    password: Option<&str>,
    now: Timestamp,
) -> Result<Opened, CommandError> {
    let bytes = engine::bytes_of(path, READING)
        .map_err(|error| wording::reference("certificate", &error))?;
    let given = password.map(|text| CertificatePassword::from(text.to_owned()));
    match certificate::load(&bytes, given.as_ref(), now) {
        Ok(_) => Ok(Opened::Whole),
        Err(CertificateError::PasswordMissing) if given.is_none() => Ok(Opened::NeedsPassword),
        Err(error) => Err(wording::certificate(&path.display().to_string(), &error)),
    }
}

/// Whether a file is there and can be read.
pub(super) fn readable(path: &Path, what: &str) -> Result<(), CommandError> {
    engine::bytes_of(path, READING)
        .map(|_| ())
        .map_err(|error| wording::reference(what, &error))
}

/// Opens the profile's certificate with the password that is given or kept. One that is kept
/// elsewhere is read at each use, and not here.
pub(super) fn certificate(
    store: &Store,
    profile: &Profile,
    given: &GivenSecrets,
    kept: Kept,
) -> Result<Opened, CommandError> {
    let Some(path) = &profile.certificate_path else {
        return Ok(Opened::Whole);
    };
    let now = store.clock.now();
    if let Some(GivenSecret::Value(password)) = &given.certificate_password {
        return certificate_file(path, Some(password), now);
    }
    let opened = certificate_file(path, None, now)?;
    if opened == Opened::Whole
        || kept == Kept::Nowhere
        || profile.certificate_password_from.is_some()
    {
        return Ok(opened);
    }
    let destination = settings::profile_destination(profile)?;
    let secrets = store.vault.secrets();
    let kind = SecretKind::CertificatePassword;
    let failed = |error: vault::VaultError| wording::vault(&error);
    // One that is bound elsewhere stays there, which is said when the profile is saved.
    if secrets.has(&profile.name, kind).map_err(failed)?.as_ref() != Some(&destination) {
        return Ok(opened);
    }
    match secrets
        .get(&profile.name, kind, &destination)
        .map_err(failed)?
    {
        Some(password) => certificate_file(path, Some(&password), now),
        None => Ok(opened),
    }
}

/// Whether two states of a profile differ in what decides whether its scopes fit.
pub(super) fn scopes_changed(before: &Profile, after: &Profile) -> bool {
    let decides = |profile: &Profile| {
        (
            profile.scopes.clone(),
            profile.resource.clone(),
            profile.default_flow,
            profile.auth_method,
            profile.cloud,
            profile.authority.clone(),
            profile.authority_type,
        )
    };
    decides(before) != decides(after)
}

/// Whether two states of a profile differ in what decides whether its client id can be one.
pub(super) fn application_changed(before: &Profile, after: &Profile) -> bool {
    let decides = |profile: &Profile| {
        (
            profile.client_id.clone(),
            profile.authority.clone(),
            profile.authority_type,
        )
    };
    decides(before) != decides(after)
}

#[cfg(test)]
mod tests {
    use model::AuthorityInput;
    use model::AuthorityKind;

    use super::*;

    fn authority(address: Option<&str>, kind: Option<AuthorityKind>) -> Authority {
        let input = AuthorityInput {
            authority: address,
            kind,
            tenant: Some("contoso.com"),
            cloud: None,
        };
        input.resolve().unwrap()
    }

    #[test]
    fn microsofts_authorities_give_guids_and_others_anything() {
        let guid = "11112222-bbbb-3333-cccc-4444dddd5555";
        for (address, kind, takes_any) in [
            (None, None, false),
            (Some("https://login.microsoftonline.us"), None, false),
            (Some("https://contoso.ciamlogin.com"), None, false),
            (Some("http://127.0.0.1:8080"), None, true),
            (Some("http://localhost:8080"), None, true),
            (Some("https://idp.example"), Some(AuthorityKind::Oidc), true),
            (
                Some("https://fs.contoso.com/adfs"),
                Some(AuthorityKind::Adfs),
                true,
            ),
        ] {
            let authority = authority(address, kind);
            assert!(client_id(guid, &authority).is_ok(), "{authority}");
            let outcome = client_id("my-app", &authority);
            assert_eq!(outcome.is_ok(), takes_any, "{authority}: {outcome:?}");
        }
    }

    #[test]
    fn scopes_have_to_fit_the_flow_or_any_that_is_possible() {
        let entra = authority(None, None);
        let fits = |method, flow, scope: &str| {
            let name = ProfileName::parse("p").unwrap();
            let profile = Profile {
                scopes: vec![scope.to_owned()],
                default_flow: flow,
                ..Profile::new(name, method)
            };
            scopes(&profile, &entra).is_ok()
        };
        let (secret, public) = (AuthMethod::ClientSecret, AuthMethod::Public);
        assert!(fits(secret, None, "graph"));
        assert!(fits(secret, None, "User.Read"), "by AuthorizationCode");
        assert!(!fits(secret, Some(Flow::ClientCredentials), "User.Read"));
        assert!(fits(secret, Some(Flow::AuthorizationCode), "User.Read"));
        assert!(fits(public, None, "User.Read"));
        assert!(!fits(public, None, "https://management.azure.com"));
    }
}
