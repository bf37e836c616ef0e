//! `consent-url` prints the page where an administrator consents, and asks nobody.

use crate::support::CLIENT_ID;
use crate::support::TENANT;
use crate::support::World;

#[test]
fn the_page_is_the_profiles_and_nothing_is_sent() {
    let world = World::with_profile();
    let base = world.emulator.base_url();
    let graph = "https%3A%2F%2Fgraph.microsoft.com%2F.default";
    for (flags, expected) in [
        (
            &[][..],
            format!("{TENANT}/v2.0/adminconsent?client_id={CLIENT_ID}&scope={graph}"),
        ),
        (
            &["-t", "fabrikam.com", "-s", "User.Read Mail.Read"],
            format!(
                "fabrikam.com/v2.0/adminconsent?client_id={CLIENT_ID}\
                 &scope=User.Read%20Mail.Read"
            ),
        ),
        (
            &[
                "--redirect-uri",
                "https://a.example/cb?x=1&y",
                "--state",
                "a&b",
            ],
            format!(
                "{TENANT}/v2.0/adminconsent?client_id={CLIENT_ID}&scope={graph}\
                 &redirect_uri=https%3A%2F%2Fa.example%2Fcb%3Fx%3D1%26y&state=a%26b"
            ),
        ),
    ] {
        let call = world.call(&["consent-url", "-p", "sp"]).args(flags);
        assert_eq!(call.run().answer(), format!("{base}/{expected}\n"));
    }
    assert!(world.emulator.requests().is_empty());
}

#[test]
fn where_nobody_can_consent_there_is_no_page() {
    let world = World::with_profile();
    let call = world.call(&["consent-url", "-p", "sp", "-t", "consumers"]);
    let said = call.run().failure(4);
    assert!(said.contains("no administrator"), "{said}");
    let call = world.call(&["consent-url", "-p", "sp", "--redirect-uri", "http://evil"]);
    let said = call.run().failure(4);
    assert!(said.contains("--redirect-uri"), "{said}");
}

#[test]
fn a_stranger_in_the_profile_file_gets_no_page() {
    let world = World::with_profile();
    let base = world.emulator.base_url().to_owned();
    let stranger = |text: String| text.replace(&base, "https://login.evil.example");
    world.home.edit_profiles(stranger);
    let said = world.call(&["consent-url", "-p", "sp"]).run().failure(4);
    assert!(said.contains("config trust sp"), "{said}");
    assert!(!said.contains("adminconsent"), "{said}");
}
