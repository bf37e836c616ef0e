//! Values that a text calls secrets: in a form, a document, a header, a command line or a sentence.

use super::HIDDEN;

/// What ends the name of a secret, in small letters and without separators.
const ENDINGS: [&str; 18] = [
    "accesskey",
    "accesstoken",
    "accountkey",
    "apikey",
    "authorizationcode",
    "devicecode",
    "idtoken",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "pwd",
    "refreshtoken",
    "sastoken",
    "secret",
    "sharedkey",
    "subscriptionkey",
    "symmetrickey",
];

/// The last word of a secret's name, where the ending alone would say too little: `turkey` is none.
const LAST_WORDS: [&str; 9] = [
    "assertion",
    "authorization",
    "cookie",
    "credential",
    "key",
    "sig",
    "signature",
    "token",
    "verifier",
];

/// The same, but `errorCode` and `userState` are none (RFC 6749 §4.1.1, OpenID Connect Core 1.0 §2).
const LAST_WORDS_APART: [&str; 3] = ["code", "nonce", "state"];

/// What may stand behind a secret's name and still name the secret, as in Graph's `secretText`.
const SUFFIXES: [&str; 3] = ["plain", "text", "value"];

/// What a sentence may put between a secret's name and the secret.
const CONNECTIVES: [&str; 4] = ["as", "is", "value", "was"];

/// The command of PowerShell that is handed a secret in clear.
const SEALING: &str = "ConvertTo-SecureString";

/// What is no secret, whatever it is called.
const NOTHING: [&str; 5] = ["false", "none", "null", "true", "undefined"];

/// How an `Authorization` header begins (RFC 9110 §11.6.2).
const SCHEMES: [&str; 5] = ["basic", "bearer", "dpop", "negotiate", "pop"];

/// How far before a flag its program is sought, in bytes.
const LONGEST_COMMAND: usize = 1024;

/// The text without the values that are named as secrets, whole or cut off.
///
/// In a sentence (`the secret abc8Q~x is wrong`) a word of letters alone stays: whether it is a
/// secret or English cannot be told, and Entra's own sentences are to be read.
pub(super) fn without_named_secrets(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut done = 0;
    let mut place = 0;
    while let Some(name) = Name::next(text, place) {
        place = name.end;
        let found = name
            .assigned(text)
            .or_else(|| name.in_element(text))
            .or_else(|| name.of_flag(text))
            .or_else(|| name.in_sentence(text))
            .or_else(|| name.in_address(text));
        if let Some((start, end)) = found
            && start < end
            && !is_sealing(&text[start..end])
        {
            kept.push_str(&text[done..start]);
            kept.push_str(HIDDEN);
            (done, place) = (end, end);
        }
    }
    kept.push_str(&text[done..]);
    kept
}

/// Where a value begins and ends.
type Span = (usize, usize);

/// A run of characters that may be a name, by its place.
#[derive(Debug, Clone, Copy)]
struct Name {
    start: usize,
    end: usize,
}

impl Name {
    /// The first from this place on.
    fn next(text: &str, from: usize) -> Option<Self> {
        let start = from + text[from..].find(is_of_name)?;
        let end = end_of(text, start, |character| !is_of_name(character));
        Some(Self { start, end })
    }

    /// The last before this place, if no more than quotes and a comma stand between.
    fn before(text: &str, place: usize) -> Option<Self> {
        let text = text[..place].trim_end_matches(|character: char| {
            character.is_whitespace() || matches!(character, '"' | '\'' | '\\' | ',')
        });
        let name = text.trim_end_matches(is_of_name);
        (name.len() < text.len()).then_some(Self {
            start: name.len(),
            end: text.len(),
        })
    }

