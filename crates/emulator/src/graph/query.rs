//! The query options of a request for applications.

use serde_json::{Map, Value};

use super::GraphError;
use super::filter::Condition;
use super::page_token;
use crate::request::Request;

/// Graph's own page size for directory objects.
const DEFAULT_PAGE_SIZE: usize = 100;
const LARGEST_PAGE_SIZE: usize = 999;

/// What `$select` may name.
const PROPERTIES: [&str; 16] = [
    "api",
    "appId",
    "createdDateTime",
    "displayName",
    "id",
    "identifierUris",
    "isFallbackPublicClient",
    "keyCredentials",
    "notes",
    "passwordCredentials",
    "publicClient",
    "publisherDomain",
    "requiredResourceAccess",
    "signInAudience",
    "spa",
    "web",
];

/// A query that makes sense.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) page_size: usize,
    pub(super) offset: usize,
    pub(super) counts: bool,
    condition: Condition,
    selected: Option<Vec<String>>,
    /// The options but the page token, as they were sent.
    options: String,
}

impl Query {
    /// Reads the options; refuses those that Graph refuses.
    pub(super) fn read(request: &Request, has_advanced: bool) -> Result<Self, GraphError> {
        let raw = request.query.as_deref().unwrap_or_default();
        let is_token = |option: &&str| {
            let name = option.split('=').next().unwrap_or_default();
            name == "$skiptoken" || name.eq_ignore_ascii_case("%24skiptoken")
        };
        let options: Vec<&str> = raw.split('&').filter(|option| !is_token(option)).collect();
        let mut query = Self {
            page_size: DEFAULT_PAGE_SIZE,
            offset: 0,
            counts: false,
            condition: Condition::Anything,
            selected: None,
            options: options.join("&"),
        };
        let mut sorts = false;
        for (name, value) in request.query_pairs() {
            match name.as_str() {
                "$select" => query.selected = Some(properties(&value)?),
                "$top" => query.page_size = page_size(&value)?,
                "$count" => query.counts = value.eq_ignore_ascii_case("true"),
                "$filter" => query.condition = Condition::of_filter(&value)?,
                "$search" => query.condition = Condition::of_search(&value)?,
                // The applications are in no order that a client could tell from another.
                "$orderby" => sorts = true,
                "$skiptoken" => {
                    query.offset = page_token::read(&value, &query.options)
                        .ok_or_else(GraphError::expired_page_token)?;
                }
                _ if name.starts_with('$') => {
                    return Err(GraphError::bad_request(format!(
                        "The query parameter '{name}' is not supported."
                    )));
                }
                _ => {}
            }
        }
        let is_advanced = query.condition.is_advanced()
            || query.counts
            || (sorts && query.condition != Condition::Anything);
        let is_eventual = request
            .header("consistencylevel")
            .is_some_and(|level| level.eq_ignore_ascii_case("eventual"));
        if is_advanced && !has_advanced {
            return Err(GraphError::unsupported_query(
                "Advanced queries are not supported in this tenant.",
            ));
        }
        if is_advanced && !(is_eventual && query.counts) {
            return Err(GraphError::unsupported_query(
                "Request with $search, endsWith or $count requires the ConsistencyLevel header \
                 with the value eventual, and $count=true.",
            ));
        }
        Ok(query)
    }

    pub(super) fn is_met_by(&self, application: &Value) -> bool {
        let text = |name: &str| application[name].as_str().unwrap_or_default();
        self.condition.is_met_by(text("displayName"), text("appId"))
    }

    /// The properties asked for; all but large ones if none is named.
    pub(super) fn selected(&self, application: Value) -> Value {
        match (application, &self.selected) {
            (Value::Object(members), Some(selected)) => {
                let kept: Map<String, Value> = members
                    .into_iter()
                    .filter(|(name, _)| selected.contains(name))
                    .collect();
                Value::Object(kept)
            }
            (application, _) => application,
        }
    }

    /// The query string of the page that begins there.
    pub(super) fn for_page(&self, offset: usize) -> String {
        let token = page_token::written(offset, &self.options);
        if self.options.is_empty() {
            return format!("$skiptoken={token}");
        }
        format!("{}&$skiptoken={token}", self.options)
    }
}

fn properties(list: &str) -> Result<Vec<String>, GraphError> {
    let names: Vec<String> = list.split(',').map(|name| name.trim().to_owned()).collect();
    match names
        .iter()
        .find(|name| !PROPERTIES.contains(&name.as_str()))
    {
        Some(unknown) => Err(GraphError::bad_request(format!(
            "Could not find a property named '{unknown}' on type 'microsoft.graph.application'."
        ))),
        None => Ok(names),
    }
}

fn page_size(text: &str) -> Result<usize, GraphError> {
    text.parse()
        .ok()
        .filter(|size| (1..=LARGEST_PAGE_SIZE).contains(size))
        .ok_or_else(|| GraphError::bad_request(format!("Invalid page size specified: '{text}'.")))
}
