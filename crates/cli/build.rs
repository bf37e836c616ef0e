//! Tells the program what it was built with, and links the unwinder into the program where the platform's linker would load it as a library.
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
    println!("cargo::rerun-if-env-changed=ENTRA_AUTH_BUILD_COMMIT");
    let target = |name: &str| std::env::var(name).unwrap_or_default();
    // Which commit it is, only the one who builds a release says: asking git would build anew at
    // each commit.
    for (name, value) in [
        ("BUILD_TARGET", target("TARGET")),
        ("BUILD_PROFILE", target("PROFILE")),
        ("BUILD_COMPILER", compiler(&target("RUSTC"))),
        ("BUILD_COMMIT", target("ENTRA_AUTH_BUILD_COMMIT")),
    ] {
        println!("cargo::rustc-env={name}={value}");
    }
    if target("CARGO_CFG_TARGET_OS") == "linux" && target("CARGO_CFG_TARGET_ENV") == "gnu" {
        let here = target("CARGO_MANIFEST_DIR");
        println!("cargo::rustc-link-arg-bins=-L{here}/link");
    }
}

/// The compiler's name and version; nothing if it does not say.
fn compiler(program: &str) -> String {
    let said = std::process::Command::new(program)
        .arg("--version")
        .output();
    said.ok()
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .unwrap_or_default()
        .trim()
        .to_owned()
}
