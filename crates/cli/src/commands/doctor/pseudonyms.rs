//! What stands for names in a file that leaves the house: the same in every place, so that the file
//! still makes sense.

use std::cmp::Reverse;

use model::Cloud;
use model::Profile;

use model::Tenant;
use model::cloud::RESOURCE_SHORT_NAMES;
use model::tenant::is_guid;
use serde_json::Value;
use url::Url;

use super::automatic_proxy;
use crate::settings;
use crate::settings::Variables;

/// A name of fewer bytes is a word of many texts, so it is replaced only where nothing stands
/// beside it.
const SHORTEST_IN_A_TEXT: usize = 3;

/// What stands before a person's name in the path of a home directory.
const HOMES: [&str; 3] = ["/home/", "/Users/", "\\Users\\"];

/// Hosts that every machine may lead to, beside those of the clouds.
const EVERYBODYS: [&str; 7] = [
    "localhost",
    "127.0.0.1",
    "[::1]",
    "aka.ms",
    "microsoft.com",
    "portal.azure.com",
    "azure.com",
];

/// Variables that name a tenant, an application, an authority, a person.
const TENANTS: [&str; 2] = ["ENTRA_AUTH_TENANT_ID", "AZURE_TENANT_ID"];
const CLIENTS: [&str; 2] = ["ENTRA_AUTH_CLIENT_ID", "AZURE_CLIENT_ID"];
const AUTHORITIES: [&str; 2] = ["ENTRA_AUTH_AUTHORITY", "AZURE_AUTHORITY_HOST"];
const PEOPLE: [&str; 2] = ["ENTRA_AUTH_LOGIN_HINT", "ENTRA_AUTH_ACCOUNT"];

/// A name, and what stands for it.
#[derive(Debug)]
struct Pseudonym {
    name: String,
    stands_for_it: String,
    /// Whether it is the name beside a letter too.
    anywhere: bool,
}

/// Names that are to be left out.
#[derive(Debug, Default)]
pub(super) struct Pseudonyms(Vec<Pseudonym>);

impl Pseudonyms {
    /// Whoever is named by a profile, by a variable, or by the path of a home directory.
    pub(super) fn add_people(
        &mut self,
        profiles: &[Profile],
        variables: &Variables,
        documents: &[&Value],
    ) {
        let homes = [variables.text("HOME"), variables.text("USERPROFILE")];
        for home in homes.iter().flatten() {
            let home = home.trim_end_matches(['/', '\\']);
            if home.len() > 1 {
                self.put(home, "~".to_owned(), false);
            }
        }
        for profile in profiles {
            self.add("user", profile.login_hint.as_deref());
        }
        for name in PEOPLE {
            self.add("user", variables.text(name).as_deref());
        }
        each_text(documents, &mut |text| self.add_homes(text));
    }

    fn add_homes(&mut self, text: &str) {
        for prefix in HOMES {
            for (at, _) in text.match_indices(prefix) {
                let begin = at + prefix.len();
                let user = text[begin..].split(is_end_of_name).next();
                let Some(user) = user.filter(|user| !user.is_empty()) else {
                    continue;
                };
                let number = self.0.len() + 1;
                let home = &text[at..begin + user.len()];
                self.put(home, format!("{prefix}[user {number}]"), true);
            }
        }
    }

    /// Where profiles and variables lead, and every GUID and host beside.
    pub(super) fn add_ids(
        &mut self,
        profiles: &[Profile],
        variables: &Variables,
        documents: &[&Value],
    ) {
        for profile in profiles {
            self.add_tenant(profile.tenant_id.as_deref());
            self.add("client", profile.client_id.as_deref());
            self.add_authority(profile.authority.as_deref());
            let own = profile.resource.iter().chain(&profile.scopes);
            for address in own.chain(&profile.redirect_uri) {
                for host in hosts(address) {
                    self.add_host("host", host);
                }
            }
        }
        for name in TENANTS {
            self.add_tenant(variables.text(name).as_deref());
        }
        for name in CLIENTS {
            self.add("client", variables.text(name).as_deref());
        }
        for name in AUTHORITIES {
            self.add_authority(variables.text(name).as_deref());
        }
        if let Some(address) = settings::network(None, variables).proxy.address {
            self.add_host("proxy", host_of(&address));
        }
        let script = automatic_proxy::script(variables);
        if let Some(address) = script.and_then(|script| script.address) {
            self.add_host("proxy", host_of(&address));
        }
        each_text(documents, &mut |text| {
            // Without a dot it may be a word of an example.
            for host in hosts(text).filter(|host| host.contains('.')) {
                self.add_host("host", host);
            }
        });
        each_text(documents, &mut |text| {
            guids(text).for_each(|id| self.add("id", Some(id)));
        });
    }

