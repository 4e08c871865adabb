//! Every list of the catalogue, read to its end in its own paging style, against the truth.

use std::collections::BTreeMap;

use relatable_simulator::{Resource, Settings};
use serde_json::{Value, json};

use crate::client::{Session, ids, rows, session};

/// How a list is read to its end.
#[derive(Clone, Copy)]
enum Style {
    /// Everything at once.
    Whole,
    /// The next page is a URL.
    Linked,
    /// Page numbers with `total_pages` beside the rows.
    Flat,
    /// A cursor in `pages.next`.
    Cursor,
}

/// Resource, path, key of the rows, style.
const LISTS: &[(Resource, &str, &str, Style)] = &[
    (Resource::AwayStatusReasons, "/away_status_reasons", "data", Style::Whole),
    (Resource::OfficeHoursSchedules, "/office_hours_schedules", "data", Style::Whole),
    (Resource::Brands, "/brands", "data", Style::Whole),
    (Resource::Emails, "/emails", "data", Style::Whole),
    (Resource::TicketTypes, "/ticket_types", "data", Style::Whole),
    (Resource::TicketStates, "/ticket_states", "data", Style::Whole),
    (Resource::HelpCenters, "/help_center/help_centers", "data", Style::Whole),
    (Resource::Audiences, "/audiences", "data", Style::Flat),
    (Resource::ContentSnippets, "/content_snippets", "data", Style::Flat),
    (Resource::ActivityLogs, "/admins/activity_logs?created_at_after=1", "activity_logs", Style::Linked),
    (Resource::Calls, "/calls", "data", Style::Linked),
    (Resource::Articles, "/articles", "data", Style::Linked),
    (Resource::Collections, "/help_center/collections", "data", Style::Linked),
    (Resource::InternalArticles, "/internal_articles", "data", Style::Linked),
    (Resource::ExternalPages, "/ai/external_pages", "data", Style::Linked),
    (Resource::ContentImportSources, "/ai/content_import_sources", "data", Style::Linked),
    (Resource::NewsItems, "/news/news_items", "data", Style::Linked),
    (Resource::Newsfeeds, "/news/newsfeeds", "data", Style::Linked),
    (Resource::Macros, "/macros", "data", Style::Cursor),
    (Resource::DataConnectors, "/data_connectors", "data", Style::Cursor),
];

/// Where one record of a resource is served.
const SINGLES: &[(Resource, &str)] = &[
    (Resource::Tickets, "/tickets"),
    (Resource::TicketTypes, "/ticket_types"),
    (Resource::Articles, "/articles"),
    (Resource::Collections, "/help_center/collections"),
    (Resource::HelpCenters, "/help_center/help_centers"),
    (Resource::InternalArticles, "/internal_articles"),
    (Resource::ContentSnippets, "/content_snippets"),
    (Resource::ExternalPages, "/ai/external_pages"),
    (Resource::ContentImportSources, "/ai/content_import_sources"),
    (Resource::NewsItems, "/news/news_items"),
    (Resource::Newsfeeds, "/news/newsfeeds"),
    (Resource::Macros, "/macros"),
    (Resource::DataConnectors, "/data_connectors"),
    (Resource::Audiences, "/audiences"),
    (Resource::Brands, "/brands"),
    (Resource::Emails, "/emails"),
    (Resource::OfficeHoursSchedules, "/office_hours_schedules"),
];

/// Reads a list to its end.
async fn read(session: &Session, path: &str, key: &str, style: Style) -> Vec<Value> {
    let mut documents = Vec::new();
    let mut next = path.to_owned();
    loop {
        let page = session.get(&next).await;
        documents.extend_from_slice(rows(&page, key));
        let link = match style {
            Style::Whole => None,
            Style::Linked => page["pages"]["next"].as_str().map(str::to_owned),
            Style::Flat => {
                let present = page["page"].as_u64().expect("a page number");
                let is_last = present >= page["total_pages"].as_u64().expect("a number of pages");
                (!is_last).then(|| format!("{path}?page={}", present + 1))
            }
            Style::Cursor => page["pages"]["next"]["starting_after"]
                .as_str()
                .map(|cursor| format!("{path}?starting_after={cursor}")),
        };
        let Some(link) = link else { return documents };
        next = link;
    }
}

/// The id of a document, which is a number in two collections.
fn id(document: &Value) -> String {
    document["id"].as_str().map_or_else(|| document["id"].to_string(), str::to_owned)
}

fn by_id(documents: Vec<Value>) -> BTreeMap<String, Value> {
    let count = documents.len();
    let documents: BTreeMap<String, Value> =
        documents.into_iter().map(|document| (id(&document), document)).collect();
    assert_eq!(documents.len(), count, "a record came twice");
    documents
}

