//! Who can see that records are gone, merged or changed, and the truth of earlier moments.

use std::collections::BTreeSet;

use relatable_simulator::{AttributeType, Model, Mutation, MutationError, Removal, Resource, Selection};
use serde_json::{Value, json};

use crate::client::{Session, ids, rows, session};

fn indexes(list: &[u32]) -> Selection {
    Selection::Indexes(list.to_vec())
}

fn delete(session: &Session, resource: Resource, list: &[u32]) -> Vec<String> {
    session.simulator.mutate(Mutation::Delete { resource, which: indexes(list) }).expect("a deletion").ids
}

/// All ids that a search finds.
async fn found(session: &Session, path: &str, key: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut cursor = Value::Null;
    loop {
        let body = json!({
            "query": {"field": "created_at", "operator": ">", "value": 0},
            "pagination": {"per_page": 150, "starting_after": cursor},
        });
        let page = session.post(path, body).await;
        found.extend(ids(rows(&page, key)));
        cursor = page["pages"]["next"]["starting_after"].clone();
        if cursor.is_null() {
            assert_eq!(page["total_count"], found.len(), "{path}");
            return found;
        }
    }
}

#[tokio::test]
async fn what_is_deleted_is_in_no_list_and_no_search_and_answers_404() {
    let session = session(|settings| settings.tickets = Some(40)).await;
    let cases = [
        (Resource::Contacts, "/contacts", Some(("/contacts/search", "data"))),
        (Resource::Companies, "/companies", None),
        (Resource::Conversations, "/conversations", Some(("/conversations/search", "conversations"))),
        (Resource::Tickets, "/tickets", Some(("/tickets/search", "tickets"))),
        (Resource::Articles, "/articles", None),
        (Resource::Tags, "/tags", None),
        (Resource::Segments, "/segments", None),
        (Resource::Admins, "/admins", None),
        (Resource::Teams, "/teams", None),
    ];
    for (resource, path, search) in cases {
        let before = ids(&session.truth(resource));
        let gone = delete(&session, resource, &[1, 2]);
        let after: BTreeSet<String> = ids(&session.truth(resource)).into_iter().collect();
        assert_eq!(after.len() + 2, before.len(), "{path}");
        assert!(gone.iter().all(|id| before.contains(id) && !after.contains(id)), "{path}");
        assert_eq!(session.try_get(&format!("{path}/{}", gone[0])).await.status, 404, "{path}");
        if let Some((search, key)) = search {
            assert_eq!(found(&session, search, key).await, after, "{search}");
        }
        let again = Mutation::Delete { resource, which: indexes(&[1]) };
        assert!(matches!(session.simulator.mutate(again), Err(MutationError::NoSuchRecord { .. })), "{path}");
    }
    let listed = session.get("/contacts?per_page=150").await;
    assert_eq!(listed["total_count"], 398);
    let log = session.get("/admins/activity_logs?created_at_after=1793491200").await;
    let told: Vec<&Value> = rows(&log, "activity_logs").iter().map(|log| &log["activity_type"]).collect();
    assert_eq!(told, ["app_team_deletion", "app_team_deletion", "admin_deletion", "admin_deletion"]);
}

#[tokio::test]
async fn deleting_a_tag_a_segment_or_a_company_removes_its_links() {
    let session = session(|_| ()).await;
    let before = session.truth(Resource::Contacts);
    let links =
        [(Resource::Tags, "tags"), (Resource::Segments, "segments"), (Resource::Companies, "companies")];
    for (resource, list) in links {
        let all: Vec<Value> =
            before.iter().flat_map(|contact| rows(&contact[list], "data").to_vec()).collect();
        let gone = delete(&session, resource, &[0]);
        assert!(ids(&all).contains(&gone[0]), "{list}");
        for contact in session.truth(Resource::Contacts) {
            assert!(!ids(rows(&contact[list], "data")).contains(&gone[0]), "{list}");
        }
    }
    let after = session.truth(Resource::Contacts);
    let moved =
        before.iter().zip(&after).filter(|(before, after)| before["updated_at"] != after["updated_at"]);
    assert_eq!(moved.count(), 0, "no contact is updated by it");
}

