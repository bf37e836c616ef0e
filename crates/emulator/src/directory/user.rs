//! Users, and the accounts they have in tenants.

use super::Tenant;
use crate::identifiers::derived_guid;

/// A person of the look-alike.
///
/// A user belongs to the tenant whose domain stands in the user principal name, to the first tenant
/// if there is none, or to the one [`in_tenant`](Self::in_tenant) names. There are no passwords:
/// whoever reaches the sign-in page may choose anyone.
#[derive(Clone, Debug)]
#[must_use]
pub struct User {
    /// The user principal name.
    pub(crate) principal_name: String,
    pub(crate) display_name: String,
    pub(crate) object_id: String,
    pub(super) tenant_id: Option<String>,
    pub(crate) is_guest: bool,
    pub(crate) is_disabled: bool,
    pub(crate) needs_mfa: bool,
}

/// A user in the tenant that the user belongs to.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) user: User,
    pub(crate) tenant: Tenant,
    /// Where a guest comes from; for everyone else the tenant and the object itself.
    pub(crate) home: AccountId,
}

/// What names an account for good: names change, these do not.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct AccountId {
    pub(crate) object_id: String,
    pub(crate) tenant_id: String,
}

impl User {
    /// A member with a user principal name such as `ada@contoso.onmicrosoft.com`. The display name
    /// is made from it, and so is the object id, which therefore stays the same.
    pub fn new(user_principal_name: impl Into<String>) -> Self {
        let user_principal_name = user_principal_name.into();
        let local_part = user_principal_name.split('@').next().unwrap_or_default();
        let mut letters = local_part.chars();
        let display_name = letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect())
            .unwrap_or_default();
        Self {
            display_name,
            object_id: derived_guid(&["user", &user_principal_name.to_lowercase()]),
            principal_name: user_principal_name,
            tenant_id: None,
            is_guest: false,
            is_disabled: false,
            needs_mfa: false,
        }
    }

    /// Names the user, as pages and tokens show it.
    pub fn display_name(mut self, name: impl Into<String>) -> Self {
        self.display_name = name.into();
        self
    }

    /// Sets the object id, a GUID.
    pub fn oid(mut self, object_id: impl Into<String>) -> Self {
        self.object_id = object_id.into();
        self
    }

    /// Puts the user into the tenant with this GUID.
    pub fn in_tenant(mut self, tenant_id: impl Into<String>) -> Self {
        self.tenant_id = Some(tenant_id.into());
        self
    }

    /// A guest: known in the tenant, at home elsewhere. The home is the member of the same name
    /// in another tenant, or a made-up one.
    pub fn guest(mut self) -> Self {
        self.is_guest = true;
        self
    }

    /// A user who may not sign in (AADSTS50057).
    pub fn disabled(mut self) -> Self {
        self.is_disabled = true;
        self
    }

    /// A user who is asked to approve every new session (AADSTS50076 where nobody can be asked).
    pub fn needs_mfa(mut self) -> Self {
        self.needs_mfa = true;
        self
    }

    /// The people of an emulator for which none is configured.
    pub(super) fn default_users(tenant: &Tenant) -> Vec<Self> {
        let member = |name: &str| Self::new(format!("{name}@{}", tenant.domain));
        vec![
            member("ada").display_name("Ada Lovelace"),
            member("grace").display_name("Grace Hopper").needs_mfa(),
            Self::new("lin@fabrikam.example")
                .display_name("Lin Guest")
                .in_tenant(&tenant.id)
                .guest(),
        ]
    }

    fn domain(&self) -> &str {
        self.principal_name
            .rsplit_once('@')
            .map_or("", |(_, domain)| domain)
    }

    fn is_named(&self, user_principal_name: &str) -> bool {
        self.principal_name.to_lowercase() == user_principal_name.trim().to_lowercase()
    }
}

impl Account {
    pub(crate) fn id(&self) -> AccountId {
        AccountId {
            object_id: self.user.object_id.clone(),
            tenant_id: self.tenant.id.clone(),
        }
    }

