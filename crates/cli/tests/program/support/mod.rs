//! What the tests stand on: a home, a call of the program, an identity provider.

pub(crate) mod applications;
mod browser;
mod call;
mod home;
mod moments;
mod openssl;
pub(crate) mod people;
mod proxy;
pub(crate) mod sign_in_page;
pub(crate) mod signed_in;
mod terminal;
pub(crate) mod thief;
mod tls_front;
mod world;

pub(crate) use self::browser::Browser;
pub(crate) use self::browser::Page;
pub(crate) use self::call::Call;
pub(crate) use self::call::Outcome;
pub(crate) use self::call::Running;
pub(crate) use self::call::at_once;
pub(crate) use self::home::Home;
#[cfg(target_os = "linux")]
pub(crate) use self::home::copy_of_the_program;
#[cfg(target_os = "linux")]
pub(crate) use self::home::give_to_nobody;
pub(crate) use self::moments::Moments;
pub(crate) use self::openssl::Identity;
pub(crate) use self::proxy::Proxy;
pub(crate) use self::sign_in_page::SignInPage;
pub(crate) use self::terminal::Terminal;
pub(crate) use self::thief::Thief;
pub(crate) use self::tls_front::TlsFront;
pub(crate) use self::world::CLIENT_ID;
pub(crate) use self::world::SECRET;
pub(crate) use self::world::TENANT;
pub(crate) use self::world::World;
pub(crate) use self::world::assert_is_token;
pub(crate) use self::world::now;

use std::time::Duration;

use self::openssl::openssl;

/// Longer than anything that works takes: what is not there by then never comes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(100);

/// Until this is dropped, what changes from run to run has a name of its own in snapshots.
pub(crate) fn named_in_snapshots() -> insta::internals::SettingsBindDropGuard {
    let mut settings = insta::Settings::clone_current();
    for (pattern, name) in [
        (r"/tmp/\.tmp\w+", "[home]"),
        (r"127\.0\.0\.1:\d+", "127.0.0.1:[port]"),
        (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "[guid]"),
        (r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\dZ", "[time]"),
    ] {
        settings.add_filter(pattern, name);
    }
    settings.bind_to_scope()
}
