//! A request as it arrived, before anything judged it.

use std::fmt;

/// One HTTP request, recorded to the byte.
///
/// Its `Debug` form shows method, path and the names of headers and fields, but no value: bodies
/// and `Authorization` headers hold secrets. The accessors give everything.
#[derive(Clone, Eq, PartialEq)]
pub struct Request {
    /// The method, such as `POST`.
    pub method: String,
    /// The scheme and host the client addressed: `http://` or `https://` and the `Host` header.
    pub origin: String,
    /// The path, percent-encoding kept.
    pub path: String,
    /// The query string without its question mark, undecoded.
    pub query: Option<String>,
    /// The headers in the order of arrival, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, undecoded.
    pub body: Vec<u8>,
}

impl Request {
    /// The first header of this name, in any letter case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(header, _)| header.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The body read as `application/x-www-form-urlencoded`, in order, decoded once.
    pub fn form(&self) -> Vec<(String, String)> {
        decode(&self.body)
    }

    /// The first form field of this name.
    pub fn field(&self, name: &str) -> Option<String> {
        self.form()
            .into_iter()
            .find_map(|(field, value)| (field == name).then_some(value))
    }

    /// The parameters of the query string, in order, decoded once.
    pub fn query_pairs(&self) -> Vec<(String, String)> {
        decode(self.query.as_deref().unwrap_or_default().as_bytes())
    }

    /// The first query parameter of this name.
    pub fn query_parameter(&self, name: &str) -> Option<String> {
        self.query_pairs()
            .into_iter()
            .find_map(|(parameter, value)| (parameter == name).then_some(value))
    }

    /// The address the request was sent to, without its query.
    pub fn url(&self) -> String {
        format!("{}{}", self.origin, self.path)
    }

    /// Whether the body is declared as a form, whatever parameters follow the media type.
    pub(crate) fn is_form(&self) -> bool {
        self.header("content-type").is_some_and(|value| {
            value
                .split(';')
                .next()
                .unwrap_or_default()
                .trim()
                .eq_ignore_ascii_case("application/x-www-form-urlencoded")
        })
    }
}

fn decode(text: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text).into_owned().collect()
}

impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |pairs: &[(String, String)]| -> Vec<String> {
            pairs.iter().map(|(name, _)| name.clone()).collect()
        };
        let mut debug = formatter.debug_struct("Request");
        debug
            .field("method", &self.method)
            .field("url", &self.url())
            .field("query", &names(&self.query_pairs()))
            .field("headers", &names(&self.headers));
        if self.is_form() {
            debug.field("form", &names(&self.form()));
        }
        debug
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A form posted to `http://127.0.0.1:8080` and this path.
    pub(crate) fn form_post(path: &str, body: &str) -> Request {
        Request {
            method: "POST".to_owned(),
            origin: "http://127.0.0.1:8080".to_owned(),
            path: path.to_owned(),
            query: None,
            headers: vec![(
                "content-type".to_owned(),
                "application/x-www-form-urlencoded;charset=utf-8".to_owned(),
            )],
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn fields_are_decoded_once_and_keep_their_order() {
        let request = form_post("/t/oauth2/v2.0/token", "b=%252F+%7E&a=%2B%26%3D%25&b=2");
        assert_eq!(
            request.form(),
            [("b", "%2F ~"), ("a", "+&=%"), ("b", "2")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
        assert_eq!(request.field("b").as_deref(), Some("%2F ~"));
    }

    #[test]
    fn debug_names_the_fields_and_hides_their_values() {
        let mut request = form_post("/t/oauth2/v2.0/token", "client_secret=hunter2");
        request
            .headers
            .push(("authorization".to_owned(), "Basic aHVudGVyMg".to_owned()));
        let printed = format!("{request:?}");
        assert!(printed.contains("client_secret") && printed.contains("authorization"));
        assert!(
            !printed.contains("hunter2") && !printed.contains("aHVudGVyMg"),
            "{printed}"
        );
    }
}