/// What a row of a list says must be what the truth says; it may say less.
fn assert_agrees(row: &Value, whole: &Value, place: &str) {
    for (name, value) in row.as_object().expect("a row is an object") {
        assert_eq!(value, &whole[name], "{place}: {name}");
    }
}

#[tokio::test]
async fn every_list_read_to_its_end_has_all_records_once() {
    let session = session(|_| ()).await;
    for &(resource, path, key, style) in LISTS {
        let listed = by_id(read(&session, path, key, style).await);
        let truth = by_id(session.truth(resource));
        assert!(!truth.is_empty(), "{path}");
        assert!(listed.keys().eq(truth.keys()), "{path}: {} of {}", listed.len(), truth.len());
        for (id, row) in &listed {
            assert_agrees(row, &truth[id], path);
        }
    }
}

#[tokio::test]
async fn one_record_is_served_in_full() {
    let session = session(|_| ()).await;
    for &(resource, path) in SINGLES {
        let truth = session.truth(resource);
        for document in truth.iter().step_by(truth.len() / 3 + 1) {
            assert_eq!(session.get(&format!("{path}/{}", id(document))).await, *document, "{path}");
        }
        assert_eq!(session.try_get(&format!("{path}/1")).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn what_hangs_on_a_record_is_served_under_it() {
    let session = session(|_| ()).await;
    let cases = [
        (
            Resource::OfficeHoursExceptions,
            Resource::OfficeHoursSchedules,
            "/office_hours_schedules/{}/office_hours_exceptions",
            "data",
        ),
        (Resource::Redirects, Resource::HelpCenters, "/help_center/help_centers/{}/redirects", "data"),
        (Resource::ArticleVersions, Resource::Articles, "/articles/{}/versions", "data"),
        (Resource::TeamMetrics, Resource::Teams, "/teams/{}/metrics", "data"),
        (
            Resource::HandlingEvents,
            Resource::Conversations,
            "/conversations/{}/handling_events",
            "handling_events",
        ),
    ];
    for (resource, parent, path, key) in cases {
        let mut found = 0;
        for parent in session.truth(parent) {
            found += read(&session, &path.replace("{}", &id(&parent)), key, Style::Linked).await.len();
        }
        assert_eq!(found, session.truth(resource).len(), "{path}");
        assert!(found > 0, "{path}");
    }
    let news = session.truth(Resource::NewsItems);
    let feed = id(&session.truth(Resource::Newsfeeds)[0]);
    let shown = read(&session, &format!("/news/newsfeeds/{feed}/items"), "data", Style::Linked).await;
    let number: u64 = feed.parse().expect("ids of newsfeeds are numbers");
    let assigned = news
        .iter()
        .filter(|item| rows(item, "newsfeed_assignments").iter().any(|feeds| feeds["newsfeed_id"] == number));
    assert_eq!(shown.len(), assigned.count());
    let connector = id(&session.truth(Resource::DataConnectors)[0]);
    let path = format!("/data_connectors/{connector}/execution_results");
    let executions = read(&session, &path, "data", Style::Cursor).await;
    assert_eq!(executions.len(), 13);
    assert!(executions.iter().all(|execution| execution.get("response_body").is_none()));
}

#[tokio::test]
async fn side_conversations_are_paged_by_number_without_a_link() {
    let session = session(|_| ()).await;
    let conversation = &ids(&session.truth(Resource::Conversations))[5];
    let path = format!("/conversations/{conversation}/side_conversations");
    let (first, second) = (session.get(&path).await, session.get(&format!("{path}?page=2")).await);
    assert_eq!(
        (rows(&first, "side_conversations").len(), rows(&second, "side_conversations").len()),
        (25, 3)
    );
    assert_eq!(first["pages"], json!({"type": "pages", "page": 1, "per_page": 25, "total_pages": 2}));
}

#[tokio::test]
async fn custom_objects_are_listed_by_type() {
    let session = session(|_| ()).await;
    let mut listed = Vec::new();
    for kind in ["Order", "Device"] {
        listed
            .extend(read(&session, &format!("/custom_object_instances/{kind}"), "data", Style::Linked).await);
    }
    assert_eq!(by_id(listed.clone()), by_id(session.truth(Resource::CustomObjectInstances)));
    let one = &listed[0];
    assert_eq!(session.get(&format!("/custom_object_instances/Order/{}", id(one))).await, *one);
    let external_id = one["external_id"].as_str().expect("text");
    assert_eq!(session.get(&format!("/custom_object_instances/Order?external_id={external_id}")).await, *one);
    assert_eq!(session.try_get("/custom_object_instances/Shoe").await.status, 404);
}

#[tokio::test]
async fn tickets_are_found_by_search_alone_and_parts_are_cut_at_500() {
    let session = session(|settings: &mut Settings| settings.tickets = Some(170)).await;
    let mut found = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let body = json!({
            "query": {"field": "created_at", "operator": ">", "value": 0}, "sort": {"field": "updated_at", "order": "ascending"},
            "pagination": {"per_page": 150, "starting_after": cursor},
        });
        let page = session.post("/tickets/search", body).await;
        assert_eq!(page["total_count"], 170);
        found.extend_from_slice(rows(&page, "tickets"));
        cursor = page["pages"]["next"]["starting_after"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(by_id(found.clone()), by_id(session.truth(Resource::Tickets)));
    let cut = |ticket: &&Value| ticket["ticket_parts"]["total_count"].as_u64() > Some(500);
    let longest = found.iter().find(cut).expect("a ticket with more than 500 parts");
    assert_eq!(rows(&longest["ticket_parts"], "ticket_parts").len(), 500);
    let late = found.iter().filter(|ticket| {
        let parts = rows(&ticket["ticket_parts"], "ticket_parts");
        parts.last().is_some_and(|part| part["created_at"].as_i64() > ticket["updated_at"].as_i64())
    });
    assert!(late.count() > 0, "updated_at lags behind the newest part of some tickets");
    for (category, word) in [("Customer", "request"), ("Back-office", "task"), ("Tracker", "tracker")] {
        let body = json!({"query": {"field": "category", "operator": "=", "value": word}, "pagination": {"per_page": 1}});
        let total = session.post("/tickets/search", body).await["total_count"].clone();
        assert_eq!(total, found.iter().filter(|ticket| ticket["category"] == category).count(), "{word}");
    }
}

#[tokio::test]
async fn the_activity_log_is_read_by_windows_of_time() {
    let session = session(|_| ()).await;
    let logs = session.truth(Resource::ActivityLogs);
    let at = logs[logs.len() / 2]["created_at"].as_i64().expect("a moment");
    assert_eq!(session.try_get("/admins/activity_logs").await.status, 400);
    let path = format!("/admins/activity_logs?created_at_after={at}&created_at_before={}", at + 90 * 86_400);
    let window = read(&session, &path, "activity_logs", Style::Linked).await;
    let inside =
        logs.iter().filter(|log| (at..=at + 90 * 86_400).contains(&log["created_at"].as_i64().unwrap_or(0)));
    assert_eq!(window.len(), inside.count());
    let body = json!({"created_at_after": at, "event_types": ["bulk_delete"]});
    let page = session.post("/admins/activity_logs/search", body).await;
    assert!(rows(&page, "activity_logs").iter().all(|log| log["activity_type"] == "bulk_delete"));
}

#[tokio::test]
async fn calls_of_conversations_come_with_what_was_said() {
    let session = session(|_| ()).await;
    let calls = session.truth(Resource::Calls);
    let call =
        calls.iter().find(|call| call["conversation_id"].is_string()).expect("a call of a conversation");
    let body = json!({"conversation_ids": [call["conversation_id"]]});
    let found = session.post("/calls/search", body).await;
    assert!(rows(&found, "data").contains(call));
    let many: Vec<String> = (0..21).map(|number| number.to_string()).collect();
    let refused = session.try_post("/calls/search", json!({"conversation_ids": many})).await;
    assert_eq!((refused.status, refused.code().as_str()), (400, "conversation_id_limit_exceeded"));
}

#[tokio::test]
async fn macros_and_content_can_be_asked_for_by_change() {
    let session = session(|_| ()).await;
    let macros = session.truth(Resource::Macros);
    let newest = session.get("/macros?per_page=1").await["data"][0].clone();
    assert!(macros.iter().all(|one| one["updated_at"].as_str() <= newest["updated_at"].as_str()));
    let article = &session.truth(Resource::Articles)[0];
    let at = article["updated_at"].as_i64().expect("a moment");
    let found = session.get(&format!("/content/search?updated_at_after={at}&updated_at_before={at}")).await;
    assert!(rows(&found, "data").iter().any(|row| row["id"] == article["id"]));
    let words =
        article["title"].as_str().expect("a title").split(' ').next().expect("a word").replace('&', "%26");
    let found = session.get(&format!("/articles/search?phrase={words}")).await;
    assert!(found["data"]["articles"].is_array(), "an object holds the articles");
}
