//! The answers against the official description of version 2.16, which lies beside the repository. Where it is
//! absent there is nothing to compare with; the test says so and passes.

mod deviations;
mod requests;
mod schema;

use std::collections::BTreeSet;
use std::path::Path;

use crate::client::session;
use deviations::DEVIATIONS;
use schema::Description;

/// Where the description is looked for.
const PLACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/intercom-openapi/2.16.yaml");

/// Whether the end of a place is that of a difference.
fn is_meant(deviation: &str, difference: &str) -> bool {
    difference
        .strip_suffix(deviation)
        .is_some_and(|before| before.is_empty() || before.ends_with(['.', ' ']) || before.ends_with("[]"))
}

#[tokio::test]
#[expect(clippy::print_stderr, reason = "a skipped comparison must not look like one that was made")]
async fn every_answer_agrees_with_the_official_description_but_for_known_deviations() {
    if !Path::new(PLACE).exists() {
        eprintln!("not compared: there is no description at {PLACE}");
        return;
    }
    let text = std::fs::read_to_string(PLACE).expect("the description can be read");
    let description = Description::parse(&text);
    let session = session(|_| ()).await;
    let mut differences = BTreeSet::new();
    for request in requests::all(&session).await {
        let schema = description.answer_of(request.method, request.described);
        let schema =
            schema.unwrap_or_else(|| panic!("{} {} is described", request.method, request.described));
        let answer = match &request.body {
            Some(body) => session.post(&request.path, body.clone()).await,
            None => session.get(&request.path).await,
        };
        let place = format!("{} {} ", request.method, request.described);
        let found = description.differences(schema, &answer).into_iter();
        differences.extend(found.map(|difference| format!("{place}{difference}")));
    }
    let unknown: Vec<&String> = differences
        .iter()
        .filter(|difference| {
            !DEVIATIONS.iter().flat_map(|known| known.places).any(|place| is_meant(place, difference))
        })
        .collect();
    assert!(unknown.is_empty(), "{} differences:\n{unknown:#?}", unknown.len());
    for deviation in DEVIATIONS {
        for place in deviation.places {
            let is_met = differences.iter().any(|difference| is_meant(place, difference));
            assert!(is_met, "no answer deviates any more by {place:?}: {}", deviation.reason);
        }
    }
}
