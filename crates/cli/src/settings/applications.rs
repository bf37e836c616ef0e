//! Whose token lists applications.

use engine::TokenRequest;
use model::Flow;
use model::Profile;
use model::Scopes;
use model::Tenant;
use protocol::graph::COMMAND_LINE_TOOLS_CLIENT_ID;
use protocol::graph::GraphService;
use protocol::graph::READ_PERMISSION;

use super::Variables;
use super::chosen_authority::chosen_authority;
use super::sign_in::of_no_use;
use super::token_request::token_request;
use crate::args::TokenArgs;
use crate::command_error::CommandError;
use crate::ui::Ui;
use crate::wording;

/// What `discover` asks the engine: a token for Microsoft Graph, of the profile's application, or
/// of a person where there is no profile.
pub(crate) fn applications_request(
    ui: &Ui,
    variables: &Variables,
    args: &TokenArgs,
    profile: Option<&Profile>,
) -> Result<TokenRequest, CommandError> {
    let request = token_request(ui, variables, args, profile)?;
    let graph = GraphService::of(&request.authority).map_err(|error| wording::no_graph(&error))?;
    let resource = graph.resource();
    let cloud = request.authority.cloud();
    let scopes = if request.flow.is_for_a_person() {
        Scopes::parse([&*format!("{resource}/{READ_PERMISSION}")], cloud)
    } else {
        Scopes::for_resource(resource, cloud)
    };
    let scopes = scopes.map_err(|error| CommandError::usage("invalid_scope", error.to_string()))?;
    Ok(TokenRequest { scopes, ..request })
}

/// What holds where no profile is named: a person signs in, by default to Microsoft's own
/// application and to the directory they come from. Neither a credential nor an application is
/// taken from variables that speak of others.
pub(crate) fn for_a_person(
    args: TokenArgs,
    variables: &Variables,
) -> Result<TokenArgs, CommandError> {
    let mut target = args.target;
    target.client_id = target
        .client_id
        .or_else(|| variables.text("ENTRA_AUTH_DISCOVER_CLIENT_ID"))
        .or_else(|| Some(COMMAND_LINE_TOOLS_CLIENT_ID.to_owned()));
    let names_no_tenant = chosen_authority(&target, variables, None)
        .is_err_and(|error| error.code == "tenant_missing");
    if names_no_tenant {
        target.tenant_id = Some(Tenant::Organizations.to_string());
    }
    let flow = match args.flow {
        Some(flow @ (Flow::ClientCredentials | Flow::AuthorizationCode)) => {
            let fitting = "-f InteractiveBrowser or -f DeviceCode; or name whose application: -p";
            return Err(of_no_use("discover without a profile", flow, fitting));
        }
        Some(flow) => flow,
        None => match variables.text("ENTRA_AUTH_FLOW").map(|text| text.parse()) {
            Some(Ok(Flow::DeviceCode)) => Flow::DeviceCode,
            _ => Flow::InteractiveBrowser,
        },
    };
    Ok(TokenArgs {
        target,
        flow: Some(flow),
        ..args
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use engine::Credential;
    use model::AuthMethod;
    use model::ProfileName;

    use super::*;
    use crate::args::Arguments;
    use crate::args::Command;

    fn args(flags: &[&str]) -> (Ui, TokenArgs) {
        let line = ["entra-auth-cli", "get-token"].iter().chain(flags);
        let arguments = Arguments::try_parse_from(line).unwrap();
        let ui = Ui::new(&arguments, &Variables);
        match arguments.command {
            Command::GetToken(args) => (ui, *args),
            other => panic!("{other:?}"),
        }
    }

    fn of_a_person(flags: &[&str]) -> Result<TokenRequest, CommandError> {
        let (ui, args) = args(flags);
        let args = for_a_person(args, &Variables)?;
        applications_request(&ui, &Variables, &args, None)
    }

    #[test]
    fn without_anything_named_a_person_asks_their_own_directory() {
        let request = of_a_person(&[]).unwrap();
        assert_eq!(request.client_id.as_str(), COMMAND_LINE_TOOLS_CLIENT_ID);
        assert_eq!(request.authority.tenant(), Some(&Tenant::Organizations));
        assert_eq!(request.flow, Flow::InteractiveBrowser);
        assert!(matches!(request.credential, Credential::None));
        assert_eq!(
            request.scopes.to_string(),
            "https://graph.microsoft.com/Application.Read.All"
        );
    }

    #[test]
    fn what_is_named_is_taken() {
        let flags = ["--cloud", "us-dod", "-t", "contoso.us", "--client-id", "a"];
        let request = of_a_person(&[&flags[..], &["-f", "DeviceCode"]].concat()).unwrap();
        assert_eq!(request.client_id.as_str(), "a");
        assert_eq!(request.flow, Flow::DeviceCode);
        assert_eq!(request.authority.tenant().unwrap().as_str(), "contoso.us");
        assert_eq!(
            request.scopes.to_string(),
            "https://dod-graph.microsoft.us/Application.Read.All"
        );
        for flow in ["ClientCredentials", "AuthorizationCode"] {
            let refused = of_a_person(&["-f", flow]).unwrap_err();
            assert_eq!(refused.code, "flag_not_for_flow", "{flow}");
        }
    }

    #[test]
    fn a_profiles_application_asks_for_what_it_was_granted() {
        let name = ProfileName::parse("sp").unwrap();
        let profile = Profile {
            tenant_id: Some("contoso.com".to_owned()),
            client_id: Some("11112222".to_owned()),
            scopes: vec!["arm".to_owned()],
            ..Profile::new(name, AuthMethod::ClientSecret)
        };
        let (ui, args) = args(&[]);
        let request = applications_request(&ui, &Variables, &args, Some(&profile)).unwrap();
        assert_eq!(request.flow, Flow::ClientCredentials);
        assert_eq!(
            request.scopes.to_string(),
            "https://graph.microsoft.com/.default"
        );
    }
}
