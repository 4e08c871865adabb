//! Data events of contacts, and their summaries.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Workspace;
use super::draw::Kind;
use super::register::Entry;
use super::timeline::{ANCHOR_S, DAY_S};
use super::vocabulary::EVENTS;
use crate::document::{Node, node};

/// Events older than this are in no list any more.
pub(crate) const EVENT_RETENTION_S: i64 = 90 * DAY_S;

/// One event of a contact, before its document is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DataEvent {
    /// Epoch milliseconds, different for each event of a contact.
    pub(crate) at_ms: i64,
    /// Position in the contact's history.
    pub(crate) position: u32,
}

impl Workspace {
    /// All events of a contact, oldest first.
    pub(crate) fn all_events(&self, contact: u32) -> Vec<DataEvent> {
        let mut draw = self.draw(Kind::Events, contact, 0);
        let created_at = self.contacts.get(contact).map_or(ANCHOR_S, Entry::created_at);
        let count = match contact {
            1 => 260,
            _ => match draw.below(200) {
                0..80 => 0,
                80..180 => draw.below(6),
                180..199 => draw.below(31),
                _ => 60 + draw.below(300),
            },
        };
        let generated = if created_at > ANCHOR_S { 0 } else { count };
        let mut events: Vec<DataEvent> = (0..generated)
            .map(|position| {
                let share = draw.unit();
                let age = ((ANCHOR_S - created_at) as f64 * share * share * share) as i64;
                DataEvent { at_ms: (ANCHOR_S - age) * 1000 + position as i64, position: position as u32 }
            })
            .collect();
        if let Some(additions) = self.additions.get(&contact) {
            let positions = 500u32..;
            events.extend(
                positions.zip(&additions.events).map(|(position, at)| DataEvent {
                    at_ms: at * 1000 + i64::from(position % 1000),
                    position,
                }),
            );
        }
        events.sort_unstable();
        events
    }

    /// The events of a contact that the API still lists, newest first.
    pub(crate) fn listed_events(&self, contact: u32, now: i64) -> Vec<DataEvent> {
        let oldest_ms = (now - EVENT_RETENTION_S) * 1000;
        let mut events = self.all_events(contact);
        events.retain(|event| event.at_ms >= oldest_ms);
        events.reverse();
        events
    }

    /// The document of an event.
    pub(crate) fn event(&self, contact: u32, event: DataEvent) -> Node {
        let mut draw = self.draw(Kind::Event, contact, event.position);
        let name = self.event_name(contact, event.position);
        let metadata = match draw.below(4) {
            0 => node!({}),
            1 => node!({
                "Order Number": {"value": "8126", "url": "https://shop.example/orders/8126"},
                "price": {"amount": draw.below(100_000), "currency": "eur"}, "order_date": ANCHOR_S - draw.between(0, DAY_S),
            }),
            2 => node!({
                "count": draw.below(50), "ratio": draw.below(1_000) as f64 / 8.0, "first time": draw.percent(50), "note": null,
                "tags": ["a", "b"],
            }),
            _ => node!({"page": format!("/docs/{}", draw.below(30)), "Größe": "groß 📏"}),
        };
        node!({
            "type": "event", "id": draw.uuid(), "created_at": event.at_ms.div_euclid(1000), "event_name": name,
            "user_id": self.external_id(contact), "email": self.contact_email(contact),
            "intercom_user_id": self.contact_id(contact), "metadata": metadata,
        })
    }

    /// What the summary of a contact's events says: one item per name, older events included.
    pub(crate) fn event_summaries(&self, contact: u32) -> Vec<Node> {
        let mut by_name: BTreeMap<&'static str, Vec<i64>> = BTreeMap::new();
        for event in self.all_events(contact) {
            by_name.entry(self.event_name(contact, event.position)).or_default().push(event.at_ms);
        }
        by_name
            .into_iter()
            .enumerate()
            .map(|(position, (name, instants))| {
                // One live sample ends in a blank; whoever parses these must cope.
                let blank = if position == 0 && contact % 5 == 1 { " " } else { "" };
                node!({
                    "name": name, "first": iso(instants[0]), "last": format!("{}{blank}", iso(instants[instants.len() - 1])),
                    "count": instants.len(), "description": (position % 2 == 0).then(|| format!("What {name} means")),
                })
            })
            .collect()
    }

    fn event_name(&self, contact: u32, position: u32) -> &'static str {
        let scattered = u64::from(contact) * 7 + u64::from(position) * u64::from(position % 3 + 1);
        EVENTS[(scattered % EVENTS.len() as u64) as usize]
    }
}

/// ISO text with milliseconds, as the summaries print it.
fn iso(at_ms: i64) -> String {
    Timestamp::from_millisecond(at_ms)
        .unwrap_or(Timestamp::MAX)
        .strftime("%Y-%m-%dT%H:%M:%S.%3fZ")
        .to_string()
}
