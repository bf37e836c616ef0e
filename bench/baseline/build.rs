//! Links the unwinder as the product does (crates/cli/build.rs), so that the two are compared alike.

#[expect(
    clippy::disallowed_methods,
    reason = "cargo speaks to build scripts by variables"
)]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |name: &str| std::env::var(name).unwrap_or_default();
    if target("CARGO_CFG_TARGET_OS") == "linux" && target("CARGO_CFG_TARGET_ENV") == "gnu" {
        let here = target("CARGO_MANIFEST_DIR");
        println!("cargo::rustc-link-arg-bins=-L{here}/../../crates/cli/link");
    }
}
