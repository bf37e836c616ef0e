//! How the application proves itself: the first that flags, our variables, the profile or the
//! variables of the Azure SDKs name.

use std::path::PathBuf;

use engine::Credential;
use engine::FromVariable;
use engine::SecretSource;
use model::AuthMethod;
use model::Profile;
use model::SecretReference;
use vault::SecretKind;

use super::Variables;
use super::credential::GivenSecret;
use super::credential::SecretFlags;
use super::credential::absolute;
use super::credential::secret_from_flags;
use super::source::Source;
use crate::args::CredentialArgs;
use crate::command_error::CommandError;
use crate::ui::Ui;

/// How the application proves itself, and who said so.
#[derive(Debug)]
pub(super) struct ChosenCredential {
    pub(super) credential: Credential,
    /// Who named it.
    pub(super) source: Source,
    /// Who named its password; `None` if it has none, or nobody did.
    pub(super) password_source: Option<Source>,
    /// Whether the profile decided how the application proves itself, `AZURE_*` completing it or
    /// not: then what it refers to must be approved.
    pub(super) is_of_profile: bool,
}

impl ChosenCredential {
    /// None, because the flow sends none.
    pub(super) fn not_sent() -> Self {
        Self::plain(Credential::None, Source::Default)
    }

    /// One that has no password.
    fn plain(credential: Credential, source: Source) -> Self {
        Self {
            credential,
            source,
            password_source: None,
            is_of_profile: false,
        }
    }
}

/// Where a secret is, and who named that place.
type NamedSecret = (SecretSource, Source);

/// Where the credential may come from.
pub(super) struct CredentialChoice<'a> {
    pub(super) ui: &'a Ui,
    pub(super) variables: &'a Variables,
    pub(super) flags: &'a CredentialArgs,
    pub(super) profile: Option<&'a Profile>,
}