    /// Whether the account goes by this user principal name, in any letter case.
    pub(crate) fn is_named(&self, user_principal_name: &str) -> bool {
        self.user.is_named(user_principal_name)
    }

    /// Whether the account's name ends in this domain.
    pub(crate) fn is_of_domain(&self, domain: &str) -> bool {
        self.user.domain().eq_ignore_ascii_case(domain)
    }

    /// Puts every user into a tenant; the GUID of a tenant that does not exist is the error.
    pub(super) fn register(users: Vec<User>, tenants: &[Tenant]) -> Result<Vec<Self>, String> {
        let members: Vec<(User, Tenant)> = users
            .into_iter()
            .map(|user| {
                let tenant = match &user.tenant_id {
                    Some(id) => tenants.iter().find(|tenant| tenant.is_named(id)),
                    None => tenants
                        .iter()
                        .find(|tenant| tenant.is_named(user.domain()))
                        .or(tenants.first()),
                };
                let tenant = tenant.ok_or_else(|| user.tenant_id.clone().unwrap_or_default())?;
                Ok((user, tenant.clone()))
            })
            .collect::<Result<_, String>>()?;
        Ok(members
            .iter()
            .map(|(user, tenant)| Self {
                user: user.clone(),
                tenant: tenant.clone(),
                home: home(user, tenant, &members),
            })
            .collect())
    }
}

fn home(user: &User, tenant: &Tenant, members: &[(User, Tenant)]) -> AccountId {
    let id = |user: &User, tenant: &Tenant| AccountId {
        object_id: user.object_id.clone(),
        tenant_id: tenant.id.clone(),
    };
    if !user.is_guest {
        return id(user, tenant);
    }
    let member = members
        .iter()
        .find(|(other, _)| !other.is_guest && other.is_named(&user.principal_name));
    match member {
        Some((member, tenant)) => id(member, tenant),
        None => AccountId {
            object_id: derived_guid(&["home of", &user.object_id]),
            tenant_id: derived_guid(&["home tenant", &user.domain().to_lowercase()]),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenants() -> Vec<Tenant> {
        vec![
            Tenant::default(),
            Tenant::new(
                "bbbbcccc-1111-dddd-2222-eeee3333ffff",
                "fabrikam.onmicrosoft.com",
            ),
        ]
    }

    #[test]
    fn a_user_lives_where_the_name_says_else_in_the_first_tenant() {
        let accounts = Account::register(
            vec![
                User::new("lin@fabrikam.onmicrosoft.com"),
                User::new("ada@elsewhere.example"),
            ],
            &tenants(),
        )
        .unwrap();
        assert_eq!(accounts[0].tenant.name, "fabrikam");
        assert_eq!(accounts[0].user.display_name, "Lin");
        assert_eq!(accounts[1].tenant.name, "Contoso");
        assert_eq!(accounts[1].home, accounts[1].id());
        assert!(accounts[0].is_named(" LIN@Fabrikam.onmicrosoft.com "));
    }

    #[test]
    fn a_guest_is_at_home_where_the_member_of_that_name_is() {
        let member = User::new("lin@fabrikam.onmicrosoft.com");
        let guest = member
            .clone()
            .oid("55556666-ffff-7777-aaaa-8888bbbb9999")
            .in_tenant(crate::DEFAULT_TENANT_ID)
            .guest();
        let stranger = User::new("sam@elsewhere.example").guest();
        let accounts = Account::register(vec![member, guest, stranger], &tenants()).unwrap();
        assert_eq!(accounts[1].home, accounts[0].id());
        assert_ne!(accounts[2].home.tenant_id, accounts[2].tenant.id);
    }

    #[test]
    fn an_unknown_tenant_is_an_error() {
        let lost = User::new("a@b.example").in_tenant("00000000-0000-0000-0000-000000000001");
        assert_eq!(
            Account::register(vec![lost], &tenants()).unwrap_err(),
            "00000000-0000-0000-0000-000000000001"
        );
    }
}
