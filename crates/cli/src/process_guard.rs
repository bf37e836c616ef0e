//! Keeps secrets in this process: no core file, no panic message with values in it.

/// Takes the process out of reach of core dumps and same-user debuggers, and makes a panic say
/// where it was and nothing of what was there.
///
/// Neither limit can be raised again from inside. Where the system refuses one, the other stands.
pub(crate) fn harden() {
    #[cfg(unix)]
    no_core_file();
    std::panic::set_hook(Box::new(|panic| {
        use std::io::Write as _;
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        // If stderr is gone, there is nobody to tell.
        let _ = writeln!(
            anstream::stderr(),
            "error: a defect in entra-auth-cli {} at {place}\n\
             hint: please report this line together with the command, without its secrets",
            env!("CARGO_PKG_VERSION"),
        );
    }));
}

#[cfg(unix)]
fn no_core_file() {
    use rustix::process::Resource;
    use rustix::process::Rlimit;

    let nothing = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    // A refusal leaves the other protection; `doctor` is where both are shown.
    let _ = rustix::process::setrlimit(Resource::Core, nothing);
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}
