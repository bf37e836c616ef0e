//! Whether a text and the profile that `-p` names can have to do with each other.

use model::AuthMethod;
use model::AuthorityKind;
use protocol::aadsts;
use protocol::aadsts::Category;
use protocol::diagnosis::Diagnosis;
use protocol::diagnosis::Number;
use url::Url;

use super::whom::Whom;

/// What a text names beside the error, and what of it is not the profile's, each as a sentence.
pub(super) fn notes(found: &Diagnosis, whom: &Whom) -> Vec<String> {
    let mut notes: Vec<String> = redirect_uri(found, whom).into_iter().collect();
    let Some(profile) = &whom.profile else {
        return notes;
    };
    if let (Some(said), Some(ours)) = (&found.identifiers.client_id, &whom.client_id) {
        // The application of a challenge is the API's.
        let is_microsofts = said.ends_with("-0000-0000-c000-000000000000");
        if !said.eq_ignore_ascii_case(ours) && !is_microsofts {
            notes.push(format!(
                "The text is about application {said}, and profile `{profile}` has another one."
            ));
        }
    }
    if let Some(provider) = provider_without_numbers(whom).filter(|_| !found.numbers.is_empty()) {
        notes.push(format!(
            "AADSTS numbers are Entra ID's, and profile `{profile}` signs in at {provider}, which has \
             other errors: this comes of another call."
        ));
    }
    let likeliest = found.numbers.first();
    let Some(entry) = likeliest.and_then(Number::entry) else {
        return notes;
    };
    if whom.is_application_itself() && entry.is_of_a_sign_in() {
        notes.push(format!(
            "Nobody signs in where profile `{profile}` gets a token of the application itself \
             (ClientCredentials): this comes of another flow, or of another program."
        ));
    }
    if let Some((proof, own)) = proof(entry).zip(whom.method.map(own_proof))
        && Some(proof) != own
    {
        notes.push(match own {
            Some(own) => {
                format!("This is about {proof}, and profile `{profile}` proves itself with {own}.")
            }
            None => format!("This is about {proof}, and profile `{profile}` has no credential."),
        });
    }
    notes
}

/// The redirect URI that the server refused, where it names one.
fn redirect_uri(found: &Diagnosis, whom: &Whom) -> Option<String> {
    let said = found.redirect_uri.as_deref()?;
    let Some(profile) = &whom.profile else {
        return Some(format!("The redirect URI that the server names is {said}"));
    };
    let ours = whom.redirect_uri_or_placeholder();
    (!is_covered(said, ours)).then(|| {
        format!(
            "The redirect URI that the server names is {said}, and profile `{profile}` has {ours}: \
             this comes of another call, or --redirect-uri was given."
        )
    })
}

/// Whether an address is the profile's, or one of its ports where the profile leaves that open.
fn is_covered(said: &str, ours: &str) -> bool {
    if said.trim_end_matches('/') == ours.trim_end_matches('/') {
        return true;
    }
    let (Ok(mut said), Ok(ours)) = (Url::parse(said), Url::parse(ours)) else {
        return false;
    };
    let is_any_port = ours.port().is_none() && ours.host_str() == Some("localhost");
    is_any_port && said.set_port(None).is_ok() && said == ours
}

/// The profile's provider, if it is one that has no AADSTS numbers.
fn provider_without_numbers(whom: &Whom) -> Option<&'static str> {
    match whom.kind? {
        AuthorityKind::Adfs => Some("AD FS"),
        AuthorityKind::B2c => Some("Azure AD B2C"),
        AuthorityKind::Oidc => Some("another OpenID provider"),
        AuthorityKind::Entra | AuthorityKind::ExternalId => None,
    }
}

/// The one kind of proof that a code is about, if it is about one.
pub(super) const fn proof(entry: &aadsts::Entry) -> Option<&'static str> {
    match entry.code {
        7_000_215 | 7_000_222 => Some(SECRET),
        50_012 | 50_032 | 700_027 | 700_030 => Some(CERTIFICATE),
        _ => match entry.category {
            Category::Federation => Some(ASSERTION),
            _ => None,
        },
    }
}

const SECRET: &str = "a client secret";
pub(super) const CERTIFICATE: &str = "a certificate";
const ASSERTION: &str = "a federated token";

const fn own_proof(method: AuthMethod) -> Option<&'static str> {
    match method {
        AuthMethod::ClientSecret => Some(SECRET),
        AuthMethod::Certificate | AuthMethod::PasswordlessCertificate => Some(CERTIFICATE),
        AuthMethod::ClientAssertion => Some(ASSERTION),
        AuthMethod::Public => None,
    }
}

#[cfg(test)]
mod tests {
    use model::Flow;
    use protocol::diagnosis;

    use super::*;

