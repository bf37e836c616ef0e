//! The way to each authority: proxy, name, certificates, clock, metadata.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::OnceLock;

use engine::NetworkSettings;
use engine::Transport;
use engine::diagnosis;
use engine::diagnosis::Metadata;
use engine::diagnosis::MetadataError;
use engine::diagnosis::Presented;
use model::Authority;
use model::Profile;
use protocol::TransportError;
use protocol::TransportErrorKind;
use url::Url;

use super::automatic_proxy;
use super::check::Check;
use super::check::Verdict;
use super::profile;
use super::scene::Here;
use super::scene::Scene;
use crate::settings;
use crate::shell;
use crate::wording;

/// Entra refuses assertions and tokens that are further off than this, in seconds.
const TOO_FAR: i64 = 300;

/// A clock that is kept by NTP is never that far off, in seconds.
const FAR: i64 = 30;

/// Organisations that sign for Microsoft's login hosts, and the public authorities that everybody
/// meets. Another name at the end of such a host's chain is a company's.
const PUBLIC_AUTHORITIES: [&str; 14] = [
    "Amazon",
    "Baltimore",
    "Certum",
    "DigiCert Inc",
    "DigiCert, Inc.",
    "Entrust, Inc.",
    "GlobalSign nv-sa",
    "GoDaddy.com, Inc.",
    "Google Trust Services LLC",
    "IdenTrust",
    "Internet Security Research Group",
    "Let's Encrypt",
    "Microsoft Corporation",
    "Sectigo Limited",
];

/// One authority, and what is found out about it once for all checks.
struct Way {
    authority: Authority,
    url: Url,
    settings: NetworkSettings,
    /// The profiles that lead there; none where no profile is examined.
    profiles: Vec<Profile>,
    here: Arc<Here>,
    scene: Option<Arc<Scene>>,
    addresses: OnceLock<io::Result<Vec<IpAddr>>>,
    presented: OnceLock<Presented>,
    metadata: OnceLock<Metadata>,
}

/// The checks of every authority that these profiles lead to, or where there is none, of the one
/// that is asked without a profile.
pub(super) fn checks(
    here: &Arc<Here>,
    scene: Option<&Arc<Scene>>,
    profiles: &[Profile],
) -> Vec<Check> {
    let mut found: Vec<(Authority, Vec<Profile>)> = Vec::new();
    for profile in profiles {
        // `profile.destination` says what is wrong with one that names no authority.
        let Ok(authority) = settings::profile_authority(profile) else {
            continue;
        };
        let known = found.iter_mut().find(|(known, others)| {
            *known == authority && others.iter().all(|other| other.ca_file == profile.ca_file)
        });
        match known {
            Some((_, others)) => others.push(profile.clone()),
            None => found.push((authority, vec![profile.clone()])),
        }
    }
    if profiles.is_empty() {
        // `variables.values` says what is wrong with a variable that names none.
        let without = settings::authority_without_profile(&here.variables);
        found.extend(without.map(|authority| (authority, Vec::new())));
    }
    let ways = found
        .into_iter()
        .filter_map(|(authority, profiles)| Way::to(authority, profiles, here, scene));
    ways.flat_map(|way| of_way(&way)).collect()
}

fn of_way(way: &Arc<Way>) -> Vec<Check> {
    let subject = way.authority.address();
    let of = |id, title, examine: fn(&Way) -> Verdict| {
        let way = Arc::clone(way);
        Check::of(&subject, id, title, move || match way.may_be_asked() {
            Ok(()) => examine(&way),
            Err(verdict) => verdict,
        })
    };
    let beyond = |id, title, examine: fn(&Way) -> Verdict| {
        let way = Arc::clone(way);
        Check::of(&subject, id, title, move || {
            match way.may_be_asked().and_then(|()| way.name_is_known()) {
                Ok(()) => examine(&way),
                Err(verdict) => verdict,
            }
        })
    };
    vec![
        of("network.proxy", "Proxy", proxy),
        of("network.dns", "Name", name),
        beyond("network.tls", "Certificates", certificates),
        beyond("network.clock", "Clock", clock),
        beyond("network.metadata", "Metadata", metadata),
    ]
}

impl Way {
    fn to(
        authority: Authority,
        profiles: Vec<Profile>,
        here: &Arc<Here>,
        scene: Option<&Arc<Scene>>,
    ) -> Option<Arc<Self>> {
        let url = Url::parse(&authority.address()).ok()?;
        let ca_file = profiles.first().and_then(|profile| profile.ca_file.clone());
        Some(Arc::new(Self {
            authority,
            url,
            settings: settings::network(ca_file, &here.variables),
            profiles,
            here: Arc::clone(here),
            scene: scene.map(Arc::clone),
            addresses: OnceLock::new(),
            presented: OnceLock::new(),
            metadata: OnceLock::new(),
        }))
    }

