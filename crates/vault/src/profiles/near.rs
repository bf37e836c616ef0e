//! Field names that look like a misspelt known one.

/// The fields of a profile, as the file spells them.
pub(super) const KNOWN: [&str; 23] = [
    "name",
    "tenantId",
    "clientId",
    "cloud",
    "authority",
    "authorityType",
    "scopes",
    "resource",
    "authMethod",
    "defaultFlow",
    "redirectUri",
    "loginHint",
    "certificatePath",
    "cacheCertificatePassword",
    "sendCertificateChain",
    "assertionAlgorithm",
    "clientSecretFrom",
    "clientSecretExpiresAt",
    "certificatePasswordFrom",
    "clientAssertionFrom",
    "caFile",
    "createdAt",
    "updatedAt",
];

/// The known name that an unknown one was probably meant to be.
pub(super) fn known_name_close_to(given: &str) -> Option<&'static str> {
    let known = || KNOWN.into_iter();
    if known().any(|name| name == given) || given.len() > 64 {
        return None;
    }
    let plain = plain(given);
    known()
        .map(|name| (distance(&plain, &self::plain(name)), name))
        .filter(|(distance, name)| *distance <= name.len() / 4)
        .min()
        .map(|(_, name)| name)
}

/// Letters and digits only, lower-cased: `tenant_id` and `TenantID` are `tenantId` misspelt.
fn plain(name: &str) -> Vec<char> {
    name.chars()
        .filter(|character| character.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// How many letters must be added, removed, replaced or swapped with their neighbour (optimal
/// string alignment).
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, letter) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let replaced = last[column] + usize::from(letter != other);
            let mut best = replaced.min(last[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && *letter == right[column - 1] && left[row - 1] == *other {
                best = best.min(before_last[column - 1] + 1);
            }
            current.push(best);
        }
        before_last = last;
        last = current;
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_names_are_recognised() {
        for (given, known) in [
            ("tenant_id", "tenantId"),
            ("tenatnId", "tenantId"),
            ("clientid", "clientId"),
            ("client-id", "clientId"),
            ("scope", "scopes"),
            ("redirectUrl", "redirectUri"),
            ("authMehtod", "authMethod"),
            ("updatedat", "updatedAt"),
        ] {
            assert_eq!(known_name_close_to(given), Some(known), "{given}");
        }
    }

    #[test]
    fn known_and_unrelated_names_are_left_alone() {
        for name in [
            "tenantId",
            "updatedAt",
            "notes",
            "x",
            "",
            "environment",
            "owner",
        ] {
            assert_eq!(known_name_close_to(name), None, "{name}");
        }
    }

    #[test]
    fn every_field_of_a_profile_is_known() {
        let text = r#"{"name":"a","authMethod":"Public","tenantId":"t","clientId":"c",
            "cloud":null,"authority":"https://a","authorityType":null,"scopes":["s"],
            "resource":"r","defaultFlow":"DeviceCode","redirectUri":"u","loginHint":"h",
            "certificatePath":"p","cacheCertificatePassword":true,"sendCertificateChain":true,
            "assertionAlgorithm":"PS256","clientSecretFrom":{"env":"E"},
            "clientSecretExpiresAt":"2027-01-31",
            "certificatePasswordFrom":{"env":"E"},"clientAssertionFrom":{"env":"E"},
            "caFile":"f","createdAt":"c","updatedAt":"u"}"#;
        let profile: model::Profile = serde_json::from_str(text).unwrap();
        let fields = serde_json::to_value(profile).unwrap();
        for name in fields.as_object().unwrap().keys() {
            assert!(KNOWN.contains(&name.as_str()), "{name}");
        }
    }
}
