//! The device authorization grant (RFC 8628 §3.4): asking whether the person has signed in.

use model::DeviceCode;
use model::Timestamp;

use super::GrantError;
use super::GrantRequest;
use crate::HttpRequest;

/// Its `grant_type`.
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Asks once for the tokens of a sign-in on another device. `claims` is JSON, as
/// [`crate::claims::parse`] gives it.
pub fn request(
    grant: &GrantRequest<'_>,
    device_code: &DeviceCode,
    claims: Option<&str>,
    now: Timestamp,
) -> Result<HttpRequest, GrantError> {
    let mut request = grant.of_type(DEVICE_CODE, now)?;
    let form = request.body.get_or_insert_default();
    form.push("device_code", device_code.expose_secret());
    grant.end_for_person(form, claims);
    Ok(request)
}

#[cfg(test)]
mod tests {
    use model::AuthorityKind;

    use super::*;
    use crate::fixtures::Asking;
    use crate::fixtures::NOW;
    use crate::fixtures::wire;

    #[test]
    fn the_code_is_all_that_is_sent_beside_the_client() {
        let asking = Asking::at(AuthorityKind::Entra);
        let code = DeviceCode::from("d3vice".to_owned());
        let request = request(&asking.grant(), &code, None, NOW).unwrap();
        assert_eq!(
            wire(&request),
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&client_id=app\
             &device_code=d3vice&client_info=1"
        );
        assert!(!request.redacted().contains("d3vice"));
    }
}
