//! What values that are stored mean, where other rules would read or write the same columns otherwise.

use super::difference::Difference;
use crate::logical::LogicalType;
use crate::plan::{PlanError, RuleLookup, rule_path};
use crate::rules::{PathRule, Protect, ResourceRules, Strategy};
use crate::schema::{Column, ColumnRole, Table};

/// What stands between the elements of a list in one text unless a rule says otherwise.
const DELIMITER: &str = ",";

/// Every place whose values would mean something else than those that are there: `before` are the rules the tables were
/// made by. Places that go, move or get another type are not told again.
pub(super) fn changes(tables: &[Table], before: &ResourceRules, after: &ResourceRules) -> Vec<Difference> {
    let sides = Sides { before: RuleLookup::new(before), after: RuleLookup::new(after) };
    let mut found = Vec::new();
    for table in tables {
        if table.parent.is_none() {
            let words = |rules: &ResourceRules| {
                rules.unwrap_envelopes.filter(|unwraps| *unwraps).map(|_| "true".to_owned())
            };
            let pair = ("unwrap_envelopes", words(before), words(after));
            found.extend(change(&table.name, "", pair));
        } else {
            found.extend(sides.table(table));
        }
        let values =
            table.columns.iter().filter(|column| column.role == ColumnRole::Value && !column.path.is_empty());
        let members: Vec<Column> = table.members_of_more().collect();
        for column in values.chain(&members) {
            found.extend(sides.column(&format!("{}.{}", table.name, column.name), column));
        }
    }
    found
}

/// Refuses to load by the rules `after` into `tables` that were made by `before`, where stored values would mean
/// something else than those that come.
///
/// # Errors
/// [`PlanError`] naming the first such place.
pub fn check_meaning(
    resource: &str,
    tables: &[Table],
    before: &ResourceRules,
    after: &ResourceRules,
) -> Result<(), PlanError> {
    let root = tables.iter().find(|table| table.parent.is_none());
    let words = |rules: &ResourceRules| rules.key.as_ref().map(|key| key.join(", "));
    let key = root.and_then(|root| change(&root.name, "", ("key", words(before), words(after))));
    // The tables tell how they are written, whatever rules are remembered.
    let stored = root.map_or_else(|| before.write_mode(), |root| root.mode).name().to_owned();
    let mode = || {
        root.and_then(|root| {
            change(&root.name, "", ("mode", Some(stored), Some(after.write_mode().name().to_owned())))
        })
    };
    let opened = || opened_list(tables, before, after);
    let first =
        key.or_else(mode).or_else(opened).or_else(|| changes(tables, before, after).into_iter().next());
    let Some(first @ Difference::MeaningChanges { place, .. }) = &first else { return Ok(()) };
    let said = first.meaning().unwrap_or_default();
    Err(PlanError {
        resource: resource.to_owned(),
        place: String::new(),
        table: place.split('.').next().unwrap_or_default().to_owned(),
        difference: format!(
            "`{place}` was made by other rules: {said}; `relatable model diff` shows all that would be otherwise; {}, or take \
             the rule back",
            if first.is_of_protection() {
                "read or load everything again into a database of its own"
            } else {
                "`relatable remodel` makes the tables anew"
            }
        ),
    })
}

/// The first list that was joined to one text and would be rows of its own, or values.
fn opened_list(tables: &[Table], before: &ResourceRules, after: &ResourceRules) -> Option<Difference> {
    let sides = Sides { before: RuleLookup::new(before), after: RuleLookup::new(after) };
    let mut columns = tables.iter().flat_map(|table| table.columns.iter().map(move |column| (table, column)));
    columns.find_map(|(table, column)| {
        let (before, after) = (sides.before.rule(&column.path), sides.after.rule(&column.path));
        let is_opened = column.role == ColumnRole::Value && is_joined(&before) && !is_joined(&after);
        let place = format!("{}.{}", table.name, column.name);
        let pair = ("as", strategy(&before), strategy(&after));
        change(&place, &column.path, pair).filter(|_| is_opened && after.strategy != Some(Strategy::Omit))
    })
}

/// The rules on both sides.
struct Sides {
    before: RuleLookup,
    after: RuleLookup,
}

