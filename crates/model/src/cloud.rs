//! The Microsoft clouds, as data: login hosts and the resources people name by short names.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::Serialize;
use thiserror::Error;

/// A Microsoft cloud: a closed set of login hosts and resource addresses.
///
/// Hosts: Microsoft's "national clouds" page and the instance metadata that its libraries carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum Cloud {
    /// The global cloud, GCC included.
    Public,
    /// US Government L4 (GCC High).
    UsGov,
    /// US Government L5 (Department of Defense).
    UsDod,
    /// Operated by 21Vianet in China.
    China,
    /// Bleu, France.
    France,
    /// Delos, Germany.
    Germany,
    /// `GovSG`, Singapore.
    Singapore,
}

/// A name that stands for no cloud.
#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "there is no cloud `{0}`: the valid ones are public, us-gov, us-dod, china, france, germany, singapore"
)]
pub struct UnknownCloud(String);

impl Cloud {
    /// All clouds, in the order they are listed to people.
    pub const ALL: [Self; 7] = [
        Self::Public,
        Self::UsGov,
        Self::UsDod,
        Self::China,
        Self::France,
        Self::Germany,
        Self::Singapore,
    ];

    /// The name in `kebab-case`, as it stands in flags, profiles and output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::UsGov => "us-gov",
            Self::UsDod => "us-dod",
            Self::China => "china",
            Self::France => "france",
            Self::Germany => "germany",
            Self::Singapore => "singapore",
        }
    }

    /// The host that requests are sent to.
    pub const fn login_host(self) -> &'static str {
        match self {
            Self::Public => "login.microsoftonline.com",
            Self::UsGov | Self::UsDod => "login.microsoftonline.us",
            Self::China => "login.partner.microsoftonline.cn",
            Self::France => "login.sovcloud-identity.fr",
            Self::Germany => "login.sovcloud-identity.de",
            Self::Singapore => "login.sovcloud-identity.sg",
        }
    }

    /// Other hosts that stand for the same login service.
    pub const fn login_aliases(self) -> &'static [&'static str] {
        match self {
            Self::Public => &[
                "login.windows.net",
                "login.microsoft.com",
                "sts.windows.net",
            ],
            Self::UsGov => &["login.usgovcloudapi.net"],
            Self::China => &["login.chinacloudapi.cn"],
            Self::UsDod | Self::France | Self::Germany | Self::Singapore => &[],
        }
    }

    /// The cloud that a login host or one of its aliases belongs to.
    ///
    /// The two US Government clouds share a host, which is read as [`Cloud::UsGov`].
    pub fn of_login_host(host: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|cloud| cloud.login_host() == host || cloud.login_aliases().contains(&host))
    }

    /// The resource that a short name (`graph`, `arm`, `vault`, `storage`, `sql`, `devops`) stands
    /// for in this cloud, without a trailing `/.default`.
    ///
    /// `None` for other text, and where the cloud's address is not published.
    pub fn resource(self, short_name: &str) -> Option<&'static str> {
        let known = match (self, short_name) {
            (Self::Public, "graph") => "https://graph.microsoft.com",
            (Self::UsGov, "graph") => "https://graph.microsoft.us",
            (Self::UsDod, "graph") => "https://dod-graph.microsoft.us",
            (Self::China, "graph") => "https://microsoftgraph.chinacloudapi.cn",
            (Self::Public, "arm") => "https://management.azure.com",
            (Self::UsGov | Self::UsDod, "arm") => "https://management.usgovcloudapi.net",
            (Self::China, "arm") => "https://management.chinacloudapi.cn",
            (Self::Public, "vault") => "https://vault.azure.net",
            (Self::UsGov | Self::UsDod, "vault") => "https://vault.usgovcloudapi.net",
            (Self::China, "vault") => "https://vault.azure.cn",
            (Self::Public | Self::UsGov | Self::UsDod | Self::China, "storage") => {
                "https://storage.azure.com"
            }
            (Self::Public, "sql") => "https://database.windows.net",
            (Self::UsGov | Self::UsDod, "sql") => "https://database.usgovcloudapi.net",
            (Self::China, "sql") => "https://database.chinacloudapi.cn",
            (Self::Public, "devops") => "499b84ac-1321-427f-aa17-267ca6975798",
            _ => return None,
        };
        Some(known)
    }
}

/// The short names that [`Cloud::resource`] knows.
pub const RESOURCE_SHORT_NAMES: [&str; 6] = ["graph", "arm", "vault", "storage", "sql", "devops"];

impl FromStr for Cloud {
    type Err = UnknownCloud;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.trim().to_ascii_lowercase();
        match name.as_str() {
            "azurecloud" | "global" | "gcc" => return Ok(Self::Public),
            "azureusgovernment" | "usgov" | "gcc-high" => return Ok(Self::UsGov),
            "usdod" | "dod" => return Ok(Self::UsDod),
            "azurechinacloud" => return Ok(Self::China),
            "bleu" => return Ok(Self::France),
            "delos" => return Ok(Self::Germany),
            "govsg" => return Ok(Self::Singapore),
            _ => {}
        }
        let found = Self::ALL.into_iter().find(|cloud| cloud.as_str() == name);
        found.ok_or_else(|| UnknownCloud(text.to_owned()))
    }
}

impl TryFrom<String> for Cloud {
    type Error = UnknownCloud;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Cloud> for &'static str {
    fn from(cloud: Cloud) -> Self {
        cloud.as_str()
    }
}

impl fmt::Display for Cloud {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_lead_to_their_cloud() {
        assert_eq!(
            Cloud::of_login_host("login.windows.net"),
            Some(Cloud::Public)
        );
        assert_eq!(
            Cloud::of_login_host("login.chinacloudapi.cn"),
            Some(Cloud::China)
        );
        assert_eq!(
            Cloud::of_login_host("login.microsoftonline.us"),
            Some(Cloud::UsGov)
        );
        assert_eq!(Cloud::of_login_host("login.evil.example"), None);
    }

    #[test]
    fn names_of_other_tools_are_understood() {
        assert_eq!("AzureUSGovernment".parse(), Ok(Cloud::UsGov));
        for cloud in Cloud::ALL {
            assert_eq!(cloud.as_str().parse(), Ok(cloud));
        }
        assert!("moon".parse::<Cloud>().is_err());
    }

    #[test]
    fn the_public_cloud_knows_every_short_name() {
        for name in RESOURCE_SHORT_NAMES {
            assert!(Cloud::Public.resource(name).is_some(), "{name}");
        }
        assert_eq!(Cloud::France.resource("graph"), None);
    }
}
