//! A small Microsoft Graph: `GET /v1.0/applications`.
//!
//! Written from Microsoft's documentation: "List applications", "Advanced query capabilities on
//! Microsoft Entra ID objects", "Paging", "Error responses and resource types".

mod authorization;
mod filter;
mod graph_error;
mod page_token;
mod query;
mod registrations;

use serde_json::{Value, json};

use crate::exchange::Exchange;
use crate::reply::Reply;

pub(crate) use graph_error::GraphError;
pub(crate) use registrations::Registrations;

use query::Query;

/// Answers a request for applications.
pub(crate) fn answer(exchange: &Exchange<'_>) -> Reply {
    page(exchange).unwrap_or_else(|error| error.reply(exchange))
}

fn page(exchange: &Exchange<'_>) -> Result<Reply, GraphError> {
    if exchange.request.method != "GET" {
        return Err(GraphError::bad_request("Only GET is emulated here."));
    }
    authorization::check(exchange)?;
    let registrations = &exchange.state.registrations;
    let query = Query::read(exchange.request, registrations.has_advanced_queries)?;
    let now = exchange.now;
    let count = registrations.count(&exchange.state.directory);
    let mut found = Vec::new();
    let mut next = None;
    for index in query.offset..count {
        let application = Registrations::get(&exchange.state.directory, index, now);
        if !query.is_met_by(&application) {
            continue;
        }
        if found.len() == query.page_size {
            next = Some(index);
            break;
        }
        found.push(query.selected(application));
    }
    let origin = exchange.origin();
    let mut body = json!({
        "@odata.context": format!("{origin}/v1.0/$metadata#applications"),
    });
    if query.counts && query.offset == 0 {
        let total = (0..count)
            .filter(|index| {
                query.is_met_by(&Registrations::get(&exchange.state.directory, *index, now))
            })
            .count();
        body["@odata.count"] = json!(total);
    }
    if let Some(next) = next {
        let parameters = query.for_page(next);
        body["@odata.nextLink"] = json!(format!("{origin}/v1.0/applications?{parameters}"));
    }
    body["value"] = Value::Array(found);
    Ok(Reply::json(200, &body).with_header("odata-version", "4.0"))
}
