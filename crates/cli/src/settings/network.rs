//! How this machine reaches the network.

use std::ffi::OsString;
use std::path::PathBuf;

use engine::NetworkSettings;
use engine::proxy::ProxySettings;

use model::Profile;

use super::Variables;
use super::credential::absolute;
use crate::args::TargetArgs;
use crate::command_error::CommandError;

/// Proxy and trust store by flag, profile and the usual variables; upper and lower case are both
/// in use for the proxy's.
pub(crate) fn network(ca_file: Option<PathBuf>, variables: &Variables) -> NetworkSettings {
    let either = |name: &str| {
        variables
            .text(name)
            .or_else(|| variables.text(&name.to_ascii_lowercase()))
    };
    NetworkSettings {
        proxy: ProxySettings {
            address: either("HTTPS_PROXY").or_else(|| either("ALL_PROXY")),
            exceptions: either("NO_PROXY"),
        },
        ca_file: ca_file.or_else(|| variables.raw("SSL_CERT_FILE").map(from_everywhere)),
    }
}

/// The path, meaning the same from every directory. One that can be made to mean nothing else stays
/// as it is, and opening it says what is wrong with it.
fn from_everywhere(path: OsString) -> PathBuf {
    std::path::absolute(&path).unwrap_or_else(|_| path.into())
}

/// The file of certificate authorities to trust, by flag or profile.
pub(crate) fn ca_file(
    target: &TargetArgs,
    profile: Option<&Profile>,
) -> Result<Option<PathBuf>, CommandError> {
    match &target.ca_file {
        Some(path) => absolute(path).map(Some),
        None => Ok(profile.and_then(|profile| profile.ca_file.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_file_of_authorities_is_named_from_everywhere() {
        let here = std::env::current_dir().unwrap();
        assert_eq!(from_everywhere("own.pem".into()), here.join("own.pem"));
        let absolute = here.join("certificates").join("own.pem");
        assert_eq!(from_everywhere(absolute.clone().into()), absolute);
        assert_eq!(from_everywhere(OsString::new()), PathBuf::new());
    }
}
