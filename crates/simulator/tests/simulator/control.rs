//! Mutations, and the paths under `/_simulator/`.

use relatable_simulator::{Addition, Mutation, MutationError, Resource, Selection};
use serde_json::{Value, json};

use crate::client::{ids, rows, session};

#[tokio::test]
async fn additions_do_not_move_updated_at_and_updates_do() {
    let session = session(|_| ()).await;
    let before = session.truth(Resource::Contacts)[20].clone();
    let which = Selection::Indexes(vec![20]);
    let cases = [
        (Addition::Note, "notes"),
        (Addition::Tag, "tags"),
        (Addition::Segment, "segments"),
        (Addition::Company, "companies"),
    ];
    for (what, list) in cases {
        let touched = session
            .simulator
            .mutate(Mutation::AddToContacts { which: which.clone(), what })
            .expect("an addition");
        assert_eq!(touched.ids, [before["id"].as_str().expect("text")]);
        let after = session.truth(Resource::Contacts)[20].clone();
        assert_eq!(rows(&after[list], "data").len(), rows(&before[list], "data").len() + 1, "{list}");
        assert_eq!(after["updated_at"], before["updated_at"], "{list}");
    }
    session.simulator.mutate(Mutation::UpdateContacts { which }).expect("an update");
    let after = session.truth(Resource::Contacts)[20].clone();
    assert!(after["updated_at"].as_i64() > before["updated_at"].as_i64());
    assert_ne!(after["custom_attributes"], before["custom_attributes"]);
    assert_ne!(after["name"], before["name"]);
}

#[tokio::test]
async fn replies_add_parts_and_reopen() {
    let session = session(|_| ()).await;
    let which = Selection::Random { count: 4, seed: 3 };
    let before = session.truth(Resource::Conversations);
    let touched =
        session.simulator.mutate(Mutation::ReplyToConversations { which, parts: 2 }).expect("replies");
    assert_eq!(touched.ids.len(), 4);
    for (before, after) in before.iter().zip(session.truth(Resource::Conversations)) {
        let is_touched = touched.ids.iter().any(|id| before["id"] == id.as_str());
        let added = after["conversation_parts"]["total_count"].as_u64().expect("a number")
            - before["conversation_parts"]["total_count"].as_u64().expect("a number");
        assert_eq!(added, if is_touched { 2 } else { 0 });
        if is_touched {
            assert_eq!((&after["state"], &after["updated_at"]), (&json!("open"), &json!(touched.at_s)));
            let parts = rows(&after["conversation_parts"], "conversation_parts");
            assert_eq!(parts[parts.len() - 1]["created_at"], touched.at_s);
        } else {
            assert_eq!(*before, after);
        }
    }
}

#[tokio::test]
async fn created_and_renamed_things_are_served_at_once() {
    let session = session(|_| ()).await;
    let contacts = session.simulator.mutate(Mutation::CreateContacts { count: 2 }).expect("contacts");
    let companies = session.simulator.mutate(Mutation::CreateCompanies { count: 1 }).expect("a company");
    let conversations =
        session.simulator.mutate(Mutation::CreateConversations { count: 1 }).expect("a conversation");
    assert_eq!(session.get(&format!("/contacts/{}", contacts.ids[1])).await["created_at"], contacts.at_s);
    assert_eq!(session.get(&format!("/companies/{}", companies.ids[0])).await["user_count"], 0);
    assert_eq!(
        session.get(&format!("/conversations/{}", conversations.ids[0])).await["updated_at"],
        conversations.at_s
    );
    assert_eq!(
        ids(rows(&session.get("/contacts?per_page=2").await, "data")),
        [contacts.ids[1].clone(), contacts.ids[0].clone()]
    );
    session
        .simulator
        .mutate(Mutation::RenameTag { tag: 0, name: "Very important".to_owned() })
        .expect("a new name");
    assert_eq!(session.get("/tags").await["data"][0]["name"], "Very important");
    let updated = Mutation::UpdateCompanies { which: Selection::Indexes(vec![0]) };
    let touched = session.simulator.mutate(updated).expect("an update");
    assert_eq!(session.get(&format!("/companies/{}", touched.ids[0])).await["updated_at"], touched.at_s);
}

#[tokio::test]
async fn a_mutation_of_what_does_not_exist_is_an_error() {
    let session = session(|_| ()).await;
    let which = Selection::Indexes(vec![1, 400]);
    let error =
        session.simulator.mutate(Mutation::UpdateContacts { which }).expect_err("there are 400 contacts");
    assert_eq!(error, MutationError::NoSuchRecord { resource: Resource::Contacts, index: 400, count: 400 });
    let error =
        session.simulator.mutate(Mutation::RenameTag { tag: 30, name: String::new() }).expect_err("30 tags");
    assert_eq!(error.to_string(), "no tag has index 30");
}

#[tokio::test]
async fn everything_can_be_done_over_http() {
    let session = session(|settings| settings.limit_per_window = 3).await;
    let counts = session.get("/_simulator/truth").await;
    for resource in Resource::ALL {
        let lines = session.try_get(&format!("/_simulator/truth/{}", resource.name())).await.text;
        let documents: Vec<Value> =
            lines.lines().map(|line| serde_json::from_str(line).expect("a document")).collect();
        assert!(documents == session.truth(resource), "{resource:?}");
        assert_eq!(counts[resource.name()], documents.len(), "{resource:?}");
    }
    assert_eq!(session.try_get("/_simulator/truth/shoes").await.status, 404);

    let mutation = json!({"update_contacts": {"which": {"random": {"count": 3, "seed": 1}}}});
    let touched = session.post("/_simulator/mutate", mutation).await;
    assert_eq!(
        (touched["ids"].as_array().map(Vec::len), &touched["resource"]),
        (Some(3), &json!("contacts"))
    );
    let addition = json!({"add_to_contacts": {"which": {"indexes": [1]}, "what": "note"}});
    session.post("/_simulator/mutate", addition).await;
    let wrong = json!({"rename_tag": {"tag": 99, "name": "x"}});
    assert_eq!(session.try_post("/_simulator/mutate", wrong).await.status, 422);

    let fault = json!({"path_prefix": "/me", "skip": 0, "times": 1, "kind": {"html": {"status": 500}}});
    assert_eq!(session.try_post("/_simulator/faults", fault).await.status, 204);
    assert_eq!(session.try_get("/me").await.status, 500);
    let before = session.simulator.now_s();
    session.post("/_simulator/clock", json!({"advance_s": 3600})).await;
    assert!(session.simulator.now_s() >= before + 3600);
    let stats = session.get("/_simulator/stats").await;
    assert_eq!((&stats["requests"], &stats["by_path"]["GET /me"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn a_stopped_simulator_frees_its_port() {
    let session = session(|_| ()).await;
    let url = session.simulator.base_url();
    session.get("/me").await;
    session.simulator.stop().await;
    assert!(reqwest::get(format!("{url}/me")).await.is_err());
}