#[tokio::test]
async fn deleted_conversations_are_listed_since_2_16() {
    let session = session(|_| ()).await;
    let first = delete(&session, Resource::Conversations, &[3]);
    session.simulator.advance_clock(60);
    let later = delete(&session, Resource::Conversations, &[9, 10]);
    let page = session.get("/conversations/deleted?per_page=2").await;
    assert_eq!((&page["type"], &page["total_count"]), (&json!("conversations.list"), &json!(3)));
    assert!(
        ids(rows(&page, "conversations")).iter().all(|id| later.contains(id)),
        "the last ones come first"
    );
    let next = session.get(page["pages"]["next"].as_str().expect("a URL")).await;
    assert_eq!((ids(rows(&next, "conversations")), &next["pages"]["next"]), (first.clone(), &Value::Null));
    let oldest = session.get("/conversations/deleted?order=asc").await;
    assert_eq!(ids(rows(&oldest, "conversations"))[0], first[0]);
    assert_eq!(session.truth(Resource::DeletedConversations).len(), 3);
    let request = session.request("GET", "/conversations/deleted").header("intercom-version", "2.15");
    let refused = session.send(request).await.expect("an answer");
    assert_eq!((refused.status, refused.code().as_str()), (400, "intercom_version_invalid"));
}

#[tokio::test]
async fn a_merged_contact_leads_to_the_one_it_lives_on_in() {
    let session = session(|_| ()).await;
    let contacts = session.truth(Resource::Contacts);
    let users: Vec<u32> =
        (0u32..).zip(&contacts).filter(|(_, one)| one["role"] == "user").map(|(index, _)| index).collect();
    let leads: Vec<u32> =
        (0u32..).zip(&contacts).filter(|(_, one)| one["role"] == "lead").map(|(index, _)| index).collect();
    let id = |index: u32| contacts[index as usize]["id"].as_str().expect("text").to_owned();
    let merge = |sources: &[u32], into| Mutation::MergeContacts { sources: indexes(sources), into };
    let touched = session.simulator.mutate(merge(&leads[..2], users[0])).expect("a merge");
    session.simulator.mutate(merge(&[users[0]], users[1])).expect("a second merge");

    let gone = session.try_get(&format!("/contacts/{}", id(leads[0]))).await;
    assert_eq!((gone.status, gone.code().as_str()), (410, "contact_merged"));
    assert_eq!(gone.header("link"), format!("</contacts/{}>; rel=\"canonical\"", id(users[1])));
    let request =
        session.request("GET", &format!("/contacts/{}", id(leads[0]))).header("intercom-version", "2.15");
    assert_eq!(session.send(request).await.expect("an answer").status, 404);

    let target = session.get(&format!("/contacts/{}?include_merge_history=true", id(users[1]))).await;
    assert_eq!(rows(&target, "merge_history")[0]["source_contact_id"], id(users[0]));
    assert!(target["updated_at"].as_i64() >= Some(touched.at_s));
    let path = format!("/contacts/{}/merge_history", id(users[1]));
    let history = session.get(&path).await;
    assert_eq!((rows(&history, "data").len(), &history["has_more"]), (1, &json!(false)));
    assert_eq!(
        session.truth(Resource::ContactMerges).len(),
        1,
        "the others led to a contact that is gone itself"
    );
    assert_eq!(session.try_get(&format!("/contacts/{}/merge_history", id(leads[3]))).await.status, 404);

    let request = session.request("GET", "/contacts/activities").header("intercom-version", "Preview");
    let activities = session.send(request).await.expect("an answer").json();
    assert!(!rows(&activities, "data").is_empty());
    let merged = session
        .truth(Resource::ContactActivities)
        .into_iter()
        .filter(|one| one["event_type"] == "contact.merged");
    assert_eq!(merged.count(), 3);
}

#[tokio::test]
async fn merge_history_is_paged_by_cursor_and_flag() {
    let session = session(|_| ()).await;
    let into = (0u32..)
        .zip(session.truth(Resource::Contacts))
        .find(|(_, one)| one["role"] == "user")
        .expect("a user");
    let sources = Selection::Indexes((100..105).collect());
    session.simulator.mutate(Mutation::MergeContacts { sources, into: into.0 }).expect("a merge");
    let path = format!("/contacts/{}/merge_history?per_page=2", into.1["id"].as_str().expect("text"));
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = session.get(&format!("{path}{cursor}")).await;
        found.extend_from_slice(rows(&page, "data"));
        if page["has_more"] == false {
            break;
        }
        cursor = format!("&cursor={}", page["next_cursor"].as_str().expect("a cursor"));
    }
    assert_eq!(found.len(), 5);
}

