//! The app registrations of a directory, a page at a time.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::Applications;
use engine::EngineError;
use engine::TokenRequest;
use model::Clock as _;
use protocol::TransportErrorKind;
use protocol::graph::ApplicationSearch;
use protocol::graph::GraphError;
use protocol::graph::LinkFault;
use serde_json::json;

use crate::stage::Reply;
use crate::stage::Stage;
use crate::stage::answer;
use crate::stage::request;
use crate::stage::request_to;
use crate::stage::token;

const NEXT: &str = "https://graph.microsoft.com/v1.0/applications?$skiptoken=a%2Fb%27c&$top=2";

/// A page of applications of these names, each its own id as well.
fn page(names: &[&str], next: Option<&str>) -> Reply {
    let value: Vec<_> = names
        .iter()
        .map(|name| json!({"id": name, "appId": name, "displayName": name}))
        .collect();
    let mut body = json!({ "value": value });
    if let Some(next) = next {
        body["@odata.nextLink"] = next.into();
    }
    answer(200, &[], &body.to_string())
}

fn error(status: u16, headers: &[(&str, &str)]) -> Reply {
    answer(
        status,
        headers,
        r#"{"error":{"code":"SomeCode","message":"no"}}"#,
    )
}

fn listing<'a>(stage: &'a Stage, request: &'a TokenRequest, search: &str) -> Applications<'a> {
    let search = ApplicationSearch::parse(search);
    Applications::new(stage.engine(), request, search).unwrap()
}

/// The names of the next page.
fn next(listing: &mut Applications<'_>) -> Option<Vec<String>> {
    let page = listing.next_page().unwrap()?;
    Some(page.into_iter().map(|found| found.display_name).collect())
}

/// Where Graph was asked, and whether for eventual consistency.
fn asked(stage: &Stage) -> Vec<(String, bool)> {
    let requests = stage.network.requests();
    let of_graph = requests
        .iter()
        .filter(|request| request.url.host_str() == Some("graph.microsoft.com"));
    of_graph
        .map(|request| {
            assert!(request.body.is_none());
            let eventual = request.header("consistencylevel") == Some("eventual");
            (request.url.to_string(), eventual)
        })
        .collect()
}

fn bearers(stage: &Stage) -> Vec<String> {
    let requests = stage.network.requests();
    let values = requests
        .iter()
        .filter_map(|request| request.header("authorization"));
    values.map(str::to_owned).collect()
}

#[test]
fn no_page_is_asked_for_before_it_is_wanted() {
    let stage = Stage::new();
    let request = request();
    let mut listing = listing(&stage, &request, "*z");
    assert_eq!(stage.network.requests().len(), 0);
    stage.will_reply([
        token("t", 3600),
        page(&["az", "bz"], Some(NEXT)),
        page(&["cz"], None),
    ]);
    assert_eq!(next(&mut listing).unwrap(), ["az", "bz"]);
    assert_eq!(asked(&stage).len(), 1);
    assert_eq!(next(&mut listing).unwrap(), ["cz"]);
    assert_eq!(next(&mut listing), None);
    let asked = asked(&stage);
    assert_eq!(asked.len(), 2);
    assert!(asked[0].0.contains("endsWith"), "{asked:?}");
    assert_eq!(asked[1], (NEXT.to_owned(), true));
    assert_eq!(bearers(&stage), ["Bearer t", "Bearer t"]);
}

#[test]
fn what_a_search_brought_early_does_not_come_again() {
    let stage = Stage::new();
    let request = request();
    let mut listing = listing(&stage, &request, "*pay*");
    stage.will_reply([
        token("t", 3600),
        page(&["Payroll", "payslips"], None),
        page(&["repay", "Payroll"], Some(NEXT)),
        page(&["other", "payslips", "PrePAYment"], None),
    ]);
    let pages: Vec<_> = std::iter::from_fn(|| next(&mut listing)).collect();
    assert_eq!(
        pages,
        [
            vec!["Payroll", "payslips"],
            vec!["repay"],
            vec!["PrePAYment"]
        ]
    );
    let kinds: Vec<bool> = asked(&stage)
        .iter()
        .map(|(_, eventual)| *eventual)
        .collect();
    assert_eq!(kinds, [true, false, false]);
}

