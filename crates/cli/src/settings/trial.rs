//! What a token is asked for with to try a profile that is not saved yet.

use engine::CacheUse;
use engine::Credential;
use engine::SecretSource;
use engine::TokenRequest;
use engine::request::MinTtl;
use model::Flow;
use model::Profile;
use vault::SecretKind;
use zeroize::Zeroizing;

use super::Variables;
use super::chosen_credential::CredentialChoice;
use super::credential::secret_variables;
use super::destination::profile_authority;
use super::destination::profile_client_id;
use super::sign_in::sign_in_wishes;
use super::token_request::DEFAULT_MIN_TTL;
use super::token_request::profile_scopes;
use crate::args::CredentialArgs;
use crate::args::SignInArgs;
use crate::command_error::CommandError;
use crate::ui::Ui;

/// Where a profile's secrets are that were not given anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// In the store, under the profile's name.
    InTheStore,
    /// Nowhere: what the store holds under that name is another profile's.
    Nowhere,
}

/// A request by what the profile says, past the cache; `given` are the secrets that are not in the
/// store yet. Neither flags of `get-token` nor `ENTRA_AUTH_*` say where it goes, and a secret that is
/// given is the one that is tried: what works has to be what is saved.
///
/// The request asks for no approval: whoever gives a profile's fields approves them.
pub(crate) fn trial_request(
    ui: &Ui,
    variables: &Variables,
    profile: &Profile,
    kept: Kept,
    given: impl Fn(SecretKind) -> Option<Zeroizing<String>>,
) -> Result<TokenRequest, CommandError> {
    let authority = profile_authority(profile)?;
    let flow = profile
        .default_flow
        .unwrap_or_else(|| Flow::inferred_from(profile.auth_method));
    let credential = match flow {
        Flow::DeviceCode | Flow::InteractiveBrowser => Credential::None,
        Flow::ClientCredentials | Flow::AuthorizationCode => {
            let choice = CredentialChoice {
                ui,
                variables,
                flags: &CredentialArgs::default(),
                profile: Some(profile),
            };
            with_given(choice.by_profile(profile)?.credential, kept, given)
        }
    };
    Ok(TokenRequest {
        scopes: profile_scopes(Some(profile), &authority, flow)?,
        authority,
        client_id: profile_client_id(profile)?,
        flow,
        client_secret_ends_on: profile.client_secret_expires_at,
        credential,
        claims: None,
        cache: CacheUse::None,
        min_ttl: MinTtl::Preferred(DEFAULT_MIN_TTL),
        declares_cp1: false,
        timeout: None,
        sign_in: sign_in_wishes(&SignInArgs::default(), variables, Some(profile), flow)?,
        profile: Some(profile.name.clone()),
        wants_refresh_token: false,
        approval: None,
        secret_variables: secret_variables(&CredentialArgs::default(), Some(profile)),
    })
}

/// The credential with the secrets that are given in place of those that would be in the store.
fn with_given(
    credential: Credential,
    kept: Kept,
    given: impl Fn(SecretKind) -> Option<Zeroizing<String>>,
) -> Credential {
    let source = |source: SecretSource| match source {
        SecretSource::Stored {
            profile,
            kind,
            otherwise,
        } => match (given(kind), kept) {
            (Some(secret), _) => Some(SecretSource::Given(secret)),
            (None, Kept::InTheStore) => Some(SecretSource::Stored {
                profile,
                kind,
                otherwise,
            }),
            (None, Kept::Nowhere) => {
                otherwise.map(|otherwise| SecretSource::Given(otherwise.value))
            }
        },
        elsewhere => Some(elsewhere),
    };
    match credential {
        Credential::Secret(secret) => source(secret).map_or(Credential::None, Credential::Secret),
        Credential::Certificate {
            file,
            password,
            algorithm,
            send_chain,
            ..
        } => Credential::Certificate {
            file,
            password: given(SecretKind::CertificatePassword)
                .map(SecretSource::Given)
                .or_else(|| password.and_then(source)),
            algorithm,
            send_chain,
            keep_password: false,
        },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use engine::FromVariable;
    use model::ProfileName;

    use super::*;

    fn stored(otherwise: Option<&str>) -> Credential {
        Credential::Secret(SecretSource::Stored {
            profile: ProfileName::parse("sp").unwrap(),
            kind: SecretKind::ClientSecret,
            otherwise: otherwise.map(|text| FromVariable {
                name: "AZURE_CLIENT_SECRET",
                value: Zeroizing::new(text.to_owned()),
            }),
        })
    }

    fn given(credential: &Credential) -> Option<&str> {
        match credential {
            Credential::Secret(SecretSource::Given(secret)) => Some(secret),
            _ => None,
        }
    }

    #[test]
    fn a_secret_that_is_given_is_the_one_that_is_tried() {
        let new = |_| Some(Zeroizing::new("new".to_owned()));
        for kept in [Kept::InTheStore, Kept::Nowhere] {
            let tried = with_given(stored(Some("variable")), kept, new);
            assert_eq!(given(&tried), Some("new"), "{kept:?}");
        }
    }

    #[test]
    fn a_profile_made_anew_takes_nothing_from_the_store() {
        let tried = with_given(stored(Some("variable")), Kept::Nowhere, |_| None);
        assert_eq!(given(&tried), Some("variable"));
        let tried = with_given(stored(None), Kept::Nowhere, |_| None);
        assert!(matches!(tried, Credential::None), "{tried:?}");
        let tried = with_given(stored(None), Kept::InTheStore, |_| None);
        assert!(
            matches!(tried, Credential::Secret(SecretSource::Stored { .. })),
            "{tried:?}"
        );
    }
}
