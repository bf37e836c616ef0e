//! What `-v` says about a request: each thing, and who said it. Of a secret, only where it is.

use std::fmt;

use engine::Credential;
use engine::SecretSource;
use engine::TokenRequest;
use model::AuthMethod;
use model::Profile;
use model::SecretReference;
use protocol::text::escaped;
use vault::Vault;

use super::Variables;
use super::source::Source;

/// The variables that name a credential where nothing before them does.
const CREDENTIAL_VARIABLES: [&str; 5] = [
    "ENTRA_AUTH_CLIENT_SECRET",
    "ENTRA_AUTH_CERTIFICATE_PATH",
    "AZURE_CLIENT_SECRET",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_FEDERATED_TOKEN_FILE",
];

/// The variables that name the password of a certificate file likewise.
const PASSWORD_VARIABLES: [&str; 2] = [
    "ENTRA_AUTH_CERTIFICATE_PASSWORD",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
];

/// Who said what a request is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sources {
    pub(super) authority: Source,
    /// `None` if the tenant stands in the authority's address, or there is none.
    pub(super) tenant: Option<Source>,
    pub(super) client_id: Source,
    pub(super) flow: Source,
    pub(super) scopes: Source,
    pub(super) credential: Source,
    /// `None` if nobody named a password.
    pub(super) password: Option<Source>,
}

impl Sources {
    /// Says it, if anybody listens: one line each.
    pub(super) fn tell(
        &self,
        request: &TokenRequest,
        profile: Option<&Profile>,
        variables: &Variables,
    ) {
        if !tracing::enabled!(target: "settings", tracing::Level::INFO) {
            return;
        }
        line("authority", &request.authority.base(), self.authority);
        if let Some(tenant) = request.authority.tenant() {
            line("tenant", &tenant, self.tenant.unwrap_or(self.authority));
        }
        line("client id", &request.client_id, self.client_id);
        line("flow", &request.flow, self.flow);
        line("scopes", &request.scopes, self.scopes);
        self.tell_credential(&request.credential);
        for name in self.passed_over(&request.credential, variables) {
            tracing::info!(target: "settings", "{name} is set too and not used");
        }
        if self.credential.overrides_profile()
            && profile.is_some_and(|profile| profile.auth_method != AuthMethod::Public)
        {
            tracing::info!(target: "settings", "the profile's own credential is not used");
        }
    }

    fn tell_credential(&self, credential: &Credential) {
        match credential {
            Credential::None => line("credential", &"none", self.credential),
            Credential::Secret(secret) => line("client secret", &Place(secret), self.credential),
            Credential::Assertion(assertion) => {
                line("client assertion", &Place(assertion), self.credential);
            }
            Credential::Certificate { file, password, .. } => {
                let file = format!("file {}", file.display());
                line("certificate", &file, self.credential);
                if let (Some(password), Some(source)) = (password, self.password) {
                    line("certificate password", &Place(password), source);
                }
            }
        }
    }

    /// The variables that are set and would have been used, had nothing gone before them. What goes
    /// before one that serves if nothing is stored shows only once the store was looked into.
    fn passed_over(&self, credential: &Credential, variables: &Variables) -> Vec<&'static str> {
        let (secret, candidates) = match credential {
            Credential::None => (None, &[][..]),
            Credential::Secret(secret) | Credential::Assertion(secret) => (Some(secret), &[][..]),
            Credential::Certificate { password, .. } => {
                (password.as_ref(), &PASSWORD_VARIABLES[..])
            }
        };
        let of_secret = match secret {
            Some(SecretSource::Stored { otherwise, .. }) => {
                otherwise.as_ref().map(|otherwise| otherwise.name)
            }
            Some(SecretSource::Reference(SecretReference::Env(name))) => Some(name.as_str()),
            _ => None,
        };
        let of_source = self.credential.variable();
        let of_password = self.password.and_then(Source::variable);
        let used = [of_secret, of_source, of_password];
        let names = CREDENTIAL_VARIABLES.iter().chain(candidates);
        names
            .filter(|name| !used.contains(&Some(**name)) && variables.raw(name).is_some())
            .copied()
            .collect()
    }
}

/// Says which profile is meant, who said so and where it is kept, if anybody listens.
pub(super) fn tell_profile(profile: &Profile, source: Source, vault: &Vault) {
    tracing::info!(
        target: "settings",
        "profile: {} ({source}) in {}",
        profile.name,
        escaped(&vault.profiles().path().display().to_string()),
    );
}

/// Says that no profile is meant, if anybody listens.
pub(super) fn tell_no_profile() {
    tracing::info!(target: "settings", "profile: none");
}

fn line(what: &str, value: &dyn fmt::Display, source: Source) {
    let value = value.to_string();
    tracing::info!(target: "settings", "{what}: {} ({source})", escaped(&value));
}

/// Where a secret is. The arguments of a command are left out: they may hold one.
struct Place<'a>(&'a SecretSource);

impl fmt::Display for Place<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            SecretSource::Given(_) => formatter.write_str("as given"),
            SecretSource::Stored { otherwise, .. } => match otherwise {
                None => formatter.write_str("stored here"),
                Some(otherwise) => write!(formatter, "stored here, else {}", otherwise.name),
            },
            SecretSource::Reference(SecretReference::Command(arguments)) => {
                let program = arguments.first().map_or("", String::as_str);
                write!(formatter, "command {program}")
            }
            SecretSource::Reference(reference) => reference.fmt(formatter),
        }
    }
}
