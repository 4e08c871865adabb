//! Documents that look real until something in their structure is changed: nothing panics, and each value comes back
//! or is told of.

use super::documents::seed;
use super::tables::{documents, normal_of};
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use relatable_model::json::Json;
use relatable_model::plan::Memory;
use relatable_model::rules::{ResourceRules, Rules};
use relatable_model::shred::{Context, Shredded, Shredder};
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// Mutations of each resource's documents.
const MUTATIONS: usize = 340_000;
/// Threads that share them, so that the last resource does not leave a core idle.
const HANDS: usize = 2;
/// Mutated documents of one load.
const LOAD: usize = 100;
/// Issues that say that something of a document could not be kept.
const LOSSES: [&str; 5] = [
    "element_without_key",
    "element_repeated",
    "element_taken",
    "envelope_member_dropped",
    "name_not_representable",
];

/// A contact, a company or a conversation as the API gives them; no two have a part of the same id.
fn original(resource: &str, number: usize) -> Value {
    let tag = |id: &str| json!({"type": "tag", "id": id, "url": format!("/tags/{id}")});
    let tags = json!({"type": "list", "data": [tag("1"), tag("2")], "url": "/x/tags", "total_count": 2, "has_more": false});
    match resource {
        "contacts" => json!({
            "type": "contact", "id": "c", "external_id": null, "role": "user", "email": "ann@example.com",
            "owner_id": 127, "has_hard_bounced": false, "created_at": 1_571_672_154, "last_seen_at": null,
            "avatar": {"type": "avatar", "image_url": "https://example.com/a.png"}, "tags": tags,
            "companies": {"type": "list", "data": [{"type": "company", "id": "k1"}], "total_count": 1, "has_more": false},
            "social_profiles": {"type": "list", "data": [
                {"type": "social_profile", "name": "Twitter", "url": "https://example.com/t"}
            ]},
            "location": {"type": "location", "country": "Ireland", "city": "Dublin"},
            "custom_attributes": {"plan": "pro", "seats": 7, "ratio": 0.5, "paid": true},
        }),
        "companies" => json!({
            "type": "company", "id": "k", "company_id": "remote", "name": "Größe & Co", "monthly_spend": 120.5,
            "created_at": 1_571_672_154, "plan": {"type": "plan", "id": "p", "name": "Pro"},
            "tags": {"type": "tag.list", "tags": [tag("1")]},
            "segments": {"type": "segment.list", "segments": [{"type": "segment", "id": "s1"}]},
            "custom_attributes": {"size": "small", "employees": 12},
        }),
        _ => json!({
            "type": "conversation", "id": "v", "created_at": 1_571_672_154, "state": "closed", "read": true,
            "source": {"type": "email", "id": "m", "body": "<p>hi</p>", "author": {"type": "user", "id": "c"},
                "attachments": [{"type": "upload", "name": "a.png", "filesize": 12}]},
            "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": "c"}]},
            "tags": {"type": "tag.list", "tags": [tag("1"), tag("2")]},
            "teammates": {"type": "admin.list", "admins": [{"type": "admin", "id": "7"}]},
            "conversation_rating": {"rating": 5, "remark": "", "contact": {"type": "contact", "id": "c"}},
            "conversation_parts": {"type": "conversation_part.list", "total_count": 2, "conversation_parts": [
                {"type": "conversation_part", "id": format!("{number}-1"), "body": null, "created_at": 1_571_672_155,
                    "author": {"type": "admin", "id": "7"}, "attachments": []},
                {"type": "conversation_part", "id": format!("{number}-2"), "body": "<b>ok</b>", "created_at": 1_571_672_156,
                    "author": {"type": "user", "id": "c"},
                    "attachments": [{"type": "upload", "name": "b.png", "filesize": 1}]},
            ]},
            "custom_attributes": {"topic": "refund", "score": 3},
        }),
    }
}

/// How many values there are in a tree.
fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(elements) => elements.iter().map(size).sum(),
        Value::Object(members) => members.values().map(size).sum(),
        _ => 0,
    }
}

/// Does something to the `place`-th value of a tree.
fn at(value: &mut Value, place: &mut usize, change: &mut dyn FnMut(&mut Value)) {
    if *place == 0 {
        *place = usize::MAX;
        return change(value);
    }
    *place -= 1;
    let below: Box<dyn Iterator<Item = &mut Value>> = match value {
        Value::Array(elements) => Box::new(elements.iter_mut()),
        Value::Object(members) => Box::new(members.values_mut()),
        _ => return,
    };
    for value in below {
        at(value, place, change);
        if *place == usize::MAX {
            return;
        }
    }
}

/// A value of some kind that a structure does not expect.
fn stranger(random: &mut impl Rng) -> Value {
    let strangers = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1.5),
        json!(9_223_372_036_854_775_807_u64),
        json!(u64::MAX),
        json!(1e300),
        json!(""),
        json!("text"),
        json!("1700000000"),
        json!([]),
        json!([[], [[1]], {}]),
        json!(["a", 1, null, {"id": "x"}]),
        json!({}),
        json!({"id": "x", "id ": 1, "ID": [2]}),
        json!({"type": "list", "data": [{"id": 1}, {"id": "1"}, {}]}),
        json!({"type": "list", "data": {"id": 1}}),
        json!({"type": "list", "data": null, "surprise": 1}),
    ];
    strangers.choose(random).expect("strangers").clone()
}

