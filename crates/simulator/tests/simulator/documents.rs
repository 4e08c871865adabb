//! Documents: the same for the same seed, cut where the API cuts, never later than the anchor.

use relatable_simulator::{ANCHOR_S, Resource};
use serde_json::Value;

use crate::client::{ids, rows, session};

/// What only mutations bring about.
const AT_FIRST_EMPTY: [Resource; 2] = [Resource::DeletedConversations, Resource::ContactMerges];

#[tokio::test]
async fn the_same_seed_gives_the_same_documents() {
    let first = session(|settings| settings.seed = 42).await;
    let second = session(|settings| settings.seed = 42).await;
    let other = session(|settings| settings.seed = 43).await;
    for resource in Resource::ALL {
        let documents = first.truth(resource);
        assert!(documents.is_empty() == AT_FIRST_EMPTY.contains(&resource), "{resource:?}");
        assert!(documents == second.truth(resource), "{resource:?} differ");
    }
    assert!(first.truth(Resource::Contacts) != other.truth(Resource::Contacts));
    assert_ne!(first.get("/me").await["app"]["id_code"], other.get("/me").await["app"]["id_code"]);
}

#[tokio::test]
async fn no_generated_change_is_later_than_the_anchor() {
    let session = session(|_| ()).await;
    for resource in
        [Resource::Contacts, Resource::Companies, Resource::Conversations, Resource::Notes, Resource::Events]
    {
        for document in session.truth(resource) {
            let (created, updated) = (&document["created_at"], &document["updated_at"]);
            assert!(created.as_i64().expect("an instant") <= ANCHOR_S, "{resource:?}");
            assert!(
                updated.is_null()
                    || (updated.as_i64() <= Some(ANCHOR_S) && updated.as_i64() >= created.as_i64())
            );
            let parts = document["conversation_parts"]["conversation_parts"].as_array();
            let parts = parts.map(Vec::as_slice).unwrap_or_default();
            assert!(parts.is_sorted_by_key(|part| part["created_at"].as_i64()));
            assert!(parts.iter().all(|part| part["created_at"].as_i64() <= updated.as_i64()));
        }
    }
}

#[tokio::test]
async fn lists_of_a_contact_are_cut_at_ten_and_completed_elsewhere() {
    let session = session(|_| ()).await;
    let mut cut = 0;
    for whole in session.truth(Resource::Contacts) {
        let id = whole["id"].as_str().expect("text");
        let served = session.get(&format!("/contacts/{id}")).await;
        for list in
            ["tags", "notes", "companies", "opted_out_subscription_types", "opted_in_subscription_types"]
        {
            let (all, shown) = (ids(rows(&whole[list], "data")), ids(rows(&served[list], "data")));
            assert_eq!(served[list]["total_count"], all.len());
            assert_eq!(served[list]["has_more"], all.len() > 10);
            assert_eq!(shown, all[..all.len().min(10)]);
        }
        if served["tags"]["has_more"] == true {
            cut += 1;
            let completed = session.get(served["tags"]["url"].as_str().expect("text")).await;
            assert_eq!(completed["data"], whole["tags"]["data"]);
        }
        for list in ["segments", "subscriptions"] {
            assert_eq!(session.get(&format!("/contacts/{id}/{list}")).await["data"], whole[list]["data"]);
        }
    }
    assert!(cut > 0);
    let longest =
        session.truth(Resource::Contacts).iter().map(|contact| rows(&contact["tags"], "data").len()).max();
    assert_eq!(longest, Some(25));
}

#[tokio::test]
async fn five_hundred_parts_are_served_whatever_there_are() {
    let session = session(|_| ()).await;
    let (mut exactly, mut more, mut long) = (0, 0, 0);
    for conversation in session.truth(Resource::Conversations) {
        let total = conversation["conversation_parts"]["total_count"].as_u64().expect("a number");
        let shown = rows(&conversation["conversation_parts"], "conversation_parts").len() as u64;
        assert_eq!(shown, total.min(500));
        exactly += u32::from(total == 500);
        more += u32::from(total > 500);
        long += u32::from(total > 12);
        if total >= 500 {
            let served =
                session.get(&format!("/conversations/{}", conversation["id"].as_str().expect("text"))).await;
            assert_eq!(served, conversation);
        }
    }
    assert!(exactly >= 1 && more >= 1, "{exactly} with 500 parts, {more} with more");
    assert!(long < 30, "{long} of 200 conversations are long");
}

