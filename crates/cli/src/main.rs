//! Gets Microsoft Entra ID OAuth2 access tokens.

use std::process::ExitCode;

fn main() -> ExitCode {
    entra_auth_cli::main()
}