impl Sides {
    /// What changes for the lists or objects whose rows a table has.
    fn table(&self, table: &Table) -> Option<Difference> {
        let path = rule_path(&table.path);
        let (before, after) = (self.before.rule(&path), self.after.rule(&path));
        let is_made = after.strategy.is_none_or(Strategy::makes_table);
        let names = change(&table.name, &path, ("names", before.names.clone(), after.names.clone()));
        let envelope = change(&table.name, &path, ("envelope", envelope(&before), envelope(&after)));
        envelope.or(names).filter(|_| is_made)
    }

    /// What changes for the values of the column at `place`, which stand at `path`.
    fn column(&self, place: &str, column: &Column) -> Vec<Difference> {
        let path = column.path.as_str();
        let (before, after) = (self.before.rule(path), self.after.rule(path));
        if after.strategy == Some(Strategy::Omit) {
            return Vec::new();
        }
        let protection = |lookup: &RuleLookup| lookup.protection(path).map(Protect::meaning);
        let mut pairs = vec![
            ("protect", protection(&self.before), protection(&self.after)),
            ("null_if", null_words(&before), null_words(&after)),
            ("synonyms", synonyms(&before), synonyms(&after)),
        ];
        let (was_joined, is_joined) = (is_joined(&before), is_joined(&after));
        // From and to other types than text it is told as that; a list that is no longer joined is taken apart.
        let stays_text = after.column_type().is_none_or(|logical| logical == LogicalType::Text);
        if column.logical == LogicalType::Text && is_joined && !was_joined && stays_text {
            pairs.push(("as", strategy(&before), strategy(&after)));
        }
        if was_joined && is_joined {
            let delimiter = |rule: &PathRule| Some(rule.delimiter.as_deref().unwrap_or(DELIMITER).to_owned());
            pairs.push(("delimiter", delimiter(&before), delimiter(&after)));
        }
        let keeps = |rule: &PathRule| rule.strategy.is_some_and(Strategy::keeps_list_in_column);
        if keeps(&before) && keeps(&after) {
            pairs.push(("of", before.of.clone(), after.of.clone()));
            pairs.push(("envelope", envelope(&before), envelope(&after)));
        }
        pairs.into_iter().filter_map(|pair| change(place, path, pair)).collect()
    }
}

/// Every path that was left out and would be kept.
pub(super) fn ended_omissions(before: &ResourceRules, after: &ResourceRules) -> Vec<Difference> {
    let after = RuleLookup::new(after);
    let omitted = before.paths.iter().filter(|(_, rule)| rule.strategy == Some(Strategy::Omit));
    omitted
        .filter(|(path, _)| after.given(path).is_none_or(|rule| rule.strategy != Some(Strategy::Omit)))
        .map(|(path, _)| Difference::OmissionEnds { path: path.clone() })
        .collect()
}

/// The word for a rule's strategy.
fn strategy(rule: &PathRule) -> Option<String> {
    rule.strategy.map(|strategy| strategy.name().to_owned())
}

/// Whether a list is joined to one text.
pub(super) fn is_joined(rule: &PathRule) -> bool {
    rule.strategy == Some(Strategy::Delimited)
}

/// The words that mean nothing is there, whatever their order.
fn null_words(rule: &PathRule) -> Option<String> {
    let mut words = rule.null_if.clone().unwrap_or_default();
    words.sort_unstable();
    words.dedup();
    (!words.is_empty()).then(|| words.join(", "))
}

/// The texts that mean the same as another, whatever their order.
fn synonyms(rule: &PathRule) -> Option<String> {
    let words = rule.synonyms.iter().flatten().map(|(word, stored)| format!("{word} = {stored}"));
    let mut words: Vec<String> = words.collect();
    words.sort_unstable();
    (!words.is_empty()).then(|| words.join(", "))
}

/// The members that hold an envelope's list, whatever their order.
fn envelope(rule: &PathRule) -> Option<String> {
    let mut members = rule.envelope.clone().unwrap_or_default();
    members.sort_unstable();
    (!members.is_empty()).then(|| members.join(", "))
}

/// The change of a property, where there is one.
fn change(
    place: &str,
    path: &str,
    (property, from, to): (&'static str, Option<String>, Option<String>),
) -> Option<Difference> {
    (from != to).then(|| Difference::MeaningChanges {
        place: place.to_owned(),
        path: path.to_owned(),
        property,
        from,
        to,
    })
}
