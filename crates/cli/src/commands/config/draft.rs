//! A profile that is being put together, by flags and by answers.

use model::AuthMethod;
use model::Authority;
use model::AuthorityError;
use model::AuthorityInput;
use model::AuthorityKind;
use model::Clock as _;
use model::Flow;
use model::Profile;
use model::ProfileName;
use model::Timestamp;
use vault::SecretKind;

use super::checks;
use super::checks::Opened;
use super::fields;
use super::fields::GivenSecrets;
use crate::args::ProfileArgs;
use crate::command_error::CommandError;
use crate::settings;
use crate::settings::Kept;
use crate::settings::Store;
use crate::ui::Ui;

/// What a profile is called until it has a name: the one that is used where none is named.
const UNNAMED: &str = "default";

/// A profile that is being put together. Nothing of it is written yet.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, independent of the others"
)]
pub(super) struct Draft {
    /// Its fields, as far as they are known.
    pub(super) profile: Profile,
    /// The secrets that are to be sealed with it.
    pub(super) given: GivenSecrets,
    /// Where the other secrets are.
    pub(super) kept: Kept,
    /// The secrets that the store holds for it.
    pub(super) stored: Vec<SecretKind>,
    /// Whether it has its name.
    pub(super) is_named: bool,
    /// Whether it takes the place of a profile of that name.
    pub(super) replaces: bool,
    /// Whether it is known how its application proves itself.
    pub(super) has_method: bool,
    /// Whether a default flow is wanted, once that was asked.
    pub(super) wants_flow: bool,
    /// Whether the certificate's password was asked for; none need be given.
    pub(super) password_was_asked: bool,
    /// What flags said.
    pub(super) said: Said,
    now: Timestamp,
}

/// What flags said, so that nobody is asked for it.
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each stands for flags of its own"
)]
pub(super) struct Said {
    pub(super) name: bool,
    pub(super) tenant: bool,
    pub(super) client_id: bool,
    pub(super) method: bool,
    pub(super) certificate: bool,
    pub(super) certificate_password: bool,
    pub(super) client_secret: bool,
    pub(super) assertion: bool,
    pub(super) scopes: bool,
    pub(super) flow: bool,
    pub(super) redirect_uri: bool,
}

impl Draft {
    /// A new profile, by flags.
    pub(super) fn new(
        ui: &Ui,
        now: Timestamp,
        name: Option<ProfileName>,
        args: &ProfileArgs,
    ) -> Result<Self, CommandError> {
        let is_named = name.is_some();
        let name = match name {
            Some(name) => name,
            None => ProfileName::parse(UNNAMED)
                .map_err(|error| CommandError::usage("invalid_profile_name", error.to_string()))?,
        };
        let method = args.auth_method.or_else(|| fields::implied_method(args));
        let has_method = method.is_some() || signs_people_in(args);
        let mut profile = Profile::new(name, method.unwrap_or(AuthMethod::Public));
        let given = fields::apply(ui, args, &mut profile)?;
        let credential = &args.credential;
        let said = Said {
            name: is_named,
            tenant: profile.tenant_id.is_some(),
            client_id: profile.client_id.is_some(),
            method: has_method,
            certificate: profile.certificate_path.is_some(),
            certificate_password: credential.certificate_password_flags().is_given(),
            client_secret: credential.client_secret_flags().is_given(),
            assertion: profile.client_assertion_from.is_some(),
            scopes: !profile.scopes.is_empty() || profile.resource.is_some(),
            flow: profile.default_flow.is_some(),
            redirect_uri: profile.redirect_uri.is_some(),
        };
        Ok(Self {
            profile,
            given,
            kept: Kept::Nowhere,
            stored: Vec::new(),
            is_named,
            replaces: false,
            has_method,
            wants_flow: false,
            password_was_asked: false,
            said,
            now,
        })
    }

    /// A profile there is, to be changed.
    pub(super) fn of(store: &Store, profile: Profile) -> Self {
        // One that cannot be read counts as none, so that it can be entered again.
        let is_there = |kind: &SecretKind| {
            let there = store.vault.secrets().has(&profile.name, *kind);
            matches!(there, Ok(Some(_)))
        };
        let stored = SecretKind::ALL.into_iter().filter(is_there).collect();
        Self {
            wants_flow: profile.default_flow.is_some(),
            profile,
            given: GivenSecrets::default(),
            kept: Kept::InTheStore,
            stored,
            is_named: true,
            replaces: true,
            has_method: true,
            password_was_asked: true,
            said: Said::default(),
            now: store.clock.now(),
        }
    }

    /// The authority of the fields so far.
    pub(super) fn authority(&self) -> Result<Authority, CommandError> {
        settings::profile_authority(&self.profile)
    }

    /// Whether the authority needs a tenant beside its address.
    pub(super) fn needs_tenant(&self) -> bool {
        let resolved = self.authority_of(None);
        matches!(resolved, Err(AuthorityError::MissingTenant(_)))
    }

    /// Whether the address may be Entra's or an OpenID provider's, and a tenant tells which.
    pub(super) fn may_have_tenant(&self) -> bool {
        let kind = |tenant| self.authority_of(tenant).ok().map(|found| found.kind());
        kind(None) == Some(AuthorityKind::Oidc)
            && kind(Some("organizations")) == Some(AuthorityKind::Entra)
    }

