//! The parameters of a token request (RFC 6749 §3.2).

use crate::entra_error::EntraError;
use crate::request::Request;

/// Form fields, each at most once. An empty value counts as absent (RFC 6749 §3.2).
#[derive(Debug)]
pub(crate) struct Form {
    fields: Vec<(String, String)>,
}

impl Form {
    /// Reads the body. One that is not declared as a form has no fields, as with Entra; a repeated
    /// parameter is AADSTS9000411.
    pub(crate) fn read(request: &Request) -> Result<Self, EntraError> {
        Self::from_pairs(if request.is_form() {
            request.form()
        } else {
            Vec::new()
        })
    }

    /// Reads the query string by the same rules.
    pub(crate) fn read_query(request: &Request) -> Result<Self, EntraError> {
        Self::from_pairs(request.query_pairs())
    }

    fn from_pairs(fields: Vec<(String, String)>) -> Result<Self, EntraError> {
        for (index, (name, _)) in fields.iter().enumerate() {
            if fields[..index].iter().any(|(earlier, _)| earlier == name) {
                return Err(EntraError::invalid_request(
                    9_000_411,
                    format!(
                        "The request is not properly formatted. The parameter '{name}' is duplicated."
                    ),
                ));
            }
        }
        Ok(Self { fields })
    }

    /// The value of a parameter that is there and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(field, value)| field == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// Like [`get`](Self::get); AADSTS900144 names what is missing.
    pub(crate) fn required(&self, name: &str) -> Result<&str, EntraError> {
        self.get(name)
            .ok_or_else(|| EntraError::missing_parameter(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::tests::form_post;

    #[test]
    fn a_repeated_parameter_is_refused_even_with_the_same_value() {
        let error = Form::read(&form_post("/", "scope=a&client_id=b&scope=a")).unwrap_err();
        assert_eq!(error.code, 9_000_411);
        assert!(error.message.contains("'scope'"));
    }

    #[test]
    fn an_empty_value_is_absent() {
        let form = Form::read(&form_post("/", "scope=&client_id=b")).unwrap();
        assert_eq!(form.required("scope").unwrap_err().code, 900_144);
        assert_eq!(form.required("client_id").unwrap(), "b");
    }

    #[test]
    fn a_json_body_has_no_parameters() {
        let mut request = form_post("/", "grant_type=client_credentials");
        request.headers[0].1 = "application/json".to_owned();
        assert!(Form::read(&request).unwrap().get("grant_type").is_none());
    }
}
