//! `inspect --diff`: two tokens, claim by claim.

use protocol::jwt::Decoded;
use protocol::ordered_json::Json;
use protocol::ordered_json::Object;
use serde::Serialize;

/// What is not the same, as scripts read it.
#[derive(Serialize)]
pub(super) struct Comparison<'a> {
    schema_version: u8,
    pub(super) same: bool,
    pub(super) header: Vec<Difference<'a>>,
    pub(super) claims: Vec<Difference<'a>>,
}

/// A member that is not the same in both; null where one has none.
#[derive(Serialize)]
pub(super) struct Difference<'a> {
    pub(super) name: &'a str,
    pub(super) this: Option<&'a Json>,
    pub(super) other: Option<&'a Json>,
}

impl<'a> Comparison<'a> {
    /// Compares header and claims.
    pub(super) fn of(this: &'a Decoded, other: &'a Decoded) -> Self {
        let header = differences(this.header.as_ref(), other.header.as_ref());
        let claims = differences(this.claims.as_ref(), other.claims.as_ref());
        Self {
            schema_version: 1,
            same: header.is_empty() && claims.is_empty(),
            header,
            claims,
        }
    }
}

fn differences<'a>(this: Option<&'a Object>, other: Option<&'a Object>) -> Vec<Difference<'a>> {
    let names_of = |object: Option<&'a Object>| object.into_iter().flat_map(Object::iter);
    let of_this = names_of(this).map(|(name, _)| name);
    let of_other_alone = names_of(other)
        .map(|(name, _)| name)
        .filter(|name| this.is_none_or(|this| this.get(name).is_none()));
    of_this
        .chain(of_other_alone)
        .map(|name| Difference {
            name,
            this: this.and_then(|this| this.get(name)),
            other: other.and_then(|other| other.get(name)),
        })
        .filter(|difference| difference.this != difference.other)
        .collect()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use protocol::jwt;

    use super::*;

    fn decoded(claims: &str) -> Decoded {
        let claims = URL_SAFE_NO_PAD.encode(claims);
        jwt::decode(&format!("eyJhbGciOiJSUzI1NiJ9.{claims}.c2ln"))
    }

    #[test]
    fn what_differs_is_named_in_order_and_what_is_the_same_is_not() {
        let this = decoded(r#"{"aud":"a","same":[1],"iat":1,"gone":null}"#);
        let other = decoded(r#"{"new":true,"iat":2,"same":[1],"aud":"a"}"#);
        let comparison = Comparison::of(&this, &other);
        let names: Vec<&str> = comparison.claims.iter().map(|found| found.name).collect();
        assert_eq!(names, ["iat", "gone", "new"]);
        assert!(comparison.header.is_empty() && !comparison.same);
        assert!(Comparison::of(&this, &this).same);
    }
}
