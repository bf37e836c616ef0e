//! Variables that are set to what they cannot mean.

use model::AuthorityInput;
use model::AuthorityKind;
use model::ClientId;
use model::Cloud;
use model::Flow;
use model::RedirectUri;
use model::Tenant;
use vault::Locations;

use super::Variables;
use super::presence::is_path;
use super::presence::variables_set;
use super::store;
use crate::wording;

/// A variable that cannot be meant as it is set. Its value is not in it: it may be a secret that
/// was put in the wrong place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InvalidVariable {
    /// What is wrong, the variable's name in it: a sentence without a full stop.
    pub(crate) what: String,
    /// What to set it to: a sentence.
    pub(crate) fix: String,
}

/// Reads a variable's text, and says whether it means anything.
type Reads = fn(&str) -> bool;

/// What is read as one of a kind, and what there is to choose from.
const VALUES: [(&str, Reads, &str); 8] = [
    (
        "ENTRA_AUTH_KEY_STORE",
        |text| store::place_for_a_key("", text).is_ok(),
        "The valid ones are keyring, passphrase, file and file:/absolute/path.",
    ),
    (
        "ENTRA_AUTH_CLOUD",
        |text| text.parse::<Cloud>().is_ok(),
        "The valid ones are public, us-gov, us-dod, china, france, germany and singapore.",
    ),
    (
        "ENTRA_AUTH_AUTHORITY_TYPE",
        |text| text.parse::<AuthorityKind>().is_ok(),
        "The valid ones are entra, external-id, b2c, adfs and oidc.",
    ),
    (
        "ENTRA_AUTH_FLOW",
        |text| text.parse::<Flow>().is_ok(),
        "The valid ones are ClientCredentials, AuthorizationCode, DeviceCode and InteractiveBrowser.",
    ),
    ("ENTRA_AUTH_TENANT_ID", is_tenant, TENANTS),
    ("AZURE_TENANT_ID", is_tenant, TENANTS),
    (
        "ENTRA_AUTH_CLIENT_ID",
        |text| ClientId::parse(text).is_ok(),
        "It is the application (client) id, as the portal shows it.",
    ),
    (
        "ENTRA_AUTH_REDIRECT_URI",
        |text| RedirectUri::parse(text).is_ok(),
        "Write it as it is registered, such as http://localhost:8080.",
    ),
];

const TENANTS: &str = "It is a GUID, a domain name, common, organizations or consumers.";

/// The addresses of authorities.
const ADDRESSES: [&str; 2] = ["ENTRA_AUTH_AUTHORITY", "AZURE_AUTHORITY_HOST"];

fn is_tenant(text: &str) -> bool {
    Tenant::parse(text).is_ok()
}

/// Whether it is the address of an authority of any kind, whatever else would have to be said.
fn is_address(text: &str) -> bool {
    let kinds = AuthorityKind::ALL.into_iter().map(Some);
    kinds.chain([None]).any(|kind| {
        [None, Some("common")].into_iter().any(|tenant| {
            let input = AuthorityInput {
                cloud: None,
                authority: Some(text),
                kind,
                tenant,
            };
            input.resolve().is_ok()
        })
    })
}

/// Every variable that is set to what it cannot mean; none if all is well.
pub(crate) fn invalid_variables(variables: &Variables) -> Vec<InvalidVariable> {
    let mut wrong = Vec::new();
    if let Err(error) = Locations::resolve(&variables.of_locations()) {
        let error = wording::location(&error);
        wrong.push(InvalidVariable {
            fix: error.hints.join(" "),
            what: error.message,
        });
    }
    let mut judge = |name: &str, reads: &dyn Fn(&str) -> bool, valid: &str| {
        if variables.text(name).is_some_and(|text| !reads(&text)) {
            wrong.push(InvalidVariable {
                what: format!("{name} is set to what it cannot be"),
                fix: format!("{name}: {valid}"),
            });
        }
    };
    for (name, reads, valid) in VALUES {
        judge(name, &reads, valid);
    }
    for name in ADDRESSES {
        judge(
            name,
            &is_address,
            "It is an https address, such as https://login.microsoftonline.com.",
        );
    }
    let unreadable = variables_set(variables).into_iter().filter(|name| {
        !is_path(name) && variables.raw(name).is_some() && variables.text(name).is_none()
    });
    wrong.extend(unreadable.map(|name| InvalidVariable {
        what: format!("{name} is no Unicode text, and counts as unset"),
        fix: format!("Set {name} anew, or unset it."),
    }));
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_valid_is_what_is_said_to_be() {
        for (name, reads, valid) in VALUES {
            let Some((_, list)) = valid.split_once(" are ") else {
                continue;
            };
            for word in list.trim_end_matches('.').split([',', ' ']) {
                let is_value = !word.is_empty() && word != "and";
                // A path that begins with a slash is absolute on Unix only.
                let is_elsewhere = cfg!(windows) && word.starts_with("file:/");
                assert!(!is_value || is_elsewhere || reads(word), "{name}: {word}");
            }
            assert!(!reads("telepathy"), "{name}");
        }
        for cloud in Cloud::ALL {
            assert!(VALUES[1].2.contains(cloud.as_str()), "{cloud}");
        }
    }

    #[test]
    fn an_address_of_any_kind_of_authority_is_one() {
        for address in [
            "https://login.microsoftonline.com",
            "login.microsoftonline.us",
            "https://idp.example/tenant/v2.0",
            "http://127.0.0.1:8080/common",
        ] {
            assert!(is_address(address), "{address}");
        }
        for other in ["http://idp.example", "two words", "https://"] {
            assert!(!is_address(other), "{other}");
        }
    }
}
