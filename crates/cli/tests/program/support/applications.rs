//! A directory with many applications, and one that may list them.

use emulator::App;
use emulator::Consent;
use emulator::Emulator;
use emulator::EmulatorBuilder;
use emulator::Platform;
use emulator::User;
use serde_json::Value;

use super::CLIENT_ID;
use super::Call;
use super::Home;
use super::SECRET;
use super::World;
use super::people::ADA;

/// Microsoft Graph Command Line Tools.
pub(crate) const COMMAND_LINE_TOOLS: &str = "14d82eec-204b-4c2f-b7e8-296a70dab67e";

const GRAPH: &str = "https://graph.microsoft.com";
const PERMISSION: &str = "Application.Read.All";

/// A directory with so many applications beside the two that may list them.
pub(crate) fn directory(count: usize) -> EmulatorBuilder {
    let of_people = App::public(COMMAND_LINE_TOOLS)
        .display_name("Microsoft Graph Command Line Tools")
        .redirect_uri(Platform::PublicClient, "http://localhost")
        .allow_public_client_flows()
        .delegated(GRAPH, Consent::Granted, [PERMISSION]);
    let app = App::confidential(CLIENT_ID).secret(SECRET);
    Emulator::builder()
        .user(User::new(ADA))
        .app(app.roles(GRAPH, [PERMISSION]))
        .app(of_people)
        .generated_applications(count)
}

impl World {
    /// A directory with many applications, and the profile `sp`, whose application may list them.
    pub(crate) fn of_applications(count: usize) -> Self {
        Self::of_directory(directory(count))
    }

    /// The same with a directory of one's own.
    pub(crate) fn of_directory(directory: EmulatorBuilder) -> Self {
        let emulator = directory.start().unwrap();
        emulator.sign_in_automatically(ADA);
        let world = Self {
            emulator,
            home: Home::new(),
        };
        world.create("sp", &["--client-secret-stdin"], SECRET);
        world
    }

    /// `discover` as the application of the profile `sp`.
    pub(crate) fn discovery(&self, flags: &[&str]) -> Call {
        self.call(&["discover", "-p", "sp"]).args(flags)
    }

    /// What `discover -o json` finds.
    #[track_caller]
    pub(crate) fn discovered(&self, flags: &[&str]) -> Vec<Value> {
        let call = self.discovery(flags).args(["-o", "json"]);
        let found: Value = serde_json::from_str(&call.run().answer()).unwrap();
        found.as_array().unwrap().clone()
    }
}
