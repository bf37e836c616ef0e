//! From where a credential is kept to the proof that is sent.

use std::path::Path;
use std::time::Duration;

use model::CertificatePassword;
use model::ClientAssertion;
use model::ClientSecret;
use protocol::ClientAuthentication;
use protocol::Endpoints;
use protocol::assertion;
use protocol::certificate;
use protocol::certificate::CertificateError;
use protocol::certificate::SigningCertificate;
use vault::SecretKind;
use vault::Vault;
use vault::VaultError;
use zeroize::Zeroizing;

use crate::Engine;
use crate::EngineError;
use crate::credential_end;
use crate::error::ReferenceError;
use crate::interaction::InputRefused;
use crate::reference;
use crate::request::Credential;
use crate::request::FromVariable;
use crate::request::SecretSource;
use crate::request::TokenRequest;

const CLIENT_SECRET: &str = "client secret";
const CLIENT_ASSERTION: &str = "client assertion";
const CERTIFICATE: &str = "certificate";
const CERTIFICATE_PASSWORD: &str = "certificate password";

/// Reads the credential from where it is kept and makes ready to send it.
///
/// A stored secret comes out of the store only for the destination it was stored for; references
/// are read only if the request's approval holds, which the caller has checked.
pub(crate) fn authentication(
    engine: &Engine<'_>,
    request: &TokenRequest,
    timeout: Duration,
) -> Result<ClientAuthentication, EngineError> {
    let read = |source, what| secret(engine, request, source, what, timeout);
    match &request.credential {
        Credential::None => Ok(ClientAuthentication::None),
        Credential::Secret(source) => {
            let secret = read(source, CLIENT_SECRET)?;
            if let Some(ends_on) = request.client_secret_ends_on {
                credential_end::tell(engine, request, CLIENT_SECRET, ends_on);
            }
            Ok(ClientAuthentication::Secret(ClientSecret::from(
                String::clone(&secret),
            )))
        }
        Credential::Assertion(source) => {
            let assertion = read(source, CLIENT_ASSERTION)?;
            Ok(ClientAuthentication::Assertion(ClientAssertion::from(
                assertion.trim().to_owned(),
            )))
        }
        Credential::Certificate {
            file,
            password,
            algorithm,
            send_chain,
            keep_password,
        } => {
            let password = match password
                .as_ref()
                .map(|source| read(source, CERTIFICATE_PASSWORD))
            {
                Some(Ok(password)) => Some(CertificatePassword::from(String::clone(&password))),
                // Nothing is kept: the file will tell whether it needs one, and the person is asked.
                None | Some(Err(EngineError::CredentialMissing { .. })) => None,
                Some(Err(error)) => return Err(error),
            };
            let bytes =
                reference::bytes_of(file, timeout).map_err(|source| EngineError::Reference {
                    what: CERTIFICATE,
                    source,
                })?;
            let password = password.as_ref();
            let certificate = opened(engine, request, file, &bytes, password, *keep_password)?;
            credential_end::tell(engine, request, CERTIFICATE, certificate.not_after());
            Ok(ClientAuthentication::Certificate {
                certificate: Box::new(certificate),
                algorithm: algorithm.unwrap_or_default(),
                send_chain: *send_chain,
            })
        }
    }
}

/// Refuses a request that would need a stored secret elsewhere than where it may go, before the
/// secret is opened.
pub(crate) fn check_destination(vault: &Vault, request: &TokenRequest) -> Result<(), EngineError> {
    let (Credential::Secret(source)
    | Credential::Certificate {
        password: Some(source),
        ..
    }) = &request.credential
    else {
        return Ok(());
    };
    let SecretSource::Stored { profile, kind, .. } = source else {
        return Ok(());
    };
    let requested = request.destination();
    match vault.secrets().has(profile, *kind)? {
        Some(stored) if stored != requested => Err(VaultError::DestinationChanged {
            stored: Box::new(stored),
            requested: Box::new(requested),
        }
        .into()),
        _ => Ok(()),
    }
}

