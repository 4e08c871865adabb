//! Rules that cannot be followed: told when a file is read, or when it meets the layer below, and never later.

use super::modes;
use super::names::kept_whole_above;
use super::nearest::nearest;
use super::older;
use super::path::{Path, Segment};
use super::prefix::TABLE_PREFIX;
use super::{EVERY_RESOURCE, PathRule, Protect, ReferenceRule, ResourceRules, Strategy};
use crate::logical::LogicalType;
use crate::naming::{check_name, snake_case};
use crate::plan::{RuleLookup, is_entry_member};
use indexmap::IndexMap;
use indexmap::map::Entry;
use std::collections::BTreeSet;

/// How many steps lead from an object of entries to one of their columns: the element, and the column's name.
const ENTRY_STEPS: usize = 2;

/// The place of a rule, and why it cannot be followed.
pub(super) type Contradiction = (String, String);

/// What cannot be followed in the rules of one layer, whatever lies below it. Paths are brought to the one way in which
/// they are written everywhere else.
pub(super) fn in_layer(resource: &str, rules: &mut ResourceRules) -> Result<(), Contradiction> {
    in_resource(rules)?;
    if let Some(found) = modes::between_layers(rules, rules).filter(|_| rules.mode.is_some()) {
        return Err(found);
    }
    if resource == EVERY_RESOURCE {
        for_every_resource(rules)?;
    }
    let mut paths: IndexMap<String, PathRule> = IndexMap::with_capacity(rules.paths.len());
    for (text, rule) in std::mem::take(&mut rules.paths) {
        let path = Path::parse(&text).map_err(|reason| (text.clone(), reason))?;
        if let Some(reason) = in_rule(&path, &rule) {
            return Err((text, reason));
        }
        match paths.entry(path.to_string()) {
            Entry::Vacant(entry) => drop(entry.insert(rule)),
            Entry::Occupied(_) => return Err((text, "the same path has another rule".to_owned())),
        }
    }
    rules.paths = paths;
    Ok(())
}

/// What cannot be followed of `given`, which was laid over `lower` and became `merged`.
pub(super) fn between_layers(
    lower: &ResourceRules,
    given: &ResourceRules,
    merged: &ResourceRules,
) -> Result<(), Contradiction> {
    if let Some(reason) = unknown_key(lower, given, merged) {
        return Err(("key".to_owned(), reason));
    }
    if let Some(found) = modes::between_layers(given, merged) {
        return Err(found);
    }
    let lookup = RuleLookup::new(merged);
    for (text, rule) in &given.paths {
        let strategy = merged.paths.get(text).and_then(|rule| rule.strategy);
        let reason = (idle_property(rule, strategy))
            .or_else(|| scalar_below(lower, text, rule))
            .or_else(|| unknown_answer(lower, rule))
            .or_else(|| needed_as_value(merged, text, rule))
            .or_else(|| kept_whole(&lookup, text, rule))
            .or_else(|| needed_as_it_is(merged, text, rule))
            .or_else(|| column_of_entries(merged, &lookup, text, rule))
            .or_else(|| same_column(merged, text, rule))
            .or_else(|| older::among_others(merged, &lookup, text));
        if let Some(reason) = reason {
            return Err((text.clone(), reason));
        }
    }
    Ok(())
}

/// Refuses what only one resource can have in the rules for every resource.
fn for_every_resource(rules: &ResourceRules) -> Result<(), Contradiction> {
    let own = [
        ("table", rules.table.is_some()),
        ("singular", rules.singular.is_some()),
        ("key", rules.key.is_some()),
        ("version", rules.version.is_some()),
        ("description", rules.description.is_some()),
        ("views", !rules.views.is_empty()),
    ];
    match own.into_iter().find(|(_, is_given)| *is_given) {
        Some((property, _)) => {
            Err((property.to_owned(), format!("`{property}` is for one resource, not for every one")))
        }
        None => Ok(()),
    }
}

/// Checks what a resource's rules say beside their paths.
fn in_resource(rules: &ResourceRules) -> Result<(), Contradiction> {
    if !rules.table_prefix.is_empty() {
        let reason = "it is for all tables: write it at the top of the file, before the first resource";
        return Err((TABLE_PREFIX.to_owned(), reason.to_owned()));
    }
    let names = [("table", &rules.table), ("singular", &rules.singular)];
    for (place, name) in names.iter().filter_map(|(place, name)| Some((*place, name.as_ref()?))) {
        check_name(name).map_err(|reason| (place.to_owned(), reason))?;
    }
    let keys = rules.key.iter().flatten().map(|path| ("key".to_owned(), path));
    let versions = rules.version.iter().map(|path| ("version".to_owned(), path));
    let views = rules.views.iter().map(|(name, view)| (format!("views.{name}"), &view.path));
    let conditions = rules.paths.iter().flat_map(|(path, rule)| {
        let named = rule.references.iter().flatten().filter_map(|reference| reference.when.as_ref());
        named.map(move |when| (path.clone(), when))
    });
    for name in rules.views.keys() {
        check_name(name).map_err(|reason| (format!("views.{name}"), reason))?;
    }
    let ignored = rules.ignore.iter().flatten().map(|path| ("ignore".to_owned(), path));
    for (place, path) in keys.chain(ignored).chain(versions).chain(views).chain(conditions) {
        Path::parse(path).map_err(|reason| (place, reason))?;
    }
    Ok(())
}

