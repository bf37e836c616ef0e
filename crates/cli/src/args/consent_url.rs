//! `consent-url`.

use clap::Args;

/// Print the address where an administrator consents to what an application may do
#[derive(Debug, Args)]
pub struct ConsentUrlArgs {
    /// The profile; without it: ENTRA_AUTH_PROFILE, then `default`, then the only one
    #[arg(short, long, value_name = "NAME")]
    pub profile: Option<String>,

    /// Whose administrator consents: tenant id or domain [default: the profile's]
    #[arg(short = 't', long, visible_alias = "tenant", value_name = "TENANT")]
    pub tenant_id: Option<String>,

    /// What is consented to: scopes separated by spaces or commas [default: the profile's, or all
    /// that is registered for Microsoft Graph]
    #[arg(short, long, value_name = "SCOPE")]
    pub scope: Vec<String>,

    /// Where the browser goes afterwards: one of the redirect URIs registered [default: the
    /// profile's]
    #[arg(long, value_name = "URI")]
    pub redirect_uri: Option<String>,

    /// A value that comes back to the redirect URI
    #[arg(long, value_name = "VALUE")]
    pub state: Option<String>,
}