    fn in_text<'a>(&self, text: &'a str) -> &'a str {
        text[self.start..self.end].trim_end_matches(['.', '-'])
    }

    /// Whether it names a secret: alone, or with the name before it, as in `client secret value:`.
    fn is_secret(&self, text: &str) -> bool {
        let name = self.in_text(text);
        names_a_secret(name)
            || (CONNECTIVES.contains(&name.to_ascii_lowercase().as_str())
                && Self::before(text, self.start)
                    .is_some_and(|before| names_a_secret(before.in_text(text))))
    }

    /// `name=value`, `"name": "value"` and the like.
    fn assigned(&self, text: &str) -> Option<Span> {
        let closed = end_of(text, self.end, |character| {
            !(is_quotation(character) || character.is_whitespace() || character == ']')
        });
        let operator = text[closed..].chars().next()?;
        if !matches!(operator, ':' | '=') || !self.is_secret(text) {
            return None;
        }
        // What stands between name and value in `=>`, `:=`, and before the first of a list.
        let opening = end_of(text, closed, |character| {
            !(character.is_whitespace() || matches!(character, ':' | '=' | '>' | '['))
        });
        let (start, end) = quoted_or(text, opening, |text, start| {
            self.end_of_bare_value(text, start)
        });
        let value = &text[start..end];
        let name = self.in_text(text);
        (!is_nothing(value) && !is_number_of_error(name, value)).then_some((start, end))
    }

    fn end_of_bare_value(&self, text: &str, start: usize) -> usize {
        let name = self.in_text(text).to_ascii_lowercase();
        if name.ends_with("cookie") {
            return end_of(text, start, |character| "\"'\r\n".contains(character));
        }
        let end = end_of_bare(text, start);
        let is_scheme = SCHEMES
            .iter()
            .any(|scheme| text[start..end].eq_ignore_ascii_case(scheme));
        if name.ends_with("authorization") && is_scheme {
            let credentials = end_of(text, end, |character| character != ' ');
            return end_of_bare(text, credentials);
        }
        end
    }

    /// `<name>value</name>`.
    fn in_element(&self, text: &str) -> Option<Span> {
        let is_element = text[..self.start].ends_with(['<', ':']) && self.is_secret(text);
        let inside = text[self.end..].strip_prefix('>')?;
        let start = text.len() - inside.len();
        let end = end_of(text, start, |character| character == '<');
        is_element.then_some((start, end))
    }

    /// `--name value`, `-Name value` of PowerShell, what it makes a secure string of,
    /// `az … -p value`, `curl … -u value`.
    fn of_flag(&self, text: &str) -> Option<Span> {
        let name = self.in_text(text);
        let is_long = name.starts_with('-') && name.trim_start_matches('-').len() > 1;
        let called = |program: &str| {
            let mut from = self.start.saturating_sub(LONGEST_COMMAND);
            while !text.is_char_boundary(from) {
                from += 1;
            }
            let line = text[from..self.start].rsplit('\n').next();
            let mut words = line
                .unwrap_or_default()
                .split(|character: char| !is_of_name(character));
            let last = words.rfind(|word| matches!(*word, "az" | "curl" | "entra-auth-cli"));
            last == Some(program)
        };
        let is_short = match name {
            "-p" => called("az"),
            "-u" => called("curl"),
            _ => false,
        };
        let is_sealed = name.eq_ignore_ascii_case(SEALING)
            || (name.eq_ignore_ascii_case("-String")
                && Self::before(text, self.start)
                    .is_some_and(|before| before.in_text(text).eq_ignore_ascii_case(SEALING)));
        let is_of_secret = is_sealed || is_short || (is_long && self.is_secret(text));
        if !is_of_secret {
            return None;
        }
        let opening = end_of(text, self.end, |character| {
            !(character.is_whitespace() || character == '=')
        });
        let value = &text[opening..];
        let is_string_flag = is_sealed
            && value
                .get(..7)
                .is_some_and(|flag| flag.eq_ignore_ascii_case("-String"));
        if opening == self.end || value.starts_with("--") || is_string_flag {
            return None;
        }
        Some(quoted_or(text, opening, |text, start| {
            end_of(text, start, char::is_whitespace)
        }))
    }

    /// `Invalid client secret value is provided`, where the value is no English word.
    fn in_sentence(&self, text: &str) -> Option<Span> {
        let name = self.in_text(text);
        if name.len() < self.end - self.start || !is_spoken_secret(name) {
            return None;
        }
        let mut place = self.end;
        loop {
            let start = end_of(text, place, |character| !character.is_whitespace());
            if start == place {
                return None;
            }
            let (start, end) = quoted_or(text, start, |text, start| {
                end_of(text, start, char::is_whitespace)
            });
            let word = &text[start..end];
            if !CONNECTIVES.contains(&word) {
                let is_quoted = text[..start].ends_with(['"', '\'', '`']);
                return (is_quoted || !reads_as_english(word)).then_some((start, end));
            }
            place = end;
        }
    }

    /// `scheme://user:password@host` (RFC 3986 §3.2.1).
    fn in_address(&self, text: &str) -> Option<Span> {
        let inside = text[self.end..].strip_prefix("://")?;
        let authority_start = text.len() - inside.len();
        let authority_end = end_of(text, authority_start, |character| {
            character.is_whitespace() || "/?#\"'<>".contains(character)
        });
        let authority = &text[authority_start..authority_end];
        let (user, _) = authority.rsplit_once('@')?;
        let (name, password) = user.split_once(':')?;
        let start = authority_start + name.len() + 1;
        Some((start, start + password.len()))
    }
}

