//! A million contacts need little memory, and a page of them little time.

use std::time::{Duration, Instant};

use relatable_simulator::Resource;
use serde_json::json;

use crate::client::{rows, session};

/// Entry and update order of a contact, with a quarter of a company and half of a conversation: about 110 bytes.
const BYTES_PER_CONTACT_MAX: u64 = 200;

/// Memory this process holds, in bytes; only Linux tells.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/statm").ok()?;
    status.split(' ').nth(1)?.parse::<u64>().ok().map(|pages| pages * 4096)
}

#[tokio::test]
async fn a_million_contacts_are_held_in_small_entries() {
    let before = resident_bytes();
    let session = session(|settings| settings.contacts = 1_000_000).await;
    if let (Some(before), Some(after)) = (before, resident_bytes()) {
        let held = after.saturating_sub(before);
        assert!(held < 1_000_000 * BYTES_PER_CONTACT_MAX, "{held} bytes");
    }
    let body = json!({
        "query": {"field": "updated_at", "operator": ">", "value": 1_790_000_000}, "pagination": {"per_page": 150},
        "sort": {"field": "updated_at", "order": "ascending"},
    });
    let first = session.post("/contacts/search", body.clone()).await;
    assert_eq!(rows(&first, "data").len(), 150);
    let start = Instant::now();
    for _ in 0..10 {
        session.post("/contacts/search", body.clone()).await;
    }
    // An optimised build needs a tenth of this; the bound is against walking all contacts for a page.
    assert!(start.elapsed() < Duration::from_secs(1), "{:?} for ten pages", start.elapsed());
    let last = session.simulator.truth().documents(Resource::Contacts).next();
    assert!(last.is_some_and(|contact| contact["id"].is_string()));
}
