//! What Entra's pages and other programs say where they show no number.

use super::signs;
use crate::text;

/// Words of a sentence that only Entra says, in lower case, `…` for what differs, and the number
/// they stand for.
const SENTENCES: [(&str, u64); 44] = [
    ("need admin approval", 90_094),
    ("that only an admin can grant", 90_094),
    ("requires your admin's approval", 90_095),
    ("has not consented to use the application", 65_001),
    (
        "does not exist in tenant … and cannot access the application",
        50_020,
    ),
    ("you can't get there from here", 53_000),
    ("you cannot access this right now", 53_003),
    (
        "your sign-in was successful but does not meet the criteria",
        53_003,
    ),
    ("blocked by conditional access", 53_003),
    (
        "access has been blocked by conditional access policies",
        53_003,
    ),
    (
        "your organization needs more information to keep your account",
        50_079,
    ),
    (
        "your account is locked. contact your support person",
        50_053,
    ),
    (
        "your account has been locked. contact your support person",
        50_053,
    ),
    (
        "your account is temporarily locked to prevent unauthorized use",
        50_053,
    ),
    (
        "your account or password is incorrect. if you don't remember",
        50_126,
    ),
    (
        "error validating credentials due to invalid username",
        50_126,
    ),
    ("is not assigned to a role for the application", 50_105),
    ("reply url specified in the request does not match", 50_011),
    (
        "redirect uri … specified in the request does not match",
        50_011,
    ),
    ("invalid client secret provided", 7_000_215),
    ("client secret keys for app", 7_000_222),
    ("client secret keys are expired", 7_000_222),
    ("client_assertion' or 'client_secret'", 7_000_218),
    (
        "to sign into this application, the account must be added to the directory",
        50_034,
    ),
    (
        "client assertion is not within its valid time range",
        700_024,
    ),
    (
        "for presented assertion subject … matches with case-insensitive",
        7_002_138,
    ),
    ("for presented assertion subject", 700_213),
    ("for presented assertion issuer", 700_211),
    ("for presented assertion audience", 700_212),
    ("refresh token has expired due to inactivity", 700_082),
    (
        "because you moved to a new location, you must use multi-factor",
        50_076,
    ),
    (
        "the resource principal named … was not found in the tenant",
        500_011,
    ),
    ("is missing service principal in the tenant", 7_000_229),
    ("oauth2 authorization code was already redeemed", 54_005),
    ("no tenant-identifying information found", 50_059),
    (
        "application with identifier … was not found in the directory",
        700_016,
    ),
    (
        "proof key for code exchange is required for cross-origin authorization code redemption",
        9_002_325,
    ),
    (
        "configured for use by microsoft account users only",
        9_002_346,
    ),
    ("device object was not found in the tenant", 700_003),
    ("the guest user account is disabled", 500_571),
    (
        "confidential client is not supported in native authentication",
        550_022,
    ),
    ("we are sorry, this resource is not available", 5_000_224),
    ("unsupported key for the signing algorithm", 5_002_730),
    ("devicelogin … code expired", 70_020),
];

/// The same for what others may say too: it counts beside a sign of Microsoft's.
const SENTENCES_OF_MANY: [(&str, u64); 16] = [
    ("approval required", 90_095),
    ("your admin has been notified", 90_095),
    ("does not exist in tenant", 50_020),
    ("you must use multi-factor authentication", 50_076),
    ("more information required", 50_079),
    ("your account is locked", 50_053),
    ("your account has been locked", 50_053),
    ("your account or password is incorrect", 50_126),
    ("invalid username or password", 50_126),
    ("your account has been disabled", 50_057),
    ("redirect uri specified in the request", 50_011),
    ("code you entered is incorrect or has expired", 70_020),
    ("the resource principal named", 500_011),
    ("authorization code was already redeemed", 54_005),
    ("was not found in the directory", 700_016),
    ("does not exist in the directory", 50_034),
];

