//! Access tokens: the claims and the signature.
//!
//! Claims: Entra's "Access token claims reference" and "Optional claims reference".

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::client_authentication::ClientProof;
use crate::directory::{Account, App, Resource, Tenant, TokenVersion};
use crate::entra_error::EntraError;
use crate::exchange::Exchange;
use crate::identifiers::{derived_guid, random_text};
use crate::routes::Authority;
use crate::sign_in::Authentication;
use crate::signing_key::SigningKey;

/// Entra dates tokens five minutes back, for clocks that run behind.
pub(crate) const BACKDATED_SECONDS: i64 = 5 * 60;

/// Who a token speaks for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject<'a> {
    /// The app itself.
    App,
    /// A user, through these delegated permissions.
    User {
        account: &'a Account,
        authentication: Authentication,
        permissions: &'a [&'a str],
    },
}

/// An access token about to be issued.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AccessToken<'a> {
    pub(crate) authority: Authority<'a>,
    pub(crate) tenant: &'a Tenant,
    pub(crate) app: &'a App,
    pub(crate) subject: Subject<'a>,
    pub(crate) resource: &'a Resource,
    /// The resource as the client wrote it: the audience of a v1 token.
    pub(crate) requested_resource: &'a str,
    /// How the client proved itself; `None` for a public one.
    pub(crate) proof: Option<ClientProof>,
    /// Whether the client declared `cp1` (continuous access evaluation).
    pub(crate) handles_claims_challenges: bool,
}

impl AccessToken<'_> {
    /// The roles granted to the app on the resource.
    pub(crate) fn roles(&self) -> Vec<&str> {
        self.app
            .roles
            .iter()
            .filter(|(resource, _)| self.resource.is_named(resource))
            .flat_map(|(_, roles)| roles)
            .map(String::as_str)
            .collect()
    }

    /// Signs the token; no two are equal.
    pub(crate) fn sign(&self, exchange: &Exchange<'_>) -> Result<String, EntraError> {
        let key = exchange.state.signing_keys.current()?;
        let mut header = json!({ "typ": "JWT", "alg": "RS256", "kid": key.key_id() });
        if self.resource.token_version == TokenVersion::V1 {
            header["x5t"] = json!(key.key_id());
        }
        let claims = Value::Object(self.claims(exchange)?);
        if self.resource.has_nonce_in_header {
            return sign_with_hashed_nonce(&key, header, &claims);
        }
        Ok(sign(&key, &header, &claims)?)
    }

    fn claims(&self, exchange: &Exchange<'_>) -> Result<Map<String, Value>, EntraError> {
        let tenant = &self.tenant.id;
        let proof = self.proof.map_or("0", ClientProof::class_reference);
        let issued_at = exchange.now - BACKDATED_SECONDS;
        let issuer = match (self.authority, self.resource.token_version) {
            (Authority::Adfs, _) => format!("{}/adfs/services/trust", exchange.origin()),
            (Authority::Entra(_), TokenVersion::V1) => v1_issuer(tenant),
            (Authority::Entra(_), TokenVersion::V2) => v2_issuer(exchange.origin(), tenant),
        };
        let mut claims = Map::new();
        let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        match self.resource.token_version {
            TokenVersion::V1 => {
                set("aud", json!(self.requested_resource));
                set("app_displayname", json!(self.app.display_name));
                set("appid", json!(self.app.client_id));
                set("appidacr", json!(proof));
                set("ver", json!("1.0"));
            }
            TokenVersion::V2 => {
                set("aud", json!(self.resource.app_id));
                set("azp", json!(self.app.client_id));
                set("azpacr", json!(proof));
                set("ver", json!("2.0"));
            }
        }
        set("iss", json!(issuer));
        set("iat", json!(issued_at));
        set("nbf", json!(issued_at));
        set(
            "exp",
            json!(exchange.now.saturating_add(exchange.state.token_lifetime())),
        );
        set("aio", json!(format!("k2Rg{}", random_text(24)?)));
        set("rh", json!(format!("1.{}.", random_text(30)?)));
        set("tid", json!(tenant));
        set("uti", json!(random_text(16)?));
        if self.handles_claims_challenges {
            set("xms_cc", json!(["CP1"]));
        }
        match self.subject {
            Subject::App => self.add_app_claims(&mut claims),
            Subject::User {
                account,
                authentication,
                permissions,
            } => self.add_user_claims(&mut claims, account, authentication, permissions),
        }
        Ok(claims)
    }

    fn add_app_claims(&self, claims: &mut Map<String, Value>) {
        let object_id = derived_guid(&["service principal", &self.tenant.id, &self.app.client_id]);
        let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        set("idtyp", json!("app"));
        set("oid", json!(object_id));
        set("sub", json!(object_id));
        let roles = self.roles();
        if !roles.is_empty() {
            set("roles", json!(roles));
        }
        if self.resource.token_version == TokenVersion::V1 {
            let issuer = claims.get("iss").cloned().unwrap_or_default();
            claims.insert("idp".to_owned(), issuer);
        }
    }

    fn add_user_claims(
        &self,
        claims: &mut Map<String, Value>,
        account: &Account,
        authentication: Authentication,
        permissions: &[&str],
    ) {
        let user = &account.user;
        let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        set("idtyp", json!("user"));
        set("name", json!(user.display_name));
        set("oid", json!(user.object_id));
        set("scp", json!(permissions.join(" ")));
        set(
            "sub",
            json!(pairwise_subject(account, &self.resource.app_id)),
        );
        if user.is_guest {
            set("idp", json!(v1_issuer(&account.home.tenant_id)));
        }
        match self.resource.token_version {
            TokenVersion::V1 => {
                let methods: &[&str] = if authentication.has_second_factor {
                    &["pwd", "mfa"]
                } else {
                    &["pwd"]
                };
                set("acct", json!(u8::from(user.is_guest)));
                set("acr", json!("1"));
                set("amr", json!(methods));
                set("ipaddr", json!("127.0.0.1"));
                set("unique_name", json!(user.principal_name));
                if user.is_guest {
                    set("email", json!(user.principal_name));
                } else {
                    set("upn", json!(user.principal_name));
                }
            }
            TokenVersion::V2 => {
                set("preferred_username", json!(user.principal_name));
            }
        }
    }
}

