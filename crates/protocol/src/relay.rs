//! Authorities that would relay a genuine Microsoft sign-in.
//!
//! Whoever runs an authority of their own can begin a sign-in at Microsoft, and hand its page or
//! its device code on: the person sees the true page, signs in, and the tokens are the relay's
//! (RFC 8628 §5.4; RFC 9700 §4.4).

use model::Authority;
use model::Cloud;
use thiserror::Error;
use url::Host;
use url::Url;

use crate::text;

/// Names under which Microsoft runs sign-in services and nobody else runs anything, with all that
/// is below them.
const SIGN_IN_DOMAINS: [&str; 9] = [
    "b2clogin.cn",
    "b2clogin.com",
    "b2clogin.us",
    "ciamlogin.com",
    "login.live.com",
    "microsoftonline.cn",
    "microsoftonline.com",
    "microsoftonline.de",
    "microsoftonline.us",
];

/// Further names of Microsoft's, with all that is below them. Below some of these customers run
/// services of their own, so that such a host is not Microsoft's word.
const OTHER_DOMAINS: [&str; 23] = [
    "aka.ms",
    "azure.cn",
    "azure.com",
    "azure.us",
    "chinacloudapi.cn",
    "live.com",
    "microsoft",
    "microsoft-ppe.com",
    "microsoft.cn",
    "microsoft.com",
    "microsoft.de",
    "microsoft.us",
    "microsoftazure.de",
    "microsoftazure.us",
    "office.com",
    "office365.com",
    "sovcloud-identity.de",
    "sovcloud-identity.fr",
    "sovcloud-identity.sg",
    "usgovcloudapi.net",
    "windows-ppe.net",
    "windows.net",
    "windowsazure.com",
];

/// An authority that is not Microsoft's sends people to Microsoft.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{authority} is not Microsoft's, but sends people to sign in at {host}: whoever runs it would \
     get the tokens of that sign-in"
)]
pub struct RelayError {
    /// The authority, safe to show.
    pub authority: String,
    /// The host that people would be sent to, safe to show.
    pub host: String,
}

/// Checks an address that people are to be sent to on an authority's word: its authorization
/// endpoint, its page for device codes.
///
/// # Errors
/// [`RelayError`] if the address is Microsoft's and the authority is not.
pub fn check(authority: &Authority, address: &Url) -> Result<(), RelayError> {
    check_host(authority, &name_of(address))
}

/// Checks what people are told on an authority's word, such as its message about a device code: a
/// person follows an address in it as well.
///
/// # Errors
/// [`RelayError`] if the text names a host of Microsoft's and the authority is not.
pub fn check_text(authority: &Authority, text: &str) -> Result<(), RelayError> {
    text.split(|character: char| !may_stand_in_a_host(character))
        .filter_map(host_in_words)
        .try_for_each(|host| check_host(authority, &host))
}

/// What browsers take for a part of a host: they decode it, and map letters of other scripts
/// (WHATWG URL §3.5).
const fn may_stand_in_a_host(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || matches!(character, '.' | '-' | '%')
        || !character.is_ascii()
}

/// The host that a piece of text names. A word without a dot is a word.
fn host_in_words(piece: &str) -> Option<String> {
    let host = Host::parse(piece.trim_matches(['.', '-'])).ok()?;
    let name = host.to_string();
    let name = name.trim_matches('.');
    name.contains('.').then(|| name.to_owned())
}

fn check_host(authority: &Authority, host: &str) -> Result<(), RelayError> {
    if !is_microsoft(host) || is_sign_in_service(authority) || is_host_of(authority, host) {
        return Ok(());
    }
    Err(RelayError {
        authority: text::excerpt(authority.base().as_bytes()),
        host: text::excerpt(host.as_bytes()),
    })
}

/// Customers run services of their own on hosts of Azure, and such a service signs people in itself.
fn is_host_of(authority: &Authority, host: &str) -> bool {
    Url::parse(authority.base()).is_ok_and(|base| name_of(&base) == host)
}

fn is_sign_in_service(authority: &Authority) -> bool {
    Url::parse(authority.base()).is_ok_and(|base| {
        let host = name_of(&base);
        base.scheme() == "https" && (is_login_host(&host) || is_below(&host, &SIGN_IN_DOMAINS))
    })
}

fn is_microsoft(host: &str) -> bool {
    is_login_host(host) || is_below(host, &SIGN_IN_DOMAINS) || is_below(host, &OTHER_DOMAINS)
}

fn is_login_host(host: &str) -> bool {
    Cloud::of_login_host(host).is_some()
}

/// The host as it is compared: in lower case, as parsing leaves it, and without the dot that an
/// absolute name may end in (RFC 3986 §3.2.2).
fn name_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    host.trim_end_matches('.').to_ascii_lowercase()
}