/// Signs in the way the authority wants it, where nobody chose one.
pub(crate) fn fit_algorithm(
    authentication: &mut ClientAuthentication,
    request: &TokenRequest,
    endpoints: &Endpoints,
) {
    if let (
        ClientAuthentication::Certificate { algorithm, .. },
        Credential::Certificate {
            algorithm: None, ..
        },
    ) = (authentication, &request.credential)
    {
        *algorithm = assertion::default_algorithm(request.authority.kind(), endpoints);
    }
}

/// Opens the certificate file; asks for the password if it turns out to need one.
fn opened(
    engine: &Engine<'_>,
    request: &TokenRequest,
    file: &Path,
    bytes: &[u8],
    password: Option<&CertificatePassword>,
    keep_password: bool,
) -> Result<SigningCertificate, EngineError> {
    let unusable = |source| EngineError::Certificate {
        path: file.to_owned(),
        source,
    };
    let now = engine.clock.now();
    match certificate::load(bytes, password, now) {
        Err(CertificateError::PasswordMissing) if password.is_none() => {
            let typed = engine
                .interaction
                .certificate_password(file)
                .map_err(|refusal| match refusal {
                    InputRefused::NotAllowed | InputRefused::Interrupted => EngineError::Input {
                        what: CERTIFICATE_PASSWORD,
                        source: refusal,
                    },
                })?;
            let loaded = certificate::load(bytes, Some(&typed), now).map_err(unusable)?;
            if let (true, Some(profile)) = (keep_password, &request.profile) {
                engine.vault.secrets().put(
                    profile,
                    SecretKind::CertificatePassword,
                    &request.destination(),
                    typed.expose_secret(),
                )?;
            }
            Ok(loaded)
        }
        outcome => outcome.map_err(unusable),
    }
}

fn secret(
    engine: &Engine<'_>,
    request: &TokenRequest,
    source: &SecretSource,
    what: &'static str,
    timeout: Duration,
) -> Result<Zeroizing<String>, EngineError> {
    match source {
        SecretSource::Given(value) if value.is_empty() => Err(EngineError::Reference {
            what,
            source: ReferenceError::Empty(format!("{what} that was given")),
        }),
        SecretSource::Given(value) => Ok(value.clone()),
        SecretSource::Reference(reference) => {
            let kept_back = request.variables_kept_back(engine.environment);
            reference::read(
                reference,
                timeout,
                engine.environment,
                &kept_back,
                engine.clock,
            )
            .map_err(|source| EngineError::Reference { what, source })
        }
        SecretSource::Stored {
            profile,
            kind,
            otherwise,
        } => {
            let stored = engine
                .vault
                .secrets()
                .get(profile, *kind, &request.destination())?;
            match (stored, otherwise) {
                (Some(stored), otherwise) => {
                    tracing::info!(target: "engine", "{what}: the stored one");
                    if let Some(FromVariable { name, .. }) = otherwise {
                        tracing::info!(target: "engine", "{name} is set too and not used");
                    }
                    Ok(stored)
                }
                (None, Some(FromVariable { name, value })) => {
                    tracing::info!(target: "engine", "{what}: none is stored, so {name} is used");
                    Ok(value.clone())
                }
                (None, None) => Err(EngineError::CredentialMissing {
                    what,
                    profile: Some(profile.clone()),
                }),
            }
        }
    }
}

/// What tells one credential from another without giving any of it away in the clear: parts for
/// the vault's keyed digest.
pub(crate) fn distinguishing(authentication: &ClientAuthentication) -> String {
    match authentication {
        ClientAuthentication::None => String::new(),
        ClientAuthentication::Secret(secret) => secret.expose_secret().to_owned(),
        ClientAuthentication::Assertion(assertion) => assertion.expose_secret().to_owned(),
        ClientAuthentication::Certificate { certificate, .. } => certificate.thumbprint_sha256(),
    }
}
