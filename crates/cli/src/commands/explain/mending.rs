//! Commands of other programs that show or mend what a code is about. They are shown, never run.

use model::AuthMethod;
use model::Cloud;
use protocol::aadsts::Category;
use protocol::aadsts::Entry;
use protocol::diagnosis::Identifiers;
use serde::Serialize;

use super::fit;
use super::whom::Whom;
use crate::shell;

/// A command, and what it is for.
#[derive(Debug, Serialize)]
pub(super) struct Command {
    pub(super) purpose: &'static str,
    /// For this system's usual shell. Words in capitals are for the person to fill in.
    pub(super) command: String,
}

/// The commands for a code, those that only look before those that change; this program's own first.
pub(super) fn commands(entry: &Entry, whom: &Whom, identifiers: &Identifiers) -> Vec<Command> {
    let Some(cloud) = whom.advised_cloud() else {
        return Vec::new();
    };
    let mut found = our_own(entry, whom);
    let before = found.len();
    found.extend(secret(entry, whom));
    found.extend(registration(entry, whom));
    let client_id = whom.client_id_or_placeholder();
    let lacks_role = entry.code == 501_051 || whom.is_application_itself();
    if lacks_role && (entry.category == Category::Consent || is_about_assignment(entry)) {
        found.extend(graph(
            cloud,
            "see which Application permissions it was granted",
            &format!("servicePrincipals(appId='{client_id}')/appRoleAssignments"),
        ));
    } else if is_about_assignment(entry) {
        found.extend(graph(
            cloud,
            "see who is assigned to the application",
            &format!("servicePrincipals(appId='{client_id}')/appRoleAssignedTo"),
        ));
    }
    if found.len() == before || entry.category == Category::Consent {
        found.extend(of_category(entry, whom));
    }
    let is_in_sign_in_logs = matches!(
        entry.category,
        Category::Policy | Category::Account | Category::Access | Category::Session
    );
    if is_in_sign_in_logs && let Some(correlation_id) = &identifiers.correlation_id {
        found.extend(graph(
            cloud,
            "read this sign-in in the logs, as an administrator",
            &format!("auditLogs/signIns?$filter=correlationId eq '{correlation_id}'"),
        ));
    }
    found
}

const fn is_about_assignment(entry: &Entry) -> bool {
    matches!(entry.code, 50_105 | 501_051)
}

/// What this program does about it.
fn our_own(entry: &Entry, whom: &Whom) -> Vec<Command> {
    let profile = whom.profile_or_placeholder();
    let own = |purpose, arguments: &str| Command {
        purpose,
        command: format!("entra-auth-cli {arguments} {profile}"),
    };
    let needs_consent = entry.category == Category::Consent
        || matches!(entry.code, 65_005 | 501_051 | 650_057 | 7_000_229)
        || (entry.code == 50_105 && whom.is_application_itself());
    if needs_consent {
        return vec![own(
            "print the address where an administrator agrees",
            "consent-url -p",
        )];
    }
    match entry.code {
        70_001 | 700_011 | 700_016 => vec![
            own("see which tenant and application it names", "config show"),
            Command {
                purpose: "list the app registrations of a tenant",
                command: "entra-auth-cli discover --tenant-id RIGHT_TENANT".to_owned(),
            },
        ],
        _ if matches!(
            entry.category,
            Category::Credential | Category::Federation | Category::Authority
        ) =>
        {
            vec![own("look for what is wrong with the profile", "doctor -p")]
        }
        _ => Vec::new(),
    }
}

/// Where the client secret is wrong or over.
fn secret(entry: &Entry, whom: &Whom) -> Vec<Command> {
    let id = whom.client_id_or_placeholder();
    let profile = whom.profile_or_placeholder();
    match entry.code {
        7_000_215 | 7_000_222 => vec![
            az(
                "see the secrets and when they end (never their values)",
                &format!("app credential list --id {id}"),
            ),
            az(
                "make a new secret beside the old ones; it is printed once",
                &format!("app credential reset --id {id} --append"),
            ),
            Command {
                purpose: "keep the new secret",
                command: format!("entra-auth-cli config edit {profile} --client-secret-stdin"),
            },
        ],
        _ => Vec::new(),
    }
}

