//! Search: days for contacts, seconds for conversations, operators, refusals, the lag of the index.

use relatable_simulator::{Mutation, Resource, Selection};
use serde_json::{Value, json};

use crate::client::{Session, each_once, ids, rows, session};

const DAY_S: i64 = 86_400;

async fn total(session: &Session, path: &str, query: Value) -> u64 {
    session.post(path, json!({"query": query})).await["total_count"].as_u64().expect("a number")
}

fn instant(document: &Value, field: &str) -> i64 {
    document[field].as_i64().expect("an instant")
}

#[tokio::test]
async fn contact_instants_are_compared_by_day_of_the_workspace_s_zone() {
    // Kolkata is 5:30 ahead of UTC all year, so that its days begin at 18:30 UTC.
    for (zone, offset) in [("Asia/Kolkata", 19_800), ("UTC", 0)] {
        let session = session(|settings| settings.timezone = zone.to_owned()).await;
        let contacts = session.truth(Resource::Contacts);
        let at = instant(&contacts[200], "updated_at");
        let day = |at: i64| (at + offset).div_euclid(DAY_S);
        let count = |holds: &dyn Fn(i64) -> bool| {
            contacts.iter().filter(|contact| holds(day(instant(contact, "updated_at")))).count() as u64
        };
        let filter = |operator: &str| json!({"field": "updated_at", "operator": operator, "value": at});
        let either = json!({"operator": "OR", "value": [filter(">"), filter("=")]});
        let path = "/contacts/search";
        assert_eq!(total(&session, path, filter("=")).await, count(&|other| other == day(at)), "{zone}");
        assert_eq!(total(&session, path, filter(">")).await, count(&|other| other > day(at)), "{zone}");
        assert_eq!(total(&session, path, filter("<")).await, count(&|other| other < day(at)), "{zone}");
        assert_eq!(total(&session, path, either).await, count(&|other| other >= day(at)), "{zone}");
    }
}

#[tokio::test]
async fn conversation_instants_are_compared_by_second() {
    let session = session(|_| ()).await;
    let conversations = session.truth(Resource::Conversations);
    let at = instant(&conversations[100], "updated_at");
    let count = |holds: &dyn Fn(i64) -> bool| {
        conversations.iter().filter(|conversation| holds(instant(conversation, "updated_at"))).count() as u64
    };
    let filter = |operator: &str| json!({"field": "updated_at", "operator": operator, "value": at});
    let path = "/conversations/search";
    assert_eq!(total(&session, path, filter("=")).await, count(&|other| other == at));
    assert_eq!(total(&session, path, filter(">")).await, count(&|other| other > at));
    assert_eq!(total(&session, path, filter("<")).await, count(&|other| other < at));
    assert_eq!(total(&session, path, filter(">=")).await, count(&|other| other >= at));
    assert_eq!(total(&session, path, filter("<=")).await, count(&|other| other <= at));
}

fn count(documents: &[Value], holds: &dyn Fn(&Value) -> bool) -> u64 {
    documents.iter().filter(|document| holds(document)).count() as u64
}

#[tokio::test]
async fn contact_filters_agree_with_the_documents() {
    let session = session(|_| ()).await;
    let contacts = session.truth(Resource::Contacts);
    let tag = session.truth(Resource::Tags)[4]["id"].clone();
    let segment = session.truth(Resource::Segments)[2].clone();
    let owner =
        contacts.iter().find_map(|contact| contact["owner_id"].as_str()).expect("somebody owns a contact");
    let has = |list: &Value, id: &Value| rows(list, "data").iter().any(|element| element["id"] == *id);

    for (query, expected) in [
        (
            json!({"field": "role", "operator": "=", "value": "lead"}),
            count(&contacts, &|contact| contact["role"] == "lead"),
        ),
        (
            json!({"field": "tag_id", "operator": "=", "value": tag}),
            count(&contacts, &|contact| has(&contact["tags"], &tag)),
        ),
        (
            json!({"field": "tag_id", "operator": "!=", "value": tag}),
            count(&contacts, &|contact| !has(&contact["tags"], &tag)),
        ),
        (
            json!({"field": "segment_id", "operator": "=", "value": segment["id"]}),
            segment["count"].as_u64().expect("a count"),
        ),
        (
            json!({"field": "owner_id", "operator": "IN", "value": [owner]}),
            count(&contacts, &|contact| contact["owner_id"] == owner),
        ),
        (
            json!({"field": "owner_id", "operator": "=", "value": null}),
            count(&contacts, &|contact| contact["owner_id"].is_null()),
        ),
        (
            json!({"field": "email", "operator": "~", "value": "PERSON.1"}),
            count(&contacts, &|contact| {
                contact["email"].as_str().is_some_and(|email| email.contains("person.1"))
            }),
        ),
        (
            json!({"field": "custom_attributes.lifetime.value", "operator": ">", "value": 50_000}),
            count(&contacts, &|contact| {
                contact["custom_attributes"]["lifetime.value"].as_f64().is_some_and(|value| value > 50_000.0)
            }),
        ),
        (json!({"field": "id", "operator": "=", "value": contacts[9]["id"]}), 1),
    ] {
        assert_eq!(total(&session, "/contacts/search", query.clone()).await, expected, "{query}");
    }
}

