//! `cargo xtask other-systems`: compiles the program for macOS and Windows, and runs what was compiled
//! for Windows under Wine. docs/design/other-systems.md says what that proves.

use std::{
    ffi::OsString,
    fmt::Write as _,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use serde_json::Value;

use crate::{command::Step, tools, workspace::Workspace};

const MACOS: &str = "aarch64-apple-darwin";
const WINDOWS: &str = "x86_64-pc-windows-gnu";

/// Debian's unstable release: the only one with a Rust as new as this project's.
const RELEASE: &str = "sid";
const PACKAGES: &str =
    "rustc,cargo,rust-src,gcc,gcc-mingw-w64-x86-64,cmake,nasm,ca-certificates,wine64";

/// What that Debian shares with this machine: who is where, and whom to trust.
const SHARED: [&str; 3] = [
    "etc/hosts",
    "etc/resolv.conf",
    "etc/ssl/certs/ca-certificates.crt",
];

/// The ways to a registry.
const PROXIES: [&str; 3] = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];

/// Whose code is compiled, and tested where that can be.
const CRATES: [&str; 6] = [
    "model",
    "protocol",
    "vault",
    "emulator",
    "engine",
    "entra-auth-cli",
];

/// Tests that are not for Wine.
const NOT_UNDER_WINE: [&str; 3] = [
    // On Windows a file that is removed while it is open loses its name at once.
    "what_is_swept_away_while_it_is_written_is_written_again",
    // A file for each byte of a file takes Wine minutes.
    "a_record_changed_in_any_byte_opens_as_nothing",
    "a_record_cut_at_any_byte_opens_as_nothing",
];

// Inside that Debian.
const SOURCES: &str = "/source";
const TARGET: &str = "/target";
const WINE_HOME: &str = "/wine";
const NOT_COMPILED: &str = "/not-compiled.toml";

/// Where what is not compiled would be.
const NOWHERE: &str = "/nowhere";

/// Compiles and runs everything, and says at the end what failed.
pub(crate) fn run() -> anyhow::Result<()> {
    let workspace = Workspace::find()?;
    let debian = Debian::ready(&workspace)?;
    let failed: Vec<&str> = debian
        .steps()
        .into_iter()
        .filter_map(|(what, step)| {
            println!("== {what}");
            let error = step.run().err()?;
            eprintln!("{error:#}");
            Some(what)
        })
        .collect();
    if !failed.is_empty() {
        bail!("failed: {}", failed.join("; "));
    }
    println!("Compiled for macOS and Windows; what was compiled for Windows works under Wine.");
    Ok(())
}

/// A Debian in a directory, with a compiler for the other systems, and Wine.
struct Debian {
    root: PathBuf,
}

impl Debian {
    /// The one under `target/tools`, made if it is not there, with the sources as they are now.
    fn ready(workspace: &Workspace) -> anyhow::Result<Self> {
        let root = workspace.target.join("tools").join("other-systems");
        if !root.exists() {
            tools::install_program(workspace, "mmdebstrap", "mmdebstrap")?;
            make(workspace, &root).context("making a Debian (this needs root)")?;
        }
        let debian = Self { root };
        for file in SHARED {
            debian.share(file)?;
        }
        debian.copy_sources(workspace)?;
        // A new home for Wine: nothing of an earlier run counts.
        remove_directory(&debian.at(WINE_HOME))?;
        fs::write(debian.at(NOT_COMPILED), not_compiled(workspace)?)?;
        Ok(debian)
    }