/// Where something is wrong with the application as it is registered, or as its tenant knows it.
fn registration(entry: &Entry, whom: &Whom) -> Vec<Command> {
    let id = whom.client_id_or_placeholder();
    match entry.code {
        7_000_218 => vec![
            az(
                "see whether public client flows are allowed",
                &format!("app show --id {id} --query isFallbackPublicClient"),
            ),
            az(
                "allow public client flows",
                &format!("app update --id {id} --is-fallback-public-client true"),
            ),
        ],
        50_011 | 70_004 | 500_113 | 900_971 | 700_025 | 9_002_327 => vec![
            az(
                "see the redirect URIs of each platform",
                &format!(
                    "app show --id {id} --query {}",
                    shell::word("[web.redirectUris,publicClient.redirectUris,spa.redirectUris]")
                ),
            ),
            redirect_uris(entry, whom),
        ],
        700_016 | 700_011 | 7_000_229 => vec![
            az(
                "see whether the application is known in the tenant you are signed in to",
                &format!("sp show --id {id}"),
            ),
            az("make it known there", &format!("sp create --id {id}")),
        ],
        70_001 | 7_000_112 => vec![
            az(
                "see whether the application is enabled",
                &format!("sp show --id {id} --query accountEnabled"),
            ),
            az(
                "enable it",
                &format!("sp update --id {id} --set accountEnabled=true"),
            ),
        ],
        500_011 | 650_052 | 650_057 | 65_005 => vec![az(
            "see which APIs the application may ask for",
            &format!("app permission list --id {id}"),
        )],
        _ => Vec::new(),
    }
}

/// What sets the redirect URIs of the platform that the profile's flow belongs to.
fn redirect_uris(entry: &Entry, whom: &Whom) -> Command {
    // These say that the platform is the wrong one.
    let is_web = match entry.code {
        700_025 => true,
        9_002_327 => false,
        _ => whom.is_confidential(),
    };
    let (purpose, flag) = if is_web {
        (
            "set those of the platform Web (it replaces the list: name the old ones too)",
            "--web-redirect-uris",
        )
    } else {
        (
            "set those of mobile and desktop applications (it replaces the list: name the old ones too)",
            "--public-client-redirect-uris",
        )
    };
    let id = whom.client_id_or_placeholder();
    let uri = whom.redirect_uri_or_placeholder();
    az(
        purpose,
        &format!("app update --id {id} {flag} {uri} OLD_ONES"),
    )
}

/// For codes that need nothing of their own.
fn of_category(entry: &Entry, whom: &Whom) -> Vec<Command> {
    let id = whom.client_id_or_placeholder();
    match entry.category {
        Category::Credential => credentials(entry, whom),
        Category::Consent => vec![
            az(
                "see the permissions the application asks for",
                &format!("app permission list --id {id}"),
            ),
            az(
                "agree to all of them for everybody, as an administrator",
                &format!("app permission admin-consent --id {id}"),
            ),
        ],
        Category::Federation => vec![az(
            "see which issuers and subjects are trusted",
            &format!("app federated-credential list --id {id}"),
        )],
        _ => Vec::new(),
    }
}

/// What the application is known by: of the kind that the code is about, else of the profile's.
fn credentials(entry: &Entry, whom: &Whom) -> Vec<Command> {
    let id = whom.client_id_or_placeholder();
    let is_about_certificate = fit::proof(entry) == Some(fit::CERTIFICATE);
    match whom.method {
        Some(AuthMethod::ClientSecret) if !is_about_certificate => vec![az(
            "see the secrets and when they end (never their values)",
            &format!("app credential list --id {id}"),
        )],
        Some(AuthMethod::ClientAssertion) if !is_about_certificate => vec![az(
            "see which issuers and subjects are trusted",
            &format!("app federated-credential list --id {id}"),
        )],
        Some(AuthMethod::Public) if !is_about_certificate => Vec::new(),
        _ => vec![az(
            "see the certificates and their thumbprints",
            &format!("app credential list --id {id} --cert"),
        )],
    }
}

/// A command of the Azure CLI about applications.
fn az(purpose: &'static str, arguments: &str) -> Command {
    Command {
        purpose,
        command: format!("az ad {arguments}"),
    }
}

/// A reading request to Microsoft Graph by way of the Azure CLI; `None` where the cloud's address is
/// not published.
fn graph(cloud: Cloud, purpose: &'static str, path: &str) -> Option<Command> {
    let url = format!("{}/v1.0/{path}", cloud.resource("graph")?);
    Some(Command {
        purpose,
        command: format!("az rest --method GET --url {}", shell::word(&url)),
    })
}

