//! The script (PAC) by which a desktop chooses proxies, as far as it can be found by looking. It is
//! named and never run: it is a program.

#[cfg(target_os = "linux")]
mod dconf;

#[cfg(target_os = "linux")]
use std::path::Path;
#[cfg(target_os = "linux")]
use std::path::PathBuf;

use url::Url;

use crate::settings::Variables;

/// Where something says that a script chooses the proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Script {
    /// Who says it, in words that fit before "names".
    pub(super) source: &'static str,
    /// Its address, without user, password and query; `None` where the network is to be asked for
    /// one (WPAD).
    pub(super) address: Option<String>,
}

/// The script that this person's settings name, if they do.
pub(super) fn script(variables: &Variables) -> Option<Script> {
    let named = variables
        .text("AUTO_PROXY")
        .or_else(|| variables.text("auto_proxy"));
    let by_variable = named.map(|address| Script {
        source: "the variable AUTO_PROXY",
        address: shown(&address),
    });
    by_variable.or_else(|| of_the_desktop(variables))
}

#[cfg(target_os = "linux")]
fn of_the_desktop(variables: &Variables) -> Option<Script> {
    let home = variables.raw("HOME").map(PathBuf::from);
    let configuration = match variables.raw("XDG_CONFIG_HOME") {
        Some(directory) => PathBuf::from(directory),
        None => home?.join(".config"),
    };
    let of_gnome = || {
        let settings = dconf::Database::read(&configuration.join("dconf/user"))?;
        gnome(|key| settings.text(&format!("/org/gnome/system/proxy/{key}")))
    };
    let of_kde = || kde(&text_of(&configuration.join("kioslaverc"))?);
    of_gnome().or_else(of_kde)
}

#[cfg(windows)]
fn of_the_desktop(_: &Variables) -> Option<Script> {
    const SETTINGS: &str = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings";
    let settings = winreg::RegKey::predef(winreg::enums::HKEY_CURRENT_USER)
        .open_subkey(SETTINGS)
        .ok()?;
    let address: String = settings.get_value("AutoConfigURL").ok()?;
    (!address.is_empty()).then(|| Script {
        source: "Windows",
        address: shown(&address),
    })
}

#[cfg(not(any(target_os = "linux", windows)))]
fn of_the_desktop(_: &Variables) -> Option<Script> {
    None
}

/// The text of a file, if there is one: a pipe would have to be waited for.
#[cfg(target_os = "linux")]
fn text_of(path: &Path) -> Option<String> {
    const LONGEST: u64 = 1024 * 1024;
    let found = std::fs::metadata(path).ok()?;
    if !found.is_file() || found.len() > LONGEST {
        return None;
    }
    std::fs::read_to_string(path).ok()
}

/// What GNOME's `org.gnome.system.proxy` says, by its keys.
#[cfg(target_os = "linux")]
fn gnome<'s>(setting: impl Fn(&str) -> Option<&'s str>) -> Option<Script> {
    (setting("mode")? == "auto").then(|| Script {
        source: "GNOME",
        address: setting("autoconfig-url").and_then(shown),
    })
}

/// What KDE's `kioslaverc` says: a script (2), or one that the network names (3).
#[cfg(target_os = "linux")]
fn kde(text: &str) -> Option<Script> {
    let value = |name: &str| {
        text.lines().find_map(|line| {
            let (found, value) = line.split_once('=')?;
            (found.trim() == name).then(|| value.trim())
        })
    };
    let address = match value("ProxyType")? {
        "2" => Some(value("Proxy Config Script").filter(|script| !script.is_empty())?),
        "3" => None,
        _ => return None,
    };
    Some(Script {
        source: "KDE",
        address: address.and_then(shown),
    })
}

/// An address as it may be shown: such addresses bear passwords and keys now and then.
fn shown(address: &str) -> Option<String> {
    if address.trim().is_empty() {
        return None;
    }
    let url = Url::parse(address).ok();
    let bare = url.and_then(|mut url| {
        url.set_query(None);
        url.set_fragment(None);
        let is_local = url.scheme() == "file";
        let is_bare = is_local
            || (url.host().is_some()
                && url.set_username("").is_ok()
                && url.set_password(None).is_ok());
        is_bare.then(|| url.into())
    });
    Some(bare.unwrap_or_else(|| "an address that cannot be read".to_owned()))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn kde_names_a_script_only_where_it_is_switched_on() {
        let settings = "[Proxy Settings]\nProxy Config Script=http://wpad/proxy.pac\nProxyType=2\n";
        let address = |text: &str| kde(text).map(|script| script.address);
        let named = Some(Some("http://wpad/proxy.pac".to_owned()));
        assert_eq!(address(settings), named);
        assert_eq!(address(&settings.replace("=2", "=1")), None);
        assert_eq!(address(&settings.replace("=2", "=3")), Some(None));
        assert_eq!(address("ProxyType=2\n"), None);
    }

    #[test]
    fn gnome_names_a_script_only_in_its_automatic_mode() {
        let with = |mode: &'static str, address: &'static str| {
            gnome(move |key| match key {
                "mode" => Some(mode),
                _ => Some(address),
            })
            .map(|script| script.address)
        };
        let named = Some(Some("http://wpad/proxy.pac".to_owned()));
        assert_eq!(with("auto", "http://wpad/proxy.pac"), named);
        assert_eq!(with("auto", ""), Some(None));
        assert_eq!(with("manual", "http://wpad/proxy.pac"), None);
        assert_eq!(gnome(|_| None), None);
    }

    #[test]
    fn an_address_is_shown_without_what_may_be_a_secret() {
        for (address, expected) in [
            (
                "http://ada:s3cr3t@wpad/p.pac?key=s3cr3t#s3cr3t",
                "http://wpad/p.pac",
            ),
            ("file:///etc/proxy.pac", "file:///etc/proxy.pac"),
        ] {
            assert_eq!(shown(address).as_deref(), Some(expected), "{address}");
        }
        for unreadable in ["wpad", "ada:s3cr3t"] {
            let expected = Some("an address that cannot be read");
            assert_eq!(shown(unreadable).as_deref(), expected);
        }
    }
}
