//! Identifiers behind their labels.

use super::Identifiers;

/// How far before an identifier its label is looked for, in bytes.
const LABEL_REACH: usize = 40;

/// The form of a GUID (RFC 9562 §4): the lengths of its parts.
const GUID_PARTS: [usize; 5] = [8, 4, 4, 4, 12];
const GUID_LENGTH: usize = 36;

/// Labels that end like those of the application and its tenant, and mean others: the API's, the
/// tenant of the account, the tenant that owns the application.
const OF_OTHERS: [&str; 5] = [
    "resourceapp",
    "resourceappid",
    "resourceapplicationid",
    "hometenantid",
    "ownertenantid",
];

/// The claim of a token for the tenant. Other labels end so too: `object id`.
const TENANT_CLAIM: &str = "tid";

/// The identifiers of a text; of several with one label the last, which is the newest in a log.
pub(super) fn in_text(text: &str) -> Identifiers {
    let mut found = Identifiers::default();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let Some(length) = guid_length(bytes, at).or_else(|| time_length(&bytes[at..])) else {
            at += 1;
            continue;
        };
        // Both forms consist of ASCII alone.
        if let (Some(value), Some(before)) = (text.get(at..at + length), text.get(..at))
            && let Some(field) = field_of(
                &mut found,
                &label(before),
                &last_word(before),
                length == GUID_LENGTH,
            )
        {
            *field = Some(value.to_owned());
        }
        at += length;
    }
    found
}

fn field_of<'a>(
    found: &'a mut Identifiers,
    label: &str,
    word: &str,
    is_guid: bool,
) -> Option<&'a mut Option<String>> {
    let ends = |labels: &[&str]| labels.iter().any(|one| label.ends_with(one));
    if !is_guid {
        return ends(&["timestamp", "createddatetime"]).then_some(&mut found.timestamp);
    }
    if ends(&OF_OTHERS) {
        None
    } else if ends(&["correlationid", "clientrequestid"]) {
        Some(&mut found.correlation_id)
    } else if ends(&["traceid", "requestid"]) {
        Some(&mut found.trace_id)
    } else if ends(&[
        "application",
        "applicationid",
        "applicationwithid",
        "applicationwithidentifier",
        "app",
        "appid",
        "clientid",
    ]) {
        Some(&mut found.client_id)
    } else if ends(&["tenant", "tenantid", "directory", "microsoftonlinecom"])
        || word == TENANT_CLAIM
    {
        Some(&mut found.tenant_id)
    } else {
        None
    }
}

/// The letters before a place, in lower case.
fn label(before: &str) -> String {
    let mut reach = before.len().saturating_sub(LABEL_REACH);
    while !before.is_char_boundary(reach) {
        reach += 1;
    }
    before[reach..]
        .chars()
        .filter(char::is_ascii_alphabetic)
        .map(|character| character.to_ascii_lowercase())
        .collect()
}

/// The letters of the last word before a place, in lower case.
fn last_word(before: &str) -> String {
    let label = before.trim_end_matches(|character: char| !character.is_ascii_alphanumeric());
    let start = label
        .rfind(|character: char| !character.is_ascii_alphabetic())
        .map_or(0, |at| at + 1);
    // What was found there may have more bytes than one.
    let word = label.get(start..).unwrap_or_default();
    word.to_ascii_lowercase()
}

/// The length of the GUID at a place, if one stands there alone.
fn guid_length(bytes: &[u8], at: usize) -> Option<usize> {
    let candidate = bytes.get(at..at + GUID_LENGTH)?;
    let continues =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    let before = at.checked_sub(1).and_then(|before| bytes.get(before));
    if continues(before) || continues(bytes.get(at + GUID_LENGTH)) {
        return None;
    }
    let parts = candidate.split(|byte| *byte == b'-');
    let fits = parts
        .map(|part| part.iter().all(u8::is_ascii_hexdigit).then_some(part.len()))
        .eq(GUID_PARTS.map(Some));
    fits.then_some(GUID_LENGTH)
}

/// The length of `YYYY-MM-DD hh:mm:ssZ`, with a `T` between or parts of a second, at the beginning.
fn time_length(bytes: &[u8]) -> Option<usize> {
    const FORM: &[u8; 19] = b"dddd-dd-dd?dd:dd:dd";
    let fits = bytes
        .get(..FORM.len())?
        .iter()
        .zip(FORM)
        .all(|(byte, form)| match form {
            b'd' => byte.is_ascii_digit(),
            b'?' => matches!(byte, b' ' | b'T'),
            other => byte == other,
        });
    if !fits {
        return None;
    }
    let rest = &bytes[FORM.len()..];
    let fraction = match rest.split_first() {
        Some((b'.', digits)) => {
            1 + digits
                .iter()
                .take(9)
                .take_while(|byte| byte.is_ascii_digit())
                .count()
        }
        _ => 0,
    };
    (rest.get(fraction) == Some(&b'Z')).then_some(FORM.len() + fraction + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_label_is_known() {
        let guid = "6731de76-14a6-49ae-97bc-6eba6914391e";
        for label in [
            "Correlation ID: ",
            "\"correlation_id\":\"",
            "correlationId=",
            "Correlation Id\n",
        ] {
            let found = in_text(&format!("{label}{guid}\" "));
            assert_eq!(found.correlation_id.as_deref(), Some(guid), "{label}");
        }
        let found = in_text(&format!("login.microsoftonline.com/{guid}/oauth2"));
        assert_eq!(found.tenant_id.as_deref(), Some(guid));
    }

    #[test]
    fn identifiers_of_others_are_not_taken_for_the_applications_or_the_tenants() {
        let ours = "6731de76-14a6-49ae-97bc-6eba6914391e";
        let other = "00000003-0000-0000-c000-000000000000";
        for label in [
            "Resource app ID: ",
            "\"resourceAppId\":\"",
            "with object id '",
            "\"homeTenantId\": \"",
            "\"appOwnerTenantId\": \"",
            "ätid ä: ",
        ] {
            let text = format!("Client app ID: {ours}(App), tid={ours}. {label}{other}' ");
            let found = in_text(&text);
            assert_eq!(found.client_id.as_deref(), Some(ours), "{label}");
            assert_eq!(found.tenant_id.as_deref(), Some(ours), "{label}");
        }
        let found = in_text(&format!("\"tid\": \"{other}\""));
        assert_eq!(found.tenant_id.as_deref(), Some(other));
    }

    #[test]
    fn a_time_may_have_parts_of_a_second() {
        for time in ["2026-07-01 08:09:10Z", "2026-07-01T08:09:10.1234567Z"] {
            let found = in_text(&format!("\"timestamp\":\"{time}\""));
            assert_eq!(found.timestamp.as_deref(), Some(time));
        }
        assert_eq!(in_text("timestamp: 2026-07-01 08:09:10").timestamp, None);
    }

    #[test]
    fn what_only_holds_a_guid_is_none() {
        for text in [
            "trace_id=a6731de76-14a6-49ae-97bc-6eba6914391e",
            "trace_id=6731de76-14a6-49ae-97bc-6eba6914391e-1",
            "trace_id=6731de76_14a6_49ae_97bc_6eba6914391e",
            "6731de76-14a6-49ae-97bc-6eba6914391e",
        ] {
            assert_eq!(in_text(text), Identifiers::default(), "{text}");
        }
    }
}
