//! A warm `get-token` may cost so many instructions. Unlike time, their number hardly depends on
//! how busy the machine is.

use std::fs;

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::{
    stage::Outcome,
    summary::Tests,
    warm_store::{Speaks, WarmStore},
    workspace::Workspace,
};

/// Above the budget by more than this: the warm path has become slower.
const OVER_PERCENT: u64 = 10;
/// Below it by more than this: the budget no longer guards what was gained.
const UNDER_PERCENT: u64 = 20;

#[derive(Deserialize)]
struct Budget {
    warm_get_token: u64,
    warm_get_token_of_a_person: u64,
    get_token_among_1000_profiles: u64,
}

pub(crate) fn run(workspace: &Workspace) -> Outcome {
    let file = workspace.root.join("bench").join("budget.toml");
    let text = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
    let budget: Budget = toml::from_str(&text)?;
    workspace
        .cargo()
        .args(["build", "--release", "--locked"])
        .run()?;
    for (what, speaks, profiles, allowed) in [
        ("an app", Speaks::ForTheApp, 1, budget.warm_get_token),
        (
            "a person",
            Speaks::ForAPerson,
            1,
            budget.warm_get_token_of_a_person,
        ),
        (
            "an app among 1,000 profiles",
            Speaks::ForTheApp,
            1000,
            budget.get_token_among_1000_profiles,
        ),
    ] {
        let store = WarmStore::prepare(workspace, workspace.product("release"), speaks)?;
        store.fill_up(profiles)?;
        let measured = instructions(workspace, &store)?;
        println!("warm get-token of {what}: {measured} instructions; the budget is {allowed}");
        compare(measured, allowed)?;
    }
    Ok(Tests::default())
}

fn instructions(workspace: &Workspace, store: &WarmStore) -> anyhow::Result<u64> {
    let report = store.directory().join("callgrind.out");
    workspace
        .program("valgrind")
        .only_env(&store.environment())
        .args(["--tool=callgrind", "--quiet"])
        .arg(format!("--callgrind-out-file={}", report.display()))
        .args(store.command())
        .read()?;
    let report = fs::read_to_string(report)?;
    let total = report
        .lines()
        .find_map(|line| line.strip_prefix("totals: "))
        .context("callgrind reported no total")?;
    Ok(total.trim().parse()?)
}

fn compare(measured: u64, budget: u64) -> anyhow::Result<()> {
    if measured * 100 > budget * (100 + OVER_PERCENT) {
        bail!("{measured} instructions, more than {OVER_PERCENT} % above the budget of {budget}");
    }
    if measured * 100 < budget * (100 - UNDER_PERCENT) {
        bail!(
            "{measured} instructions, more than {UNDER_PERCENT} % below the budget of {budget}: \
             write the new number into bench/budget.toml"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::compare;

    #[test]
    fn holds_both_edges() {
        for within in [800, 1000, 1100] {
            assert!(compare(within, 1000).is_ok(), "{within}");
        }
        for outside in [0, 799, 1101] {
            assert!(compare(outside, 1000).is_err(), "{outside}");
        }
    }
}
