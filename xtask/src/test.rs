//! `cargo xtask test`: runs the stages, times them, sums up.

use std::time::{Duration, Instant};

use anyhow::{bail, ensure};
use clap::ValueEnum;

use crate::{leftovers, stage::Stage, summary::Tests, workspace::Workspace};

/// A process may be on its way out when its stage ends.
const GRACE: Duration = Duration::from_secs(5);

struct Ran {
    stage: Stage,
    seconds: f64,
    outcome: crate::stage::Outcome,
}

/// Prints the stages in the order they run.
pub(crate) fn list() {
    for stage in Stage::value_variants() {
        println!("{:<9} {}", stage.name, stage.about);
    }
}

/// Runs the named stages, all of them if none is named.
pub(crate) fn run(only: &[Stage], keep_going: bool) -> anyhow::Result<()> {
    let begin = Instant::now();
    leftovers::adopt_orphans()?;
    let workspace = Workspace::find()?;
    let wanted = if only.is_empty() {
        Stage::value_variants()
    } else {
        only
    };

    let mut results = Vec::new();
    for stage in wanted {
        let result = run_stage(*stage, &workspace);
        let failed = result.outcome.is_err();
        results.push(result);
        if failed && !keep_going {
            break;
        }
    }
    conclude(&results, wanted, begin.elapsed())
}

fn run_stage(stage: Stage, workspace: &Workspace) -> Ran {
    println!("\n── {}: {}", stage.name, stage.about);
    let begin = Instant::now();
    let mut outcome = (stage.run)(workspace);
    if let Err(left_behind) = leftovers::end_orphans(GRACE) {
        outcome = outcome.and(Err(left_behind));
    }
    let seconds = begin.elapsed().as_secs_f64();
    match &outcome {
        Ok(_) => println!("── {}: {seconds:.1} s", stage.name),
        Err(error) => println!("── {}: failed after {seconds:.1} s: {error:#}", stage.name),
    }
    Ran {
        stage,
        seconds,
        outcome,
    }
}

fn conclude(results: &[Ran], wanted: &[Stage], total: Duration) -> anyhow::Result<()> {
    println!("\n{:<9} {:>8}  result", "stage", "seconds");
    for result in results {
        let text = match &result.outcome {
            Ok(tests) if *tests == Tests::default() => "ok".to_owned(),
            Ok(tests) => tests.to_string(),
            Err(error) => format!("FAILED: {error:#}"),
        };
        println!("{:<9} {:>8.1}  {text}", result.stage.name, result.seconds);
    }
    for stage in &wanted[results.len()..] {
        println!("{:<9} {:>8}  not run", stage.name, "-");
    }
    println!("{:<9} {:>8.1}", "total", total.as_secs_f64());
    println!("Not part of this: known vulnerabilities (cargo xtask audit, needs the network).");

    let failed: Vec<&str> = results
        .iter()
        .filter(|result| result.outcome.is_err())
        .map(|result| result.stage.name)
        .collect();
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    let tests: Tests = results
        .iter()
        .filter_map(|result| result.outcome.as_ref().ok().copied())
        .sum();
    ensure!(tests.failed == 0, "{tests}, but no stage said so");
    if tests != Tests::default() {
        println!("{tests}");
    }
    Ok(())
}