#[tokio::test]
async fn a_deleted_record_is_found_until_the_index_knows() {
    let session = session(|settings| settings.index_lag_s = 120).await;
    let gone = delete(&session, Resource::Contacts, &[30]);
    assert!(found(&session, "/contacts/search", "data").await.contains(&gone[0]));
    assert_eq!(session.try_get(&format!("/contacts/{}", gone[0])).await.status, 404);
    session.simulator.advance_clock(130);
    assert!(!found(&session, "/contacts/search", "data").await.contains(&gone[0]));
    session.simulator.set_index_lag(0);
    let gone = delete(&session, Resource::Contacts, &[31]);
    assert!(!found(&session, "/contacts/search", "data").await.contains(&gone[0]));
}

#[tokio::test]
async fn what_is_taken_from_a_contact_does_not_move_updated_at() {
    let session = session(|_| ()).await;
    let cases = [
        (Removal::Note, "notes", 8),
        (Removal::Tag, "tags", 3),
        (Removal::Segment, "segments", 3),
        (Removal::Company, "companies", 4),
    ];
    for (what, list, index) in cases {
        let before = session.truth(Resource::Contacts);
        let at = before
            .iter()
            .enumerate()
            .position(|(at, one)| at >= index && !rows(&one[list], "data").is_empty());
        let at = at.expect("a contact with some");
        session
            .simulator
            .mutate(Mutation::RemoveFromContacts { which: indexes(&[at as u32]), what })
            .expect("a removal");
        let after = session.truth(Resource::Contacts);
        assert_eq!(rows(&after[at][list], "data").len() + 1, rows(&before[at][list], "data").len(), "{list}");
        assert_eq!(after[at]["updated_at"], before[at]["updated_at"], "{list}");
        let id = after[at]["id"].as_str().expect("text");
        let served = session.get(&format!("/contacts/{id}/{list}?per_page=60")).await;
        assert_eq!(
            served["data"].as_array().map(Vec::len),
            after[at][list]["data"].as_array().map(Vec::len),
            "{list}"
        );
    }
}

#[tokio::test]
async fn records_of_the_catalogue_are_created_and_changed() {
    let session = session(|_| ()).await;
    for resource in
        [Resource::Tickets, Resource::Articles, Resource::Macros, Resource::Brands, Resource::NewsItems]
    {
        let before = session.truth(resource);
        let created = session.simulator.mutate(Mutation::Create { resource, count: 2 }).expect("new records");
        let which = indexes(&[1]);
        let updated = session.simulator.mutate(Mutation::Update { resource, which }).expect("a change");
        let after = session.truth(resource);
        assert_eq!(after.len(), before.len() + 2, "{resource:?}");
        assert_eq!(ids(&after)[before.len()..], created.ids, "{resource:?}");
        assert_eq!(ids(&after)[1], updated.ids[0], "{resource:?}");
        assert_ne!(after[1], before[1], "{resource:?}");
        assert_eq!(after[0], before[0], "{resource:?}");
    }
    let ticket = &session.truth(Resource::Tickets)[1];
    let parts = rows(&ticket["ticket_parts"], "ticket_parts");
    let last = parts.last().expect("the change is a part");
    assert_eq!(last["created_at"], ticket["updated_at"]);
    assert_eq!(last["ticket_state"], ticket["ticket_state"]["category"]);
    let wrong = Mutation::Create { resource: Resource::Redirects, count: 1 };
    assert_eq!(
        session.simulator.mutate(wrong),
        Err(MutationError::NotPossible { resource: Resource::Redirects })
    );
}

#[tokio::test]
async fn a_redacted_part_is_emptied() {
    let session = session(|_| ()).await;
    session
        .simulator
        .mutate(Mutation::ReplyToConversations { which: indexes(&[6]), parts: 1 })
        .expect("a reply");
    session.simulator.mutate(Mutation::RedactParts { which: indexes(&[6]) }).expect("a redaction");
    let conversation = &session.truth(Resource::Conversations)[6];
    let parts = rows(&conversation["conversation_parts"], "conversation_parts");
    let last = parts.last().expect("a part");
    assert_eq!((&last["redacted"], &last["body"]), (&json!(true), &json!("")));
}

