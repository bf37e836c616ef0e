//! Microsoft Graph's list of applications.

use std::collections::HashSet;

use emulator::{App, Emulator, EmulatorBuilder};
use serde_json::Value;

use crate::support::*;

const GRAPH: &str = "https://graph.microsoft.com";

fn graph_of(roles: &[&str]) -> EmulatorBuilder {
    let app = App::confidential(CLIENT_ID).secret(SECRET);
    let app = app.roles(GRAPH, roles.iter().copied());
    Emulator::builder().app(app).generated_applications(250)
}

fn graph() -> Emulator {
    graph_of(&["Application.Read.All"]).start().unwrap()
}

fn token(emulator: &Emulator, scope: &'static str) -> String {
    let reply = post(
        &emulator.token_endpoint(TENANT),
        &with_secret_but("scope", scope),
    );
    reply.json()["access_token"].as_str().unwrap().to_owned()
}

fn list_with(emulator: &Emulator, token: &str, query: &str, headers: &[(&str, &str)]) -> Reply {
    let url = if query.starts_with("http") {
        query.to_owned()
    } else {
        format!("{}/v1.0/applications?{query}", emulator.base_url())
    };
    let mut request = agent()
        .get(url)
        .header("authorization", format!("Bearer {token}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    read(request.call())
}

fn list(emulator: &Emulator, query: &str) -> Reply {
    let token = token(emulator, "https://graph.microsoft.com/.default");
    list_with(emulator, &token, query, &[])
}

fn eventually(emulator: &Emulator, query: &str) -> Reply {
    let token = token(emulator, "https://graph.microsoft.com/.default");
    list_with(emulator, &token, query, &[("ConsistencyLevel", "eventual")])
}

fn names(reply: &Reply) -> Vec<String> {
    let body = reply.json();
    let names = body["value"].as_array().unwrap().iter();
    names
        .map(|found| found["displayName"].as_str().unwrap().to_owned())
        .collect()
}

#[track_caller]
fn assert_refused(reply: &Reply, status: u16, code: &str) {
    assert_eq!(reply.status, status, "{}", reply.body);
    let body = reply.json();
    assert_eq!(body["error"]["code"], code);
    assert!(body["error"]["innerError"]["request-id"].is_string());
}

#[test]
fn pages_follow_each_other_until_all_were_there() {
    let emulator = graph();
    let mut reply = list(&emulator, "$top=100&$select=displayName");
    let token = token(&emulator, "https://graph.microsoft.com/.default");
    let mut seen = Vec::new();
    loop {
        seen.extend(names(&reply));
        let body = reply.json();
        let Some(next) = body["@odata.nextLink"].as_str() else {
            break;
        };
        reply = list_with(&emulator, &token, next, &[]);
    }
    assert_eq!(seen, emulator.application_names());
    assert_eq!(seen.len(), 251);
    assert_eq!(seen.iter().collect::<HashSet<_>>().len(), 251);
}

#[test]
fn a_page_token_of_another_query_is_refused() {
    let emulator = graph();
    let next = list(&emulator, "$top=10").json();
    let next = next["@odata.nextLink"].as_str().unwrap();
    let other = next.replace("$top=10", "$top=20");
    let token = token(&emulator, "https://graph.microsoft.com/.default");
    let reply = list_with(&emulator, &token, &other, &[]);
    assert_refused(&reply, 400, "Directory_ExpiredPageToken");
}

#[test]
fn advanced_queries_need_their_header_and_the_count() {
    let emulator = graph();
    let ends = "$filter=endsWith(displayName,'00030')";
    let search = "$search=%22displayName:payroll%22";
    for query in [ends, search] {
        let counted = format!("{query}&$count=true");
        assert_refused(&list(&emulator, &counted), 400, "Request_UnsupportedQuery");
        assert_refused(
            &eventually(&emulator, query),
            400,
            "Request_UnsupportedQuery",
        );
        let reply = eventually(&emulator, &counted);
        assert_eq!(reply.status, 200, "{}", reply.body);
        let found = names(&reply).len();
        assert!(found > 0);
        assert!(reply.json()["@odata.count"].as_u64().unwrap() >= found as u64);
    }
    let plain = graph_of(&["Application.Read.All"]);
    let plain = plain.without_advanced_queries().start().unwrap();
    let reply = eventually(&plain, &format!("{ends}&$count=true"));
    assert_refused(&reply, 400, "Request_UnsupportedQuery");
}

#[test]
fn simple_filters_need_nothing() {
    let emulator = graph();
    for (query, expected) in [
        ("$filter=displayName eq 'o''neill''s PAYROLL'", 1),
        ("$filter=startswith(displayName,'five *')", 2),
        ("$filter=appId eq '11112222-bbbb-3333-cccc-4444dddd5555'", 1),
        ("$filter=displayName eq 'nobody'", 0),
    ] {
        let reply = list(&emulator, &query.replace(' ', "%20"));
        assert_eq!(names(&reply).len(), expected, "{query}: {}", reply.body);
    }
    for bad in [
        "$top=1000",
        "$select=secretText",
        "$filter=contains(displayName,'x')",
        "$skip=1",
    ] {
        assert_refused(&list(&emulator, bad), 400, "BadRequest");
    }
}

#[test]
fn only_a_good_token_that_may_lists_anything() {
    let emulator = graph();
    assert_refused(
        &list_with(&emulator, "", "", &[]),
        401,
        "InvalidAuthenticationToken",
    );
    let good = token(&emulator, "https://graph.microsoft.com/.default");
    let mut forged = good.clone();
    let last = forged.pop().unwrap();
    forged.push(if last == 'A' { 'B' } else { 'A' });
    let (first, rest) = forged.split_at(forged.len() - 40);
    let forged = format!("{first}{}", rest.to_ascii_lowercase());
    for bad in [forged, token(&emulator, "https://vault.azure.net/.default")] {
        let reply = list_with(&emulator, &bad, "", &[]);
        assert_refused(&reply, 401, "InvalidAuthenticationToken");
    }
    emulator.set_clock_offset(2 * 3600);
    let late = list_with(&emulator, &good, "", &[]);
    assert_refused(&late, 401, "InvalidAuthenticationToken");

    let weak = graph_of(&["User.Read.All"]).start().unwrap();
    assert_refused(&list(&weak, ""), 403, "Authorization_RequestDenied");
}

#[test]
fn a_registration_says_what_it_has_and_no_secret() {
    let emulator = graph();
    let reply = list(&emulator, "$top=1");
    let body = reply.json();
    let found: &Value = &body["value"][0];
    assert_eq!(found["appId"], CLIENT_ID);
    assert_eq!(found["passwordCredentials"][0]["secretText"], Value::Null);
    assert!(!reply.body.contains(SECRET));
}