/// Why a rule cannot be followed, if it cannot, whatever other rules say.
fn in_rule(path: &Path, rule: &PathRule) -> Option<String> {
    let steps = &path.segments;
    let strategy = rule.strategy;
    if steps.first() == Some(&Segment::Element) {
        return Some("a document is no list, so that a path begins with a member's name".to_owned());
    }
    if steps.last() == Some(&Segment::Element) && strategy == Some(Strategy::Omit) {
        return Some("elements cannot be omitted from a list that is kept; omit the list".to_owned());
    }
    if rule.protect == Some(Protect::Truncate(0)) {
        return Some("no character would be left; write `protect = \"omit\"`".to_owned());
    }
    if rule.protect.is_some() && rule.logical.is_some_and(|logical| logical != LogicalType::Text) {
        return Some("what is protected is text, so that `type` has no effect".to_owned());
    }
    if rule.logical == Some(LogicalType::List) && strategy != Some(Strategy::List) {
        return Some("`list` is the type of `as = \"list\"`, which says it already".to_owned());
    }
    if rule.split_by.as_deref() == Some("") {
        return Some("`split_by` must name the member that tells the kinds of elements apart".to_owned());
    }
    if let Some(reason) = rule.references.iter().flatten().find_map(in_reference) {
        return Some(reason);
    }
    if rule.delimiter.as_deref().is_some_and(|delimiter| delimiter.is_empty() || delimiter.contains('\\')) {
        return Some("`delimiter` must not be empty or contain a backslash, which escapes it".to_owned());
    }
    if steps.iter().any(|step| matches!(step, Segment::Kind(_))) {
        return Some(
            "rules do not tell the kinds of a list apart; leave the step of the kind out".to_owned(),
        );
    }
    for (property, given) in [("column", rule.column.is_some()), ("table", rule.table.is_some())] {
        if given && steps.contains(&Segment::Any) {
            return Some(format!("`{property}` gives one name, and `*` stands for many members"));
        }
    }
    let names = rule.column.iter().chain(&rule.table).chain(&rule.position).chain(rule.key.iter().flatten());
    names.map(|name| check_name(name).err()).find(Option::is_some).flatten().or_else(|| {
        // Without a strategy, that of the layer below decides.
        strategy.and_then(|_| idle_property(rule, strategy)).or_else(|| older::in_rule(path, rule))
    })
}

/// Why a reference holds never or always, whatever it seems to say.
fn in_reference(reference: &ReferenceRule) -> Option<String> {
    let table = &reference.table;
    match (&reference.when, reference.is.is_empty()) {
        (Some(when), true) => Some(format!(
            "the reference to `{table}` holds for no kind; `is` lists the values of `{when}` for which it does"
        )),
        (None, false) => Some(format!(
            "`is` goes with `when` only: whose values are these, for the reference to `{table}`?"
        )),
        _ => None,
    }
}

