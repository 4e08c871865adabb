//! What is counted, from the totals that lists and searches state (API notes §15.6: the old `/counts` is gone).

use crate::request::Request;
use serde_json::{Value, json};

/// One total to ask for.
#[derive(Debug, Clone, PartialEq)]
pub struct CountQuestion {
    /// What is counted: `users`, `leads`, `companies`, `contacts`, `conversations`.
    pub subject: &'static str,
    /// What the count is split by, if it is split: `state`, `tag`, `admin`, `team`.
    pub dimension: Option<&'static str>,
    /// Which part of the split: an id, or the word of a state.
    pub dimension_id: Option<String>,
    /// The request whose answer states the total.
    pub request: Request,
}

impl CountQuestion {
    /// A question answered by the total of a search for one field's value.
    fn search(
        subject: &'static str,
        split: Option<(&'static str, &str)>,
        path: &'static str,
        field: &str,
        value: Value,
    ) -> CountQuestion {
        let query = json!({"field": field, "operator": "=", "value": value});
        let body = json!({"query": query, "pagination": {"per_page": 1}});
        CountQuestion {
            subject,
            dimension: split.map(|(dimension, _)| dimension),
            dimension_id: split.map(|(_, id)| id.to_owned()),
            request: Request::post(path, body),
        }
    }
}

/// The totals of every run: users, leads, companies, conversations by state; with `tags` and `admins`, of which there
/// may be many, also contacts by tag and conversations by assignee.
pub fn count_questions(tags: &[String], admins: &[String]) -> Vec<CountQuestion> {
    const CONTACTS: &str = "/contacts/search";
    const CONVERSATIONS: &str = "/conversations/search";
    let mut questions = vec![
        CountQuestion::search("users", None, CONTACTS, "role", json!("user")),
        CountQuestion::search("leads", None, CONTACTS, "role", json!("lead")),
        CountQuestion {
            subject: "companies",
            dimension: None,
            dimension_id: None,
            request: Request::post("/companies/list?per_page=1", json!({})),
        },
    ];
    for state in ["open", "closed", "snoozed"] {
        let split = Some(("state", state));
        questions.push(CountQuestion::search("conversations", split, CONVERSATIONS, "state", json!(state)));
    }
    for tag in tags {
        questions.push(CountQuestion::search("contacts", Some(("tag", tag)), CONTACTS, "tag_id", json!(tag)));
    }
    for admin in admins {
        // The field is an integer (API notes §5.5).
        let value = admin.parse::<i64>().map_or_else(|_| json!(admin), |id| json!(id));
        let split = Some(("admin", admin.as_str()));
        questions.push(CountQuestion::search(
            "conversations",
            split,
            CONVERSATIONS,
            "admin_assignee_id",
            value,
        ));
    }
    questions
}
