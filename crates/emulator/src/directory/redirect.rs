//! Redirect URIs, and how Entra compares them ("Redirect URI (reply URL) best practices and
//! limitations").

use url::Url;

/// The platform under which a redirect URI is registered. It decides how a code sent there is
/// redeemed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Platform {
    /// "Mobile and desktop applications": redeemed without a credential.
    PublicClient,
    /// "Web": redeemed with a secret or an assertion.
    Web,
    /// "Single-page application": redeemed across origins, with PKCE and without a credential;
    /// refresh tokens live 24 hours.
    SinglePageApplication,
}

/// A redirect URI of an app registration.
#[derive(Clone, Debug)]
pub(crate) struct RegisteredRedirect {
    pub(crate) platform: Platform,
    pub(crate) uri: String,
}

/// The registration a redirect URI sent by a client stands for.
///
/// An exact match wins over one that leaves the port out of account.
pub(crate) fn matching<'a>(
    registered: &'a [RegisteredRedirect],
    sent: &Url,
) -> Option<&'a RegisteredRedirect> {
    let same = |redirect: &&RegisteredRedirect, ignores_port| {
        Url::parse(&redirect.uri).is_ok_and(|uri| are_same(&uri, sent, ignores_port))
    };
    registered
        .iter()
        .find(|redirect| same(redirect, false))
        .or_else(|| registered.iter().find(|redirect| same(redirect, true)))
}

/// Scheme and host in any letter case, everything else to the letter; the port of
/// `http://localhost`, and of that alone, makes no difference.
fn are_same(registered: &Url, sent: &Url, ignores_port: bool) -> bool {
    let is_local = |uri: &Url| uri.scheme() == "http" && uri.host_str() == Some("localhost");
    registered.scheme() == sent.scheme()
        && registered.host_str() == sent.host_str()
        && registered.path() == sent.path()
        && registered.query() == sent.query()
        && sent.fragment().is_none()
        && sent.username().is_empty()
        && sent.password().is_none()
        && (registered.port() == sent.port() || (ignores_port && is_local(sent)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn platform(registered: &[(Platform, &str)], sent: &str) -> Option<Platform> {
        let registered: Vec<_> = registered
            .iter()
            .map(|&(platform, uri)| RegisteredRedirect {
                platform,
                uri: uri.to_owned(),
            })
            .collect();
        matching(&registered, &Url::parse(sent).unwrap()).map(|redirect| redirect.platform)
    }

    #[test]
    fn only_the_port_of_http_localhost_makes_no_difference() {
        let cases = [
            ("http://localhost", "http://localhost:49152", true),
            ("http://localhost", "http://LocalHost:49152/", true),
            ("http://localhost:8080", "http://localhost:49152", true),
            (
                "http://localhost/callback",
                "http://localhost:1/callback",
                true,
            ),
            (
                "http://localhost/callback",
                "http://localhost:1/Callback",
                false,
            ),
            (
                "http://localhost/callback",
                "http://localhost/callback/",
                false,
            ),
            ("http://localhost", "http://localhost:1/callback", false),
            ("http://localhost", "http://localhost:1/?a=b", false),
            ("http://localhost", "http://localhost:1/#a", false),
            ("http://localhost", "http://a@localhost:1/", false),
            ("http://localhost", "http://127.0.0.1", false),
            ("http://localhost", "https://localhost", false),
            ("http://localhost", "http://localhost.example", false),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080", true),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8081", false),
            ("http://127.0.0.1", "http://127.0.0.1:8080", false),
            ("https://localhost:44321", "https://localhost:44322", false),
            (
                "https://app.example/signin",
                "https://app.example/signin",
                true,
            ),
            (
                "https://app.example/signin",
                "https://app.example/signin/",
                false,
            ),
            ("contoso.app://auth", "contoso.app://auth", true),
        ];
        for (registered, sent, is_match) in cases {
            assert_eq!(
                platform(&[(Platform::PublicClient, registered)], sent).is_some(),
                is_match,
                "{registered} and {sent}"
            );
        }
    }

    #[test]
    fn an_exact_match_wins_over_one_without_the_port() {
        let registered = [
            (Platform::PublicClient, "http://localhost"),
            (Platform::Web, "http://localhost:8080"),
        ];
        assert_eq!(
            platform(&registered, "http://localhost:8080"),
            Some(Platform::Web)
        );
        assert_eq!(
            platform(&registered, "http://localhost:8081"),
            Some(Platform::PublicClient)
        );
    }
}
