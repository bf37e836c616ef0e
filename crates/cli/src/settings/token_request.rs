//! From flags, variables and profile to one request: flags › `ENTRA_AUTH_*` › profile ›
//! `AZURE_*`, which fill only what is still empty › defaults.

use std::path::PathBuf;
use std::time::Duration;

use engine::CacheUse;
use engine::Credential;
use engine::SecretSource;
use engine::TokenRequest;
use engine::request::MinTtl;
use model::AuthMethod;
use model::Authority;
use model::AuthorityError;
use model::AuthorityInput;
use model::AuthorityKind;
use model::ClientId;
use model::Cloud;
use model::Flow;
use model::Profile;
use model::Scopes;
use model::SecretReference;
use model::Tenant;
use vault::SecretKind;
use zeroize::Zeroizing;

use super::Variables;
use super::approval::approval_of;
use super::credential::GivenSecret;
use super::credential::absolute;
use super::credential::secret_from_flags;
use crate::args::CredentialArgs;
use crate::args::TargetArgs;
use crate::args::TokenArgs;
use crate::command_error::CommandError;
use crate::ui::Ui;
use crate::wording;

/// A cached token with less left than this is not used.
const DEFAULT_MIN_TTL: Duration = Duration::from_mins(5);

/// What `get-token` asks the engine.
pub(crate) fn token_request(
    ui: &Ui,
    variables: &Variables,
    args: &TokenArgs,
    profile: Option<&Profile>,
) -> Result<TokenRequest, CommandError> {
    let chosen = chosen_authority(&args.target, variables, profile)?;
    if profile.is_none() {
        chosen.must_be_trusted_without_profile()?;
    }
    let authority = chosen.authority;
    let client_id = client_id(&args.target, variables, profile)?;
    let asked = Asked {
        ui,
        variables,
        flags: &args.credential,
        profile,
    };
    let (credential, kept_in_profile) = asked.credential()?;
    let flow = flow(args, variables, profile, &credential)?;
    let credential = match flow {
        Flow::ClientCredentials | Flow::AuthorizationCode => credential,
        Flow::DeviceCode | Flow::InteractiveBrowser => Credential::None,
    };
    let scopes = scopes(args, variables, profile, &authority, flow)?;
    let claims = args
        .claims
        .as_deref()
        .map(protocol::claims::parse)
        .transpose()
        .map_err(|error| CommandError::usage("invalid_claims", format!("--claims: {error}")))?;
    let trusts_references = kept_in_profile
        || args.target.ca_file.is_none()
            && profile.is_some_and(|profile| profile.ca_file.is_some());
    let approval = match profile {
        Some(profile) => approval_of(profile, &authority, &client_id)?,
        None => None,
    };
    let approval = approval.filter(|approval| {
        (trusts_references && !approval.references.is_empty())
            || !(authority.is_built_in() || chosen.typed_here)
    });
    Ok(TokenRequest {
        authority,
        client_id,
        scopes,
        flow,
        credential,
        claims,
        cache: match (args.cache.no_cache, args.cache.force) {
            (true, _) => CacheUse::None,
            (false, true) => CacheUse::WriteOnly,
            (false, false) => CacheUse::ReadAndWrite,
        },
        min_ttl: match args.cache.min_ttl {
            Some(duration) => MinTtl::Required(duration),
            None => MinTtl::Preferred(DEFAULT_MIN_TTL),
        },
        timeout: args.timeout.unwrap_or(engine::DEFAULT_TIMEOUT),
        profile: profile.map(|profile| profile.name.clone()),
        approval,
    })
}

struct ChosenAuthority {
    authority: Authority,
    /// Its address stood in a flag of this very command.
    typed_here: bool,
}

impl ChosenAuthority {
    /// Where no profile was approved, a variable alone may name a built-in cloud or this machine,
    /// but no stranger: a directory's `.envrc` would send the caller's secrets there.
    fn must_be_trusted_without_profile(&self) -> Result<(), CommandError> {
        let authority = &self.authority;
        if self.typed_here || authority.is_built_in() || authority.is_on_this_machine() {
            return Ok(());
        }
        Err(CommandError::usage(
            "authority_not_approved",
            format!("`{authority}` is named by a variable only, and is none of Microsoft's clouds"),
        )
        .hint(format!("If it is meant: --authority {authority}"))
        .hint("Or keep it in a profile: entra-auth-cli config create"))
    }
}

