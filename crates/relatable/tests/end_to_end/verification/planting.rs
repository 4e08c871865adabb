//! Losses as they happen: rows that are gone, values that are old, rows that should be gone, planted by plain SQL.

use crate::harness::Site;
use relatable_model::schema::Table;
use relatable_pipeline::{Finding, FindingKind};

/// Companies on a page of the scroll.
const PAGE: usize = 100;
/// Conversations in a window.
const WINDOW: usize = 12;

/// The kinds of loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Loss {
    Row,
    Part,
    EleventhTag,
    StaleField,
    Ghost,
    DanglingReference,
    PageOfCompanies,
    WindowOfConversations,
}

/// A loss that was planted, and what must be found of it.
#[derive(Debug)]
pub(super) struct Planted {
    pub(super) loss: Loss,
    pub(super) expected: Vec<Expected>,
}

/// A finding that must be there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) kind: FindingKind,
    pub(super) table: String,
    /// The record, or what a reference leads to.
    pub(super) id: String,
    pub(super) element: Option<String>,
}

impl Expected {
    fn new(kind: FindingKind, table: &str, id: &str) -> Expected {
        Expected { kind, table: table.to_owned(), id: id.to_owned(), element: None }
    }

    /// Whether it was found.
    pub(super) fn is_in(&self, findings: &[Finding]) -> bool {
        findings.iter().any(|finding| self.is(finding))
    }

    fn is(&self, finding: &Finding) -> bool {
        let id = match self.kind {
            FindingKind::DanglingReference => finding.element.as_ref() == Some(&self.id),
            _ => finding.id == self.id && (self.element.is_none() || finding.element == self.element),
        };
        id && finding.kind == self.kind && finding.table == self.table
    }
}

/// One who plants losses, each in records that no other loss touches.
pub(super) struct Planter<'s> {
    site: &'s Site,
    seed: u64,
    tables: Vec<Table>,
    used: Vec<String>,
}