    /// A path inside, as seen from outside.
    fn at(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    fn share(&self, file: &str) -> anyhow::Result<()> {
        let (here, there) = (Path::new("/").join(file), self.at(file));
        if here.exists() {
            // Never written through: it may be a link, which would lead back out.
            gone(fs::remove_file(&there), &there)?;
            fs::copy(&here, &there).with_context(|| format!("copying {}", here.display()))?;
        }
        Ok(())
    }

    /// Copies all that git knows or would add, with its times, by which Cargo tells what changed.
    fn copy_sources(&self, workspace: &Workspace) -> anyhow::Result<()> {
        let sources = self.at(SOURCES);
        remove_directory(&sources)?;
        let files = workspace
            .program("git")
            .args(["ls-files", "-z", "--cached", "--others"])
            .args(["--exclude-standard", "--deduplicate"])
            .read()?;
        for file in files.split_terminator('\0') {
            let (from, to) = (workspace.root.join(file), sources.join(file));
            // A file deleted but not yet committed is still listed.
            if !from.exists() {
                continue;
            }
            fs::create_dir_all(to.parent().context("a file has a directory")?)?;
            fs::copy(&from, &to).with_context(|| format!("copying {}", from.display()))?;
            let changed = fs::metadata(&from)?.modified()?;
            File::options()
                .write(true)
                .open(&to)?
                .set_modified(changed)?;
        }
        Ok(())
    }

    fn steps(&self) -> [(&'static str, Step); 4] {
        let program = format!("{TARGET}/{WINDOWS}/debug/entra-auth-cli.exe");
        [
            (
                "macOS: check",
                self.cargo("check", MACOS)
                    .args(["--config", NOT_COMPILED])
                    .env("CARGO_BUILD_WARNINGS", "deny"),
            ),
            (
                "Windows: build, tests included",
                self.cargo("build", WINDOWS)
                    .args(["--bins", "--tests", "--keep-going"])
                    .env("CARGO_BUILD_WARNINGS", "deny"),
            ),
            (
                "Windows: tests under Wine",
                self.cargo("test", WINDOWS)
                    .args(["--lib", "--bins", "--tests", "--no-fail-fast", "--"])
                    .args(NOT_UNDER_WINE.iter().flat_map(|test| ["--skip", test])),
            ),
            (
                "Windows: demo under Wine",
                self.inside("wine64")
                    .arg(program)
                    .args(["demo", "--browser", "none"]),
            ),
        ]
    }

    /// `cargo` with these crates and this target.
    fn cargo(&self, command: &str, target: &str) -> Step {
        self.inside("cargo")
            .args([command, "--locked", "--target", target])
            // Debian has no standard library for the other systems but its source.
            .arg("-Zbuild-std=std,panic_abort,panic_unwind")
            // As the one that Rust delivers: Wine gives it addresses that its assertions refuse.
            .args(["--config", "profile.dev.package.'*'.debug-assertions=false"])
            .args(CRATES.iter().flat_map(|name| ["--package", name]))
    }

    /// A program in there. Its mounts and its processes, Wine's server among them, end with it.
    fn inside(&self, program: &str) -> Step {
        let proxies = PROXIES
            .iter()
            .filter_map(|name| Some((*name, PathBuf::from(std::env::var_os(name)?))));
        let variables: Vec<(&str, PathBuf)> = [
            ("HOME", "/root"),
            ("CARGO_TARGET_DIR", TARGET),
            ("CARGO_INCREMENTAL", "0"),
            ("CARGO_PROFILE_DEV_DEBUG", "0"),
            ("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", "wine64"),
            // `-Z` in a stable Cargo.
            ("RUSTC_BOOTSTRAP", "1"),
            // Where the snapshots of the tests are; there is no Cargo in Wine to ask.
            ("INSTA_WORKSPACE_ROOT", SOURCES),
            ("WINEPREFIX", WINE_HOME),
            ("XDG_RUNTIME_DIR", "/tmp"),
            ("WINEDEBUG", "-all"),
        ]
        .map(|(name, value)| (name, PathBuf::from(value)))
        .into_iter()
        .chain(proxies)
        .collect();
        let mut root = OsString::from("--root=");
        root.push(&self.root);
        apart()
            .arg("--mount-proc")
            .arg(root)
            .arg(format!("--wd={SOURCES}"))
            .arg(program)
            .only_env(&variables)
    }
}

/// Makes the Debian beside its place first, so that what is there is whole.
fn make(workspace: &Workspace, root: &Path) -> anyhow::Result<()> {
    let unfinished = root.with_extension("unfinished");
    remove_directory(&unfinished)?;
    fs::create_dir_all(root.parent().context("a place under target/tools")?)?;
    apart()
        .directory(&workspace.root)
        .args(["mmdebstrap", "--variant=apt"])
        // A mirror may stand still for longer than its lists are good for; they stay signed.
        .arg("--aptopt=Acquire::Check-Valid-Until \"false\"")
        .arg(format!("--include={PACKAGES}"))
        .arg(RELEASE)
        .arg(&unfinished)
        .run()?;
    Ok(fs::rename(unfinished, root)?)
}

/// Runs what follows with mounts that nobody else sees, and ends its processes when it ends.
fn apart() -> Step {
    Step::new("unshare", Path::new("/")).args(["--mount", "--pid", "--fork", "--kill-child"])
}

/// Cargo's configuration for macOS, where the C and the assembler of the cryptography cannot be
/// compiled without Apple's headers: what their build scripts would say. A check needs no more.
fn not_compiled(workspace: &Workspace) -> anyhow::Result<String> {
    let metadata = workspace
        .cargo()
        .args(["metadata", "--format-version=1", "--locked"])
        .read()?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let packages = metadata["packages"].as_array().context("no packages")?;
    let mut text = String::new();
    for links in packages
        .iter()
        .filter_map(|package| package["links"].as_str())
    {
        if !links.starts_with("aws_lc_") && !links.starts_with("ring_core_") {
            continue;
        }
        writeln!(text, "[target.{MACOS}.{links}]")?;
        // Which of its bindings aws-lc-sys takes.
        writeln!(text, "rustc-cfg = ['aarch64_apple_darwin']")?;
        writeln!(text, "libcrypto = '{links}_crypto'")?;
        for name in ["include", "root", "conf"] {
            writeln!(text, "{name} = '{NOWHERE}'")?;
        }
    }
    Ok(text)
}

fn remove_directory(path: &Path) -> anyhow::Result<()> {
    gone(fs::remove_dir_all(path), path)
}

/// What was removed, or never there.
fn gone(removed: io::Result<()>, path: &Path) -> anyhow::Result<()> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("removing {}", path.display()))
        }
        _ => Ok(()),
    }
}
