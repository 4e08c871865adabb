//! Each paging style enumerates every record once.

use relatable_simulator::Resource;
use serde_json::{Value, json};

use crate::client::{Session, each_once, ids, rows, session};

/// Follows `starting_after` in the query string.
async fn by_cursor(session: &Session, path: &str, key: &str, per_page: u64) -> Vec<Value> {
    let mut documents = Vec::new();
    let mut query = format!("?per_page={per_page}");
    loop {
        let page = session.get(&format!("{path}{query}")).await;
        documents.extend_from_slice(rows(&page, key));
        let Some(next) = page["pages"]["next"]["starting_after"].as_str() else { return documents };
        query =
            format!("?per_page={per_page}&starting_after={}", next.replace('+', "%2B").replace('=', "%3D"));
    }
}

/// Follows `starting_after` in the body.
async fn by_search(session: &Session, path: &str, key: &str, mut body: Value) -> Vec<Value> {
    let mut documents = Vec::new();
    loop {
        let page = session.post(path, body.clone()).await;
        documents.extend_from_slice(rows(&page, key));
        let Some(next) = page["pages"]["next"].get("starting_after") else {
            assert_eq!(page["total_count"], documents.len());
            return documents;
        };
        body["pagination"]["starting_after"] = next.clone();
    }
}

#[tokio::test]
async fn lists_by_cursor_give_every_record_once() {
    let session = session(|_| ()).await;
    for per_page in [7, 150] {
        let contacts = each_once(ids(&by_cursor(&session, "/contacts", "data", per_page).await));
        assert_eq!(contacts, each_once(ids(&session.truth(Resource::Contacts))));
        let conversations = by_cursor(&session, "/conversations", "conversations", per_page).await;
        assert!(
            conversations.is_sorted_by_key(|document| -document["updated_at"].as_i64().expect("a number"))
        );
        assert!(conversations.iter().all(|document| document.get("conversation_parts").is_none()));
        assert_eq!(each_once(ids(&conversations)), each_once(ids(&session.truth(Resource::Conversations))));
    }
}

#[tokio::test]
async fn searches_give_every_record_once_in_each_order() {
    let session = session(|_| ()).await;
    for (path, key, resource) in [
        ("/contacts/search", "data", Resource::Contacts),
        ("/conversations/search", "conversations", Resource::Conversations),
    ] {
        let all = each_once(ids(&session.truth(resource)));
        for (field, order) in [
            ("updated_at", "ascending"),
            ("updated_at", "descending"),
            ("created_at", "ascending"),
            ("id", "descending"),
        ] {
            let body = json!({
                "query": {"field": "created_at", "operator": ">", "value": 0}, "pagination": {"per_page": 13},
                "sort": {"field": field, "order": order},
            });
            let documents = by_search(&session, path, key, body).await;
            if field != "id" {
                let sign = if order == "ascending" { 1 } else { -1 };
                assert!(
                    documents.is_sorted_by_key(|document| sign * document[field].as_i64().expect("a number"))
                );
            }
            assert_eq!(each_once(ids(&documents)), all, "{path} by {field} {order}");
        }
    }
}

#[tokio::test]
async fn defaults_and_caps_of_a_page_are_the_api_s() {
    let session = session(|_| ()).await;
    assert_eq!(rows(&session.get("/contacts").await, "data").len(), 10);
    assert_eq!(rows(&session.get("/conversations").await, "conversations").len(), 20);
    let all = json!({"query": {"field": "created_at", "operator": ">", "value": 0}});
    assert_eq!(rows(&session.post("/contacts/search?per_page=3", all).await, "data").len(), 50);
    assert_eq!(session.try_get("/contacts?per_page=151").await.status, 400);
    assert_eq!(session.try_post("/companies/list?per_page=61", json!({})).await.status, 400);
    assert_eq!(rows(&session.post("/companies/list", json!({"per_page": 60})).await, "data").len(), 60);
}

#[tokio::test]
async fn the_company_list_gives_every_company_with_contacts_once() {
    let session = session(|settings| settings.companies = Some(300)).await;
    let mut documents = Vec::new();
    let mut path = "/companies/list?per_page=17".to_owned();
    loop {
        let page = session.post(&path, json!({})).await;
        documents.extend_from_slice(rows(&page, "data"));
        match page["pages"]["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    let with_contacts: Vec<Value> =
        session.truth(Resource::Companies).into_iter().filter(|company| company["user_count"] != 0).collect();
    assert_eq!(each_once(ids(&documents)), each_once(ids(&with_contacts)));
}

#[tokio::test]
async fn the_company_list_ends_at_ten_thousand_rows() {
    let session = session(|settings| (settings.contacts, settings.companies) = (20_000, Some(11_000))).await;
    let last = session.post("/companies/list?per_page=50&page=200", json!({})).await;
    assert_eq!(rows(&last, "data").len(), 50);
    assert!(last["total_count"].as_u64().expect("a number") > 10_000);
    let beyond = session.try_post("/companies/list?per_page=50&page=201", json!({})).await;
    assert_eq!((beyond.status, beyond.code().as_str()), (400, "bad_request"));
    assert!(beyond.text.contains("page limit reached, please use scroll API"));
}

#[tokio::test]
async fn a_scroll_gives_every_company_once_and_is_alone() {
    let session = session(|settings| settings.companies = Some(250)).await;
    let mut page = session.get("/companies/scroll").await;
    let mut documents = Vec::new();
    while !rows(&page, "data").is_empty() {
        documents.extend_from_slice(rows(&page, "data"));
        let other = session.try_get("/companies/scroll").await;
        assert_eq!((other.status, other.code().as_str()), (400, "scroll_exists"));
        let parameter = page["scroll_param"].as_str().expect("text");
        page = session.get(&format!("/companies/scroll?scroll_param={parameter}")).await;
    }
    assert_eq!(each_once(ids(&documents)), each_once(ids(&session.truth(Resource::Companies))));
    session.get("/companies/scroll").await;
}

#[tokio::test]
async fn a_scroll_expires_a_minute_after_its_last_page() {
    let session = session(|settings| settings.companies = Some(350)).await;
    let first = session.get("/companies/scroll").await;
    let path = format!("/companies/scroll?scroll_param={}", first["scroll_param"].as_str().expect("text"));
    session.simulator.advance_clock(50);
    session.get(&path).await;
    session.simulator.advance_clock(50);
    session.get(&path).await;
    session.simulator.advance_clock(61);
    let expired = session.try_get(&path).await;
    assert_eq!((expired.status, expired.code().as_str()), (404, "not_found"));
    assert_eq!(rows(&session.get("/companies/scroll").await, "data").len(), 100);
}

#[tokio::test]
async fn numbered_pages_of_a_contact_follow_their_links() {
    let session = session(|_| ()).await;
    let contacts = session.truth(Resource::Contacts);
    let mut seen = 0;
    for (list, most) in [("companies", 12), ("notes", 27)] {
        let contact =
            contacts.iter().find(|contact| contact[list]["total_count"] == most).expect("a long list");
        let mut documents = Vec::new();
        let mut path = format!("/contacts/{}/{list}?per_page=5", contact["id"].as_str().expect("text"));
        loop {
            let page = session.get(&path).await;
            documents.extend_from_slice(rows(&page, "data"));
            seen += 1;
            match page["pages"]["next"].as_str() {
                Some(next) => path = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(each_once(ids(&documents)), each_once(ids(rows(&contact[list], "data"))));
    }
    assert_eq!(seen, 3 + 6);
}
