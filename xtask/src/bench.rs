//! `cargo xtask bench`: what a warm `get-token`, `check` and `inspect` cost beside the least that could do the same.
//!
//! The same with a thousand profiles, and what waits for a person then: [`thousand_profiles`].
//!
//! Every round runs each program a few times in turn, so that a slow moment of the machine falls on all
//! of them.

mod thousand_profiles;

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    tools,
    warm_store::{SessionKey, Speaks, WarmStore},
    workspace::Workspace,
};

const RUNS_PER_ROUND: &str = "10";
const WITH_KEY_FILE: &str = "get-token, key file";

struct Contender {
    name: &'static str,
    /// Quoted for hyperfine, which splits it by the rules of a POSIX shell.
    command: String,
    environment: Vec<(&'static str, PathBuf)>,
    seconds: Vec<f64>,
}

/// What hyperfine 2 exports (its schema version 2), as far as it is used here.
#[derive(Deserialize)]
struct Report {
    results: Vec<Benchmark>,
}

#[derive(Deserialize)]
struct Benchmark {
    measurements: Vec<Measurement>,
}

#[derive(Deserialize)]
struct Measurement {
    /// In seconds.
    time_wall_clock: Quantity,
}

#[derive(Deserialize)]
struct Quantity {
    value: f64,
}

pub(crate) fn run(rounds: u32) -> anyhow::Result<()> {
    ensure!(rounds > 0, "at least one round");
    let workspace = Workspace::find()?;
    tools::install_python_packages(&workspace)?;
    workspace
        .cargo()
        .args(["build", "--profile", "dist", "--locked"])
        .args(["--package", "entra-auth-cli", "--package", "baseline"])
        .run()?;

    // Copied, as an installation does: what the linker wrote lies in the page cache in small pieces,
    // and costs a fifth more to start.
    let installed = tempfile::tempdir()?;
    let product = installed.path().join("entra-auth-cli");
    let baseline = installed.path().join("baseline");
    fs::copy(workspace.product("dist"), &product)?;
    fs::copy(workspace.built("dist", "baseline"), &baseline)?;
    // Closed to others (0700) and on tmpfs, as the product asks of a place for its session key.
    let tmpfs = tempfile::Builder::new()
        .prefix("entra-auth-bench-")
        .tempdir_in("/dev/shm")
        .context("/dev/shm, the tmpfs that a session key needs")?;
    let by_key_file = WarmStore::prepare(&workspace, product.clone(), Speaks::ForTheApp)?;
    let session_key = SessionKey::In(tmpfs.path());
    let prepare =
        |speaks| WarmStore::prepare_with(&workspace, product.clone(), speaks, session_key);
    let by_session_key = prepare(Speaks::ForTheApp)?;
    let of_a_person = prepare(Speaks::ForAPerson)?;
    let crowded = thousand_profiles::prepare(&workspace, product.clone())?;

    let mut contenders = vec![
        cat(&by_key_file)?,
        bare_program(&workspace, &baseline, &by_key_file)?,
        warm(WITH_KEY_FILE, &by_key_file),
        warm("get-token, session key", &by_session_key),
        warm("get-token of a person, session key", &of_a_person),
        about("check, session key", &by_session_key, "check"),
        about("inspect, session key", &by_session_key, "inspect"),
    ];
    contenders.extend(thousand_profiles::contenders(&crowded));
    let report = by_key_file.directory().join("hyperfine.json");
    for round in 0..rounds {
        eprint!("\rround {} of {rounds}", round + 1);
        for contender in &mut contenders {
            measure(&workspace, contender, &report)?;
        }
    }
    eprintln!();
    print_table(&mut contenders);
    thousand_profiles::judge(&contenders)
}

fn cat(store: &WarmStore) -> anyhow::Result<Contender> {
    let file = token_file(store)?;
    Ok(Contender {
        name: "cat of a plain token file",
        command: quoted(["cat".as_ref(), file.as_path()]),
        environment: Vec::new(),
        seconds: Vec::new(),
    })
}

fn bare_program(
    workspace: &Workspace,
    program: &Path,
    store: &WarmStore,
) -> anyhow::Result<Contender> {
    let header: Value = serde_json::from_str(&fs::read_to_string(
        store.directory().join("state/store.json"),
    )?)?;
    let store_id = header["storeId"].as_str().context("the store has no id")?;
    let key = store
        .directory()
        .join("data")
        .join(format!("{store_id}.key"));
    let entry = only_file(&store.directory().join("state/tokens"))?;
    let command = [program, &key, Path::new(store_id), &entry];
    let opened = workspace.program(program).args(&command[1..]).read()?;
    ensure!(
        opened.contains(store.token().trim_end()),
        "the bare program lost the token"
    );
    Ok(Contender {
        name: "bare Rust program that opens and decrypts",
        command: quoted(command),
        environment: Vec::new(),
        seconds: Vec::new(),
    })
}

fn only_file(folder: &Path) -> anyhow::Result<PathBuf> {
    let mut entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    ensure!(
        entries.len() == 1,
        "{} holds not one file",
        folder.display()
    );
    Ok(entries.remove(0).path())
}

fn warm(name: &'static str, store: &WarmStore) -> Contender {
    about(name, store, "get-token")
}

/// A command about the token in the cache.
fn about(name: &'static str, store: &WarmStore, command: &str) -> Contender {
    run_in(store, name, &store.command_named(command))
}

fn run_in(store: &WarmStore, name: &'static str, command: &[OsString]) -> Contender {
    Contender {
        name,
        command: quoted(command.iter().map(Path::new)),
        environment: store.environment().into(),
        seconds: Vec::new(),
    }
}

fn token_file(store: &WarmStore) -> anyhow::Result<PathBuf> {
    let file = store.directory().join("token");
    fs::write(&file, store.token())?;
    Ok(file)
}

fn measure(workspace: &Workspace, contender: &mut Contender, report: &Path) -> anyhow::Result<()> {
    workspace
        .tool("hyperfine")
        .only_env(&contender.environment)
        .args(["--shell=none", "--warmup=2", "--style=none"])
        .args(["--runs", RUNS_PER_ROUND])
        .arg("--export-json")
        .arg(report)
        .arg(&contender.command)
        .read()?;
    let report: Report = serde_json::from_str(&fs::read_to_string(report)?)?;
    let measurements = report.results.into_iter().flat_map(|run| run.measurements);
    let seconds = measurements.map(|measurement| measurement.time_wall_clock.value);
    contender.seconds.extend(seconds);
    Ok(())
}

fn print_table(contenders: &mut [Contender]) {
    println!("| program | median ms | min ms | × cat | × bare |");
    println!("|---|---|---|---|---|");
    for contender in &mut *contenders {
        contender.seconds.sort_unstable_by(f64::total_cmp);
    }
    let cat = contenders[0].median();
    let bare = contenders[1].median();
    for contender in contenders {
        let median = contender.median();
        println!(
            "| {} | {:.3} | {:.3} | {:.2} | {:.2} |",
            contender.name,
            median * 1e3,
            contender.seconds[0] * 1e3,
            median / cat,
            median / bare
        );
    }
}

impl Contender {
    /// The middle of the sorted times.
    fn median(&self) -> f64 {
        self.seconds[self.seconds.len() / 2]
    }
}

/// Single quotes around each word; none of ours holds one.
fn quoted<'a>(words: impl IntoIterator<Item = &'a Path>) -> String {
    let words = words
        .into_iter()
        .map(|word| format!("'{}'", word.display()));
    words.collect::<Vec<_>>().join(" ")
}
