//! Links the unwinder into the program where the platform's linker would load it as a library.
//!
//! On Linux with glibc a Rust program loads `libgcc_s.so.1` at each start for a panic that never
//! comes; linked in, the same code costs nothing until then (docs/performance.md has the figures).
//! The linker script in `link/` is found before the system's library of that name.

#[expect(
    clippy::disallowed_methods,
    reason = "cargo speaks to build scripts by variables"
)]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=link");
    let target = |name: &str| std::env::var(name).unwrap_or_default();
    if target("CARGO_CFG_TARGET_OS") == "linux" && target("CARGO_CFG_TARGET_ENV") == "gnu" {
        let here = target("CARGO_MANIFEST_DIR");
        println!("cargo::rustc-link-arg-bins=-L{here}/link");
    }
}