#[test]
fn where_there_are_no_advanced_queries_all_are_listed_and_narrowed() {
    for search in ["*z", "*z*"] {
        let stage = Stage::new();
        let request = request();
        let mut listing = listing(&stage, &request, search);
        stage.will_reply([
            token("t", 3600),
            error(400, &[]),
            page(&["z", "y"], Some(NEXT)),
            page(&["Z"], None),
        ]);
        let pages: Vec<_> = std::iter::from_fn(|| next(&mut listing)).collect();
        assert_eq!(pages.concat(), ["z", "Z"], "{search}");
        let all = &asked(&stage)[1].0;
        assert!(!all.contains("filter") && !all.contains("search"), "{all}");
    }
}

#[test]
fn a_plain_query_that_is_refused_stays_refused() {
    let stage = Stage::new();
    let request = request();
    let mut listing = listing(&stage, &request, "z*");
    stage.will_reply([token("t", 3600), error(400, &[])]);
    let outcome = listing.next_page();
    assert!(
        matches!(&outcome, Err(EngineError::Graph(GraphError::Refused(refusal))) if refusal.status == 400),
        "{outcome:?}"
    );
}

#[test]
fn a_token_that_graph_does_not_take_is_replaced_once() {
    let claims = r#"{"access_token":{"nbf":{"essential":true,"value":"1"}}}"#;
    let challenge = format!(
        "Bearer error=\"insufficient_claims\", claims=\"{}\"",
        STANDARD.encode(claims)
    );
    for headers in [&[][..], &[("www-authenticate", challenge.as_str())]] {
        let stage = Stage::new();
        let request = request();
        let mut listing = listing(&stage, &request, "a");
        stage.will_reply([
            token("old", 3600),
            error(401, headers),
            token("new", 3600),
            page(&["a"], Some(NEXT)),
            error(401, headers),
            token("newer", 3600),
            error(401, headers),
        ]);
        assert_eq!(next(&mut listing).unwrap(), ["a"]);
        let second = listing.next_page();
        assert!(
            matches!(&second, Err(EngineError::Graph(GraphError::Refused(refusal))) if refusal.status == 401),
            "{second:?}"
        );
        assert_eq!(
            bearers(&stage),
            ["Bearer old", "Bearer new", "Bearer new", "Bearer newer"]
        );
        let forms = stage.network.forms();
        let of_tokens: Vec<&String> = forms.iter().filter(|form| !form.is_empty()).collect();
        assert_eq!(of_tokens.len(), 3);
        assert!(!of_tokens[0].contains("claims="), "{}", of_tokens[0]);
        let demands = !headers.is_empty();
        assert_eq!(
            of_tokens[1].contains("claims="),
            demands,
            "{}",
            of_tokens[1]
        );
    }
}

#[test]
fn a_token_that_runs_out_on_the_way_is_replaced() {
    let stage = Stage::new();
    let request = request();
    let mut listing = listing(&stage, &request, "");
    stage.will_reply([
        token("t", 3600),
        page(&["a"], Some(NEXT)),
        token("u", 3600),
        page(&["b"], None),
    ]);
    next(&mut listing).unwrap();
    stage.clock.advance(Duration::from_hours(1));
    next(&mut listing).unwrap();
    assert_eq!(bearers(&stage), ["Bearer t", "Bearer u"]);
}

#[test]
fn a_busy_graph_is_asked_again_when_it_says() {
    let stage = Stage::new();
    let request = request();
    let mut listing = listing(&stage, &request, "");
    stage.will_reply([
        token("t", 3600),
        error(429, &[("retry-after", "20")]),
        error(503, &[]),
        page(&["a"], None),
    ]);
    assert_eq!(next(&mut listing).unwrap(), ["a"]);
    let asked = stage.network.asked();
    assert!(asked[2] >= asked[1] + Duration::from_secs(20), "{asked:?}");
    assert_eq!(asked.len(), 4);
}