    fn add_tenant(&mut self, tenant: Option<&str>) {
        let is_one = |tenant: &&str| match Tenant::parse(tenant) {
            Ok(tenant) => tenant.is_concrete(),
            Err(_) => true,
        };
        self.add("tenant", tenant.filter(is_one));
    }

    /// The host of an authority, valid or not, and the domains in its path.
    fn add_authority(&mut self, address: Option<&str>) {
        let Some(address) = address else {
            return;
        };
        self.add_host("authority", host_of(address));
        let path = address.split_once("://").map_or(address, |(_, rest)| rest);
        let domains = path.split(['/', '?', '#']).skip(1);
        for domain in domains.filter(|segment| segment.contains('.')) {
            self.add("tenant", Some(domain));
        }
    }

    fn add_host(&mut self, kind: &str, host: &str) {
        if !is_everybodys(host) && !is_guid(host) {
            self.add(kind, Some(host));
        }
    }

    fn add(&mut self, kind: &str, name: Option<&str>) {
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            return;
        };
        let number = self.0.len() + 1;
        self.put(name, format!("[{kind} {number}]"), is_guid(name));
    }

    fn put(&mut self, name: &str, stands_for_it: String, anywhere: bool) {
        let is_known = |known: &Pseudonym| known.name.eq_ignore_ascii_case(name);
        if !self.0.iter().any(is_known) {
            self.0.push(Pseudonym {
                name: name.to_owned(),
                stands_for_it,
                anywhere,
            });
        }
    }

    /// Puts them into every text of the document, in one pass: what stands for a name is no text to
    /// look for names in. Names of members stay.
    pub(super) fn put_into(&mut self, document: &mut Value) {
        // A longer one may hold a shorter one.
        self.0.sort_by_key(|known| Reverse(known.name.len()));
        self.replace(document);
    }

    fn replace(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.replaced(text),
            Value::Array(values) => values.iter_mut().for_each(|one| self.replace(one)),
            Value::Object(fields) => fields.values_mut().for_each(|one| self.replace(one)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn replaced(&self, text: &str) -> String {
        let mut result = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(character) = text[at..].chars().next() {
            if let Some(known) = self.0.iter().find(|known| known.stands_at(text, at)) {
                result.push_str(&known.stands_for_it);
                at += known.name.len();
            } else {
                result.push(character);
                at += character.len_utf8();
            }
        }
        result
    }
}

impl Pseudonym {
    fn stands_at(&self, text: &str, at: usize) -> bool {
        let end = at + self.name.len();
        let is_it = |found: &str| found.eq_ignore_ascii_case(&self.name);
        if !text.get(at..end).is_some_and(is_it) {
            return false;
        }
        let (before, after) = (&text[..at], &text[end..]);
        if self.name.len() < SHORTEST_IN_A_TEXT {
            return before.is_empty() && after.is_empty();
        }
        self.anywhere || (ends_a_word(before) && !after.starts_with(char::is_alphanumeric))
    }
}

/// Whether a word may begin after the text: after no letter, but after one that is percent-encoded
/// (RFC 3986 §2.1).
fn ends_a_word(text: &str) -> bool {
    if !text.ends_with(char::is_alphanumeric) {
        return true;
    }
    match text.as_bytes() {
        [.., b'%', high, low] => high.is_ascii_hexdigit() && low.is_ascii_hexdigit(),
        _ => false,
    }
}

/// Whether a character ends the name of a directory, as it stands in a sentence.
fn is_end_of_name(character: char) -> bool {
    character.is_whitespace() || "/\\:;,'\"`()<>|*?".contains(character)
}

/// Does the same with every text in them.
fn each_text(documents: &[&Value], deed: &mut dyn FnMut(&str)) {
    for document in documents {
        match document {
            Value::String(text) => deed(text),
            Value::Array(values) => values.iter().for_each(|one| each_text(&[one], deed)),
            Value::Object(fields) => fields.values().for_each(|one| each_text(&[one], deed)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// The host of what is meant for an address, with or without a scheme; it need not be a valid one.
fn host_of(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    host_at(rest)
}

/// The hosts of the addresses in a text.
fn hosts(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("://")
        .map(|(at, separator)| host_at(&text[at + separator.len()..]))
}

/// The host that a text begins with, after a user and before a port (RFC 3986 §3.2).
fn host_at(text: &str) -> &str {
    let is_end =
        |character: char| character.is_whitespace() || "/?#\\'\"`()<>|,;".contains(character);
    let authority = text.split(is_end).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    match host.find(']') {
        Some(end) if host.starts_with('[') => &host[..=end],
        _ => host.split(':').next().unwrap_or_default(),
    }
    .trim_end_matches('.')
}

/// Whether a host says nothing about who led there.
fn is_everybodys(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    EVERYBODYS.contains(&host.as_str())
        || host.ends_with(".microsoft.com")
        || Cloud::of_login_host(&host).is_some()
        || resources().any(|known| known.host_str() == Some(&host))
}

/// The resources that every cloud has.
fn resources() -> impl Iterator<Item = Url> {
    let of = |cloud: Cloud| RESOURCE_SHORT_NAMES.map(|name| cloud.resource(name));
    let addresses = Cloud::ALL.into_iter().flat_map(of).flatten();
    addresses.filter_map(|address| Url::parse(address).ok())
}

/// The GUIDs in a text, as they stand there.
fn guids(text: &str) -> impl Iterator<Item = &str> {
    const LENGTH: usize = 36;
    (0..text.len().saturating_sub(LENGTH - 1))
        .filter_map(move |at| text.get(at..at + LENGTH))
        .filter(|candidate| is_guid(candidate))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn put(mut names: Pseudonyms, mut value: Value) -> Value {
        names.put_into(&mut value);
        value
    }

    #[test]
    fn an_id_is_found_in_any_letter_case_and_place() {
        let mut names = Pseudonyms::default();
        names.add("tenant", Some("aaaabbbb-0000-cccc-1111-dddd2222eeee"));
        let value = json!({
            "a": "AAAABBBB-0000-CCCC-1111-DDDD2222EEEE of ☂",
            "b": "api://00001111-aaaa-2222-bbbb-3333cccc4444/x",
            "c": "https://host/x00001111-AAAA-2222-bbbb-3333cccc4444",
        });
        each_text(&[&value], &mut |text| {
            guids(text).for_each(|id| names.add("id", Some(id)));
        });
        let expected = json!({
            "a": "[tenant 1] of ☂", "b": "api://[id 2]/x", "c": "https://host/x[id 2]",
        });
        assert_eq!(put(names, value), expected);
    }

    #[test]
    fn a_name_is_replaced_as_a_word_once_and_the_longest_first() {
        let mut names = Pseudonyms::default();
        for name in ["a", "ada", "user", "ada@user.example", "idp.example"] {
            names.add("user", Some(name));
        }
        let value = json!({
            "ada": ["ada has a canada", "ADA@user.example", {"user": "a"}],
            "address": "https%3A%2F%2Fidp.example%2Fada, login.idp.examples",
            "count": 1,
        });
        let expected = json!({
            "ada": ["[user 2] has a canada", "[user 4]", {"user": "[user 1]"}],
            "address": "https%3A%2F%2F[user 5]%2F[user 2], login.idp.examples",
            "count": 1,
        });
        assert_eq!(put(names, value), expected);
    }

    #[test]
    fn the_name_in_the_path_of_a_home_is_left_out() {
        let mut names = Pseudonyms::default();
        names.put("/home/ada", "~".to_owned(), false);
        let value = json!([
            "/home/ada/x",
            "/home/adam/x and /home/ad: no such file",
            "/var/home/eve",
            "C:\\Users\\Eve\\x",
            "/home/",
        ]);
        each_text(&[&value], &mut |text| names.add_homes(text));
        let expected = json!([
            "~/x",
            "/home/[user 2]/x and /home/[user 3]: no such file",
            "/var/home/[user 4]",
            "C:\\Users\\[user 5]\\x",
            "/home/",
        ]);
        assert_eq!(put(names, value), expected);
    }

    #[test]
    fn hosts_are_found_without_user_and_port() {
        let text = "from https://ada:pw@idp.example:8443/x, (http://[::1]:1) or api://app";
        let found: Vec<&str> = hosts(text).collect();
        assert_eq!(found, ["idp.example", "[::1]", "app"]);
        assert_eq!(host_of("ada:pw@proxy.example:3128"), "proxy.example");
        for host in [
            "login.microsoftonline.com",
            "GRAPH.microsoft.com",
            "management.azure.com",
            "localhost",
        ] {
            assert!(is_everybodys(host), "{host}");
        }
        for host in ["contoso.vault.azure.net", "microsoft.com.evil.example"] {
            assert!(!is_everybodys(host), "{host}");
        }
    }
}
