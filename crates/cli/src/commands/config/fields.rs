//! From flags to a profile's fields.

use model::AuthMethod;
use model::ClientId;
use model::Profile;
use model::Scopes;
use model::Tenant;
use vault::SecretKind;

use crate::args::ProfileArgs;
use crate::args::TargetArgs;
use crate::command_error::CommandError;
use crate::settings;
use crate::settings::GivenSecret;
use crate::settings::absolute;
use crate::settings::secret_from_flags;
use crate::ui::Ui;

/// The secrets that came along with the fields, each either here or elsewhere.
#[derive(Default)]
pub(in crate::commands) struct GivenSecrets {
    pub(super) client_secret: Option<GivenSecret>,
    pub(super) certificate_password: Option<GivenSecret>,
}

impl GivenSecrets {
    /// Each secret with what came along of it.
    pub(super) fn by_kind(&self) -> [(SecretKind, Option<&GivenSecret>); 2] {
        [
            (SecretKind::ClientSecret, self.client_secret.as_ref()),
            (
                SecretKind::CertificatePassword,
                self.certificate_password.as_ref(),
            ),
        ]
    }

    /// Whether no secret value came along.
    pub(super) fn is_empty(&self) -> bool {
        self.client_secret.is_none() && self.certificate_password.is_none()
    }
}

/// Sets the fields that flags name, and takes the secrets they give. References replace what was
/// kept of the same secret.
pub(super) fn apply(
    ui: &Ui,
    args: &ProfileArgs,
    profile: &mut Profile,
) -> Result<GivenSecrets, CommandError> {
    check(args)?;
    apply_target(&args.target, profile)?;
    if !args.scope.is_empty() {
        let scopes = Scopes::parse(args.scope.iter().map(String::as_str), None)
            .map_err(|error| CommandError::usage("invalid_scope", error.to_string()))?;
        profile.scopes = scopes.iter().map(ToOwned::to_owned).collect();
        profile.resource = None;
    }
    if let Some(resource) = &args.resource {
        profile.resource = Some(resource.clone());
        profile.scopes.clear();
    }
    set(&mut profile.auth_method, args.auth_method.as_ref());
    set(&mut profile.default_flow, args.default_flow.as_ref());
    set(&mut profile.redirect_uri, args.redirect_uri.as_ref());
    set(&mut profile.login_hint, args.login_hint.as_ref());
    apply_credential(ui, args, profile)
}

/// Sets the fields that flags name of who is asked, and by which application.
pub(super) fn apply_target(target: &TargetArgs, profile: &mut Profile) -> Result<(), CommandError> {
    check_target(target)?;
    set(&mut profile.tenant_id, target.tenant_id.as_ref());
    set(&mut profile.client_id, target.client_id.as_ref());
    if target.cloud.is_some() || target.authority.is_some() {
        profile.cloud = target.cloud;
        profile.authority.clone_from(&target.authority);
    }
    set(&mut profile.authority_type, target.authority_type.as_ref());
    if let Some(path) = &target.ca_file {
        profile.ca_file = Some(absolute(path)?);
    }
    Ok(())
}

fn apply_credential(
    ui: &Ui,
    args: &ProfileArgs,
    profile: &mut Profile,
) -> Result<GivenSecrets, CommandError> {
    let flags = &args.credential;
    if let Some(path) = &flags.certificate_path {
        profile.certificate_path = Some(absolute(path)?);
    }
    profile.cache_certificate_password |= flags.cache_cert_password;
    profile.send_certificate_chain |= flags.send_certificate_chain;
    set(
        &mut profile.assertion_algorithm,
        flags.assertion_algorithm.as_ref(),
    );
    let mut given = GivenSecrets {
        client_secret: secret_from_flags(ui, &flags.client_secret_flags())?,
        certificate_password: secret_from_flags(ui, &flags.certificate_password_flags())?,
    };
    if given.client_secret.is_some() {
        // The end of another secret says nothing about this one.
        profile.client_secret_expires_at = None;
    }
    if args.client_secret_expires.is_some() {
        profile.client_secret_expires_at = args.client_secret_expires;
    }
    keep_reference(&mut given.client_secret, &mut profile.client_secret_from);
    keep_reference(
        &mut given.certificate_password,
        &mut profile.certificate_password_from,
    );
    if let Some(GivenSecret::Reference(reference)) =
        secret_from_flags(ui, &flags.client_assertion_flags())?
    {
        profile.client_assertion_from = Some(reference);
    }
    Ok(given)
}

/// A reference belongs to the profile; a value given now takes the place of one.
fn keep_reference(given: &mut Option<GivenSecret>, field: &mut Option<model::SecretReference>) {
    match given.take() {
        Some(GivenSecret::Reference(reference)) => *field = Some(reference),
        Some(value @ GivenSecret::Value(_)) => {
            *field = None;
            *given = Some(value);
        }
        None => {}
    }
}

/// The method that the flags imply, where none is named.
pub(super) fn implied_method(args: &ProfileArgs) -> Option<AuthMethod> {
    let flags = &args.credential;
    if flags.client_secret_flags().is_given() {
        return Some(AuthMethod::ClientSecret);
    }
    if flags.certificate_path.is_some() {
        return Some(if flags.certificate_password_flags().is_given() {
            AuthMethod::Certificate
        } else {
            AuthMethod::PasswordlessCertificate
        });
    }
    let with_assertion = flags.client_assertion_flags().is_given();
    with_assertion.then_some(AuthMethod::ClientAssertion)
}

fn check(args: &ProfileArgs) -> Result<(), CommandError> {
    check_target(&args.target)?;
    if let Some(text) = &args.redirect_uri {
        settings::redirect_uri(text, "--redirect-uri")?;
    }
    Ok(())
}

fn check_target(target: &TargetArgs) -> Result<(), CommandError> {
    if let Some(text) = &target.tenant_id {
        Tenant::parse(text)
            .map_err(|error| CommandError::usage("invalid_tenant", error.to_string()))?;
    }
    if let Some(text) = &target.client_id {
        ClientId::parse(text).map_err(|error| {
            CommandError::usage("invalid_client_id", format!("`{text}`: {error}"))
        })?;
    }
    Ok(())
}

fn set<T: Clone, F: From<T>>(field: &mut F, value: Option<&T>) {
    if let Some(value) = value {
        *field = F::from(value.clone());
    }
}
