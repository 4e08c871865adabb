//! A plain reader: one request, its answer, the next request.

use relatable_intercom::Client;
use relatable_intercom::clock::SystemClock;
use relatable_intercom::request::Request;
use serde_json::{Value, json};
use std::sync::Arc;

/// Reads the conversations with their parts; returns how many requests it sent.
pub(crate) async fn read(settings: &relatable_intercom::Settings) -> Result<u64, super::Failure> {
    let client = Client::new(settings, Arc::new(SystemClock))?;
    let mut after = Value::Null;
    loop {
        let body = json!({
            "query": {"field": "created_at", "operator": ">", "value": 0},
            "pagination": {"per_page": 150, "starting_after": after},
        });
        let (answer, ()) = client.send(&Request::post("/conversations/search", body), || ()).await?;
        let page: Value = serde_json::from_slice(&answer.body)?;
        for conversation in page["conversations"].as_array().into_iter().flatten() {
            let path = format!("/conversations/{}", conversation["id"].as_str().unwrap_or_default());
            client.send(&Request::get(path), || ()).await?;
        }
        after = page["pages"]["next"]["starting_after"].clone();
        if after.is_null() {
            return Ok(client.traffic().requests);
        }
    }
}
