//! What a thousand profiles cost: scripts get their token as fast as ever, and no person waits.

use std::path::PathBuf;

use anyhow::{Context, bail};

use super::{Contender, WITH_KEY_FILE, run_in, warm};
use crate::{
    warm_store::{Speaks, WarmStore},
    workspace::Workspace,
};

const PROFILES: usize = 1000;
/// `get-token` among so many profiles may cost so many times what it costs with one.
const MOST_OF_ONE: f64 = 1.5;
/// In seconds: what a person at the prompt does not notice.
const UNNOTICED: f64 = 0.05;

const GET_TOKEN: &str = "get-token, the last of 1,000 profiles";
const LIST: &str = "config list, 1,000 profiles";
const COMPLETION: &str = "completion of a profile's name, 1,000 profiles";

pub(super) fn prepare(workspace: &Workspace, product: PathBuf) -> anyhow::Result<WarmStore> {
    let store = WarmStore::prepare(workspace, product, Speaks::ForTheApp)?;
    store.fill_up(PROFILES)?;
    Ok(store)
}

pub(super) fn contenders(store: &WarmStore) -> [Contender; 3] {
    let complete = ["complete", "zsh", "--current=", "--", "get-token", "-p"];
    [
        warm(GET_TOKEN, store),
        run_in(store, LIST, &store.command_of(["config", "list"])),
        run_in(store, COMPLETION, &store.command_of(complete)),
    ]
}

/// Fails where a median is above its limit.
pub(super) fn judge(contenders: &[Contender]) -> anyhow::Result<()> {
    let median = |name: &str| {
        let measured = contenders.iter().find(|contender| contender.name == name);
        measured
            .map(Contender::median)
            .with_context(|| format!("{name} was not measured"))
    };
    let ratio = median(GET_TOKEN)? / median(WITH_KEY_FILE)?;
    println!("{GET_TOKEN}: {ratio:.2} times what it costs with one");
    if ratio > MOST_OF_ONE {
        bail!("{GET_TOKEN}: more than {MOST_OF_ONE} times what it costs with one");
    }
    for name in [LIST, COMPLETION] {
        if median(name)? > UNNOTICED {
            bail!("{name}: more than {} ms", UNNOTICED * 1e3);
        }
    }
    Ok(())
}
