//! Lists inside records: cut ones, those with another name, and what links to nobody.

use super::Stage;
use relatable_simulator::{FaultKind, Mutation, Resource, Selection};
use serde_json::Value;

fn len(list: &Value) -> usize {
    list.as_array().unwrap().len()
}

fn id(document: &Value) -> &str {
    document["id"].as_str().unwrap()
}

/// The contact with the most elements of a list.
fn longest(stage: &Stage, list: &str) -> Value {
    let contacts = stage.truth(Resource::Contacts).into_iter();
    contacts.max_by_key(|contact| contact[list]["total_count"].as_u64()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_13_ten_element_caps_and_the_eleventh_tag() {
    let stage = Stage::set(|_| ()).await;
    stage.sync().await;
    for (list, table) in [("tags", "contact_tags"), ("companies", "contact_companies"), ("notes", "notes")] {
        let contact = longest(&stage, list);
        let shown = stage.get(&format!("/contacts/{}", id(&contact))).await;
        assert_eq!((len(&shown[list]["data"]), &shown[list]["has_more"]), (10, &true.into()), "{list}");
        let stored = format!("SELECT count(*) FROM {table} WHERE contact_id = '{}'", id(&contact));
        assert_eq!(stage.number(&stored), contact[list]["total_count"].as_i64().unwrap(), "{list}");
    }
    stage.assert_truth();
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_14_a_total_that_exceeds_the_list() {
    let stage = Stage::set(|_| ()).await;
    let contact = longest(&stage, "tags");
    // Tags vanish between the contact, which still counts them, and the list of its tags.
    let mutation =
        Mutation::Delete { resource: Resource::Tags, which: Selection::Indexes((0..20).collect()) };
    let path = format!("/contacts/{}/tags", id(&contact));
    stage.inject(&path, 0, 1, FaultKind::Mutate { mutation });
    stage.sync().await;
    let left = stage.get(&path).await;
    assert!(len(&left["data"]) < len(&contact["tags"]["data"]), "no tag of the contact vanished");
    let stored = format!("SELECT count(*) FROM contact_tags WHERE contact_id = '{}'", id(&contact));
    assert_eq!(stage.number(&stored), len(&left["data"]) as i64);
    stage.simulator.advance_clock(1_800);
    stage.sweep().await;
    stage.assert_truth();
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_15_teammates_that_are_called_admins() {
    let stage = Stage::set(|_| ()).await;
    stage.sync().await;
    let conversations = stage.truth(Resource::Conversations);
    let teammates = conversations.iter().filter_map(|it| it["teammates"]["admins"].as_array());
    let teammates: usize = teammates.map(Vec::len).sum();
    assert!(teammates > 0);
    assert_eq!(stage.number("SELECT count(*) FROM conversation_teammates"), teammates as i64);
    stage.assert_truth();
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_16_companies_of_a_contact_that_are_called_data() {
    let stage = Stage::set(|_| ()).await;
    let contact = longest(&stage, "companies");
    let page = stage.get(&format!("/contacts/{}/companies", id(&contact))).await;
    assert!(page["companies"].is_null() && len(&page["data"]) > 10, "{page}");
    stage.sync().await;
    let stored = format!("SELECT count(*) FROM contact_companies WHERE contact_id = '{}'", id(&contact));
    assert_eq!(stage.number(&stored), contact["companies"]["total_count"].as_i64().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_22_the_501st_part() {
    // From this size on there is a conversation with exactly 500 parts.
    let stage = Stage::set(|settings| settings.conversations = Some(200)).await;
    stage.sync().await;
    let conversations = stage.truth(Resource::Conversations);
    let total = |it: &Value| it["conversation_parts"]["total_count"].as_u64().unwrap();
    let index = conversations.iter().position(|it| total(it) == 500).unwrap();
    let stored = || {
        let of = id(&conversations[index]);
        stage.number(&format!("SELECT count(*) FROM conversation_parts WHERE conversation_id = '{of}'"))
    };
    assert_eq!(stored(), 500);
    let which = Selection::Indexes(vec![u32::try_from(index).unwrap()]);
    stage.simulator.advance_clock(3_600);
    stage.mutate(Mutation::ReplyToConversations { which, parts: 4 });
    stage.sync().await;
    assert_eq!(stored(), 504, "the four oldest are out of the API's reach, but were read before");
    stage.sweep().await;
    assert_eq!(stored(), 504, "reading everything anew destroys no history");
    let told =
        "SELECT count(*) FROM _relatable_issues WHERE kind = 'list_cut' AND path = 'conversation_parts'";
    assert!(stage.number(told) > 0, "what cannot be had is told");
    stage.assert_truth();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_membership_knows_its_parent() {
    let stage = Stage::set(|_| ()).await;
    let contact = longest(&stage, "tags");
    let summary = format!("/events?type=user&intercom_user_id={}&summary=true", id(&contact));
    let naive = [
        stage.get(&format!("/contacts/{}/segments", id(&contact))).await["data"][0].clone(),
        stage.get(&summary).await["events"][0].clone(),
    ];
    for link in naive {
        assert!(!link.to_string().contains(id(&contact)), "it names its contact by itself: {link}");
    }
    stage.sync().await;
    for table in ["contact_segments", "contact_tags", "contact_subscriptions", "event_summaries"] {
        let orphans =
            format!("SELECT count(*) FROM {table} WHERE contact_id NOT IN (SELECT id FROM contacts)");
        let nameless = format!("SELECT count(*) FROM {table} WHERE contact_id IS NULL");
        assert_eq!((stage.number(&orphans), stage.number(&nameless)), (0, 0), "{table}");
        assert!(stage.number(&format!("SELECT count(*) FROM {table}")) > 0, "{table}");
    }
    stage.assert_truth();
}