/// Whether a name, in any of the usual spellings, is one of a secret.
fn names_a_secret(name: &str) -> bool {
    let mut words = words(name);
    while words.len() > 1
        && words
            .last()
            .is_some_and(|last| SUFFIXES.contains(&last.as_str()))
    {
        words.pop();
    }
    let Some(last) = words.last() else {
        return false;
    };
    let joined = words.concat();
    ENDINGS.iter().any(|ending| joined.ends_with(ending))
        || LAST_WORDS.contains(&last.as_str())
        || LAST_WORDS_APART.iter().any(|word| {
            let start = name.len().saturating_sub(word.len());
            name.get(start..)
                .is_some_and(|end| end.eq_ignore_ascii_case(word))
                && !name[..start].ends_with(|character: char| character.is_ascii_alphanumeric())
        })
}

/// Whether a sentence names a secret so.
fn is_spoken_secret(name: &str) -> bool {
    words(name).last().is_some_and(|last| {
        ["passphrase", "password", "pwd", "secret"]
            .iter()
            .any(|ending| last.ends_with(ending))
    })
}

/// The words of a name in camel case, or with separators, in small letters and without the digits at
/// its end.
fn words(name: &str) -> Vec<String> {
    let name = name.trim_end_matches(|character: char| character.is_ascii_digit());
    let mut words: Vec<String> = Vec::new();
    let mut is_new = true;
    let mut was_small = false;
    for character in name.chars() {
        if !character.is_ascii_alphanumeric() {
            is_new = true;
            continue;
        }
        if is_new || (was_small && character.is_ascii_uppercase()) {
            words.push(String::new());
        }
        is_new = false;
        was_small = !character.is_ascii_uppercase();
        if let Some(word) = words.last_mut() {
            word.push(character.to_ascii_lowercase());
        }
    }
    words
}

/// Whether it is no secret yet, but what makes one of the next word.
fn is_sealing(value: &str) -> bool {
    value.trim_start_matches('(').eq_ignore_ascii_case(SEALING)
}

fn is_nothing(value: &str) -> bool {
    NOTHING
        .iter()
        .any(|nothing| value.eq_ignore_ascii_case(nothing))
}

/// Whether a `code` is an HTTP status or an error's number, and no authorization code.
fn is_number_of_error(name: &str, value: &str) -> bool {
    let number = value.strip_prefix("AADSTS").unwrap_or(value);
    let is_number = number.len() <= 8 && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number && words(name).last().is_some_and(|last| last == "code")
}

/// Letters alone, as a word begins or stands in capitals; or a short number, or one of Entra's.
fn reads_as_english(word: &str) -> bool {
    let word = word.trim_matches(|character: char| ".,;:()[]!?\u{2026}".contains(character));
    let is_short_number = word.len() < 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    let is_mark = !word.contains(char::is_alphanumeric);
    if is_mark || is_short_number || word.starts_with("AADSTS") {
        return true;
    }
    word.split(['-', '/', '\'', '\u{2019}']).all(|part| {
        let rest = part.chars().skip(1);
        part.chars().all(char::is_alphabetic)
            && (rest.clone().all(char::is_lowercase) || part.chars().all(char::is_uppercase))
    })
}