/// The authority that flags, variables and profile name together.
fn chosen_authority(
    target: &TargetArgs,
    variables: &Variables,
    profile: Option<&Profile>,
) -> Result<ChosenAuthority, CommandError> {
    let invalid = |error: AuthorityError| wording::authority(&error);
    let ours = |name: &str| variables.text(name);
    let from_profile = |field: fn(&Profile) -> Option<&String>| profile.and_then(field).cloned();

    // Cloud and authority are one choice: the first that names either decides both.
    let typed_here = target.cloud.is_some() || target.authority.is_some();
    let (cloud, address): (Option<Cloud>, Option<String>) = if typed_here {
        (target.cloud, target.authority.clone())
    } else {
        let cloud = ours("ENTRA_AUTH_CLOUD")
            .map(|text| text.parse::<Cloud>())
            .transpose()
            .map_err(|error| {
                CommandError::usage("invalid_cloud", format!("ENTRA_AUTH_CLOUD: {error}"))
            })?;
        let address = ours("ENTRA_AUTH_AUTHORITY");
        if cloud.is_some() || address.is_some() {
            (cloud, address)
        } else {
            let cloud = profile.and_then(|profile| profile.cloud);
            let address = from_profile(|profile| profile.authority.as_ref());
            if cloud.is_some() || address.is_some() {
                (cloud, address)
            } else {
                (None, ours("AZURE_AUTHORITY_HOST"))
            }
        }
    };
    let kind = match target.authority_type {
        Some(kind) => Some(kind),
        None => match ours("ENTRA_AUTH_AUTHORITY_TYPE") {
            Some(text) => Some(text.parse::<AuthorityKind>().map_err(|error| {
                CommandError::usage(
                    "invalid_authority_type",
                    format!("ENTRA_AUTH_AUTHORITY_TYPE: {error}"),
                )
            })?),
            None => profile.and_then(|profile| profile.authority_type),
        },
    };
    let overriding = target
        .tenant_id
        .clone()
        .or_else(|| ours("ENTRA_AUTH_TENANT_ID"));
    let tenant = overriding
        .clone()
        .or_else(|| from_profile(|profile| profile.tenant_id.as_ref()))
        .or_else(|| ours("AZURE_TENANT_ID"));
    let input = AuthorityInput {
        cloud,
        authority: address.as_deref(),
        kind,
        tenant: tenant.as_deref(),
    };
    let authority = match (input.resolve(), overriding) {
        // The tenant in the profile's address gives way to the one asked for now.
        (Err(AuthorityError::TenantConflict { .. }), Some(wanted)) => {
            let here = AuthorityInput {
                tenant: None,
                ..input
            }
            .resolve()
            .map_err(invalid)?;
            let wanted = Tenant::parse(&wanted).map_err(|error| invalid(error.into()))?;
            here.with_tenant(wanted).map_err(invalid)?
        }
        (outcome, _) => outcome.map_err(invalid)?,
    };
    Ok(ChosenAuthority {
        authority,
        typed_here,
    })
}

fn client_id(
    target: &TargetArgs,
    variables: &Variables,
    profile: Option<&Profile>,
) -> Result<ClientId, CommandError> {
    let text = target
        .client_id
        .clone()
        .or_else(|| variables.text("ENTRA_AUTH_CLIENT_ID"))
        .or_else(|| profile.and_then(|profile| profile.client_id.clone()))
        .or_else(|| variables.text("AZURE_CLIENT_ID"));
    let Some(text) = text else {
        return Err(CommandError::usage(
            "client_id_missing",
            "no application (client) id is named",
        )
        .hint("Name it: --client-id ID, or `config edit NAME --client-id ID`"));
    };
    ClientId::parse(&text)
        .map_err(|error| CommandError::usage("invalid_client_id", format!("`{text}`: {error}")))
}

fn flow(
    args: &TokenArgs,
    variables: &Variables,
    profile: Option<&Profile>,
    credential: &Credential,
) -> Result<Flow, CommandError> {
    if let Some(flow) = args.flow {
        return Ok(flow);
    }
    if let Some(text) = variables.text("ENTRA_AUTH_FLOW") {
        return text.parse().map_err(|error| {
            CommandError::usage("invalid_flow", format!("ENTRA_AUTH_FLOW: {error}"))
        });
    }
    if let Some(flow) = profile.and_then(|profile| profile.default_flow) {
        return Ok(flow);
    }
    Ok(Flow::inferred_from(match credential {
        Credential::None => profile.map_or(AuthMethod::Public, |profile| profile.auth_method),
        Credential::Secret(_) => AuthMethod::ClientSecret,
        Credential::Certificate { .. } => AuthMethod::Certificate,
        Credential::Assertion(_) => AuthMethod::ClientAssertion,
    }))
}

fn scopes(
    args: &TokenArgs,
    variables: &Variables,
    profile: Option<&Profile>,
    authority: &Authority,
    flow: Flow,
) -> Result<Scopes, CommandError> {
    let cloud = match authority.kind() {
        AuthorityKind::Entra => Some(authority.cloud().unwrap_or(Cloud::Public)),
        _ => authority.cloud(),
    };
    let invalid =
        |error: model::scope::ScopeError| CommandError::usage("invalid_scope", error.to_string());
    let texts =
        |texts: &[String]| Scopes::parse(texts.iter().map(String::as_str), cloud).map_err(invalid);
    let resource = |resource: &str| Scopes::for_resource(resource, cloud).map_err(invalid);
    if !args.scope.is_empty() {
        return texts(&args.scope);
    }
    if let Some(named) = &args.resource {
        return resource(named);
    }
    if let Some(text) = variables.text("ENTRA_AUTH_SCOPE") {
        return texts(&[text]);
    }
    if let Some(profile) = profile {
        if !profile.scopes.is_empty() {
            return texts(&profile.scopes);
        }
        if let Some(named) = &profile.resource {
            return resource(named);
        }
    }
    let Some(graph) = cloud.and_then(|cloud| cloud.resource("graph")) else {
        return Ok(Scopes::default());
    };
    if flow.is_for_a_person() {
        texts(&[format!("{graph}/User.Read")])
    } else {
        resource(graph)
    }
}

/// Where the credential may come from.
struct Asked<'a> {
    ui: &'a Ui,
    variables: &'a Variables,
    flags: &'a CredentialArgs,
    profile: Option<&'a Profile>,
}

impl Asked<'_> {
    /// The credential, and whether it is the profile's.
    fn credential(&self) -> Result<(Credential, bool), CommandError> {
        if let Some(credential) = self.by_flags()? {
            return Ok((credential, false));
        }
        if let Some(credential) = self.by_our_variables()? {
            return Ok((credential, false));
        }
        Ok(match self.profile {
            Some(profile) => (self.by_profile(profile)?, true),
            None => (self.by_azure_variables()?, false),
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

    fn by_profile(&self, profile: &Profile) -> Result<Credential, CommandError> {
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