/// Why a property of `given` has no effect where `strategy` is in force.
fn idle_property(given: &PathRule, strategy: Option<Strategy>) -> Option<String> {
    use Strategy::{Delimited, Entries, Flatten, Json, List, Omit, Table};
    let makes_table = strategy.is_some_and(Strategy::makes_table);
    let keeps_list = strategy.is_some_and(Strategy::keeps_list_in_column);
    let types = |only: LogicalType| given.logical.is_some_and(|logical| logical != only);
    let idle = [
        ("table", given.table.is_some() && !makes_table, "`as = \"table\"` or `as = \"entries\"`"),
        ("key", given.key.is_some() && strategy != Some(Table), "`as = \"table\"`"),
        ("column", given.column.is_some() && makes_table, "a value, and `table` names a table; it"),
        (
            "null_if",
            given.null_if.is_some() && makes_table,
            "single values, those of a list stand at `PATH.[]`; it",
        ),
        ("position", given.position.is_some() && strategy != Some(Table), "`as = \"table\"`"),
        ("split_by", given.split_by.is_some() && strategy != Some(Table), "`as = \"table\"`"),
        ("names", given.names.is_some() && strategy != Some(Table), "`as = \"table\"`"),
        ("scalar", given.scalar.is_some() && strategy != Some(Flatten), "`as = \"flatten\"`"),
        (
            "synonyms",
            given.synonyms.is_some() && !matches!(strategy, None | Some(Flatten)),
            "single values; it",
        ),
        ("of", given.of.is_some() && !keeps_list, "`as = \"delimited\"` or `as = \"list\"`"),
        ("delimiter", given.delimiter.is_some() && strategy != Some(Delimited), "`as = \"delimited\"`"),
        ("prefix", given.prefix.is_some() && !matches!(strategy, Some(Flatten) | None), "`as = \"flatten\"`"),
        ("envelope", given.envelope.is_some() && matches!(strategy, Some(Json | Omit | Entries)), "lists"),
        ("type", given.logical.is_some() && strategy == Some(Omit), KEPT),
        ("type", types(LogicalType::Json) && strategy == Some(Json), "`as = \"flatten\"`, JSON is JSON,"),
        (
            "type",
            types(LogicalType::Text) && strategy == Some(Delimited),
            "`text` where `as = \"delimited\"`",
        ),
        ("type", types(LogicalType::List) && strategy == Some(List), "`list` where `as = \"list\"`"),
        (
            "type",
            given.logical.is_some() && strategy == Some(Entries),
            "a value, and the columns of entries have theirs; it",
        ),
        ("column", given.column.is_some() && strategy == Some(Omit), KEPT),
        ("null_if", given.null_if.is_some() && strategy == Some(Omit), KEPT),
        ("protect", given.protect.is_some() && strategy == Some(Omit), KEPT),
        ("references", given.references.is_some() && strategy == Some(Omit), KEPT),
    ];
    let (property, _, needed) = idle.into_iter().find(|(_, is_idle, _)| *is_idle)?;
    let in_force = strategy.map_or_else(
        || "no rule says `as` here".to_owned(),
        |strategy| format!("here `as = \"{}\"` is in force", strategy.name()),
    );
    Some(format!("`{property}` goes with {needed} only, and {in_force}"))
}

/// What a column's properties go with.
const KEPT: &str = "what is kept (`as = \"flatten\"` keeps a value as a column)";

/// Why the rule asks for what a path cannot become that holds a single value, by the layer below.
fn scalar_below(lower: &ResourceRules, path: &str, given: &PathRule) -> Option<String> {
    let strategy = given.strategy.filter(|asked| asked.makes_table() || asked.keeps_list_in_column())?;
    let known = lower.paths.get(path)?;
    let logical = known.logical.filter(|logical| *logical != LogicalType::Json)?;
    let has_members = || lower.paths.keys().any(|other| other.starts_with(&format!("{path}.")));
    if !matches!(known.strategy, None | Some(Strategy::Flatten)) || has_members() {
        return None;
    }
    let needed = match strategy {
        Strategy::Table => "an object or a list",
        Strategy::Entries => "an object",
        _ => "a list",
    };
    Some(format!(
        "a single value stands here, of type {}, and `as = \"{}\"` takes {needed}",
        logical.name(),
        strategy.name()
    ))
}

/// Why records cannot be told apart: the key names a path that none of them is known to have.
fn unknown_key(lower: &ResourceRules, given: &ResourceRules, merged: &ResourceRules) -> Option<String> {
    if lower.paths.is_empty() {
        return None;
    }
    let unknown =
        given.key.iter().flatten().find(|path| Path::parse(path).is_ok_and(|path| !merged.knows(&path)))?;
    let meant = nearest(unknown, lower.paths.keys().map(String::as_str));
    let meant = meant.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
    Some(format!(
        "the model knows no `{unknown}`, and no record could be stored without it; {meant}If records have it, say its \
         type in a rule of its own"
    ))
}

/// Why no request brings what stands here: the layer below tells no such answer apart.
fn unknown_answer(lower: &ResourceRules, given: &PathRule) -> Option<String> {
    let answer = given.answer.as_deref()?;
    let known: BTreeSet<&str> = lower.paths.values().filter_map(|rule| rule.answer.as_deref()).collect();
    if known.contains(answer) {
        return None;
    }
    if known.is_empty() {
        return Some(
            "`answer` names one of several requests that make up a record, and here each record comes from one; leave it \
             out"
                .to_owned(),
        );
    }
    let meant = nearest(answer, known.iter().copied()).map(|near| format!("did you mean `{near}`? "));
    let list = known.into_iter().collect::<Vec<_>>().join(", ");
    Some(format!("no request is called `{answer}`; {}known are: {list}", meant.unwrap_or_default()))
}