/// The same for what other programs say, and the name they, or this list, have for it.
const SENTENCES_OF_PROGRAMS: [(&str, &str); 19] = [
    (
        "all managed identity sources are unavailable",
        "managed_identity_all_sources_unavailable",
    ),
    (
        "no user assigned or delegated managed identity found",
        "managed_identity_request_failed",
    ),
    (
        "\"error\":\"invalid_request\",\"error_description\":\"identity not found\"",
        "managed_identity_request_failed",
    ),
    (
        "interactive authentication is needed",
        "interaction_required",
    ),
    (
        "failed to retrieve a token from the included credentials",
        "CredentialUnavailableError",
    ),
    ("authentication unavailable", "CredentialUnavailableError"),
    ("please run 'az login'", "CredentialUnavailableError"),
    ("please run: az login", "CredentialUnavailableError"),
    (
        "azure cli authorization profile was not found",
        "CredentialUnavailableError",
    ),
    (
        "no authorization tokens were found",
        "CredentialUnavailableError",
    ),
    ("azure cli not found on path", "CredentialUnavailableError"),
    ("token-identified principal", "token-identified principal"),
    (
        "insufficient privileges to complete the operation",
        "Authorization_RequestDenied",
    ),
    ("compacttoken parsing failed", "InvalidAuthenticationToken"),
    (
        "the access token is from the wrong issuer",
        "InvalidAuthenticationTokenTenant",
    ),
    (
        "continuous access evaluation resulted in challenge",
        "insufficient_claims",
    ),
    (
        "the redirect uri … provided in the request is not registered for the client id",
        "AADB2C90006",
    ),
    (
        "this request is not authorized to perform this operation using this permission",
        "AuthorizationPermissionMismatch",
    ),
    (
        "caller is not authorized to perform action on resource",
        "ForbiddenByRbac",
    ),
];

/// The number that a sentence of the text stands for.
pub(super) fn code_in(text: &str) -> Option<u64> {
    let said = alike(text);
    let of_many = signs::of_microsoft(&said).then_some(&SENTENCES_OF_MANY);
    SENTENCES
        .iter()
        .chain(of_many.into_iter().flatten())
        .find(|(words, _)| text::stand_in(&said, words))
        .map(|(_, code)| *code)
}

/// The name that a sentence of the text stands for.
pub(super) fn name_in(text: &str) -> Option<&'static str> {
    let said = alike(text);
    SENTENCES_OF_PROGRAMS
        .into_iter()
        .find(|(words, _)| text::stand_in(&said, words))
        .map(|(_, name)| name)
}

/// The text as the sentences are written.
fn alike(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ").to_lowercase().replace('’', "'");
    // As it stands in JSON that is laid out, and as Azure CLI and Terraform quote a command.
    text.replace("\": \"", "\":\"")
        .replace(", \"", ",\"")
        .replace('`', "'")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names of answers at the token endpoint, which this program prints itself and explains there.
    const OF_ENTRA: [&str; 1] = ["interaction_required"];

    #[test]
    fn every_sentence_stands_for_a_code_that_is_known() {
        for (words, code) in SENTENCES {
            assert!(crate::aadsts::entry(code).is_some(), "{code}");
            assert_eq!(words, words.to_lowercase());
            let text = words.replace('…', "'x' (y)").replace(' ', "\n ");
            assert_eq!(code_in(&format!("x\n{text}")), Some(code), "{words}");
        }
        for (words, code) in SENTENCES_OF_MANY {
            assert!(crate::aadsts::entry(code).is_some(), "{code}");
            assert_eq!(words, words.to_lowercase());
            assert_eq!(code_in(words), None, "{words}");
            assert_eq!(code_in(&format!("Microsoft: {words}")), Some(code));
        }
        assert_eq!(code_in("You can’t get there  from here"), Some(53_000));
        assert_eq!(code_in("all is well"), None);
        for (words, name) in SENTENCES_OF_PROGRAMS {
            let is_known = crate::error_names::entry(name).is_some();
            assert!(is_known || OF_ENTRA.contains(&name), "{name}");
            assert_eq!(name_in(&words.to_uppercase()), Some(name));
        }
        assert_eq!(name_in("all is well"), None);
    }

    #[test]
    fn what_anybody_may_say_is_not_taken_for_entras() {
        for text in [
            "gitlab: invalid username or password",
            "approval required",
            "Your account is locked",
            "the resource principal named Bob",
            "The code you entered is incorrect or has expired",
        ] {
            assert_eq!(code_in(text), None, "{text}");
        }
    }
}
