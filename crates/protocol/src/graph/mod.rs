//! App registrations through Microsoft Graph (Microsoft Graph REST API v1.0, "List applications",
//! "Advanced query capabilities on Microsoft Entra ID objects", "Paging").

mod application;
mod error;
mod search;
mod service;

pub use self::application::Application;
pub use self::application::Audience;
pub use self::application::CredentialEnd;
pub use self::application::Page;
pub use self::application::page;
pub use self::error::GraphError;
pub use self::error::GraphRefusal;
pub use self::error::LinkFault;
pub use self::search::ApplicationQuery;
pub use self::search::ApplicationSearch;
pub use self::search::Clause;
pub use self::search::NamePattern;
pub use self::service::GraphService;
pub use self::service::NoGraph;

/// Microsoft's public client "Microsoft Graph Command Line Tools", which may ask for any delegated
/// permission of Graph.
pub const COMMAND_LINE_TOOLS_CLIENT_ID: &str = "14d82eec-204b-4c2f-b7e8-296a70dab67e";

/// The least permission that lists applications, delegated or of an application ("List
/// applications", "Permissions").
pub const READ_PERMISSION: &str = "Application.Read.All";