/// The value that begins here: up to the quote that closes it, or to where `end_of_bare` says.
fn quoted_or(text: &str, opening: usize, end_of_bare: impl Fn(&str, usize) -> usize) -> Span {
    let quoted = &text[opening..];
    let unescaped = quoted.trim_start_matches('\\');
    let value = unescaped
        .strip_prefix(['"', '\'', '`'])
        .unwrap_or(unescaped);
    let marks = &quoted[..quoted.len() - value.len()];
    let start = text.len() - value.len();
    let end = match marks.chars().last().filter(|mark| *mark != '\\') {
        Some(quote) => value
            .match_indices(quote)
            .map(|(end, _)| start + end)
            // Inside a string that is not itself inside one, an escaped quote is part of it.
            .find(|end| marks.len() > 1 || !text[start..*end].ends_with('\\'))
            .unwrap_or(text.len()),
        None => end_of_bare(text, start),
    };
    (start, end)
}

/// Where a value without quotes ends: before white space and quotes, and before what separates it
/// from a next part. A secret may have such characters itself, so a next part has to be there.
fn end_of_bare(text: &str, start: usize) -> usize {
    let ends = |(place, character): &(usize, char)| {
        let after = &text[start + place + character.len_utf8()..];
        match character {
            '"' | '\'' => true,
            '{' => *place == 0,
            '<' => after.starts_with('/'),
            '}' | ',' => {
                after
                    .chars()
                    .next()
                    .is_none_or(|next| next.is_whitespace() || "\"'\\},])".contains(next))
                    || is_assignment(after)
            }
            '&' | ';' => is_assignment(after),
            _ => character.is_whitespace(),
        }
    };
    let end = text[start..].char_indices().find(ends);
    end.map_or(text.len(), |(place, _)| start + place)
}

/// Whether the text begins with a name and what gives it a value.
fn is_assignment(text: &str) -> bool {
    let text = text.trim_start_matches(' ');
    let after = text.trim_start_matches(is_of_name);
    after.len() < text.len() && after.trim_start().starts_with(['=', ':'])
}

/// Where the first character stands that is meant, or the text's end.
fn end_of(text: &str, start: usize, is_end: impl Fn(char) -> bool) -> usize {
    text[start..]
        .find(is_end)
        .map_or(text.len(), |place| start + place)
}

const fn is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.')
}

