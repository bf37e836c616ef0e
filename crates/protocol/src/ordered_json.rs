//! JSON as it stands: members in their order, those that stand twice noticed (RFC 8259 §4).

use std::fmt;

use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;
use serde::de::MapAccess;
use serde::de::SeqAccess;
use serde::de::Visitor;
use serde::ser::SerializeMap as _;
use serde_json::Number;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number; one that fits no 64-bit integer is the nearest binary fraction.
    Number(Number),
    /// A string, unescaped: it may hold anything.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object.
    Object(Object),
}

/// A JSON object. Of members with the same name the last one counts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Object {
    members: Vec<(String, Json)>,
    repeated: Vec<String>,
}

impl Json {
    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The object, if it is one.
    pub const fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The texts in it: itself, or those of a list.
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Self::Text(text) => vec![text],
            Self::List(list) => list.iter().filter_map(Self::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// Whole seconds since the epoch (RFC 7519 §2, `NumericDate`); a fraction is cut off.
    pub fn as_seconds(&self) -> Option<i64> {
        let Self::Number(number) = self else {
            return None;
        };
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the fraction is to go, and beyond the ends of time is at the ends of time"
        )]
        let whole = |fraction: f64| fraction as i64;
        number.as_i64().or_else(|| number.as_f64().map(whole))
    }
}

impl Object {
    /// The value of a member, if there is one of that name.
    pub fn get(&self, name: &str) -> Option<&Json> {
        let mut members = self.members.iter();
        members
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }

    /// The text of a member, if it is one.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// Names and values, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.members
            .iter()
            .map(|(name, value)| (name.as_str(), value))
    }

    /// Whether the name stands in the object itself more than once.
    pub fn repeats(&self, name: &str) -> bool {
        self.repeated.iter().any(|repeated| repeated == name)
    }

    /// The names that stand in it more than once, or in an object below, each once.
    pub fn repeated(&self) -> Vec<&str> {
        let mut found: Vec<&str> = self.repeated.iter().map(String::as_str).collect();
        for (_, value) in &self.members {
            repeated_below(value, &mut found);
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn repeated_below<'a>(value: &'a Json, found: &mut Vec<&'a str>) {
    match value {
        Json::Object(object) => found.extend(object.repeated()),
        Json::List(list) => {
            for value in list {
                repeated_below(value, found);
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => {}
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Number::from_f64(value).map_or(Json::Null, Json::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element()? {
            list.push(element);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut all: Vec<(String, Json)> = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            all.push(entry);
        }
        Ok(Json::Object(Object::of(all)))
    }
}

impl Object {
    fn of(all: Vec<(String, Json)>) -> Self {
        let mut last = std::collections::HashMap::with_capacity(all.len());
        for (index, (name, _)) in all.iter().enumerate() {
            last.insert(name.clone(), index);
        }
        let mut object = Self::default();
        for (index, (name, value)) in all.into_iter().enumerate() {
            if last.get(&name) == Some(&index) {
                object.members.push((name, value));
            } else {
                object.repeated.push(name);
            }
        }
        object
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(list) => list.serialize(serializer),
            Self::Object(object) => object.serialize(serializer),
        }
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.members.len()))?;
        for (name, value) in &self.members {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> Json {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn order_stays_and_the_last_of_two_counts() {
        let value = parsed(r#"{"b":1,"a":{"x":1,"x":2},"b":[{"y":1,"y":1}],"c":null}"#);
        let written = serde_json::to_string(&value).unwrap();
        assert_eq!(written, r#"{"a":{"x":2},"b":[{"y":1}],"c":null}"#);
        assert_eq!(value.as_object().unwrap().repeated(), ["b", "x", "y"]);
    }

    #[test]
    fn a_date_may_have_a_fraction() {
        assert_eq!(parsed("1767225600").as_seconds(), Some(1_767_225_600));
        assert_eq!(parsed("1767225600.9").as_seconds(), Some(1_767_225_600));
        assert_eq!(parsed("1e300").as_seconds(), Some(i64::MAX));
        assert_eq!(parsed("\"1767225600\"").as_seconds(), None);
    }

    proptest! {
        #[test]
        fn it_says_what_serde_json_says(text in "[\\[\\]{}\",:0-9a-c\\\\ .-]{0,40}") {
            let ours = serde_json::from_str::<Json>(&text);
            let theirs = serde_json::from_str::<serde_json::Value>(&text);
            prop_assert_eq!(ours.is_ok(), theirs.is_ok());
            if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
                prop_assert_eq!(serde_json::to_value(&ours).unwrap(), theirs);
            }
        }
    }
}
