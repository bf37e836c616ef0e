//! Whom the advice is for: what of a profile stands in it.

use model::AuthMethod;
use model::Authority;
use model::AuthorityKind;
use model::Cloud;
use model::Flow;
use model::Profile;
use model::Tenant;
use protocol::aadsts::Facts;

use crate::shell;

/// What a person puts in place of what is not known.
const NAME: &str = "NAME";
const CLIENT_ID: &str = "CLIENT_ID";
const AUTHORITY: &str = "AUTHORITY";
const REDIRECT_URI: &str = "REDIRECT_URI";

/// A profile's own values, each as one word of a shell; nothing without a profile.
#[derive(Debug, Default)]
pub(super) struct Whom {
    pub(super) profile: Option<String>,
    pub(super) tenant: Option<String>,
    /// The application, as the profile has it.
    pub(super) client_id: Option<String>,
    /// The same where it may stand in a command: one word that no program reads more into.
    pub(super) client_id_word: Option<String>,
    pub(super) redirect_uri: Option<String>,
    pub(super) scope: Option<String>,
    /// Its address, if it is the login service of a built-in cloud. Whether another one was approved
    /// here only the store could prove, and nothing is opened for an explanation.
    pub(super) authority: Option<String>,
    /// Whether the profile has an authority whose address is left out.
    pub(super) has_authority_left_out: bool,
    /// The Microsoft cloud. `None` at an authority that is none of them, where neither admin center
    /// nor Azure CLI help.
    pub(super) cloud: Option<Cloud>,
    /// The flow that the profile uses where none is named.
    pub(super) flow: Option<Flow>,
    /// The kind of its authority.
    pub(super) kind: Option<AuthorityKind>,
    /// How its application proves itself.
    pub(super) method: Option<AuthMethod>,
}

impl Whom {
    /// The values of a profile.
    pub(super) fn of(profile: &Profile, authority: Option<&Authority>) -> Self {
        let word = |text: &str| shell::word(text).into_owned();
        let cloud = match authority {
            Some(authority) if authority.kind() == AuthorityKind::Entra => authority.cloud(),
            Some(_) => None,
            None => Some(profile.cloud.unwrap_or(Cloud::Public)),
        };
        Self {
            profile: Some(profile.name.to_string()),
            tenant: authority
                .and_then(Authority::tenant)
                .map(|tenant| tenant.as_str().to_owned()),
            client_id: profile.client_id.clone(),
            client_id_word: profile
                .client_id
                .as_deref()
                .filter(|client_id| is_plain(client_id))
                .map(str::to_owned),
            // `az` reads a file at a leading `@`.
            redirect_uri: profile
                .redirect_uri
                .as_deref()
                .filter(|address| url::Url::parse(address).is_ok())
                .map(word),
            scope: (!profile.scopes.is_empty()).then(|| word(&profile.scopes.join(" "))),
            authority: authority
                .filter(|authority| authority.is_built_in())
                .map(|authority| authority.base().to_owned()),
            has_authority_left_out: authority.is_some_and(|authority| !authority.is_built_in()),
            cloud,
            kind: authority.map(Authority::kind),
            flow: Some(
                profile
                    .default_flow
                    .unwrap_or_else(|| Flow::inferred_from(profile.auth_method)),
            ),
            method: Some(profile.auth_method),
        }
    }

    /// Whether the profile's tokens are the application's own, and nobody signs in.
    pub(super) fn is_application_itself(&self) -> bool {
        self.flow == Some(Flow::ClientCredentials)
    }

    /// Whether its application proves itself.
    pub(super) fn is_confidential(&self) -> bool {
        self.method
            .is_some_and(|method| method != AuthMethod::Public)
    }

    /// The same for the texts of the tables.
    pub(super) fn facts(&self) -> Facts<'_> {
        Facts {
            tenant: self.tenant.as_deref(),
            client_id: self.client_id_word.as_deref(),
            redirect_uri: Some(self.redirect_uri_or_placeholder()),
            scope: self.scope.as_deref(),
            authority: self
                .has_authority_left_out
                .then_some(AUTHORITY)
                .or(self.authority.as_deref()),
            profile: Some(self.profile_or_placeholder()),
            call: None,
            call_with_page: None,
            flow: self.flow,
            is_confidential: self.is_confidential(),
        }
    }

    /// Its tenant, unless that stands for several (`common`, `organizations`, `consumers`).
    pub(super) fn concrete_tenant(&self) -> Option<&str> {
        let tenant = self.tenant.as_deref()?;
        let is_concrete = Tenant::parse(tenant).is_ok_and(|tenant| tenant.is_concrete());
        is_concrete.then_some(tenant)
    }

    /// The redirect URI as one word of a shell: the profile's, else the one its flow uses, else what
    /// stands for one.
    pub(super) fn redirect_uri_or_placeholder(&self) -> &str {
        match (&self.redirect_uri, &self.profile) {
            (Some(redirect_uri), _) => redirect_uri,
            (None, None) => REDIRECT_URI,
            (None, Some(_)) => {
                if self.is_confidential() || self.flow == Some(Flow::AuthorizationCode) {
                    "http://localhost:8080"
                } else {
                    "http://localhost"
                }
            }
        }
    }

    /// The profile's name, or what stands for one.
    pub(super) fn profile_or_placeholder(&self) -> &str {
        self.profile.as_deref().unwrap_or(NAME)
    }

    /// The application as one word of a shell, or what stands for one.
    pub(super) fn client_id_or_placeholder(&self) -> &str {
        self.client_id_word.as_deref().unwrap_or(CLIENT_ID)
    }

    /// Why an address is left out of these texts, if it is.
    pub(super) fn left_out(
        &self,
        mut texts: impl Iterator<Item = impl AsRef<str>>,
    ) -> Option<String> {
        if !self.has_authority_left_out || !texts.any(|text| text.as_ref().contains(AUTHORITY)) {
            return None;
        }
        let profile = self.profile_or_placeholder();
        Some(format!(
            "The authority of profile `{profile}` is not the login service of a built-in cloud. \
             Its address is left out here, where nobody asks whether it was approved: {AUTHORITY} \
             stands for it."
        ))
    }

    /// The cloud whose admin center and Azure CLI are advised: without a profile the public one.
    pub(super) fn advised_cloud(&self) -> Option<Cloud> {
        match self.profile {
            Some(_) => self.cloud,
            None => Some(Cloud::Public),
        }
    }

    /// The address at which an administrator agrees to all permissions of the application
    /// (Microsoft identity platform, "Admin consent on the Microsoft identity platform").
    pub(super) fn consent_address(&self) -> Option<String> {
        let (authority, tenant) = (self.authority.as_deref()?, self.tenant.as_deref()?);
        self.cloud?;
        let client_id: String =
            url::form_urlencoded::byte_serialize(self.client_id.as_deref()?.as_bytes()).collect();
        Some(format!(
            "{}/{tenant}/adminconsent?client_id={client_id}",
            authority.trim_end_matches('/')
        ))
    }
}

/// Whether a client id is a GUID, or at least letters, digits and what joins them: no option, no file
/// (`@`) and no end of a quotation to any program.
fn is_plain(client_id: &str) -> bool {
    let is_of_word =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    client_id.starts_with(|first: char| first.is_ascii_alphanumeric())
        && client_id.chars().all(is_of_word)
}
