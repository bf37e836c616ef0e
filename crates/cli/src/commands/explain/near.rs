//! Codes and names that are near to what was typed.

use protocol::aadsts;
use protocol::error_names;

use crate::error_codes;

/// What is longer was pasted, not typed, in bytes.
const LONGEST_TYPED: usize = 48;

/// How many digits Entra's numbers have.
const ENTRAS_DIGITS: std::ops::RangeInclusive<usize> = 5..=7;

/// How many are named.
const MOST: usize = 4;

/// The codes and names that a short text may have meant, the nearest first.
pub(super) fn to(text: &str) -> Vec<String> {
    let typed = text.trim();
    if typed.len() > LONGEST_TYPED {
        return Vec::new();
    }
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    // Entra's numbers lie close together: another digit is another number.
    let is_slip = |code: &str| {
        let has_all_digits = code.len() == digits.len();
        let is_swap = has_all_digits && strsim::hamming(code, &digits) == Ok(2);
        let is_one_off = strsim::osa_distance(&digits, code) == 1;
        is_one_off && (is_swap || !ENTRAS_DIGITS.contains(&digits.len()))
    };
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
            .filter(|entry| is_slip(&entry.code.to_string()))
            .map(|entry| (1, format!("AADSTS{}", entry.code)))
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
        assert!(to("AADSTS50106").is_empty());
        assert!(to("AADSTS500111").is_empty());
        assert!(to(&"6501 ".repeat(20)).is_empty());
    }
}
