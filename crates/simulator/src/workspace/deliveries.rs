//! Deliveries of outbound messages: who was sent what, and what came of it (API notes, section 14.1). A day's
//! deliveries are decided by the seed and the day alone, so that they go on for as long as the clock does.

use super::Workspace;
use super::draw::{Draw, Kind};
use super::timeline::{DAY_S, workspace_created_at};
use crate::document::{Members, Node};

/// The columns, as the export has them.
pub(crate) const DELIVERY_COLUMNS: [&str; 26] = [
    "user_id",
    "user_external_id",
    "company_id",
    "email",
    "name",
    "ruleset_id",
    "content_id",
    "content_type",
    "content_title",
    "ruleset_version_id",
    "receipt_id",
    "received_at",
    "series_id",
    "series_title",
    "node_id",
    "first_reply",
    "first_completion",
    "first_series_completion",
    "first_series_disengagement",
    "first_series_exit",
    "first_goal_success",
    "first_open",
    "first_click",
    "first_dismisall",
    "first_unsubscribe",
    "first_hard_bounce",
];

/// Nothing comes of a message later than this.
const ENGAGED_S: i64 = 20 * DAY_S;

/// What is sent: kind and title. Titles are what people write.
const CONTENTS: [(&str, &str); 8] = [
    ("email", "Welcome, new friends"),
    ("email", "He said \"now\", and so we do"),
    ("chat", "Grüße aus Köln – 50 % günstiger"),
    ("post", "Two lines:\nthis is the second"),
    ("banner", "  spaces, tabs\tand 'quotes'  "),
    ("tour", "مرحبا 👋"),
    ("survey", "\"All in quotes\""),
    ("email", "=1+1"),
];

/// A series that messages are part of.
const SERIES: [&str; 2] = ["Onboarding, part \"one\"", "Réactivation"];

/// What can come of a message: the column, how likely in percent, and whether it is about a series.
const OUTCOMES: [(&str, u64, bool); 11] = [
    ("first_reply", 12, false),
    ("first_completion", 15, false),
    ("first_series_completion", 20, true),
    ("first_series_disengagement", 10, true),
    ("first_series_exit", 10, true),
    ("first_goal_success", 8, false),
    ("first_open", 60, false),
    ("first_click", 25, false),
    ("first_dismisall", 9, false),
    ("first_unsubscribe", 4, false),
    ("first_hard_bounce", 3, false),
];

impl Workspace {
    /// What was sent on the whole days from that of one moment to that of another and is known now; of what came of it,
    /// only what happened on these days counts. Nobody is `null` here.
    pub(crate) fn deliveries(&self, after: i64, before: i64, now: i64) -> Vec<Node> {
        let first = after.max(workspace_created_at()).div_euclid(DAY_S);
        let last = before.min(now).div_euclid(DAY_S);
        let range_end = (before.div_euclid(DAY_S) + 1).saturating_mul(DAY_S) - 1;
        let until = range_end.min(now);
        let mut rows = Vec::new();
        for day in first..=last {
            let slots = 1 + self.sizes.contacts.min(12_000) / 60;
            for slot in 0..slots {
                let mut draw = self.draw(Kind::Delivery, day as u32, slot);
                let sent_at = day * DAY_S + draw.below(DAY_S as u64) as i64;
                if sent_at <= now && self.sizes.contacts > 0 {
                    rows.push(self.delivery(day, slot, sent_at, until, &mut draw));
                }
            }
        }
        rows
    }

    fn delivery(&self, day: i64, slot: u32, sent_at: i64, until: i64, draw: &mut Draw) -> Node {
        let contact = draw.below(self.sizes.contacts.into()) as u32;
        let companies = self.contacts.ever(contact).map_or(0, |entry| entry.companies);
        let company = self.membership.companies_of(contact, companies.min(1)).next();
        let content = draw.below(CONTENTS.len() as u64);
        let (kind, title) = CONTENTS[content as usize];
        let series = draw.percent(40).then(|| draw.below(SERIES.len() as u64));
        let version = draw.below(3);
        let mut row = Members::with_capacity(DELIVERY_COLUMNS.len());
        row.push("user_id", self.contact_id(contact));
        row.push("user_external_id", self.external_id(contact));
        row.push("company_id", company.map(|company| self.company_id(company)));
        row.push("email", self.contact_email(contact));
        row.push("name", self.contact_name(contact, 0));
        row.push("ruleset_id", (3_400_000 + content).to_string());
        row.push("content_id", (51_000_000 + content * 3 + version).to_string());
        row.push("content_type", kind);
        row.push("content_title", title);
        row.push("ruleset_version_id", (7_700_000 + content * 10 + version).to_string());
        row.push("receipt_id", (day * 100_000 + i64::from(slot)).to_string());
        row.push("received_at", sent_at);
        row.push("series_id", series.map(|series| (880 + series).to_string()));
        row.push("series_title", series.map(|series| SERIES[series as usize]));
        row.push("node_id", series.map(|series| (990 + series * 7 + content).to_string()));
        for (column, chance, is_of_series) in OUTCOMES {
            let at = sent_at
                + if draw.percent(50) { draw.between(30, 7_200) } else { draw.between(30, ENGAGED_S) };
            let happened = draw.percent(chance) && at <= until && (series.is_some() || !is_of_series);
            row.push(column, happened.then_some(at));
        }
        row.into()
    }
}