    /// Where only profiles lead, and whom only their file vouches for, is not spoken with before
    /// somebody approved one of them: another program's port on this machine is no exception.
    fn may_be_asked(&self) -> Result<(), Verdict> {
        let is_own_file = self
            .profiles
            .iter()
            .any(|profile| profile.ca_file.is_some());
        if self.authority.is_built_in() && !is_own_file {
            return Ok(());
        }
        let (Some(scene), Some(first)) = (&self.scene, self.profiles.first()) else {
            return Ok(());
        };
        let approvals = self
            .profiles
            .iter()
            .map(|one| profile::approved(one, scene));
        let mut unknown = None;
        for approval in approvals {
            match approval {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(verdict) => unknown = Some(verdict),
            }
        }
        Err(unknown.unwrap_or_else(|| {
            Verdict::skipped("it is not approved on this machine, and was not asked").fix(format!(
                "Look at it, then: entra-auth-cli config trust {}",
                shell::word(first.name.as_str())
            ))
        }))
    }

    fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    fn is_encrypted(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The proxy for this authority, without user and password.
    fn proxy(&self) -> Option<String> {
        let address = self.settings.proxy.for_url(&self.url)?;
        let whole = if address.contains("://") {
            address.to_owned()
        } else {
            format!("http://{address}")
        };
        let url = Url::parse(&whole).ok();
        let shown = url.and_then(|url| {
            let port = url
                .port()
                .map(|port| format!(":{port}"))
                .unwrap_or_default();
            Some(format!("{}://{}{port}", url.scheme(), url.host_str()?))
        });
        Some(shown.unwrap_or_else(|| "an address that makes no URL".to_owned()))
    }

    fn addresses(&self) -> &io::Result<Vec<IpAddr>> {
        self.addresses
            .get_or_init(|| diagnosis::addresses(self.host()))
    }

    /// Nothing beyond the name can be told, where nobody knows it.
    fn name_is_known(&self) -> Result<(), Verdict> {
        if self.proxy().is_none() && self.addresses().is_err() {
            return Err(Verdict::skipped("the name is not known (see Name)"));
        }
        Ok(())
    }

    fn presented(&self) -> &Presented {
        self.presented
            .get_or_init(|| diagnosis::presented(&self.url, &self.settings, self.here.patience()))
    }

    fn metadata(&self) -> &Metadata {
        self.metadata.get_or_init(|| {
            let http = Transport::new(self.settings.clone());
            let clock = &*self.here.clock;
            diagnosis::metadata(&self.authority, &http, clock, self.here.patience())
        })
    }

    /// Whether the certificates seen are the authority's: where a proxy is itself spoken to by
    /// https, they are its own.
    fn shows_certificates(&self) -> bool {
        let proxy = self.proxy();
        self.is_encrypted() && !proxy.is_some_and(|address| address.starts_with("https://"))
    }

    /// What kept a connection from coming about, if that was not the certificates.
    fn obstacle(&self) -> Option<&TransportError> {
        let refusal = if self.shows_certificates() {
            self.presented().refusal.as_ref()
        } else {
            match &self.metadata().endpoints {
                Err(MetadataError::Transport(error)) => Some(error),
                Ok(_) | Err(MetadataError::Discovery(_)) => None,
            }
        };
        refusal.filter(|error| error.kind != TransportErrorKind::Tls || !self.shows_certificates())
    }
}

fn is_of_the_proxy(error: &TransportError) -> bool {
    matches!(error.kind, TransportErrorKind::Proxy { .. }) || error.detail.starts_with("the proxy ")
}

fn proxy(way: &Way) -> Verdict {
    let Some(address) = way.proxy() else {
        return without_proxy(way);
    };
    match way.obstacle() {
        None => Verdict::ok(format!("{address} lets it through")),
        Some(error) if is_of_the_proxy(error) => {
            let worded = Verdict::from(wording::transport(way.host(), error));
            Verdict {
                detail: format!("{address}: {}", worded.detail),
                ..worded
            }
        }
        Some(error) if way.proxy_is_at_fault(error) => {
            Verdict::failed(format!("{address} cannot be reached: {}", error.detail)).fix(
                "Check HTTPS_PROXY, and whether that proxy runs. Where none is needed: unset it, \
                 or add the host to NO_PROXY.",
            )
        }
        Some(error) => Verdict::warning(format!(
            "nothing of use came back through {address}: {}",
            error.detail
        ))
        .fix(format!(
            "Ask who runs that proxy whether it lets {} through.",
            way.host()
        )),
    }
}

fn without_proxy(way: &Way) -> Verdict {
    let script = automatic_proxy::script(&way.here.variables);
    let Some(script) = script.filter(|_| !way.authority.is_on_this_machine()) else {
        return Verdict::ok("none is used");
    };
    let named = match &script.address {
        Some(address) => format!("names a script that chooses one ({address}), which is not run"),
        None => "asks the network for a script that chooses one, which is not done here".to_owned(),
    };
    Verdict::warning(format!("none is used, but {} {named}", script.source))
        .fix("Ask which proxy it chooses, and set HTTPS_PROXY=http://host:port")
}

impl Way {
    /// A connection to a proxy that fails is the proxy's fault; what comes after it may not be.
    fn proxy_is_at_fault(&self, error: &TransportError) -> bool {
        is_of_the_proxy(error)
            || (self.proxy().is_some()
                && matches!(
                    error.kind,
                    TransportErrorKind::Dns | TransportErrorKind::Connect
                ))
    }
}

fn name(way: &Way) -> Verdict {
    if way.proxy().is_some() {
        return Verdict::skipped("the proxy resolves it");
    }
    match way.addresses() {
        Ok(addresses) => {
            let four = addresses.iter().filter(|address| address.is_ipv4()).count();
            let six = addresses.len() - four;
            Verdict::ok(format!(
                "{} has addresses: {four} of IPv4, {six} of IPv6",
                way.host()
            ))
        }
        Err(error) => Verdict::failed(format!("`{}` is not known: {error}", way.host()))
            .fix("Check the spelling of the authority and this machine's DNS. Behind a proxy: set HTTPS_PROXY; the proxy then resolves the name."),
    }
}

fn certificates(way: &Way) -> Verdict {
    if !way.is_encrypted() {
        return Verdict::skipped("it is http on this machine, and has none");
    }
    if !way.shows_certificates() {
        return Verdict::skipped(
            "the proxy is spoken to by https, and not looked through; whether they are trusted, \
             the metadata tells (see Metadata)",
        );
    }
    let presented = way.presented();
    let last = presented.certificates.last();
    let signer = last.map(|certificate| {
        let organisation = certificate.issuer_organisation.as_ref();
        organisation.unwrap_or(&certificate.issuer).clone()
    });
    match (&presented.refusal, signer) {
        (None, Some(signer)) => trusted(way, presented, &signer),
        (None, None) => Verdict::failed("the server presents no certificate"),
        (Some(error), Some(signer)) if error.kind == TransportErrorKind::Tls => {
            let worded = Verdict::from(wording::transport(way.host(), error));
            Verdict {
                detail: format!("{}; they are signed by `{signer}`", worded.detail),
                ..worded
            }
        }
        (Some(error), _) if way.proxy_is_at_fault(error) => {
            Verdict::skipped("there is no way through the proxy (see Proxy)")
        }
        (Some(error), _) => wording::transport(way.host(), error).into(),
    }
}

fn trusted(way: &Way, presented: &Presented, signer: &str) -> Verdict {
    let until = presented
        .certificates
        .first()
        .map(|own| format!(", valid until {}", own.not_after))
        .unwrap_or_default();
    let is_public = presented.certificates.iter().any(|certificate| {
        let organisation = certificate.issuer_organisation.as_deref();
        organisation.is_some_and(|name| PUBLIC_AUTHORITIES.contains(&name))
    });
    if way.authority.is_built_in() && !is_public {
        return Verdict::warning(format!(
            "inspected: trusted here, but signed by `{signer}`, which is no public authority{until}"
        ))
        .fix("If that is your company's proxy, all is well; it reads every request, secrets included. If not, do not sign in here.");
    }
    Verdict::ok(format!("trusted, signed by `{signer}`{until}"))
}

fn clock(way: &Way) -> Verdict {
    let Some(ahead) = way.metadata().clock_ahead else {
        return Verdict::skipped("nothing came that bears a date (see Metadata)");
    };
    let side = if ahead < 0 { "behind" } else { "ahead of" };
    let said = format!(
        "this machine is {} s {side} {}",
        ahead.unsigned_abs(),
        way.host()
    );
    let fix = "Set the clock: switch time synchronisation on (timedatectl set-ntp true; on WSL: wsl --shutdown)";
    let distance = ahead.abs();
    if distance <= FAR {
        Verdict::ok(said)
    } else if distance <= TOO_FAR {
        Verdict::warning(said).fix(fix)
    } else {
        Verdict::failed(format!("{said}, more than sign-ins and assertions bear")).fix(fix)
    }
}

fn metadata(way: &Way) -> Verdict {
    if way
        .obstacle()
        .is_some_and(|error| way.proxy_is_at_fault(error))
    {
        return Verdict::skipped("there is no way through the proxy (see Proxy)");
    }
    match &way.metadata().endpoints {
        Ok(endpoints) => Verdict::ok(format!("it speaks for the issuer {}", endpoints.issuer)),
        Err(MetadataError::Transport(error))
            if error.kind == TransportErrorKind::Tls && way.shows_certificates() =>
        {
            Verdict::skipped("there is no secure connection (see Certificates)")
        }
        Err(MetadataError::Transport(error)) => wording::transport(way.host(), error).into(),
        Err(MetadataError::Discovery(error)) => Verdict::failed(error.to_string()).fix(
            "Check tenant and authority: is the directory spelled right, and is it in this cloud?",
        ),
    }
}
