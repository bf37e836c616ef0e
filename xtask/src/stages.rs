//! One file per stage of `cargo xtask test`.

pub(crate) mod arrows;
pub(crate) mod budget;
pub(crate) mod clippy;
pub(crate) mod demo;
pub(crate) mod deny;
pub(crate) mod docs;
pub(crate) mod doctests;
pub(crate) mod errors;
pub(crate) mod format;
pub(crate) mod links;
pub(crate) mod peers;
pub(crate) mod tests;
pub(crate) mod tools;