#[tokio::test]
async fn links_between_contacts_and_companies_agree_from_both_sides() {
    let session = session(|_| ()).await;
    let mut links = 0;
    for company in session.truth(Resource::Companies) {
        let id = company["id"].as_str().expect("text");
        let contacts = session.get(&format!("/companies/{id}/contacts?per_page=150")).await;
        assert_eq!(contacts["total_count"], company["user_count"]);
        links += company["user_count"].as_u64().expect("a number");
        for contact in rows(&contacts, "data") {
            let companies =
                session.get(&format!("/contacts/{}/companies", contact["id"].as_str().expect("text"))).await;
            assert!(ids(rows(&companies, "data")).iter().any(|other| other == id));
        }
    }
    let contacts = session.truth(Resource::Contacts);
    let from_contacts: u64 =
        contacts.iter().filter_map(|contact| contact["companies"]["total_count"].as_u64()).sum();
    assert_eq!(links, from_contacts);
}

#[tokio::test]
async fn what_an_older_version_prints_differs() {
    let session = session(|_| ()).await;
    let contacts = session.truth(Resource::Contacts);
    let owned = contacts.iter().find(|contact| contact["owner_id"].is_string()).expect("an owned contact");
    let conversations = session.truth(Resource::Conversations);
    let free = conversations
        .iter()
        .find(|conversation| conversation["admin_assignee_id"] == 0)
        .expect("an unassigned one");
    let old = |path: String| session.request("GET", &path).header("Intercom-Version", "2.14");
    let contact = session
        .send(old(format!("/contacts/{}", owned["id"].as_str().expect("text"))))
        .await
        .expect("an answer");
    assert_eq!(contact.json()["owner_id"].to_string(), owned["owner_id"].as_str().expect("text"));
    assert_eq!(contact.header("intercom-version"), "2.14");
    let path = format!("/conversations/{}", free["id"].as_str().expect("text"));
    assert_eq!(session.send(old(path)).await.expect("an answer").json()["admin_assignee_id"], Value::Null);
    assert_eq!(
        session.send(old("/data_attributes?model=conversation".to_owned())).await.expect("an answer").status,
        200
    );
    assert_eq!(session.try_get("/data_attributes?model=conversation").await.status, 422);
}

#[tokio::test]
async fn the_unkind_cases_are_there() {
    let session = session(|_| ()).await;
    let contacts = session.truth(Resource::Contacts);
    let some = |holds: &dyn Fn(&Value) -> bool| contacts.iter().any(holds);
    assert!(
        some(&|contact| contact["signed_up_at"].as_i64() > Some(2_700_000_000)),
        "a date far in the future"
    );
    assert!(some(&|contact| contact["signed_up_at"].as_i64().is_some_and(|at| at < 0)), "a date before 1970");
    let attribute = |name: &'static str| some(&move |contact| !contact["custom_attributes"][name].is_null());
    for name in
        ["Plan Name", "plan_name", "lifetime.value", "is_vip", "Renewal Date", "Account Number", "Größe 📏"]
    {
        assert!(attribute(name), "{name}");
    }
    let companies = session.truth(Resource::Companies);
    assert!(companies.iter().any(|company| company["company_id"].as_str().expect("text").len() == 19));
    assert!(companies.iter().any(|company| company["plan"] == serde_json::json!({})));
    assert!(
        companies.iter().all(|company| company
            .as_object()
            .expect("an object")
            .values()
            .all(|value| !value.is_null()))
    );
    assert!(companies.iter().any(|company| company.get("last_request_at").is_none()));
    let conversations = session.truth(Resource::Conversations);
    for (key, empty) in
        [("statistics", Value::Null), ("teammates", Value::Null), ("topics", serde_json::json!({}))]
    {
        assert!(conversations.iter().any(|conversation| conversation[key] == empty), "{key}");
        assert!(conversations.iter().any(|conversation| conversation[key] != empty), "{key}");
    }
    let admins = session.truth(Resource::Admins);
    let listed: Vec<u64> = ids(&admins).iter().map(|id| id.parse().expect("a number")).collect();
    let assignees =
        conversations.iter().filter_map(|conversation| conversation["admin_assignee_id"].as_u64());
    assert!(
        assignees.filter(|id| *id != 0).any(|id| !listed.contains(&id)),
        "a deleted admin is still named"
    );
}