    fn said(text: &str, flow: Flow, method: AuthMethod) -> String {
        let whom = Whom {
            profile: Some("ci".to_owned()),
            client_id: Some("6731de76-14a6-49ae-97bc-6eba6914391e".to_owned()),
            flow: Some(flow),
            method: Some(method),
            ..Whom::default()
        };
        notes(&diagnosis::of(text), &whom).join("\n")
    }

    #[test]
    fn another_application_than_the_profiles_is_told() {
        let notes = |text: &str| said(text, Flow::InteractiveBrowser, AuthMethod::Public);
        let other = "AADSTS65001: application with ID '2f1e9d7c-64a3-4c0e-8d39-0b7f3b0a7c55'";
        assert!(notes(other).contains("2f1e9d7c"));
        let same = "AADSTS65001: application with ID '6731DE76-14A6-49AE-97BC-6EBA6914391E'";
        assert_eq!(notes(same), "");
        let of_an_api = "AADSTS650057: Client app ID: 6731de76-14a6-49ae-97bc-6eba6914391e(App). \
                         Resource app ID: 2f1e9d7c-64a3-4c0e-8d39-0b7f3b0a7c55.";
        assert_eq!(notes(of_an_api), "");
    }

    #[test]
    fn a_number_of_entras_cannot_come_of_another_provider() {
        let with = |text: &str, kind| {
            let whom = Whom {
                profile: Some("idp".to_owned()),
                kind: Some(kind),
                ..Whom::default()
            };
            notes(&diagnosis::of(text), &whom).join("\n")
        };
        for kind in [AuthorityKind::Adfs, AuthorityKind::B2c, AuthorityKind::Oidc] {
            assert!(
                with("AADSTS65001", kind).contains("profile `idp`"),
                "{kind:?}"
            );
            assert_eq!(with("invalid_client", kind), "");
        }
        assert_eq!(with("AADSTS65001", AuthorityKind::Entra), "");
    }

    #[test]
    fn the_redirect_uri_of_the_server_is_told_where_it_is_not_the_profiles() {
        let of = |address: &str, ours: Option<&str>, profile: Option<&str>| {
            let whom = Whom {
                profile: profile.map(str::to_owned),
                redirect_uri: ours.map(str::to_owned),
                ..Whom::default()
            };
            let text =
                format!("AADSTS50011: The redirect URI '{address}' specified in the request");
            notes(&diagnosis::of(&text), &whom).join("\n")
        };
        let other = "http://127.0.0.1:53682/";
        assert!(of(other, None, None).ends_with(other));
        let note = of(other, Some("http://localhost:8400"), Some("p"));
        assert!(
            note.contains(other) && note.contains("http://localhost:8400"),
            "{note}"
        );
        for (said, ours) in [
            ("http://localhost:8400/", Some("http://localhost:8400")),
            ("http://localhost:53682", None),
            ("http://localhost:53682/cb", Some("http://localhost/cb")),
        ] {
            assert_eq!(of(said, ours, Some("p")), "", "{said}");
        }
        let same_host = of(
            "http://localhost:1/",
            Some("http://localhost:2/"),
            Some("p"),
        );
        assert!(same_host.contains("http://localhost:1/"), "{same_host}");
    }

    #[test]
    fn a_persons_trouble_is_not_an_applications() {
        let of_application =
            |text: &str| said(text, Flow::ClientCredentials, AuthMethod::ClientSecret);
        assert!(of_application("AADSTS50076").contains("Nobody signs in"));
        assert_eq!(of_application("AADSTS65001"), "");
        assert_eq!(of_application("AADSTS53003"), "");
        let by_device = said("AADSTS50076", Flow::DeviceCode, AuthMethod::Public);
        assert_eq!(by_device, "");
    }

    #[test]
    fn another_proof_than_the_profiles_is_told() {
        let with = |text: &str, method| said(text, Flow::ClientCredentials, method);
        let note = with("AADSTS7000222", AuthMethod::Certificate);
        assert!(
            note.contains("a client secret") && note.contains("a certificate"),
            "{note}"
        );
        assert_eq!(with("AADSTS7000222", AuthMethod::ClientSecret), "");
        assert_eq!(
            with("AADSTS700027", AuthMethod::PasswordlessCertificate),
            ""
        );
        assert!(with("AADSTS700213", AuthMethod::ClientSecret).contains("a federated token"));
        assert_eq!(with("AADSTS700213", AuthMethod::ClientAssertion), "");
        let of_secret = "AADSTS70002: x. AADSTS50012: Invalid client secret is provided.";
        assert_eq!(with(of_secret, AuthMethod::ClientSecret), "");
        assert!(with(of_secret, AuthMethod::Certificate).contains("about a client secret"));
    }
}
