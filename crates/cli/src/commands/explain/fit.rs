//! Whether a text and the profile that `-p` names can have to do with each other.

use model::AuthMethod;
use protocol::aadsts;
use protocol::aadsts::Category;
use protocol::diagnosis::Diagnosis;

use super::whom::Whom;

/// What a text is about that is not the profile's, each as a sentence.
pub(super) fn notes(found: &Diagnosis, whom: &Whom) -> Vec<String> {
    let Some(profile) = &whom.profile else {
        return Vec::new();
    };
    let mut notes = Vec::new();
    if let (Some(said), Some(ours)) = (&found.identifiers.client_id, &whom.client_id) {
        // The application of a challenge is the API's.
        let is_microsofts = said.ends_with("-0000-0000-c000-000000000000");
        if !said.eq_ignore_ascii_case(ours) && !is_microsofts {
            notes.push(format!(
                "The text is about application {said}, and profile `{profile}` has another one."
            ));
        }
    }
    let likeliest = found.numbers.first();
    let Some(entry) = likeliest.and_then(|number| aadsts::entry(number.code)) else {
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
    }
}