/// Whether the name is one of the domains, or has all its labels at the end.
fn is_below(name: &str, domains: &[&str]) -> bool {
    domains.iter().any(|domain| {
        name.strip_suffix(domain)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fixtures::authority;

    fn checked(authority_address: &str, address: &str) -> Result<(), RelayError> {
        check(&authority(authority_address), &Url::parse(address).unwrap())
    }

    const MICROSOFTS: [&str; 20] = [
        "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
        "https://LOGIN.MicrosoftOnline.com./common",
        "https://login.microsoftonline.us/",
        "https://login.partner.microsoftonline.cn/",
        "https://login.chinacloudapi.cn/",
        "https://login.windows.net/",
        "https://sts.windows.net/",
        "https://login.microsoft.com/device",
        "https://microsoft.com/devicelogin",
        "https://www.microsoft.com:8443/link",
        "https://login.live.com/oauth20_authorize.srf",
        "https://contoso.ciamlogin.com/",
        "https://contoso.b2clogin.com/",
        "https://aka.ms/devicelogin",
        "https://portal.azure.com/",
        "https://portal.azure.us/",
        "https://login.sovcloud-identity.fr/",
        "https://login.sovcloud-identity.de/",
        "https://login.sovcloud-identity.sg/",
        "https://login.usgovcloudapi.net/",
    ];

    #[test]
    fn a_foreign_authority_sends_nobody_to_microsoft() {
        for foreign in [
            "https://issuer.example",
            "https://fs.contoso.com/adfs",
            "http://127.0.0.1:8099/common",
            "http://localhost:8099/common",
            "https://evil.azurewebsites.net",
            "https://evil.westeurope.cloudapp.azure.com",
            "https://evil.blob.core.windows.net",
            "https://login.microsoftonline.com.evil.example/common",
            "https://evilmicrosoftonline.com/common",
        ] {
            for address in MICROSOFTS {
                let error = checked(foreign, address).unwrap_err();
                assert!(
                    error.to_string().contains("not Microsoft's"),
                    "{foreign} {address}"
                );
            }
        }
    }

    #[test]
    fn everyone_may_send_people_elsewhere() {
        for authority in [
            "https://issuer.example",
            "https://login.microsoftonline.com/common",
        ] {
            for address in [
                "https://issuer.example/authorize",
                "http://localhost:8099/device",
                "https://notmicrosoft.com/",
                "https://microsoft.com.evil.example/",
                "https://aka.ms.evil.example/",
                "https://xn--mcrosoft-q2a.com/",
                "https://127.0.0.1/",
            ] {
                assert_eq!(checked(authority, address), Ok(()), "{authority} {address}");
            }
        }
    }

    #[test]
    fn a_service_on_a_host_of_azure_signs_people_in_itself() {
        let own = "https://fs-contoso.westeurope.cloudapp.azure.com/adfs";
        assert_eq!(checked(own, &format!("{own}/oauth2/authorize")), Ok(()));
        let other = "https://fs-fabrikam.westeurope.cloudapp.azure.com/adfs";
        assert!(checked(own, other).is_err());
    }

    #[test]
    fn microsofts_own_services_send_people_to_each_other() {
        for own in [
            "https://login.microsoftonline.com/common",
            "https://login.windows.net/common",
            "https://login.microsoftonline.us/contoso.onmicrosoft.us",
            "https://login.partner.microsoftonline.cn/common",
            "https://contoso.ciamlogin.com",
            "https://contoso.b2clogin.com/contoso.onmicrosoft.com/b2c_1_in",
        ] {
            for address in MICROSOFTS {
                assert_eq!(checked(own, address), Ok(()), "{own} {address}");
            }
        }
    }

    #[test]
    fn a_foreign_authority_tells_nobody_to_go_to_microsoft() {
        let told = |text: &str| check_text(&authority("https://issuer.example"), text);
        for text in [
            "open the page https://microsoft.com/devicelogin and enter the code ABCD",
            "Microsoft.com/devicelogin",
            "go to aka.ms.",
            "(login.live.com)",
            "see:www.microsoft.com:443",
            "anyone@login.microsoftonline.com",
            "%6dicrosoft.com",
            "\u{ff4d}icrosoft.com",
            "microsoft\u{3002}com",
            "micro\u{ad}soft.com",
        ] {
            let error = told(text).unwrap_err();
            assert_eq!(error.authority, "https://issuer.example", "{text}");
        }
        for text in [
            "",
            "Sign in with your Microsoft account. Then go back.",
            "open https://issuer.example/device and enter ABCD-1234",
            "ada@contoso.onmicrosoft.com",
            "microsoft.com.evil.example",
            "...",
            "1.2.3.4",
        ] {
            assert_eq!(told(text), Ok(()), "{text}");
        }
        let own = authority("https://login.microsoftonline.com/common");
        assert_eq!(
            check_text(&own, "https://microsoft.com/devicelogin"),
            Ok(())
        );
    }

    proptest! {
        #[test]
        fn any_text_is_looked_through(text in any::<String>()) {
            let own = authority("https://login.microsoftonline.com/common");
            prop_assert_eq!(check_text(&own, &text), Ok(()));
            let hidden = format!("{text} aka.ms {text}");
            prop_assert!(check_text(&authority("https://issuer.example"), &hidden).is_err());
        }

        #[test]
        fn no_prefix_and_no_letter_case_hides_a_host(label in "[a-zA-Z0-9]{1,12}", dots in "[.]?") {
            let address = format!("https://{label}.Microsoft.COM{dots}/x");
            prop_assert!(checked("https://issuer.example", &address).is_err());
            let other = format!("https://{label}x-microsoft.com{dots}/x");
            prop_assert!(checked("https://issuer.example", &other).is_ok());
        }
    }
}