impl<'s> Planter<'s> {
    pub(super) fn new(site: &'s Site, seed: u64) -> Planter<'s> {
        let tables = relatable_destinations::open(&site.uri()).unwrap().tables().unwrap();
        Planter { site, seed, tables, used: Vec::new() }
    }

    /// Plants a loss, the `nth` of its kind.
    pub(super) fn plant(&mut self, loss: Loss, nth: u64) -> Planted {
        use FindingKind::{DanglingReference, Ghost, MissingElement, MissingRecord, WrongValue};
        let expected = match loss {
            Loss::Row => {
                let table = ["contacts", "conversations", "segments", "companies"][self.turn(nth, 4)];
                let id = self.pick(&format!("SELECT id FROM {table} ORDER BY id"));
                self.erase(table, &id);
                vec![Expected::new(MissingRecord, table, &id)]
            }
            Loss::Part => {
                let conversation = self.pick(
                    "SELECT conversation_id FROM conversation_parts GROUP BY conversation_id \
                     HAVING count(*) BETWEEN 2 AND 400 ORDER BY conversation_id",
                );
                let parts = format!(
                    "SELECT id FROM conversation_parts WHERE conversation_id = '{conversation}' ORDER BY id"
                );
                let part = self.pick(&parts);
                self.erase("conversation_parts", &part);
                let element = Some(part);
                vec![Expected {
                    element,
                    ..Expected::new(MissingElement, "conversation_parts", &conversation)
                }]
            }
            Loss::EleventhTag => {
                let contact = self.pick(
                    "SELECT contact_id FROM contact_tags GROUP BY contact_id HAVING count(*) > 10 ORDER BY contact_id",
                );
                let tags =
                    format!("SELECT tag_id FROM contact_tags WHERE contact_id = '{contact}' ORDER BY tag_id");
                let tag = self.choose(&tags).pop().unwrap();
                self.run(&format!(
                    "DELETE FROM contact_tags WHERE contact_id = '{contact}' AND tag_id = '{tag}'"
                ));
                vec![Expected {
                    element: Some(tag),
                    ..Expected::new(MissingElement, "contact_tags", &contact)
                }]
            }
            Loss::StaleField => {
                let (table, column) = [
                    ("contacts", "email"),
                    ("companies", "name"),
                    ("conversations", "state"),
                    ("tags", "name"),
                ][self.turn(nth, 4)];
                let id = self.pick(&format!("SELECT id FROM {table} WHERE {column} IS NOT NULL ORDER BY id"));
                self.run(&format!("UPDATE {table} SET {column} = 'as it was before' WHERE id = '{id}'"));
                vec![Expected::new(WrongValue, table, &id)]
            }
            Loss::Ghost => {
                let table = ["contacts", "conversations", "tags", "companies"][self.turn(nth, 4)];
                let id = format!("9{}{nth}", self.seed);
                self.run(&format!(
                    "INSERT INTO {table} (id, _synced_at) SELECT '{id}', min(_synced_at) FROM {table}"
                ));
                vec![Expected::new(Ghost, table, &id)]
            }
            Loss::DanglingReference => {
                let (table, refers) = [
                    ("admins", "SELECT owner_id FROM contacts WHERE owner_id IN (SELECT id FROM admins)"),
                    ("tags", "SELECT tag_id FROM contact_tags WHERE tag_id IN (SELECT id FROM tags)"),
                    (
                        "contacts",
                        "SELECT contact_id FROM conversation_contacts \
                                  WHERE contact_id IN (SELECT id FROM contacts)",
                    ),
                ][self.turn(nth, 3)];
                let id = self.pick(&format!("{refers} ORDER BY 1"));
                self.erase(table, &id);
                let holder =
                    [("admins", "contacts"), ("tags", "contact_tags"), ("contacts", "conversation_contacts")];
                let holder = holder.into_iter().find(|(target, _)| *target == table).unwrap().1;
                vec![Expected::new(MissingRecord, table, &id), Expected::new(DanglingReference, holder, &id)]
            }
            Loss::PageOfCompanies => self.lose("companies", "id", PAGE),
            Loss::WindowOfConversations => self.lose("conversations", "created_at", WINDOW),
        };
        Planted { loss, expected }
    }

    /// Loses neighbouring records.
    fn lose(&mut self, table: &str, order: &str, count: usize) -> Vec<Expected> {
        let ids = self.choose(&format!("SELECT id FROM {table} ORDER BY {order}, id"));
        let begin = self.turn(0, ids.len() - count + 1);
        let lost = &ids[begin..begin + count];
        self.used.extend(lost.iter().cloned());
        lost.iter().for_each(|id| self.erase(table, id));
        lost.iter().map(|id| Expected::new(FindingKind::MissingRecord, table, id)).collect()
    }

    /// A number below `bound` that follows from the seed.
    fn turn(&self, nth: u64, bound: usize) -> usize {
        usize::try_from((self.seed * 7 + nth) % bound as u64).unwrap()
    }

    /// Texts that no other loss touches.
    fn choose(&self, sql: &str) -> Vec<String> {
        self.site.client().texts(sql).into_iter().filter(|id| !self.used.contains(id)).collect()
    }

    /// One of them.
    fn pick(&mut self, sql: &str) -> String {
        let candidates = self.choose(sql);
        assert!(!candidates.is_empty(), "nothing to lose, seed {}: {sql}", self.seed);
        let chosen = candidates[self.turn(31 * self.used.len() as u64, candidates.len())].clone();
        self.used.push(chosen.clone());
        chosen
    }

    /// Deletes a row and what was split from it.
    fn erase(&self, table: &str, id: &str) {
        let mut conditions = vec![(table.to_owned(), format!("id = '{id}'"))];
        for child in &self.tables {
            let Some(link) = &child.parent else { continue };
            let Some((_, condition)) = conditions.iter().find(|(name, _)| *name == link.table) else {
                continue;
            };
            let (here, there): (Vec<&str>, Vec<&str>) =
                link.columns.iter().map(|(here, there)| (here.as_str(), there.as_str())).unzip();
            let parents = format!("SELECT {} FROM {} WHERE {condition}", there.join(", "), link.table);
            conditions.push((child.name.clone(), format!("({}) IN ({parents})", here.join(", "))));
        }
        for (table, condition) in conditions.iter().rev() {
            self.run(&format!("DELETE FROM {table} WHERE {condition}"));
        }
    }

    fn run(&self, sql: &str) {
        self.site.client().execute(sql);
    }
}