#[tokio::test]
async fn conversation_filters_agree_with_the_documents() {
    let session = session(|_| ()).await;
    let conversations = session.truth(Resource::Conversations);
    let tag = session.truth(Resource::Tags)[4]["id"].clone();
    let assignee = conversations[3]["admin_assignee_id"].clone();
    let contact = conversations[3]["contacts"]["contacts"][0]["id"].clone();
    for (query, expected) in [
        (
            json!({"field": "state", "operator": "=", "value": "closed"}),
            count(&conversations, &|document| document["state"] == "closed"),
        ),
        (
            json!({"field": "open", "operator": "=", "value": true}),
            count(&conversations, &|document| document["open"] == true),
        ),
        (
            json!({"field": "read", "operator": "!=", "value": true}),
            count(&conversations, &|document| document["read"] == false),
        ),
        (
            json!({"field": "admin_assignee_id", "operator": "=", "value": assignee}),
            count(&conversations, &|document| document["admin_assignee_id"] == assignee),
        ),
        (
            json!({"field": "admin_assignee_id", "operator": "=", "value": 0}),
            count(&conversations, &|document| document["admin_assignee_id"] == 0),
        ),
        (
            json!({"field": "contact_ids", "operator": "=", "value": contact}),
            count(&conversations, &|document| {
                rows(&document["contacts"], "contacts").iter().any(|other| other["id"] == contact)
            }),
        ),
        (
            json!({"field": "tag_ids", "operator": "IN", "value": [tag]}),
            count(&conversations, &|document| {
                rows(&document["tags"], "tags").iter().any(|other| other["id"] == tag)
            }),
        ),
        (
            json!({"field": "source.type", "operator": "=", "value": "email"}),
            count(&conversations, &|document| document["source"]["type"] == "email"),
        ),
        (
            json!({"field": "statistics.count_reopens", "operator": ">", "value": 1}),
            count(&conversations, &|document| document["statistics"]["count_reopens"].as_u64() > Some(1)),
        ),
    ] {
        assert_eq!(total(&session, "/conversations/search", query.clone()).await, expected, "{query}");
    }
}

#[tokio::test]
async fn searches_that_the_api_refuses_are_refused() {
    let session = session(|_| ()).await;
    let role = json!({"field": "role", "operator": "=", "value": "user"});
    let nested = json!({"operator": "AND", "value": [{"operator": "OR", "value": [{"operator": "AND", "value": [role]}]}]});
    let sorted = |order: &str| json!({"query": role, "sort": {"field": "updated_at", "order": order}});
    for (body, code) in [
        (json!({"query": {"field": "updated_at", "operator": ">=", "value": 1}}), "parameter_invalid"),
        (json!({"query": {"field": "updated_at", "operator": "!=", "value": 1}}), "parameter_invalid"),
        (json!({"query": {"field": "tag_id", "operator": "IN", "value": ["1"]}}), "parameter_invalid"),
        (json!({"query": {"field": "shoe_size", "operator": "=", "value": 1}}), "invalid_field"),
        (json!({"query": {"operator": "AND", "value": vec![role.clone(); 16]}}), "parameter_invalid"),
        (json!({"query": nested}), "parameter_invalid"),
        (json!({"query": role, "pagination": {"per_page": 151}}), "parameter_invalid"),
        (json!({"query": role, "pagination": {"starting_after": "?"}}), "parameter_invalid"),
        (sorted("desc"), "invalid_sort_order"),
        (json!({}), "parameter_missing"),
    ] {
        let reply = session.try_post("/contacts/search", body.clone()).await;
        assert_eq!((reply.status, reply.code().as_str()), (400, code), "{body}");
    }
    let preview = session.request("POST", "/contacts/search").header("Intercom-Version", "Preview");
    let exact = json!({"query": {"field": "updated_at", "operator": ">=", "value": 1}});
    assert_eq!(session.send(preview.json(&exact)).await.expect("the server answers").status, 200);
}

#[tokio::test]
async fn a_change_shows_in_search_only_after_the_lag() {
    let session = session(|settings| settings.index_lag_s = 120).await;
    let now = session.simulator.now_s();
    let everybody = json!({"field": "created_at", "operator": ">", "value": 0});
    let lately = json!({
        "query": {"field": "updated_at", "operator": "=", "value": now}, "sort": {"field": "updated_at", "order": "ascending"},
    });
    let before = total(&session, "/contacts/search", everybody.clone()).await;
    let created =
        session.simulator.mutate(Mutation::CreateContacts { count: 3 }).expect("contacts can be created");
    let which = Selection::Random { count: 5, seed: 7 };
    let updated =
        session.simulator.mutate(Mutation::UpdateContacts { which }).expect("contacts can be updated");

    assert_eq!(total(&session, "/contacts/search", everybody.clone()).await, before);
    assert_eq!(rows(&session.post("/contacts/search", lately.clone()).await, "data").len(), 0);
    let by_id = session.get(&format!("/contacts/{}", updated.ids[0])).await;
    assert_eq!(by_id["updated_at"], updated.at_s, "the truth shows at once");
    let stale = json!({"query": {"field": "id", "operator": "=", "value": updated.ids[0]}});
    let stale = session.post("/contacts/search", stale).await;
    assert!(instant(&stale["data"][0], "updated_at") < now, "search shows what it knows");

    session.simulator.advance_clock(121);
    assert_eq!(total(&session, "/contacts/search", everybody).await, before + 3);
    let shown = session.post("/contacts/search", lately).await;
    let mut expected = created.ids;
    expected.extend(updated.ids);
    assert_eq!(each_once(ids(rows(&shown, "data"))), each_once(expected));
}