/// Changes the structure of a value.
fn mutate(value: &mut Value, other: Value, random: &mut impl Rng) {
    match (random.random_range(0..9), value) {
        (0, value) => *value = stranger(random),
        (1, value) => *value = other,
        (2, value) => *value = json!([value.take()]),
        (3, value) => *value = json!({"data": value.take(), "type": "list"}),
        (4, value) => *value = json!({"inner": value.take()}),
        (5, Value::Array(elements)) if !elements.is_empty() => {
            elements.push(elements[random.random_range(0..elements.len())].clone());
        }
        (6, Value::Array(elements)) => elements.insert(0, stranger(random)),
        (5, Value::Object(members)) => {
            members.insert(format!("new {}", random.random_range(0..5)), stranger(random));
        }
        (6, Value::Object(members)) if !members.is_empty() => {
            let place = random.random_range(0..members.len());
            let gone = members.keys().nth(place).expect("a member").clone();
            members.remove(&gone);
        }
        (7, Value::Object(members)) if members.len() > 1 => {
            // One member's value under another's name.
            let names: Vec<String> = members.keys().cloned().collect();
            let value = members[&names[random.random_range(0..names.len())]].clone();
            members.insert(names[random.random_range(0..names.len())].clone(), value);
        }
        (8, Value::Object(members)) => {
            let turned: Map<String, Value> = std::mem::take(members)
                .into_iter()
                .rev()
                .map(|(name, value)| (name.to_uppercase(), value))
                .collect();
            *members = turned;
        }
        (_, value) => *value = stranger(random),
    }
}

/// The curated rules of a resource.
fn curated(resource: &str) -> ResourceRules {
    let path = format!("{}/../intercom/models/{resource}.toml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect(&path);
    Rules::parse(&text, &path).expect(&path).resources.remove(resource).expect(resource)
}

/// A document with one to three changes, and an id that no other has unless that was changed too.
fn mutated(resource: &str, number: usize, random: &mut impl Rng) -> String {
    let mut document = original(resource, number);
    for _ in 0..random.random_range(1..4) {
        let values = size(&document);
        let mut other = Value::Null;
        at(&mut document, &mut random.random_range(0..values), &mut |value| other = value.clone());
        // The root stays an object: what else stands there is refused, which other tests show.
        at(&mut document, &mut random.random_range(1..values.max(2)), &mut |value| {
            mutate(value, other.take(), random)
        });
    }
    if let Some(id @ (Value::String(_) | Value::Number(_))) = document.get_mut("id") {
        *id = json!(format!("r{number}"));
    }
    document.to_string()
}

/// Shreds documents; those refused are left out of the second result.
fn shred<'a>(resource: &str, rules: &ResourceRules, load: &'a [String]) -> (Shredded, Vec<&'a str>) {
    let mut shredder = Shredder::new(resource, rules, Memory::default(), None).expect("plan");
    let mut taken = load.iter().map(String::as_str).collect::<Vec<_>>();
    taken.retain(|document| shredder.document(document.as_bytes(), Context::default()).is_ok());
    (shredder.finish().expect("finish"), taken)
}

/// Mutates the documents of a resource, some by each hand.
fn check(resource: &str) {
    let rules = curated(resource);
    let returned: usize = std::thread::scope(|scope| {
        let hands: Vec<_> = (0..HANDS)
            .map(|hand| {
                scope.spawn({
                    let rules = &rules;
                    move || check_some(resource, rules, hand)
                })
            })
            .collect();
        hands.into_iter().map(|hand| hand.join().expect("nothing is lost without a word")).sum()
    });
    assert!(returned > MUTATIONS / 2, "most changes lose nothing");
}

/// Mutates documents, and answers how many came back as they were.
fn check_some(resource: &str, rules: &ResourceRules, hand: usize) -> usize {
    let mut random = ChaCha8Rng::seed_from_u64(seed(&format!("mutated {resource} {hand}")));
    let (mut returned, mut told, mut refused) = (0, 0, 0);
    for load in 0..MUTATIONS / HANDS / LOAD {
        let load: Vec<String> =
            (0..LOAD).map(|place| mutated(resource, load * LOAD + place, &mut random)).collect();
        let (shredded, taken) = shred(resource, rules, &load);
        refused += load.len() - taken.len();
        let lossy: HashSet<&str> = (shredded.issues.iter())
            .filter(|issue| LOSSES.contains(&issue.kind.as_str()))
            .map(|issue| issue.record.as_str())
            .collect();
        let back = documents(&shredded, rules);
        assert_eq!(back.len(), taken.len());
        for (document, back) in taken.iter().zip(back) {
            let Json::Object(members) = &back else { panic!("{document} came back as {back}") };
            let id =
                members.get("id").map(|id| id.to_string().trim_matches('"').to_owned()).unwrap_or_default();
            let expected = normal_of(document, rules);
            if back == expected {
                returned += 1;
            } else {
                assert!(
                    lossy.contains(id.as_str()),
                    "{resource} {document}\ncame back as {back}\nnot as {expected}"
                );
                told += 1;
            }
        }
    }
    println!("{resource}: {returned} came back, of {told} a loss was told, {refused} were refused");
    returned
}

#[test]
fn mutated_contacts_come_back_or_what_is_lost_is_told() {
    check("contacts");
}

#[test]
fn mutated_companies_come_back_or_what_is_lost_is_told() {
    check("companies");
}

#[test]
fn mutated_conversations_come_back_or_what_is_lost_is_told() {
    check("conversations");
}
