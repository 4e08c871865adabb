//! A request for every endpoint that the description knows.

use relatable_simulator::{Mutation, Resource, Selection};
use serde_json::{Value, json};

use crate::client::Session;

/// A request, and the path under which the description knows its answer.
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) described: &'static str,
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
}

/// Described path, the path asked, and whose ids stand in it: all of them, a few of many.
const BY_ID: &[(&str, &str, Resource)] = &[
    ("/contacts/{contact_id}", "/contacts/{}?include_merge_history=true", Resource::Contacts),
    ("/contacts/{contact_id}/tags", "/contacts/{}/tags", Resource::Contacts),
    ("/contacts/{contact_id}/companies", "/contacts/{}/companies", Resource::Contacts),
    ("/contacts/{contact_id}/notes", "/contacts/{}/notes", Resource::Contacts),
    ("/contacts/{contact_id}/segments", "/contacts/{}/segments", Resource::Contacts),
    ("/contacts/{contact_id}/subscriptions", "/contacts/{}/subscriptions", Resource::Contacts),
    ("/events", "/events?type=user&intercom_user_id={}", Resource::Contacts),
    ("/companies/{company_id}", "/companies/{}", Resource::Companies),
    ("/companies/{company_id}/contacts", "/companies/{}/contacts", Resource::Companies),
    ("/companies/{company_id}/segments", "/companies/{}/segments", Resource::Companies),
    ("/companies/{company_id}/notes", "/companies/{}/notes", Resource::Companies),
    ("/conversations/{conversation_id}", "/conversations/{}", Resource::Conversations),
    ("/conversations/{id}/handling_events", "/conversations/{}/handling_events", Resource::Conversations),
    (
        "/conversations/{id}/side_conversations",
        "/conversations/{}/side_conversations",
        Resource::Conversations,
    ),
    ("/admins/{admin_id}", "/admins/{}", Resource::Admins),
    ("/teams/{team_id}", "/teams/{}", Resource::Teams),
    ("/teams/{team_id}/metrics", "/teams/{}/metrics", Resource::Teams),
    ("/tags/{tag_id}", "/tags/{}", Resource::Tags),
    ("/segments/{segment_id}", "/segments/{}", Resource::Segments),
    ("/tickets/{ticket_id}", "/tickets/{}", Resource::Tickets),
    ("/ticket_types/{ticket_type_id}", "/ticket_types/{}", Resource::TicketTypes),
    ("/calls/{call_id}", "/calls/{}", Resource::Calls),
    ("/articles/{article_id}", "/articles/{}", Resource::Articles),
    ("/articles/{article_id}/versions", "/articles/{}/versions", Resource::Articles),
    ("/help_center/collections/{collection_id}", "/help_center/collections/{}", Resource::Collections),
    ("/help_center/help_centers/{help_center_id}", "/help_center/help_centers/{}", Resource::HelpCenters),
    (
        "/help_center/help_centers/{help_center_id}/redirects",
        "/help_center/help_centers/{}/redirects",
        Resource::HelpCenters,
    ),
    ("/internal_articles/{internal_article_id}", "/internal_articles/{}", Resource::InternalArticles),
    ("/content_snippets/{id}", "/content_snippets/{}", Resource::ContentSnippets),
    ("/ai/external_pages/{page_id}", "/ai/external_pages/{}", Resource::ExternalPages),
    (
        "/ai/content_import_sources/{source_id}",
        "/ai/content_import_sources/{}",
        Resource::ContentImportSources,
    ),
    ("/news/news_items/{news_item_id}", "/news/news_items/{}", Resource::NewsItems),
    ("/news/newsfeeds/{newsfeed_id}", "/news/newsfeeds/{}", Resource::Newsfeeds),
    ("/news/newsfeeds/{newsfeed_id}/items", "/news/newsfeeds/{}/items", Resource::Newsfeeds),
    ("/macros/{id}", "/macros/{}", Resource::Macros),
    ("/data_connectors/{id}", "/data_connectors/{}", Resource::DataConnectors),
    (
        "/data_connectors/{data_connector_id}/execution_results",
        "/data_connectors/{}/execution_results",
        Resource::DataConnectors,
    ),
    ("/audiences/{id}", "/audiences/{}", Resource::Audiences),
    ("/brands/{id}", "/brands/{}", Resource::Brands),
    ("/emails/{id}", "/emails/{}", Resource::Emails),
    ("/office_hours_schedules/{id}", "/office_hours_schedules/{}", Resource::OfficeHoursSchedules),
    (
        "/office_hours_schedules/{office_hours_schedule_id}/office_hours_exceptions",
        "/office_hours_schedules/{}/office_hours_exceptions",
        Resource::OfficeHoursSchedules,
    ),
];