/// `sub` of a user: another for each audience.
pub(crate) fn pairwise_subject(account: &Account, audience: &str) -> String {
    let id = account.id();
    let parts = [&id.tenant_id, &id.object_id, audience].join("\n");
    URL_SAFE_NO_PAD.encode(digest(&SHA256, parts.as_bytes()))
}

/// The issuer of v1 tokens, which is the same whatever host issues them.
pub(crate) fn v1_issuer(tenant: &str) -> String {
    format!("https://sts.windows.net/{tenant}/")
}

/// The issuer of v2 tokens: the host that issues them, with the tenant's GUID.
pub(crate) fn v2_issuer(origin: &str, tenant: &str) -> String {
    format!("{origin}/{tenant}/v2.0")
}

/// A JWT in compact form (RFC 7515 §7.1).
pub(crate) fn sign(
    key: &SigningKey,
    header: &Value,
    claims: &Value,
) -> Result<String, rcgen::Error> {
    let message = signed_part(header, claims);
    let signature = URL_SAFE_NO_PAD.encode(key.sign(message.as_bytes())?);
    Ok(format!("{message}.{signature}"))
}

/// Signs over the SHA-256 of the nonce and sends the nonce itself.
fn sign_with_hashed_nonce(
    key: &SigningKey,
    mut header: Value,
    claims: &Value,
) -> Result<String, EntraError> {
    let nonce = random_text(32)?;
    header["nonce"] = json!(URL_SAFE_NO_PAD.encode(digest(&SHA256, nonce.as_bytes())));
    let signature = key.sign(signed_part(&header, claims).as_bytes())?;
    header["nonce"] = json!(nonce);
    Ok(format!(
        "{}.{}",
        signed_part(&header, claims),
        URL_SAFE_NO_PAD.encode(signature)
    ))
}

fn signed_part(header: &Value, claims: &Value) -> String {
    format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.to_string()),
        URL_SAFE_NO_PAD.encode(claims.to_string())
    )
}
