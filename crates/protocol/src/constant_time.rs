//! Comparison that takes as long whatever is alike.

use aws_lc_rs::constant_time;

/// Whether the texts are the same. How long it takes tells their lengths and nothing else.
pub(crate) fn equal(left: &str, right: &str) -> bool {
    constant_time::verify_slices_are_equal(left.as_bytes(), right.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_text_is_equal() {
        assert!(equal("", "") && equal("state", "state"));
        for other in ["", "stat", "statE", "state "] {
            assert!(!equal("state", other), "{other}");
        }
    }
}
