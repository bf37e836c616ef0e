//! Which variables are set, without their values.

use super::Variables;

/// What changes where things are kept, what is asked for, and how.
const KNOWN: [&str; 29] = [
    "ENTRA_AUTH_PROFILE",
    "ENTRA_AUTH_TENANT_ID",
    "ENTRA_AUTH_CLIENT_ID",
    "ENTRA_AUTH_CLOUD",
    "ENTRA_AUTH_AUTHORITY",
    "ENTRA_AUTH_AUTHORITY_TYPE",
    "ENTRA_AUTH_FLOW",
    "ENTRA_AUTH_SCOPE",
    "ENTRA_AUTH_ACCOUNT",
    "ENTRA_AUTH_LOGIN_HINT",
    "ENTRA_AUTH_REDIRECT_URI",
    "ENTRA_AUTH_CLIENT_SECRET",
    "ENTRA_AUTH_CERTIFICATE_PATH",
    "ENTRA_AUTH_CERTIFICATE_PASSWORD",
    "ENTRA_AUTH_CONFIG_DIR",
    "ENTRA_AUTH_STATE_DIR",
    "ENTRA_AUTH_DATA_DIR",
    "ENTRA_AUTH_KEY_STORE",
    "ENTRA_AUTH_PASSPHRASE",
    "ENTRA_AUTH_PASSPHRASE_FILE",
    "ENTRA_AUTH_ALLOW_FOREIGN_HOME",
    "ENTRA_AUTH_NO_INPUT",
    "ENTRA_AUTH_NO_BROWSER",
    "CI",
    "BROWSER",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
];

/// The variables of the Azure SDKs, and ours that go before each.
const AZURE: [(&str, Option<&str>); 8] = [
    ("AZURE_TENANT_ID", Some("ENTRA_AUTH_TENANT_ID")),
    ("AZURE_CLIENT_ID", Some("ENTRA_AUTH_CLIENT_ID")),
    ("AZURE_CLIENT_SECRET", Some("ENTRA_AUTH_CLIENT_SECRET")),
    (
        "AZURE_CLIENT_CERTIFICATE_PATH",
        Some("ENTRA_AUTH_CERTIFICATE_PATH"),
    ),
    (
        "AZURE_CLIENT_CERTIFICATE_PASSWORD",
        Some("ENTRA_AUTH_CERTIFICATE_PASSWORD"),
    ),
    ("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN", None),
    ("AZURE_FEDERATED_TOKEN_FILE", None),
    ("AZURE_AUTHORITY_HOST", Some("ENTRA_AUTH_AUTHORITY")),
];

/// Whether a variable names a file or directory, which need not be Unicode text.
pub(super) fn is_path(name: &str) -> bool {
    ["_DIR", "_FILE", "_PATH"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

/// The names of the variables that are set and change what the program does. Those of proxies are
/// read in lower case too.
pub(crate) fn variables_set(variables: &Variables) -> Vec<String> {
    let is_set = |name: &&str| {
        variables.raw(name).is_some()
            || (name.ends_with("_PROXY") && variables.raw(&name.to_ascii_lowercase()).is_some())
    };
    let azure = AZURE.iter().map(|(name, _)| *name);
    let all = KNOWN.into_iter().chain(azure);
    all.filter(is_set).map(ToOwned::to_owned).collect()
}

/// The variables of the Azure SDKs that are passed over, each with the one of ours that goes
/// before it.
pub(crate) fn shadowed_azure_variables(variables: &Variables) -> Vec<(&'static str, &'static str)> {
    AZURE
        .into_iter()
        .filter_map(|(azure, ours)| Some((azure, ours?)))
        .filter(|(azure, ours)| variables.raw(azure).is_some() && variables.raw(ours).is_some())
        .collect()
}

/// The variable that gives a client secret where none is kept, if one is set.
pub(crate) fn secret_variable_set(variables: &Variables) -> Option<&'static str> {
    ["ENTRA_AUTH_CLIENT_SECRET", "AZURE_CLIENT_SECRET"]
        .into_iter()
        .find(|name| variables.raw(name).is_some())
}
