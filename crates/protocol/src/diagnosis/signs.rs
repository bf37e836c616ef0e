//! What tells that a text is about Entra, and not about another server.

/// Words of Entra's replies, logs and pages, and of programs that ask it for tokens, in lower case.
const OF_ENTRA: [&str; 27] = [
    "aadsts",
    "azure active directory",
    "azure ad",
    "azure cli",
    "azure.identity",
    "az login",
    "b2clogin.com",
    "ciamlogin.com",
    "correlation id",
    "correlation_id",
    "correlationid",
    "credential authentication",
    "entra admin",
    "entra id",
    "error_codes",
    "graph.microsoft.com",
    "login.chinacloudapi.cn",
    "login.windows.net",
    "microsoftonline",
    "msal",
    "oauth2/v2.0",
    "resultdescription",
    "sign-in error code",
    "signinlogs",
    "sts.windows.net",
    "trace id",
    "trace_id",
];

/// Names of the company and its cloud: enough beside a sentence of Entra's, too little beside a
/// number.
const OF_MICROSOFT: [&str; 4] = ["aka.ms/", "azure", "microsoft", "windows.net"];

/// Whether a text is about Entra.
pub(super) fn are_in(text: &str) -> bool {
    let text = text.to_lowercase();
    OF_ENTRA.iter().any(|sign| text.contains(sign))
}

/// Whether a text is about Microsoft's cloud at least.
pub(super) fn of_microsoft(text: &str) -> bool {
    let text = text.to_lowercase();
    let mut signs = OF_ENTRA.iter().chain(&OF_MICROSOFT);
    signs.any(|sign| text.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_is_known_in_any_letter_case() {
        for sign in OF_ENTRA {
            assert_eq!(sign, sign.to_lowercase());
            assert!(are_in(&sign.to_uppercase()), "{sign}");
        }
        for text in ["[28000] [Microsoft][ODBC Driver 17]", "Azure DevOps"] {
            assert!(!are_in(text), "{text}");
            assert!(of_microsoft(text), "{text}");
        }
        assert!(!of_microsoft("gitlab: invalid username or password"));
    }
}