#[cfg(test)]
mod tests {
    use model::Profile;
    use protocol::aadsts;
    use serde_json::json;

    use super::*;

    fn whom(client_id: &str) -> Whom {
        let profile: Profile = serde_json::from_value(json!({
            "name": "webapp", "tenantId": "contoso.com", "clientId": client_id,
            "authMethod": "ClientSecret", "redirectUri": "http://localhost:1/$(x)",
        }))
        .unwrap();
        let authority = crate::settings::profile_authority(&profile).unwrap();
        Whom::of(&profile, Some(&authority))
    }

    #[test]
    fn whatever_the_profile_holds_a_shell_runs_none_of_it() {
        let identifiers = Identifiers {
            correlation_id: Some("4f2a9c11-7d7e-4b0e-8f6a-1c2d3e4f5a6b".to_owned()),
            ..Identifiers::default()
        };
        let hostile = whom("a';touch${IFS}x;'$(x)`x`&|>");
        for entry in aadsts::entries() {
            for command in commands(entry, &hostile, &identifiers) {
                let words = shlex::split(&command.command).unwrap();
                let known = ["az", "entra-auth-cli"];
                assert!(known.contains(&words[0].as_str()), "{}", command.command);
                let unquoted = command
                    .command
                    .replace(r"\'", "")
                    .split('\'')
                    .step_by(2)
                    .collect::<Vec<_>>()
                    .concat();
                assert!(
                    !unquoted.contains(['$', '`', ';', '&', '|', '>', '<']),
                    "{}",
                    command.command
                );
            }
        }
    }

    #[test]
    fn a_client_id_that_a_program_would_read_more_into_is_left_out() {
        for hostile in [
            "@/etc/passwd",
            "-x",
            "--help",
            "a')/owners?$x=('",
            "a b",
            "",
            "a/../b",
        ] {
            let whom = whom(hostile);
            for entry in aadsts::entries() {
                for command in commands(entry, &whom, &Identifiers::default()) {
                    let words = shlex::split(&command.command).unwrap();
                    let id = words.iter().skip_while(|word| *word != "--id").nth(1);
                    assert!(id.is_none_or(|id| id == "CLIENT_ID"), "{words:?}");
                    assert!(!command.command.contains("owners?"), "{words:?}");
                }
            }
        }
    }

    #[test]
    fn a_redirect_uri_that_is_no_address_is_left_out() {
        let profile: Profile = serde_json::from_value(json!({
            "name": "webapp", "tenantId": "contoso.com", "clientId": "app",
            "authMethod": "Public", "redirectUri": "@/etc/passwd",
        }))
        .unwrap();
        let authority = crate::settings::profile_authority(&profile).unwrap();
        let whom = Whom::of(&profile, Some(&authority));
        let entry = aadsts::entry(50_011).unwrap();
        for command in commands(entry, &whom, &Identifiers::default()) {
            assert!(!command.command.contains('@'), "{}", command.command);
        }
    }

    #[test]
    fn where_no_admin_center_helps_none_is_named() {
        let profile: Profile = serde_json::from_value(json!({
            "name": "idp", "authority": "https://idp.example.com", "authorityType": "oidc",
            "clientId": "app", "authMethod": "Public",
        }))
        .unwrap();
        let authority = crate::settings::profile_authority(&profile).unwrap();
        let whom = Whom::of(&profile, Some(&authority));
        assert_eq!(whom.advised_cloud(), None);
        assert_eq!(whom.consent_address(), None);
        let entry = aadsts::entry(65_001).unwrap();
        assert!(commands(entry, &whom, &Identifiers::default()).is_empty());
    }

    #[test]
    fn a_cloud_without_a_published_address_has_no_graph_command() {
        assert!(graph(Cloud::France, "x", "users").is_none());
        let china = graph(Cloud::China, "x", "users").unwrap().command;
        assert!(china.contains("https://microsoftgraph.chinacloudapi.cn/v1.0/users"));
    }

    #[test]
    fn commands_name_the_application_and_its_cloud() {
        let entry = aadsts::entry(65_001).unwrap();
        let found = commands(entry, &whom("app-1"), &Identifiers::default());
        let last = &found.last().unwrap().command;
        assert_eq!(last, "az ad app permission admin-consent --id app-1");
        let found = commands(entry, &Whom::default(), &Identifiers::default());
        let last = &found.last().unwrap().command;
        assert_eq!(last, "az ad app permission admin-consent --id CLIENT_ID");
    }
}