#[test]
fn each_page_has_the_time_allowed_for_itself() {
    let stage = Stage::new();
    let request = request();
    let mut listing = listing(&stage, &request, "");
    stage.will_reply([
        token("t", 36_000),
        error(429, &[("retry-after", "50")]),
        page(&["a"], Some(NEXT)),
        error(429, &[("retry-after", "50")]),
        page(&["b"], Some("https://graph.microsoft.com/v1.0/x")),
        Reply::Silence,
    ]);
    assert_eq!(next(&mut listing).unwrap(), ["a"]);
    assert_eq!(next(&mut listing).unwrap(), ["b"]);
    let begin = stage.clock.monotonic();
    let third = listing.next_page();
    assert!(
        matches!(
            &third,
            Err(EngineError::Transport { source, .. }) if source.kind == TransportErrorKind::Timeout
        ) || matches!(&third, Err(EngineError::NoPage(_))),
        "{third:?}"
    );
    assert_eq!(stage.clock.monotonic(), begin + Duration::from_mins(1));
}

#[test]
fn a_link_that_leads_astray_is_not_followed() {
    let first = {
        let stage = Stage::new();
        stage.will_reply([token("t", 3600), page(&[], None)]);
        next(&mut listing(&stage, &request(), "")).unwrap();
        asked(&stage)[0].0.clone()
    };
    for (link, expected) in [
        (
            "https://evil.example/v1.0/applications",
            LinkFault::Elsewhere,
        ),
        ("http://graph.microsoft.com/v1.0/x", LinkFault::Elsewhere),
        ("https://graph.microsoft.com/beta/x", LinkFault::OtherPath),
        ("applications?$skiptoken=x", LinkFault::NoAddress),
    ] {
        let stage = Stage::new();
        stage.will_reply([token("t", 3600), page(&["a"], Some(link))]);
        let outcome = listing(&stage, &request(), "").next_page();
        assert!(
            matches!(&outcome, Err(EngineError::Graph(GraphError::Link { fault, .. })) if *fault == expected),
            "{outcome:?}"
        );
        assert_eq!(stage.network.requests().len(), 2, "{link}");
    }
    for back_to in [first.as_str(), NEXT] {
        let stage = Stage::new();
        stage.will_reply([
            token("t", 3600),
            page(&["a"], Some(NEXT)),
            page(&["b"], Some(back_to)),
        ]);
        let request = request();
        let mut listing = listing(&stage, &request, "");
        assert_eq!(next(&mut listing).unwrap(), ["a"]);
        assert_eq!(next(&mut listing).unwrap(), ["b"]);
        let outcome = listing.next_page();
        assert!(
            matches!(
                &outcome,
                Err(EngineError::Graph(GraphError::Link {
                    fault: LinkFault::Loop,
                    ..
                }))
            ),
            "{outcome:?}"
        );
        assert_eq!(asked(&stage).len(), 2, "{back_to}");
    }
}

#[test]
fn empty_pages_without_an_end_are_given_up() {
    let stage = Stage::new();
    let links: Vec<String> = (0..200).map(|number| format!("{NEXT}{number}")).collect();
    let pages = links.iter().map(|link| page(&[], Some(link)));
    stage.will_reply([token("t", 3600)].into_iter().chain(pages));
    let request = request();
    let mut listing = listing(&stage, &request, "");
    let error = loop {
        match listing.next_page() {
            Ok(found) => assert!(found.is_some_and(|page| page.is_empty())),
            Err(error) => break error,
        }
    };
    assert!(
        matches!(
            &error,
            EngineError::Graph(GraphError::Link {
                fault: LinkFault::Endless,
                ..
            })
        ),
        "{error:?}"
    );
    assert_eq!(asked(&stage).len(), 101);
}

#[test]
fn a_redirect_is_no_page_and_is_not_followed() {
    let stage = Stage::new();
    stage.will_reply([
        token("t", 3600),
        answer(302, &[("location", "https://evil.example/")], ""),
    ]);
    let outcome = listing(&stage, &request(), "").next_page();
    assert!(
        matches!(
            &outcome,
            Err(EngineError::Graph(GraphError::Malformed {
                status: 302,
                ..
            }))
        ),
        "{outcome:?}"
    );
    assert_eq!(stage.network.requests().len(), 2);
}

#[test]
fn a_stranger_has_no_graph_and_is_asked_for_nothing() {
    let stage = Stage::new();
    let request = request_to("https://login.example");
    let outcome = Applications::new(stage.engine(), &request, ApplicationSearch::All);
    assert!(matches!(outcome, Err(EngineError::NoGraph(_))));
    assert_eq!(stage.network.requests().len(), 0);
}
