//! Codes and names that are near to what was typed.

use protocol::aadsts;
use protocol::error_names;

use crate::error_codes;

/// What is longer was pasted, not typed, in bytes.
const LONGEST_TYPED: usize = 48;

/// How many are named.
const MOST: usize = 4;

/// The codes and names that a short text may have meant, the nearest first.
pub(super) fn to(text: &str) -> Vec<String> {
    let typed = text.trim();
    if typed.len() > LONGEST_TYPED {
        return Vec::new();
    }
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let mut near: Vec<(usize, String)> = if digits.is_empty() {
        let typed = typed.to_lowercase().replace(['-', ' '], "_");
        let names = error_codes::entries()
            .iter()
            .map(|entry| entry.code.as_str());
        let others = error_names::entries()
            .iter()
            .map(|entry| entry.name.as_str());
        names
            .chain(others)
            .map(|name| {
                let distance = strsim::osa_distance(&typed, &name.to_lowercase());
                (distance, name.to_owned())
            })
            .filter(|(distance, name)| *distance * 4 <= name.len())
            .collect()
    } else {
        aadsts::entries()
            .map(|entry| {
                let distance = strsim::osa_distance(&digits, &entry.code.to_string());
                (distance, format!("AADSTS{}", entry.code))
            })
            .filter(|(distance, _)| *distance <= 1)
            .collect()
    };
    near.sort();
    near.into_iter().map(|(_, name)| name).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_forgiven() {
        assert!(to("6501").contains(&"AADSTS65001".to_owned()));
        assert!(to("AADSTS56001").contains(&"AADSTS65001".to_owned()));
        assert_eq!(to("invalid_clent")[0], "invalid_client");
        assert_eq!(to("Not Aproved")[0], "not_approved");
        assert!(to("hello").is_empty());
        assert!(to(&"6501 ".repeat(20)).is_empty());
    }
}
