//! No stage may leave a process behind.
//!
//! On Linux this process adopts every orphan among its descendants (`PR_SET_CHILD_SUBREAPER`), however
//! they detached themselves. After a stage whose own children were all waited for, any child that is
//! left is such an orphan.

pub(crate) use system::{adopt_orphans, end_orphans};

#[cfg(target_os = "linux")]
mod system {
    use std::{
        fs, thread,
        time::{Duration, Instant},
    };

    use anyhow::{Context, bail};
    use rustix::process::{Pid, Signal, getpid, kill_process, set_child_subreaper};

    pub(crate) fn adopt_orphans() -> anyhow::Result<()> {
        Ok(set_child_subreaper(Some(getpid()))?)
    }

    /// Ends what a stage left behind; an error if anything was still there after `grace`.
    pub(crate) fn end_orphans(grace: Duration) -> anyhow::Result<()> {
        let deadline = Instant::now() + grace;
        let mut orphans = living_children()?;
        while !orphans.is_empty() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(50));
            orphans = living_children()?;
        }
        if orphans.is_empty() {
            return Ok(());
        }
        let mut names = Vec::new();
        // Killing a parent makes its children ours, so look again until nobody is left.
        while !orphans.is_empty() {
            for (pid, name) in orphans {
                names.push(format!("{name} (process {})", pid.as_raw_nonzero()));
                kill_process(pid, Signal::KILL)?;
            }
            thread::sleep(Duration::from_millis(50));
            orphans = living_children()?;
        }
        bail!("left behind, now killed: {}", names.join(", "));
    }

    /// Children of this process that are not zombies, with their names.
    fn living_children() -> anyhow::Result<Vec<(Pid, String)>> {
        let own = getpid().as_raw_nonzero().to_string();
        let mut children = Vec::new();
        for entry in fs::read_dir("/proc").context("reading /proc")? {
            // A process may end between the listing and the reading.
            let Ok(stat) = fs::read_to_string(entry?.path().join("stat")) else {
                continue;
            };
            // proc_pid_stat(5): pid (name) state parent …; the name may hold anything, brackets too.
            let Some((before, after)) = stat.rsplit_once(')') else {
                continue;
            };
            let Some((pid, name)) = before.split_once(" (") else {
                continue;
            };
            let mut fields = after.split_whitespace();
            let (state, parent) = (fields.next(), fields.next());
            if parent == Some(own.as_str()) && state != Some("Z") {
                let pid = pid.parse().ok().and_then(Pid::from_raw);
                children.push((pid.context("a process id in /proc")?, name.to_owned()));
            }
        }
        Ok(children)
    }

    #[cfg(test)]
    mod tests {
        use std::{path::Path, time::Duration};

        use super::{adopt_orphans, end_orphans};
        use crate::command::Step;

        #[test]
        fn a_detached_grandchild_is_found_named_and_ended() {
            adopt_orphans().unwrap();
            Step::new("sh", Path::new("/"))
                .args(["-c", "setsid sleep 300 >/dev/null 2>&1 &"])
                .read()
                .unwrap();
            let error = end_orphans(Duration::ZERO).unwrap_err().to_string();
            // It may not have got as far as to be called `sleep`.
            assert!(error.contains(" (process "), "{error}");
            assert!(end_orphans(Duration::ZERO).is_ok());
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::time::Duration;

    pub(crate) fn adopt_orphans() -> anyhow::Result<()> {
        println!("Whether a stage leaves a process behind is checked on Linux only.");
        Ok(())
    }

    pub(crate) fn end_orphans(_grace: Duration) -> anyhow::Result<()> {
        Ok(())
    }
}
