//! Values: of other kinds than documented, newly there, or not there.

use super::{Stage, some, words};
use crate::harness::Options;
use relatable_simulator::{AttributeType, FaultKind, Model, Mutation, Resource};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn trap_17_assignees_that_are_numbers_and_nobody_as_zero() {
    let stage = Stage::set(|_| ()).await;
    stage.sync().await;
    let conversations = stage.truth(Resource::Conversations);
    for assignee in ["admin_assignee_id", "team_assignee_id"] {
        assert!(conversations.iter().all(|it| it[assignee].is_u64()), "the API prints numbers");
        let nobody = conversations.iter().filter(|it| it[assignee] == 0).count();
        assert!(nobody > 0);
        let nulls = format!("SELECT count(*) FROM conversations WHERE {assignee} IS NULL");
        assert_eq!(stage.number(&nulls), nobody as i64);
        let texts = format!("SELECT count(*) FROM conversations WHERE typeof({assignee}) = 'text'");
        assert_eq!(stage.number(&texts), (conversations.len() - nobody) as i64);
    }
    let met = "SELECT count(*) FROM conversations c JOIN admins a ON a.id = c.admin_assignee_id";
    assert!(stage.number(met) > 0, "a number there and a text here are the same id");
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_19_an_attribute_that_was_not_there_before() {
    let stage = Stage::set(|_| ()).await;
    stage.sync().await;
    stage.simulator.advance_clock(3_600);
    for (model, name) in
        [(Model::Contact, "Plan's end 📅"), (Model::Company, "plan end"), (Model::Conversation, "Müde")]
    {
        let data_type = AttributeType::Date;
        stage.mutate(Mutation::AddAttribute { model, name: name.to_owned(), data_type });
    }
    stage.mutate(Mutation::UpdateContacts { which: some(9, 1) });
    stage.mutate(Mutation::UpdateCompanies { which: some(9, 1) });
    stage.mutate(Mutation::ReplyToConversations { which: some(9, 1), parts: 1 });
    stage.sync().await;
    stage.assert_truth();
    assert_eq!(stage.number("SELECT count(custom_plan_end) FROM companies"), 9);
}

/// One that appears between the definitions and the records is a date all the same.
#[tokio::test(flavor = "multi_thread")]
async fn trap_19_an_attribute_that_appears_while_records_are_read() {
    let stage = Stage::set(|_| ()).await;
    let (model, name, data_type) = (Model::Contact, "Late".to_owned(), AttributeType::Date);
    let mutation = Mutation::AddAttribute { model, name, data_type };
    stage.inject("/tags", 0, 1, FaultKind::Mutate { mutation });
    stage.inject(
        "/contacts",
        0,
        1,
        FaultKind::Mutate { mutation: Mutation::UpdateContacts { which: some(60, 1) } },
    );
    stage.sync().await;
    stage.simulator.advance_clock(3_600);
    stage.sync().await;
    stage.assert_truth();
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_20_instants_of_every_kind() {
    let stage = Stage::set(|settings| {
        settings.contacts = 600;
        settings.conversations = Some(60);
    })
    .await;
    stage.sync().await;
    let contacts = stage.truth(Resource::Contacts);
    let signed_up = |holds: fn(i64) -> bool| {
        let moments = contacts.iter().filter_map(|contact| contact["signed_up_at"].as_i64());
        moments.filter(|&at| holds(at)).count() as i64
    };
    let (early, late) = (signed_up(|at| at < 0), signed_up(|at| at > i64::from(i32::MAX)));
    assert!(early > 0 && late > 0, "{early} moments before 1970, {late} after 2038");
    assert_eq!(stage.number("SELECT count(*) FROM contacts WHERE signed_up_at < '1970'"), early);
    assert_eq!(
        stage.number("SELECT count(*) FROM contacts WHERE signed_up_at > '2038-01-19T03:14:07.9'"),
        late
    );
    // Summaries of events tell their moments as text.
    assert!(stage.truth(Resource::EventSummaries)[0]["first"].is_string());
    assert_eq!(stage.number("SELECT count(*) FROM event_summaries WHERE julianday(first) IS NULL"), 0);
    stage.assert_truth();
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_21_numbers_that_no_double_holds() {
    let stage = Stage::set(|_| ()).await;
    stage.sync().await;
    let numbers: Vec<(String, i64)> = stage
        .truth(Resource::Contacts)
        .iter()
        .filter_map(|contact| {
            Some((text(&contact["id"]), contact["custom_attributes"]["Account Number"].as_i64()?))
        })
        .collect();
    assert!(
        numbers.iter().any(|(_, number)| *number as f64 as i64 != *number),
        "doubles hold them all: {numbers:?}"
    );
    for (contact, number) in numbers {
        let stored = format!("SELECT custom_account_number FROM contacts WHERE id = '{contact}'");
        assert_eq!(stage.number(&stored), number);
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_27_attributes_without_an_id() {
    let stage = Stage::set(|_| ()).await;
    let nameless = stage.truth(Resource::DataAttributes).iter().filter(|it| it["id"].is_null()).count();
    assert!(nameless > 1, "every attribute has an id");
    for _ in 0..2 {
        stage.sync().await;
        assert_eq!(stage.number("SELECT count(*) FROM data_attributes WHERE id IS NULL"), nameless as i64);
        stage.assert_truth();
        stage.simulator.advance_clock(3_600);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_28_a_tag_that_was_renamed() {
    let stage = Stage::set(|_| ()).await;
    stage.sync().await;
    let tags = stage.number("SELECT count(*) FROM tags");
    stage.simulator.advance_clock(3_600);
    stage.mutate(Mutation::RenameTag { tag: 1, name: "Another name".to_owned() });
    stage.sync().await;
    assert_eq!(stage.number("SELECT count(*) FROM tags"), tags, "it is the same tag");
    assert_eq!(stage.number("SELECT count(*) FROM tags WHERE name = 'Another name'"), 1);
    stage.sweep().await;
    stage.assert_truth();
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_36_ids_of_another_workspace() {
    let mut stage = Stage::set(|_| ()).await;
    stage.sync().await;
    let contacts = stage.number("SELECT count(*) FROM contacts");
    let other = Stage::set(|settings| settings.seed = 2).await;
    stage.simulator = other.simulator;
    let refusal = words(&stage.sync_with(Options::default()).await.unwrap_err());
    assert!(refusal.contains("workspace"), "{refusal}");
    assert_eq!(stage.number("SELECT count(*) FROM contacts"), contacts);
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_46_conversations_without_source_or_statistics() {
    let stage = Stage::set(|settings| settings.conversations = Some(400)).await;
    stage.sync().await;
    let conversations = stage.truth(Resource::Conversations);
    for (member, column) in [("source", "source_delivered_as"), ("statistics", "statistics_type")] {
        let without = conversations.iter().filter(|it| it[member].is_null()).count();
        assert!(without > 0, "every conversation has {member}");
        let stored = format!("SELECT count(*) FROM conversations WHERE {column} IS NULL");
        assert_eq!(stage.number(&stored), without as i64, "{member}");
    }
    stage.assert_truth();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_new_field_is_a_column() {
    let stage = Stage::set(|_| ()).await;
    stage.sync().await;
    stage.simulator.advance_clock(3_600);
    for (resource, value) in [
        (Resource::Contacts, json!("premium")),
        (Resource::Companies, json!(12)),
        (Resource::Conversations, json!(true)),
    ] {
        stage.mutate(Mutation::AddField { resource, name: "support_level".to_owned(), value });
    }
    stage.mutate(Mutation::UpdateContacts { which: some(9, 1) });
    stage.mutate(Mutation::UpdateCompanies { which: some(9, 1) });
    stage.mutate(Mutation::ReplyToConversations { which: some(9, 1), parts: 1 });
    stage.sync().await;
    assert_eq!(stage.number("SELECT count(*) FROM contacts WHERE support_level = 'premium'"), 9);
    assert_eq!(stage.number("SELECT count(*) FROM companies WHERE support_level = 12"), 9);
    assert_eq!(stage.number("SELECT count(*) FROM conversations WHERE support_level = 1"), 9);
    stage.assert_truth();
}