const fn is_quotation(character: char) -> bool {
    matches!(character, '"' | '\'' | '`' | '\\')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_called_a_secret_is_left_out_in_every_spelling() {
        for (text, shown) in [
            (
                "get-token --client-secret pl4nted --no-input",
                "get-token --client-secret […] --no-input",
            ),
            (
                "get-token --client-secret 'pl4nted x' -p sp",
                "get-token --client-secret '[…]' -p sp",
            ),
            ("--password=pl4nted -v", "--password=[…] -v"),
            ("Connect -ClientSecret pl4nted", "Connect -ClientSecret […]"),
            (
                "az login --service-principal -u app -p pl4nted --tenant t",
                "az login --service-principal -u app -p […] --tenant t",
            ),
            ("curl -u ada:pl4nted https://a", "curl -u […] https://a"),
            (
                "proxy http://ada:pl4nted@proxy:8080/x",
                "proxy http://ada:[…]@proxy:8080/x",
            ),
            (r#"{"clientSecret":"pl4nted"}"#, r#"{"clientSecret":"[…]"}"#),
            (
                r#"{"secretText": "pl4nted", "endDateTime":"x"}"#,
                r#"{"secretText": "[…]", "endDateTime":"x"}"#,
            ),
            (
                r#"{"name":"client_secret","value":"pl4nted"}"#,
                r#"{"name":"client_secret","value":"[…]"}"#,
            ),
            (r#""secret":["pl4nted"]"#, r#""secret":["[…]"]"#),
            ("secret: pl4nted; pwd=pl4nted", "secret: […]; pwd=[…]"),
            (
                "AccountName=a;AccountKey=pl4nt+ed==;EndpointSuffix=core",
                "AccountName=a;AccountKey=[…];EndpointSuffix=core",
            ),
            (
                "Server=a;User ID=b;Password=pl4nt;ed;Encrypt=yes",
                "Server=a;User ID=b;Password=[…];Encrypt=yes",
            ),
            ("X-Api-Key: pl4nted", "X-Api-Key: […]"),
            ("APIKEY=pl4nted", "APIKEY=[…]"),
            ("AZURE_CLIENT_SECRET=pl4nted", "AZURE_CLIENT_SECRET=[…]"),
            ("?sv=1&sig=pl4nted%3D&se=2", "?sv=1&sig=[…]&se=2"),
            ("Authorization: Bearer pl4nted", "Authorization: […]"),
            (
                "-H 'Authorization: Basic pl4nted' https://a",
                "-H 'Authorization: […]' https://a",
            ),
            ("Cookie: a=pl4nted; b=pl4nted\nnext", "Cookie: […]\nnext"),
            ("{'password' => 'pl4nted'}", "{'password' => '[…]'}"),
            ("$secret := pl4nted", "$secret := […]"),
            (
                "<ClientSecret>pl4nted</ClientSecret>",
                "<ClientSecret>[…]</ClientSecret>",
            ),
            (
                "client secret value: pl4nted, id: x",
                "client secret value: […], id: x",
            ),
            (
                "Invalid client secret pl4nted is provided",
                "Invalid client secret […] is provided",
            ),
            ("my secret is: planted, x", "my secret is: […], x"),
            (
                "$password = ConvertTo-SecureString \"pl4nted\" -AsPlainText",
                "$password = ConvertTo-SecureString \"[…]\" -AsPlainText",
            ),
            (
                "-Password (ConvertTo-SecureString -String 'pl4nted' -Force)",
                "-Password (ConvertTo-SecureString -String '[…]' -Force)",
            ),
            ("the secret is 'planted'.", "the secret is '[…]'."),
            ("the password was Pl~anted", "the password was […]"),
            ("secret=ab&cd,ef}gh", "secret=[…]"),
        ] {
            assert_eq!(without_named_secrets(text), shown);
        }
    }

    #[test]
    fn what_people_are_to_read_stays() {
        for text in [
            "Invalid client secret provided. Ensure the secret being sent in the request is the \
             client secret value, not the client secret ID, for a secret added to app 'a-1'.",
            "Invalid client secret is provided.",
            "The provided client secret keys for app 'a-1' are expired. Visit the Azure portal to \
             create new keys for your app: https://aka.ms/NewClientSecret, or consider using \
             certificate credentials for added security: https://aka.ms/certCreds.",
            "The request body must contain the following parameter: 'client_assertion' or \
             'client_secret'.",
            "Client assertion contains an invalid signature. [Reason - The key was not found., \
             Thumbprint of key used by client: 'AB12', Please visit the portal]",
            "Current time: 2026-01-01T00:00:00Z, expiry time of assertion 2025-01-01T00:00:00Z.",
            "Error validating credentials due to invalid username or password.",
            "The password is expired; password change needed within 90 days",
            "the client secret (AADSTS7000215) is wrong",
            "errorCode: InvalidRequest, statusCode=Forbidden, userState: enabled",
            "error code: 503, Error Code: AADSTS65001, error_codes=[7000215]",
            "Bearer realm=\"\", error=\"invalid_token\", authorization_uri=\"https://a/b\"",
            "token_type=Bearer keyId=a1b2 kid: a1b2",
            "hasPassword=true secret: null",
            "claims={\"access_token\":{\"acrs\":{\"essential\":true}}}",
            "entra-auth-cli get-token -p sp --client-secret-stdin < file",
            "az ad sp show --id a1; entra-auth-cli get-token -p sp1",
            "https://login.microsoftonline.com/t/oauth2 ada@contoso.com",
        ] {
            assert_eq!(without_named_secrets(text), text);
        }
    }

    proptest! {
        #[test]
        fn no_spelling_lets_a_secret_through(secret in "[A-Za-z]{1,6}[0-9~][A-Za-z0-9~+/=.&;,-]{0,12}[a-z0-9]") {
            for spelling in [
                "client_secret=SECRET", "clientSecret: SECRET", "\"pwd\": \"SECRET\"", "'Password'='SECRET'",
                "AccountKey=SECRET;EndpointSuffix=x", "X-Api-Key: SECRET\nnext", "--client-secret SECRET --no-input",
                "az login -p SECRET", "Invalid client secret SECRET is provided", "<password>SECRET</password>",
            ] {
                let shown = without_named_secrets(&spelling.replace("SECRET", &secret));
                prop_assert!(!shown.contains(&secret), "{shown}");
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "([a-z =:'\"\\\\<>&;,{}\\[\\]@/-]|secret|--key|code|value|\\PC){0,40}") {
            without_named_secrets(&text);
        }
    }
}
