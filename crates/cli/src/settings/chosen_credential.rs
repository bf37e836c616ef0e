//! How the application proves itself: the first that flags, our variables, the profile or the
//! variables of the Azure SDKs name.

use std::path::PathBuf;

use engine::Credential;
use engine::SecretSource;
use model::AuthMethod;
use model::Profile;
use model::SecretReference;
use vault::SecretKind;
use zeroize::Zeroizing;

use super::Variables;
use super::credential::GivenSecret;
use super::credential::absolute;
use super::credential::secret_from_flags;
use crate::args::CredentialArgs;
use crate::command_error::CommandError;
use crate::ui::Ui;

/// Who named the credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The command line.
    Flags,
    /// `ENTRA_AUTH_*`.
    OurVariables,
    /// The profile, which `AZURE_*` may complete.
    Profile,
    /// `AZURE_*`, or nobody.
    AzureVariables,
    /// Nobody was asked: the flow sends none.
    Nobody,
}

/// Where the credential may come from.
pub(super) struct CredentialChoice<'a> {
    pub(super) ui: &'a Ui,
    pub(super) variables: &'a Variables,
    pub(super) flags: &'a CredentialArgs,
    pub(super) profile: Option<&'a Profile>,
}

impl CredentialChoice<'_> {
    /// The credential, and who named it.
    pub(super) fn chosen(&self) -> Result<(Credential, Origin), CommandError> {
        if let Some(credential) = self.by_flags()? {
            return Ok((credential, Origin::Flags));
        }
        if let Some(credential) = self.by_our_variables()? {
            return Ok((credential, Origin::OurVariables));
        }
        Ok(match self.profile {
            Some(profile) => (self.by_profile(profile)?, Origin::Profile),
            None => (self.by_azure_variables()?, Origin::AzureVariables),
        })
    }

    fn by_flags(&self) -> Result<Option<Credential>, CommandError> {
        if let Some(secret) = secret_from_flags(self.ui, &self.flags.client_secret_flags())? {
            return Ok(Some(Credential::Secret(source(secret))));
        }
        if let Some(path) = &self.flags.certificate_path {
            return Ok(Some(self.certificate(absolute(path)?, None)?));
        }
        let assertion = secret_from_flags(self.ui, &self.flags.client_assertion_flags())?;
        Ok(assertion.map(|assertion| Credential::Assertion(source(assertion))))
    }

    fn by_our_variables(&self) -> Result<Option<Credential>, CommandError> {
        if let Some(secret) = self.variables.secret("ENTRA_AUTH_CLIENT_SECRET") {
            return Ok(Some(Credential::Secret(SecretSource::Given(secret))));
        }
        match self
            .variables
            .raw("ENTRA_AUTH_CERTIFICATE_PATH")
            .map(PathBuf::from)
        {
            Some(path) => Ok(Some(self.certificate(absolute(&path)?, None)?)),
            None => Ok(None),
        }
    }

    /// The credential that the profile names.
    pub(super) fn by_profile(&self, profile: &Profile) -> Result<Credential, CommandError> {
        let kept =
            |reference: &Option<SecretReference>, kind, otherwise: Option<Zeroizing<String>>| {
                match reference {
                    Some(reference) => SecretSource::Reference(reference.clone()),
                    None => SecretSource::Stored {
                        profile: profile.name.clone(),
                        kind,
                        otherwise,
                    },
                }
            };
        match profile.auth_method {
            AuthMethod::Public => Ok(Credential::None),
            AuthMethod::ClientSecret => Ok(Credential::Secret(kept(
                &profile.client_secret_from,
                SecretKind::ClientSecret,
                self.variables.secret("AZURE_CLIENT_SECRET"),
            ))),
            AuthMethod::Certificate | AuthMethod::PasswordlessCertificate => {
                let file = profile
                    .certificate_path
                    .clone()
                    .or_else(|| self.azure_path("AZURE_CLIENT_CERTIFICATE_PATH"));
                let Some(file) = file else {
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
                    kept(
                        &profile.certificate_password_from,
                        SecretKind::CertificatePassword,
                        self.variables.secret("AZURE_CLIENT_CERTIFICATE_PASSWORD"),
                    )
                });
                self.certificate(file, password)
            }
            AuthMethod::ClientAssertion => {
                let reference = profile.client_assertion_from.clone().or_else(|| {
                    self.azure_path("AZURE_FEDERATED_TOKEN_FILE")
                        .map(SecretReference::File)
                });
                match reference {
                    Some(reference) => {
                        Ok(Credential::Assertion(SecretSource::Reference(reference)))
                    }
                    None => Err(CommandError::usage(
                        "assertion_missing",
                        format!(
                            "profile `{}` names no source of client assertions",
                            profile.name
                        ),
                    )
                    .hint("Name it: --client-assertion-file, -env or -command")),
                }
            }
        }
    }

    /// The order of the Azure SDKs: secret, certificate, federated token.
    fn by_azure_variables(&self) -> Result<Credential, CommandError> {
        if let Some(secret) = self.variables.secret("AZURE_CLIENT_SECRET") {
            return Ok(Credential::Secret(SecretSource::Given(secret)));
        }
        if let Some(file) = self.azure_path("AZURE_CLIENT_CERTIFICATE_PATH") {
            let password = self.variables.secret("AZURE_CLIENT_CERTIFICATE_PASSWORD");
            return self.certificate(file, password.map(SecretSource::Given));
        }
        Ok(match self.azure_path("AZURE_FEDERATED_TOKEN_FILE") {
            Some(file) => {
                Credential::Assertion(SecretSource::Reference(SecretReference::File(file)))
            }
            None => Credential::None,
        })
    }

    fn azure_path(&self, name: &str) -> Option<PathBuf> {
        self.variables.raw(name).map(PathBuf::from)
    }

    fn certificate(
        &self,
        file: PathBuf,
        kept_password: Option<SecretSource>,
    ) -> Result<Credential, CommandError> {
        let flags = self.flags;
        let typed = secret_from_flags(self.ui, &flags.certificate_password_flags())?.map(source);
        let password = typed
            .or_else(|| {
                let ours = self.variables.secret("ENTRA_AUTH_CERTIFICATE_PASSWORD");
                ours.map(SecretSource::Given)
            })
            .or(kept_password);
        Ok(Credential::Certificate {
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
        })
    }
}

fn source(secret: GivenSecret) -> SecretSource {
    match secret {
        GivenSecret::Value(value) => SecretSource::Given(value),
        GivenSecret::Reference(reference) => SecretSource::Reference(reference),
    }
}
