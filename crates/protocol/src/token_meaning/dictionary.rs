//! Names and phrases for what stands in tokens: data, read on first use.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::ordered_json::Json;

const TABLE: &str = include_str!("../../data/claims.json");

type Names = BTreeMap<String, String>;

/// The tables, each by what is looked up.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    header: Names,
    /// Where it means something else in an encrypted token (RFC 7516 §4.1).
    encrypted_header: Names,
    claims: Names,
    values: BTreeMap<String, Names>,
    applications: Names,
    resources: Names,
    /// APIs of Microsoft that grant access by assignments of their own, and whose tokens for apps
    /// have no `roles`; by name.
    resources_without_roles: BTreeSet<String>,
    roles: Names,
}

// A test reads the table; without it there would be no phrases, and all else as before.
static TABLES: LazyLock<Tables> = LazyLock::new(|| serde_json::from_str(TABLE).unwrap_or_default());

fn found(names: &'static Names, name: &str) -> Option<&'static str> {
    names.get(name).map(String::as_str)
}

/// What a member of a header means, of a signed or an encrypted token.
pub(super) fn header(name: &str, is_encrypted: bool) -> Option<&'static str> {
    let of_encrypted = found(&TABLES.encrypted_header, name).filter(|_| is_encrypted);
    of_encrypted.or_else(|| found(&TABLES.header, name))
}

/// What a claim means, with what its value means where that is known.
pub(super) fn claim(name: &str, value: &Json) -> Option<String> {
    let phrase = found(&TABLES.claims, name)?;
    let meanings = value_meanings(name, value);
    Some(if meanings.is_empty() {
        phrase.to_owned()
    } else {
        format!("{phrase}: {}", meanings.join(", "))
    })
}

fn value_meanings(name: &str, value: &Json) -> Vec<&'static str> {
    let texts = value.texts();
    let known = |find: &dyn Fn(&str) -> Option<&'static str>| {
        texts.iter().filter_map(|text| find(text)).collect()
    };
    match name {
        "aud" => known(&resource),
        "appid" | "azp" | "client_id" => known(&application),
        "wids" => known(&role),
        _ => match TABLES.values.get(name) {
            // `acct` is a number.
            Some(names) => match value {
                Json::Number(number) => found(names, &number.to_string()).into_iter().collect(),
                _ => known(&|text| found(names, text)),
            },
            None => Vec::new(),
        },
    }
}

/// The name of an API, by its address or id.
pub(super) fn resource(audience: &str) -> Option<&'static str> {
    let plain = audience.strip_suffix('/').unwrap_or(audience);
    found(&TABLES.resources, plain).or_else(|| application(audience))
}

/// Whether tokens of apps for that API have no `roles`, because it grants access by assignments of
/// its own.
pub(super) fn grants_access_itself(audience: &str) -> bool {
    // An API goes by one name in every cloud, which stands behind it in brackets.
    let name = resource(audience).map(|name| name.split(" (").next().unwrap_or(name));
    name.is_some_and(|name| TABLES.resources_without_roles.contains(name))
}

/// The name of one of Microsoft's applications.
pub(super) fn application(id: &str) -> Option<&'static str> {
    found(&TABLES.applications, &id.to_ascii_lowercase())
}

/// The name of a directory role, by its template's id.
fn role(id: &str) -> Option<&'static str> {
    found(&TABLES.roles, &id.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use model::tenant::is_guid;

    use super::*;

    #[test]
    fn the_table_can_be_read_and_its_ids_are_ids() {
        let tables: Tables = serde_json::from_str(TABLE).unwrap();
        for id in tables.applications.keys().chain(tables.roles.keys()) {
            assert!(is_guid(id) && **id == id.to_lowercase(), "{id}");
        }
        assert!(tables.resources.keys().all(|url| !url.ends_with('/')));
        for name in &tables.resources_without_roles {
            let mut names = tables.applications.values();
            assert!(names.any(|known| known == name), "{name}");
        }
        assert!(
            tables
                .encrypted_header
                .keys()
                .all(|name| tables.header.contains_key(name))
        );
        assert!(
            tables
                .values
                .keys()
                .all(|name| tables.claims.contains_key(name.as_str()))
        );
    }

    #[test]
    fn values_are_named() {
        let of = |name: &str, json: &str| claim(name, &serde_json::from_str(json).unwrap());
        for (name, json, said) in [
            (
                "aud",
                r#""https://graph.microsoft.com/""#,
                "who may accept it: Microsoft Graph",
            ),
            (
                "aud",
                r#"["x","00000003-0000-0000-C000-000000000000"]"#,
                "who may accept it: Microsoft Graph",
            ),
            (
                "acct",
                "1",
                "account's place in the tenant: guest of the tenant",
            ),
            (
                "azpacr",
                r#""2""#,
                "how that application proved itself: by a certificate or an assertion",
            ),
            (
                "amr",
                r#"["pwd","mfa","x"]"#,
                "how the person signed in: password, more than one factor",
            ),
            (
                "wids",
                r#"["62E90394-69f5-4237-9190-012177145e10"]"#,
                "directory roles: Global Administrator",
            ),
            (
                "tid",
                r#""9188040d-6c67-4c5b-b112-36a304b66dad""#,
                "tenant that the account or application belongs to: that of all personal Microsoft accounts",
            ),
        ] {
            assert_eq!(of(name, json).unwrap(), said);
        }
        assert_eq!(of("unheard_of", "1"), None);
    }
}
