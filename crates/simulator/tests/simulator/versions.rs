//! What differs from version to version (API notes, sections 5, 10 and 12).

use relatable_simulator::Resource;
use serde_json::{Value, json};

use crate::client::{Session, rows, session};

async fn ask(session: &Session, path: &str, version: &str) -> (u16, Value) {
    let request = session.request("GET", path).header("intercom-version", version);
    let reply = session.send(request).await.expect("an answer");
    (reply.status, reply.json())
}

/// Path and the first version that has it.
const SINCE: &[(&str, &str)] = &[
    ("/ticket_states", "2.12"),
    ("/ai/external_pages", "2.12"),
    ("/internal_articles", "2.13"),
    ("/calls", "2.14"),
    ("/away_status_reasons", "2.14"),
    ("/brands", "2.15"),
    ("/emails", "2.15"),
    ("/macros", "2.16"),
    ("/data_connectors", "2.16"),
    ("/audiences", "2.16"),
    ("/content_snippets", "2.16"),
    ("/conversations/deleted", "2.16"),
    ("/conversations/attributes", "2.16"),
    ("/office_hours_schedules", "2.16"),
    ("/custom_object_instances/Order", "2.16"),
    ("/contacts/activities", "Preview"),
    ("/folders", "Preview"),
];

const VERSIONS: [&str; 7] = ["2.11", "2.12", "2.13", "2.14", "2.15", "2.16", "Preview"];

#[tokio::test]
async fn an_endpoint_that_came_later_is_refused_with_400() {
    let session = session(|_| ()).await;
    for (path, since) in SINCE {
        let first = VERSIONS.iter().position(|version| version == since).expect("a version");
        for (position, version) in VERSIONS.iter().enumerate() {
            let (status, body) = ask(&session, path, version).await;
            assert_eq!(status, if position < first { 400 } else { 200 }, "{path} in {version}");
            if status == 400 {
                assert_eq!(body["errors"][0]["code"], "intercom_version_invalid", "{path} in {version}");
            }
        }
    }
}

#[tokio::test]
async fn tickets_change_the_type_of_assignees_and_state() {
    let session = session(|settings| settings.tickets = Some(30)).await;
    let tickets = session.truth(Resource::Tickets);
    let nobodys = tickets.iter().find(|ticket| ticket["admin_assignee_id"] == 0).expect("nobody's ticket");
    let path = format!("/tickets/{}", nobodys["id"].as_str().expect("text"));
    let cases = [
        ("2.11", json!("0"), false),
        ("2.12", json!("0"), true),
        ("2.15", json!("0"), true),
        ("2.16", json!(0), true),
    ];
    for (version, nobody, state_is_object) in cases {
        let (_, ticket) = ask(&session, &path, version).await;
        assert_eq!(ticket["admin_assignee_id"], nobody, "{version}");
        assert_eq!(ticket["ticket_state"].is_object(), state_is_object, "{version}");
        assert_eq!(ticket["ticket_state_internal_label"].is_string(), !state_is_object, "{version}");
    }
}

#[tokio::test]
async fn articles_name_a_parent_until_2_15_and_authors_since_2_16() {
    let session = session(|_| ()).await;
    let (_, former) = ask(&session, "/articles?per_page=150", "2.15").await;
    let (_, present) = ask(&session, "/articles?per_page=150", "2.16").await;
    for (former, present) in rows(&former, "data").iter().zip(rows(&present, "data")) {
        assert_eq!(former["parent_id"], present["parent_ids"][0]);
        assert_eq!(former["parent_type"].is_string(), present["parent_ids"][0].is_u64());
        assert!(present.get("parent_id").is_none() && former.get("created_by_id").is_none());
    }
}

#[tokio::test]
async fn conversations_print_less_in_older_versions() {
    let session = session(|_| ()).await;
    let truth = session.truth(Resource::Conversations);
    let rated = truth.iter().find(|one| one["conversation_rating"].is_object() && one["company"].is_object());
    let path = format!("/conversations/{}", rated.expect("one with a rating")["id"].as_str().expect("text"));
    let part = "/conversation_parts/conversation_parts/0";
    let cases = [
        (format!("{part}/event_details"), "2.13"),
        ("/conversation_rating/updated_at".to_owned(), "2.14"),
        ("/company".to_owned(), "2.15"),
        ("/channel".to_owned(), "2.16"),
    ];
    for (pointer, since) in cases {
        let first = VERSIONS.iter().position(|version| *version == since).expect("a version");
        for (position, version) in VERSIONS.iter().enumerate() {
            let (_, conversation) = ask(&session, &path, version).await;
            assert_eq!(conversation.pointer(&pointer).is_some(), position >= first, "{pointer} in {version}");
        }
    }
}

#[tokio::test]
async fn conversation_attributes_moved_and_dates_become_instants_in_preview() {
    let session = session(|_| ()).await;
    let path = "/data_attributes?model=conversation";
    assert_eq!(ask(&session, path, "2.16").await.0, 422);
    let (status, former) = ask(&session, path, "2.15").await;
    assert_eq!(
        (status, rows(&former, "data").len()),
        (200, session.truth(Resource::ConversationAttributes).len())
    );
    let data_type = |answer: &Value| {
        let found = rows(answer, "data").iter().find(|one| one["full_name"] == "created_at").cloned();
        found.expect("an attribute")["data_type"].clone()
    };
    let (_, stable) = ask(&session, "/data_attributes?model=contact", "2.16").await;
    let (_, preview) = ask(&session, "/data_attributes?model=contact", "Preview").await;
    assert_eq!((data_type(&stable), data_type(&preview)), (json!("date"), json!("datetime")));
}

#[tokio::test]
async fn companies_can_be_searched_in_preview_alone() {
    let session = session(|_| ()).await;
    let body = |field: &str| json!({"query": {"field": field, "operator": ">", "value": 0}, "pagination": {"per_page": 150}});
    assert_eq!(
        session.try_post("/companies/search", body("updated_at")).await.code(),
        "intercom_version_invalid"
    );
    let send = async |field: &str| {
        let request = session
            .request("POST", "/companies/search")
            .header("intercom-version", "Preview")
            .json(&body(field));
        session.send(request).await.expect("an answer")
    };
    let found = send("updated_at").await.json();
    let with_contacts = session.truth(Resource::Companies).into_iter().filter(|one| one["user_count"] != 0);
    assert_eq!(found["total_count"], with_contacts.count());
    assert_eq!(send("plan.name").await.code(), "invalid_field");
}