/// Paths without ids; a query is no part of what the description calls them.
const LISTS: &[&str] = &[
    "/me",
    "/ip_allowlist",
    "/admins",
    "/admins/activity_logs?created_at_after=1",
    "/admins/activity_log_event_types",
    "/teams",
    "/tags",
    "/segments?include_count=true",
    "/subscription_types",
    "/data_attributes?include_archived=true",
    "/contacts?per_page=150",
    "/companies/scroll",
    "/conversations?per_page=150",
    "/conversations/attributes",
    "/conversations/deleted",
    "/ticket_types",
    "/ticket_states",
    "/calls",
    "/articles?per_page=150",
    "/articles/search?phrase=a",
    "/help_center/collections",
    "/help_center/help_centers",
    "/internal_articles",
    "/content_snippets",
    "/content/search?query=a",
    "/ai/external_pages",
    "/ai/content_import_sources",
    "/news/news_items",
    "/news/newsfeeds",
    "/macros",
    "/data_connectors",
    "/audiences",
    "/brands",
    "/emails",
    "/away_status_reasons",
    "/office_hours_schedules",
    "/export/reporting_data/get_datasets",
];

/// All of them, in a workspace where something was deleted and merged.
pub(crate) async fn all(session: &Session) -> Vec<Request> {
    let ids = |resource| -> Vec<String> {
        let documents = session.truth(resource).into_iter();
        documents
            .map(|document| document["id"].as_str().map_or_else(|| document["id"].to_string(), str::to_owned))
            .collect()
    };
    let user = session.truth(Resource::Contacts).iter().position(|contact| contact["role"] == "user");
    let user = user.expect("a user") as u32;
    let merge = Mutation::MergeContacts { sources: Selection::Indexes(vec![200, 201]), into: user };
    session.simulator.mutate(merge).expect("a merge");
    let which = Selection::Indexes(vec![100, 101]);
    let deletion = Mutation::Delete { resource: Resource::Conversations, which };
    session.simulator.mutate(deletion).expect("a deletion");

    let mut requests = Vec::new();
    let mut get =
        |described, path: String| requests.push(Request { method: "GET", described, path, body: None });
    for path in LISTS {
        get(path.split('?').next().unwrap_or_default(), (*path).to_owned());
    }
    for &(described, path, resource) in BY_ID {
        let ids = ids(resource);
        for id in ids.iter().step_by(ids.len() / 40 + 1) {
            get(described, path.replace("{}", id));
        }
    }
    let user = &ids(Resource::Contacts)[user as usize];
    get("/contacts/{id}/merge_history", format!("/contacts/{user}/merge_history"));
    get(
        "/custom_object_instances/{custom_object_type_identifier}",
        "/custom_object_instances/Order".to_owned(),
    );
    let drafts = session
        .truth(Resource::Articles)
        .into_iter()
        .find(|article| article["has_unpublished_changes"] == true);
    let draft = drafts.expect("an article with changes")["id"].as_str().expect("text").to_owned();
    get("/articles/{id}/draft", format!("/articles/{draft}/draft"));

    let everything = json!({"query": {"field": "created_at", "operator": ">", "value": 0}, "pagination": {"per_page": 150}});
    let post = |path: &'static str, body| Request {
        method: "POST",
        described: path,
        path: path.to_owned(),
        body: Some(body),
    };
    let conversations: Vec<String> = session
        .truth(Resource::Calls)
        .iter()
        .filter_map(|call| call["conversation_id"].as_str().map(str::to_owned))
        .take(20)
        .collect();
    requests.extend(exports(session).await);
    requests.extend([
        post("/contacts/search", everything.clone()),
        post("/conversations/search", everything.clone()),
        post("/tickets/search", everything),
        post("/companies/list", json!({"per_page": 60})),
        post("/calls/search", json!({"conversation_ids": conversations})),
        post("/admins/activity_logs/search", json!({"created_at_after": 1})),
    ]);
    requests
}

/// Those about exports, with a job to ask about.
async fn exports(session: &Session) -> Vec<Request> {
    let range = json!({"created_at_after": 1_793_000_000, "created_at_before": 1_793_400_000});
    let reporting = json!({
        "dataset_id": "conversation", "attribute_ids": ["conversation.state"], "start_time": 1_793_000_000,
        "end_time": 1_793_400_000,
    });
    let told = session.post("/export/content/data", range.clone()).await;
    let job = told["job_identifier"].as_str().expect("text");
    let request = |method, described, path, body| Request { method, described, path, body };
    let (status, cancel) = ("/export/content/data/{job_identifier}", "/export/cancel/{job_identifier}");
    let enqueue = "/export/reporting_data/enqueue";
    vec![
        request("GET", status, status.replace("{job_identifier}", job), None),
        request("POST", cancel, cancel.replace("{job_identifier}", job), Some(json!({}))),
        request("POST", "/export/content/data", "/export/content/data".to_owned(), Some(range)),
        request("POST", enqueue, enqueue.to_owned(), Some(reporting)),
    ]
}
