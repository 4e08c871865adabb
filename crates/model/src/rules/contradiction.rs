//! Rules that cannot be followed: told when a file is read, or when it meets the layer below, and never later.

use super::names::kept_whole_above;
use super::path::{Path, Segment};
use super::{EVERY_RESOURCE, PathRule, Protect, ResourceRules, Strategy};
use crate::logical::LogicalType;
use crate::naming::{NAME_BYTES_MAX, snake_case};
use crate::plan::RuleLookup;
use indexmap::IndexMap;
use indexmap::map::Entry;

/// The place of a rule, and why it cannot be followed.
pub(super) type Contradiction = (String, String);

/// What cannot be followed in the rules of one layer, whatever lies below it. Paths are brought to the one way in which
/// they are written everywhere else.
pub(super) fn in_layer(resource: &str, rules: &mut ResourceRules) -> Result<(), Contradiction> {
    in_resource(rules)?;
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
    let lookup = RuleLookup::new(merged);
    for (text, rule) in &given.paths {
        let strategy = merged.paths.get(text).and_then(|rule| rule.strategy);
        let reason = (idle_property(rule, strategy))
            .or_else(|| scalar_below(lower, text, rule))
            .or_else(|| needed_as_value(merged, text, rule))
            .or_else(|| kept_whole(&lookup, text, rule))
            .or_else(|| needed_as_it_is(merged, text, rule))
            .or_else(|| same_column(merged, text, rule));
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
    let names = [("table", &rules.table), ("singular", &rules.singular)];
    for (place, name) in names.iter().filter_map(|(place, name)| Some((*place, name.as_ref()?))) {
        usable_name(name).map_err(|reason| (place.to_owned(), reason))?;
    }
    let keys = rules.key.iter().flatten().map(|path| ("key".to_owned(), path));
    let versions = rules.version.iter().map(|path| ("version".to_owned(), path));
    let views = rules.views.iter().map(|(name, view)| (format!("views.{name}"), &view.path));
    let conditions = rules.paths.iter().flat_map(|(path, rule)| {
        let named = rule.references.iter().flatten().filter_map(|reference| reference.when.as_ref());
        named.map(move |when| (path.clone(), when))
    });
    for name in rules.views.keys() {
        usable_name(name).map_err(|reason| (format!("views.{name}"), reason))?;
    }
    for (place, path) in keys.chain(versions).chain(views).chain(conditions) {
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
    names.map(|name| usable_name(name).err()).find(Option::is_some).flatten().or_else(|| {
        // Without a strategy, that of the layer below decides.
        strategy.and_then(|_| idle_property(rule, strategy))
    })
}

/// Refuses a name that no destination takes, or that is kept for bookkeeping.
fn usable_name(name: &str) -> Result<(), String> {
    if name.is_empty() || name.len() > NAME_BYTES_MAX || name.starts_with('_') {
        return Err(format!(
            "`{name}` is no usable name: 1 to {NAME_BYTES_MAX} bytes, not beginning with `_`"
        ));
    }
    Ok(())
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
        ("position", given.position.is_some() && strategy != Some(Table), "`as = \"table\"`"),
        ("split_by", given.split_by.is_some() && strategy != Some(Table), "`as = \"table\"`"),
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