    fn authority_of(&self, tenant: Option<&str>) -> Result<Authority, AuthorityError> {
        AuthorityInput {
            cloud: self.profile.cloud,
            authority: self.profile.authority.as_deref(),
            kind: self.profile.authority_type,
            tenant,
        }
        .resolve()
    }

    /// Whether the certificate's file needs a password. One that cannot be read is taken for closed:
    /// what is wrong with it is said where it is opened.
    pub(super) fn certificate_is_closed(&self) -> bool {
        let Some(path) = &self.profile.certificate_path else {
            return true;
        };
        !matches!(
            checks::certificate_file(path, None, self.now),
            Ok(Opened::Whole)
        )
    }

    /// Whether a secret of that kind is given, stored, or kept elsewhere.
    pub(super) fn has(&self, kind: SecretKind) -> bool {
        let (given, elsewhere) = match kind {
            SecretKind::ClientSecret => (
                self.given.client_secret.is_some(),
                self.profile.client_secret_from.is_some(),
            ),
            SecretKind::CertificatePassword => (
                self.given.certificate_password.is_some(),
                self.profile.certificate_password_from.is_some(),
            ),
        };
        given || elsewhere || self.stored.contains(&kind)
    }

    /// Takes another method, and drops what only the one before had a use for.
    pub(super) fn take_method(&mut self, method: AuthMethod) {
        self.has_method = true;
        if self.profile.auth_method == method {
            return;
        }
        self.profile.auth_method = method;
        let profile = &mut self.profile;
        if method != AuthMethod::ClientSecret {
            profile.client_secret_from = None;
            profile.client_secret_expires_at = None;
            self.given.client_secret = None;
        }
        if method != AuthMethod::ClientAssertion {
            profile.client_assertion_from = None;
        }
        if method != AuthMethod::Certificate {
            profile.certificate_password_from = None;
            profile.cache_certificate_password = false;
            self.given.certificate_password = None;
        }
        if !uses_certificate(method) {
            profile.certificate_path = None;
            profile.send_certificate_chain = false;
            profile.assertion_algorithm = None;
        }
        self.password_was_asked = false;
    }

    /// Checks all of it, and that its certificate opens. One that turns out to have a password is
    /// one with a password, whatever it was taken for.
    pub(super) fn check(&mut self, store: &Store) -> Result<(), CommandError> {
        let authority = self.authority()?;
        checks::client_id(
            settings::profile_client_id(&self.profile)?.as_str(),
            &authority,
        )?;
        checks::scopes(&self.profile, &authority)?;
        self.check_certificate(store)
    }

    /// Checks what flags said, as far as that can be done before the rest is asked.
    pub(super) fn check_said(&mut self, store: &Store) -> Result<(), CommandError> {
        if let Ok(authority) = self.authority() {
            if let Some(text) = &self.profile.client_id {
                checks::client_id(text, &authority)?;
            }
            if self.said.scopes && self.has_method {
                checks::scopes(&self.profile, &authority)?;
            }
        }
        self.check_certificate(store)
    }

    /// Checks what a change can have broken, so that one wrong field keeps no other from being
    /// corrected.
    pub(super) fn check_changes(
        &mut self,
        store: &Store,
        before: &Profile,
    ) -> Result<(), CommandError> {
        let authority = self.authority()?;
        let client_id = settings::profile_client_id(&self.profile)?;
        if checks::application_changed(before, &self.profile) {
            checks::client_id(client_id.as_str(), &authority)?;
        }
        if checks::scopes_changed(before, &self.profile) {
            checks::scopes(&self.profile, &authority)?;
        }
        let certificate_changed = self.profile.certificate_path != before.certificate_path
            || self.profile.auth_method != before.auth_method
            || self.given.certificate_password.is_some();
        if certificate_changed {
            self.check_certificate(store)?;
        }
        Ok(())
    }

    /// Checks the certificate alone.
    fn check_certificate(&mut self, store: &Store) -> Result<(), CommandError> {
        if !uses_certificate(self.profile.auth_method) {
            return Ok(());
        }
        let opened = checks::certificate(store, &self.profile, &self.given, self.kept)?;
        if opened == Opened::NeedsPassword {
            self.profile.auth_method = AuthMethod::Certificate;
        }
        Ok(())
    }

    /// The flows that can get a token with what is known so far.
    pub(super) fn possible_flows(&self) -> Vec<Flow> {
        let Ok(authority) = self.authority() else {
            return Flow::ALL.to_vec();
        };
        let is_one_directory = authority.tenant().is_none_or(model::Tenant::is_concrete);
        let can_prove_itself = self.profile.auth_method != AuthMethod::Public;
        let possible = |flow: &Flow| {
            let can_act = *flow != Flow::ClientCredentials || is_one_directory && can_prove_itself;
            can_act && checks::scopes_by(&self.profile, &authority, *flow).is_ok()
        };
        Flow::ALL.into_iter().filter(possible).collect()
    }
}

/// Whether the method is one by certificate.
pub(super) fn uses_certificate(method: AuthMethod) -> bool {
    matches!(
        method,
        AuthMethod::Certificate | AuthMethod::PasswordlessCertificate
    )
}

/// Whether the flags speak of signing people in, for which an application need not prove itself.
fn signs_people_in(fields: &ProfileArgs) -> bool {
    fields.default_flow.is_some_and(Flow::is_for_a_person)
        || fields.redirect_uri.is_some()
        || fields.login_hint.is_some()
}