#[tokio::test]
async fn new_attributes_and_unknown_fields_appear_in_what_changes() {
    let session = session(|_| ()).await;
    let cases = [
        (Model::Contact, Resource::Contacts, Resource::DataAttributes),
        (Model::Company, Resource::Companies, Resource::DataAttributes),
        (Model::Conversation, Resource::Conversations, Resource::ConversationAttributes),
    ];
    for (model, resource, catalogue) in cases {
        let name = format!("Late {model:?}");
        let attribute = Mutation::AddAttribute { model, name: name.clone(), data_type: AttributeType::Date };
        session.simulator.mutate(attribute).expect("an attribute");
        let field = Mutation::AddField { resource, name: "mood".to_owned(), value: json!({"score": 3}) };
        session.simulator.mutate(field).expect("a field");
        let which = indexes(&[2]);
        session
            .simulator
            .mutate(match model {
                Model::Contact => Mutation::UpdateContacts { which },
                Model::Company => Mutation::UpdateCompanies { which },
                Model::Conversation => Mutation::ReplyToConversations { which, parts: 1 },
            })
            .expect("a change");
        assert!(session.truth(catalogue).iter().any(|one| one["name"] == name.as_str()), "{name}");
        let documents = session.truth(resource);
        assert!(documents[2]["custom_attributes"][&name].is_i64(), "{name}");
        assert_eq!(documents[2]["mood"], json!({"score": 3}));
        assert!(documents[1]["custom_attributes"].get(&name).is_none(), "{name}");
        assert_eq!(documents[1].get("mood"), Some(&Value::Null));
    }
}

#[tokio::test]
async fn the_truth_of_every_earlier_moment_can_be_told() {
    let session = session(|settings| settings.contacts = 60).await;
    let mut snapshots = vec![session.truth(Resource::Contacts)];
    let random = |seed| Selection::Random { count: 3, seed };
    let mutations = [
        Mutation::UpdateContacts { which: random(1) },
        Mutation::Delete { resource: Resource::Contacts, which: random(2) },
        Mutation::CreateContacts { count: 4 },
        Mutation::MergeContacts { sources: random(3), into: 0 },
        Mutation::AddAttribute {
            model: Model::Contact,
            name: "x".to_owned(),
            data_type: AttributeType::Float,
        },
        Mutation::RemoveFromContacts { which: random(5), what: Removal::Tag },
        Mutation::UpdateContacts { which: random(6) },
    ];
    let start = session.simulator.now_s();
    for mutation in mutations.clone() {
        session.simulator.advance_clock(10);
        session.simulator.mutate(mutation).expect("a mutation");
        snapshots.push(session.truth(Resource::Contacts));
    }
    let log = session.simulator.log();
    assert!(log.iter().map(|logged| &logged.mutation).eq(&mutations));
    for (count, snapshot) in snapshots.iter().enumerate() {
        let after: Vec<Value> = session.simulator.truth_after(count).documents(Resource::Contacts).collect();
        assert_eq!(after, *snapshot, "after {count} mutations");
        let at_s = count.checked_sub(1).map_or(start, |last| log[last].at_s);
        let then: Vec<Value> = session.simulator.truth_at(at_s).documents(Resource::Contacts).collect();
        assert_eq!(then, *snapshot, "at the moment of mutation {count}");
    }
    let counts = session.get("/_simulator/truth?after=2").await;
    assert_eq!(counts["contacts"], snapshots[2].len());
    assert_eq!(session.get("/_simulator/log").await.as_array().map(Vec::len), Some(mutations.len()));
    let lines = session.try_get(&format!("/_simulator/truth/contacts?at_s={}", log[1].at_s)).await.text;
    assert_eq!(lines.lines().count(), snapshots[2].len());
}

#[tokio::test]
async fn a_merged_conversation_is_closed_and_linked() {
    let session = session(|_| ()).await;
    let before = session.truth(Resource::Conversations);
    let merge = Mutation::MergeConversations { sources: indexes(&[12]), into: 13 };
    let touched = session.simulator.mutate(merge).expect("a merge");
    let after = session.truth(Resource::Conversations);
    assert_eq!((&after[12]["state"], &after[12]["updated_at"]), (&json!("closed"), &json!(touched.at_s)));
    assert!(ids(rows(&after[12]["linked_objects"], "data")).contains(&ids(&after)[13]));
    let parts = rows(&after[12]["conversation_parts"], "conversation_parts");
    assert_eq!(parts.last().expect("a part")["part_type"], "merged_primary_conversation");
    let former = rows(&before[12]["conversation_parts"], "conversation_parts");
    assert_eq!(parts[..former.len()], *former, "what was said stays as it was");
}
