//! Browser, loopback, and the variables that change what the program does.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use engine::diagnosis;

use super::check::Check;
use super::check::Verdict;
use super::scene::Here;
use crate::settings;
use crate::ui;

pub(super) fn checks(here: &Arc<Here>) -> Vec<Check> {
    let of = |id, title, examine: fn(&Here) -> Verdict| {
        let here = Arc::clone(here);
        Check::of_the_machine(id, title, move || examine(&here))
    };
    vec![
        of("browser", "Browser", browser),
        of("loopback", "Loopback", |_| loopback()),
        of("variables", "Variables", variables),
        of("variables.values", "Values of variables", values),
        of("variables.azure", "AZURE_* variables", shadowed),
        of("trust", "Certificate authorities", authorities),
    ]
}

fn browser(here: &Here) -> Verdict {
    let place = ui::place_of_the_person(&here.variables);
    let found = if place.findings.is_empty() {
        String::new()
    } else {
        format!(" (found: {})", place.findings.join(", "))
    };
    match place.browser {
        Some(browser) if place.is_remote => Verdict::warning(format!(
            "{browser} would open, but its loopback may be another machine's{found}"
        ))
        .fix("If a sign-in does not come back, paste the address, or use -f DeviceCode"),
        Some(browser) => Verdict::ok(format!("{browser} would open{found}")),
        None => Verdict::warning(format!("none can be opened here{found}"))
            .fix("Sign in with -f DeviceCode, or open the printed address elsewhere and paste what comes back"),
    }
}

fn loopback() -> Verdict {
    let refused: Vec<(IpAddr, io::Error)> = diagnosis::loopback()
        .into_iter()
        .filter_map(|(address, heard)| Some((address, heard.err()?)))
        .collect();
    let said: Vec<String> = refused
        .iter()
        .map(|(address, error)| format!("{address}: {error}"))
        .collect();
    let said = said.join(", ");
    match refused.as_slice() {
        [] => Verdict::ok("127.0.0.1 and ::1 can be listened on"),
        [(IpAddr::V6(_), _)] => Verdict::warning(format!("not both can be listened on: {said}"))
            .fix(
                "A browser that takes `localhost` for ::1 is not heard: register http://127.0.0.1",
            ),
        [(IpAddr::V4(_), _)] => Verdict::warning(format!("not both can be listened on: {said}"))
            .fix(
                "A browser that takes `localhost` for 127.0.0.1 is not heard: let this machine \
                 have that address, or sign in with -f DeviceCode",
            ),
        _ => Verdict::failed(format!("it cannot be listened on: {said}"))
            .fix("Sign in with -f DeviceCode, which needs no loopback."),
    }
}

fn variables(here: &Here) -> Verdict {
    let set = settings::variables_set(&here.variables);
    if set.is_empty() {
        return Verdict::ok("none is set that changes what the program does");
    }
    Verdict::ok(format!("set: {}", set.join(", ")))
}

fn values(here: &Here) -> Verdict {
    let wrong = settings::invalid_variables(&here.variables);
    if wrong.is_empty() {
        return Verdict::ok("each that is set can be read");
    }
    let (details, fixes): (Vec<_>, Vec<_>) =
        wrong.into_iter().map(|one| (one.what, one.fix)).unzip();
    Verdict::failed(details.join("; ")).fix(fixes.join("\n"))
}

fn shadowed(here: &Here) -> Verdict {
    let shadowed = settings::shadowed_azure_variables(&here.variables);
    if shadowed.is_empty() {
        return Verdict::ok("none is passed over because of another");
    }
    let pairs: Vec<String> = shadowed
        .iter()
        .map(|(azure, ours)| format!("{azure} gives way to {ours}"))
        .collect();
    Verdict::warning(pairs.join(", ")).fix("Unset the one that is not meant.")
}

fn authorities(here: &Here) -> Verdict {
    let network = settings::network(None, &here.variables);
    let Some(path) = network.ca_file.clone() else {
        return Verdict::ok("those of the operating system");
    };
    match network.authorities(here.patience()) {
        Ok(certificates) => Verdict::ok(format!(
            "{} of {} (SSL_CERT_FILE), in place of the operating system's",
            certificates.map_or(0, |all| all.len()),
            path.display()
        )),
        Err(error) => Verdict::failed(error.detail)
            .fix("Let SSL_CERT_FILE name a PEM file of certificates, or unset it."),
    }
}