impl CredentialChoice<'_> {
    /// The credential, and who named it.
    pub(super) fn chosen(&self) -> Result<ChosenCredential, CommandError> {
        if let Some(chosen) = self.by_flags()? {
            return Ok(chosen);
        }
        if let Some(chosen) = self.by_our_variables()? {
            return Ok(chosen);
        }
        match self.profile {
            Some(profile) => self.by_profile(profile),
            None => self.by_azure_variables(),
        }
    }

    fn by_flags(&self) -> Result<Option<ChosenCredential>, CommandError> {
        if let Some((secret, source)) = self.typed(&self.flags.client_secret_flags())? {
            let credential = Credential::Secret(secret);
            return Ok(Some(ChosenCredential::plain(credential, source)));
        }
        if let Some(path) = &self.flags.certificate_path {
            let source = Source::Flag("--certificate-path");
            return Ok(Some(self.certificate(absolute(path)?, source, None)?));
        }
        let assertion = self.typed(&self.flags.client_assertion_flags())?;
        Ok(assertion.map(|(assertion, source)| {
            ChosenCredential::plain(Credential::Assertion(assertion), source)
        }))
    }

    /// What the flags of a secret give, and which of them does.
    fn typed(&self, flags: &SecretFlags<'_>) -> Result<Option<NamedSecret>, CommandError> {
        let given = secret_from_flags(self.ui, flags)?.map(|given| match given {
            GivenSecret::Value(value) => SecretSource::Given(value),
            GivenSecret::Reference(reference) => SecretSource::Reference(reference),
        });
        Ok(given.zip(flags.source()))
    }

    fn by_our_variables(&self) -> Result<Option<ChosenCredential>, CommandError> {
        if let Some(secret) = self.variables.secret("ENTRA_AUTH_CLIENT_SECRET") {
            return Ok(Some(ChosenCredential::plain(
                Credential::Secret(SecretSource::Given(secret)),
                Source::OurVariable("ENTRA_AUTH_CLIENT_SECRET"),
            )));
        }
        match self
            .variables
            .raw("ENTRA_AUTH_CERTIFICATE_PATH")
            .map(PathBuf::from)
        {
            Some(path) => {
                let source = Source::OurVariable("ENTRA_AUTH_CERTIFICATE_PATH");
                Ok(Some(self.certificate(absolute(&path)?, source, None)?))
            }
            None => Ok(None),
        }
    }

    /// The credential that the profile names.
    pub(super) fn by_profile(&self, profile: &Profile) -> Result<ChosenCredential, CommandError> {
        let kept = |reference: &Option<SecretReference>, kind, azure| match reference {
            Some(reference) => SecretSource::Reference(reference.clone()),
            None => SecretSource::Stored {
                profile: profile.name.clone(),
                kind,
                otherwise: self
                    .variables
                    .secret(azure)
                    .map(|value| FromVariable { name: azure, value }),
            },
        };
        let chosen = match profile.auth_method {
            AuthMethod::Public => ChosenCredential::plain(Credential::None, Source::Profile),
            AuthMethod::ClientSecret => {
                let secret = kept(
                    &profile.client_secret_from,
                    SecretKind::ClientSecret,
                    "AZURE_CLIENT_SECRET",
                );
                ChosenCredential::plain(Credential::Secret(secret), Source::Profile)
            }
            AuthMethod::Certificate | AuthMethod::PasswordlessCertificate => {
                let named = profile.certificate_path.clone();
                let named = named.map(|file| (file, Source::Profile));
                let Some((file, source)) =
                    named.or_else(|| self.azure_path("AZURE_CLIENT_CERTIFICATE_PATH"))
                else {
                    return Err(CommandError::usage(
                        "certificate_missing",
                        format!("profile `{}` names no certificate file", profile.name),
                    )
                    .hint(format!(
                        "Name it: entra-auth-cli config edit {} --certificate-path FILE",
                        profile.name
                    )));
                };
                let password = (profile.auth_method == AuthMethod::Certificate).then(|| {
                    let password = kept(
                        &profile.certificate_password_from,
                        SecretKind::CertificatePassword,
                        "AZURE_CLIENT_CERTIFICATE_PASSWORD",
                    );
                    (password, Source::Profile)
                });
                self.certificate(file, source, password)?
            }
            AuthMethod::ClientAssertion => {
                let named = profile.client_assertion_from.clone();
                let named = named.map(|reference| (reference, Source::Profile));
                let Some((reference, source)) = named.or_else(|| self.azure_federated_token())
                else {
                    return Err(CommandError::usage(
                        "assertion_missing",
                        format!(
                            "profile `{}` names no source of client assertions",
                            profile.name
                        ),
                    )
                    .hint(format!(
                        "Name it: entra-auth-cli config edit {} --client-assertion-file FILE",
                        profile.name
                    ))
                    .hint(
                        "Or in place of a file: --client-assertion-env NAME or \
                         --client-assertion-command COMMAND",
                    ));
                };
                let assertion = SecretSource::Reference(reference);
                ChosenCredential::plain(Credential::Assertion(assertion), source)
            }
        };
        Ok(ChosenCredential {
            is_of_profile: true,
            ..chosen
        })
    }

    /// The order of the Azure SDKs: secret, certificate, federated token.
    fn by_azure_variables(&self) -> Result<ChosenCredential, CommandError> {
        if let Some((secret, source)) = self.azure_secret("AZURE_CLIENT_SECRET") {
            let credential = Credential::Secret(secret);
            return Ok(ChosenCredential::plain(credential, source));
        }
        if let Some((file, source)) = self.azure_path("AZURE_CLIENT_CERTIFICATE_PATH") {
            let password = self.azure_secret("AZURE_CLIENT_CERTIFICATE_PASSWORD");
            return self.certificate(file, source, password);
        }
        Ok(match self.azure_federated_token() {
            Some((reference, source)) => {
                let assertion = SecretSource::Reference(reference);
                ChosenCredential::plain(Credential::Assertion(assertion), source)
            }
            None => ChosenCredential::plain(Credential::None, Source::Default),
        })
    }

    fn azure_secret(&self, name: &'static str) -> Option<NamedSecret> {
        let secret = self.variables.secret(name)?;
        Some((SecretSource::Given(secret), Source::AzureVariable(name)))
    }

    fn azure_path(&self, name: &'static str) -> Option<(PathBuf, Source)> {
        let path = self.variables.raw(name)?;
        Some((PathBuf::from(path), Source::AzureVariable(name)))
    }

    fn azure_federated_token(&self) -> Option<(SecretReference, Source)> {
        let (file, source) = self.azure_path("AZURE_FEDERATED_TOKEN_FILE")?;
        Some((SecretReference::File(file), source))
    }

    fn certificate(
        &self,
        file: PathBuf,
        source: Source,
        kept_password: Option<NamedSecret>,
    ) -> Result<ChosenCredential, CommandError> {
        let flags = self.flags;
        let typed = self.typed(&flags.certificate_password_flags())?;
        let password = typed
            .or_else(|| {
                let ours = "ENTRA_AUTH_CERTIFICATE_PASSWORD";
                let given = SecretSource::Given(self.variables.secret(ours)?);
                Some((given, Source::OurVariable(ours)))
            })
            .or(kept_password);
        let (password, password_source) = password.unzip();
        let credential = Credential::Certificate {
            file,
            password,
            algorithm: flags
                .assertion_algorithm
                .or_else(|| self.profile.and_then(|profile| profile.assertion_algorithm)),
            send_chain: flags.send_certificate_chain
                || self
                    .profile
                    .is_some_and(|profile| profile.send_certificate_chain)
                || self
                    .variables
                    .text("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN")
                    .is_some_and(|value| {
                        matches!(value.to_ascii_lowercase().as_str(), "1" | "true")
                    }),
            keep_password: flags.cache_cert_password
                || self
                    .profile
                    .is_some_and(|profile| profile.cache_certificate_password),
        };
        Ok(ChosenCredential {
            password_source,
            ..ChosenCredential::plain(credential, source)
        })
    }
}