/// Why a value cannot be protected by this path: it is that of a column which entries are put into, and no document has
/// it.
fn column_of_entries(
    merged: &ResourceRules,
    lookup: &RuleLookup,
    path: &str,
    given: &PathRule,
) -> Option<String> {
    given.protect?;
    let steps = Path::parse(path).ok()?.segments;
    let above = steps.len().checked_sub(ENTRY_STEPS).filter(|steps| *steps > 0)?;
    let map = Path { segments: steps[..above].to_vec() }.to_string();
    let strategy = merged.paths.get(&map).and_then(|rule| rule.strategy).or(lookup.rule(&map).strategy);
    (strategy == Some(Strategy::Entries) && is_entry_member(&steps[above..])).then(|| {
        format!(
            "the columns of `as = \"entries\"` are filled from members, whose values a rule for `{map}` or `{map}.*` \
             protects; their names identify rows and cannot be protected"
        )
    })
}

/// Why the value must stay a column: a key, a version or a view needs it.
fn needed_as_value(merged: &ResourceRules, path: &str, given: &PathRule) -> Option<String> {
    let strategy = given.strategy.filter(|asked| *asked != Strategy::Flatten)?.name();
    let needed = |what: String| {
        Some(format!("{what} needs the value as a column, and `as = \"{strategy}\"` makes none"))
    };
    if merged.key.iter().flatten().any(|part| part == path) {
        return needed("the record's key".to_owned());
    }
    if merged.version.as_deref() == Some(path) {
        return needed("the record's version".to_owned());
    }
    if let Some((view, _)) = merged.views.iter().find(|(_, view)| view.path == path) {
        return needed(format!("the view `{view}`"));
    }
    let (list, member) = path.rsplit_once('.')?;
    let column = merged.paths.get(path).and_then(|rule| rule.column.clone());
    let column = column.unwrap_or_else(|| snake_case(member));
    let key = merged.paths.get(list)?.key.as_ref()?;
    if key.contains(&column) { needed(format!("the key of `{list}`")) } else { None }
}

/// Why a value cannot be protected: the model needs it as it is, or it is none of the document's.
fn needed_as_it_is(merged: &ResourceRules, path: &str, given: &PathRule) -> Option<String> {
    given.protect?;
    let protected = Path::parse(path).ok()?;
    let covers = |needed: &str| {
        Path::parse(needed).is_ok_and(|needed| {
            let steps = protected.segments.iter().zip(&needed.segments);
            protected.segments.len() <= needed.segments.len()
                && steps.into_iter().all(|(step, needed)| step == needed || *step == Segment::Any)
        })
    };
    let keys = merged.key.iter().flatten().map(|key| (key, "the record's key".to_owned()));
    let versions = merged.version.iter().map(|version| (version, "the record's version".to_owned()));
    let views = merged.views.iter().map(|(name, view)| (&view.path, format!("the view `{name}`")));
    let references = merged.paths.iter().flat_map(|(from, rule)| {
        let kinds = rule.references.iter().flatten().filter_map(|reference| reference.when.as_ref());
        kinds.map(move |when| (when, format!("the reference of `{from}`")))
    });
    let mut needed = keys.chain(versions).chain(views).chain(references);
    let (needed, what) = needed.find(|(needed, _)| covers(needed))?;
    Some(format!("{what} needs `{needed}` as it is, so that it cannot be protected"))
}

/// Why the rule never applies: what stands above its path is kept whole or not at all.
fn kept_whole(lookup: &RuleLookup, path: &str, given: &PathRule) -> Option<String> {
    let only_protects = PathRule { protect: given.protect, ..PathRule::default() };
    if given.strategy == Some(Strategy::Omit) || (given.protect.is_some() && *given == only_protects) {
        return None;
    }
    let (above, strategy) = kept_whole_above(lookup, &Path::parse(path).ok()?)?;
    let name = strategy.name();
    Some(format!("`{above}` above it is `as = \"{name}\"`, so that no rule applies below it"))
}

/// Why the column asked for is that of another rule: both name it, for members of the same object.
fn same_column(merged: &ResourceRules, path: &str, given: &PathRule) -> Option<String> {
    let column = given.column.as_ref()?.to_lowercase();
    let parent = |path: &str| {
        let mut path = Path::parse(path).ok()?;
        path.segments.pop().map(|_| path.segments)
    };
    let home = parent(path);
    let (other, _) = merged.paths.iter().find(|(other, rule)| {
        let named = rule.column.as_ref().is_some_and(|other| other.to_lowercase() == column);
        named && *other != path && rule.strategy != Some(Strategy::Omit) && parent(other) == home
    })?;
    Some(format!("the column `{column}` is already that of `{other}`; choose another name"))
}
