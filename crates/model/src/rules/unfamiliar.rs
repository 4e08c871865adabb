//! Paths that a user's rules name and the layer below does not know: a slip of the pen, or something new.

use super::nearest::nearest;
use super::path::{ELEMENT, Path, Segment, member_of};
use super::{EVERY_RESOURCE, ResourceRules, Rules, Strategy};
use std::fmt;

/// A path that the layer below does not know. The rule counts as soon as a document has such a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfamiliarPath {
    /// The file and line that name it.
    pub place: String,
    /// The resource.
    pub resource: String,
    /// The path, as in rules.
    pub path: String,
    /// The known path nearest to it, if one is near.
    pub nearest: Option<String>,
}

impl UnfamiliarPath {
    /// Whether what stands at `path` of `resource` is or belongs to what this path names.
    pub fn names(&self, resource: &str, path: &str) -> bool {
        let rest = path.strip_prefix(self.path.as_str());
        (self.resource == resource || self.is_for_every_resource())
            && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

impl UnfamiliarPath {
    /// Whether a rule for every resource names it. Such a rule counts for resources that know its path, and so for none.
    pub fn is_for_every_resource(&self) -> bool {
        self.resource == EVERY_RESOURCE
    }
}

impl fmt::Display for UnfamiliarPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let UnfamiliarPath { place, resource, path, nearest } = self;
        if self.is_for_every_resource() {
            write!(
                formatter,
                "{place}: no resource of the model knows `{path}`, so that its rule has no effect"
            )?;
        } else {
            write!(formatter, "{place}: the model knows no `{resource}.{path}`")?;
        }
        match nearest {
            Some(nearest) => write!(formatter, "; did you mean `{nearest}`?"),
            None if self.is_for_every_resource() => {
                formatter.write_str("; name the resource that has it, or `*` for what stands above it")
            }
            None => formatter.write_str("; its rule counts once a document has it"),
        }
    }
}

/// What a layer says of a path.
struct KnownPath {
    path: Path,
    strategy: Option<Strategy>,
    is_scalar: bool,
}

impl Rules {
    /// The paths that `upper`, which is in `file`, names (in rules, keys, views, versions, conditions, and as members of
    /// elements) and these rules do not know. A path is known if a rule or pattern speaks of it, if it leads to one of
    /// those, is an element of a list among them, or lies where anything may stand: below a wildcard such as
    /// `custom_attributes.*`, or below JSON. Of resources without rules for paths, as files have them, nothing is known and
    /// nothing told.
    pub fn unfamiliar(&self, upper: &Rules, file: &str) -> Vec<UnfamiliarPath> {
        let mut unfamiliar: Vec<UnfamiliarPath> = Vec::new();
        for (resource, given) in &upper.resources {
            let below: Vec<&ResourceRules> = match self.resources.get(resource) {
                Some(lower) => vec![lower],
                None if resource == EVERY_RESOURCE => self.resources.values().collect(),
                None => continue,
            };
            if below.iter().any(|lower| lower.paths.is_empty()) {
                continue;
            }
            for (place, path) in named_paths(given) {
                let is_new =
                    Path::parse(&path).is_ok_and(|path| !below.iter().any(|lower| lower.knows(&path)));
                let is_told = unfamiliar.iter().any(|told| told.path == path && told.resource == *resource);
                if is_new && !is_told {
                    unfamiliar.push(UnfamiliarPath {
                        place: upper.lines.named(file, resource, &place),
                        resource: resource.clone(),
                        nearest: near(&path, &below),
                        path,
                    });
                }
            }
        }
        unfamiliar
    }
}

impl ResourceRules {
    /// Whether these rules know a path: one of them speaks of it, leads through it, or says that anything may stand there.
    pub(super) fn knows(&self, path: &Path) -> bool {
        self.paths.iter().filter_map(known_path).any(|known| known.covers(path))
    }
}

impl Rules {
    /// What to say of references in these rules, which are in `file`, to tables that are not among `tables` but called much
    /// as one of them: slips of the pen.
    pub fn doubtful_references(&self, tables: &[&str], file: &str) -> Vec<String> {
        let mut doubts = Vec::new();
        for (resource, given) in &self.resources {
            for (path, rule) in &given.paths {
                for reference in rule.references.iter().flatten() {
                    let table = reference.table.as_str();
                    let near = nearest(table, tables.iter().copied()).filter(|near| *near != table);
                    if let Some(near) = near.filter(|_| !tables.contains(&table)) {
                        let place = self.lines.named(file, resource, path);
                        doubts.push(format!(
                            "{place}: `{resource}.{path}` points at a table `{table}`, which the rules do not declare; did you \
                             mean `{near}`?"
                        ));
                    }
                }
            }
        }
        doubts
    }
}

/// Every path that a layer names, each with the place in the rules that names it.
fn named_paths(given: &ResourceRules) -> impl Iterator<Item = (String, String)> {
    let own = given.paths.keys().map(|path| (path.clone(), path.clone()));
    let keys = given.key.iter().flatten().map(|path| ("key".to_owned(), path.clone()));
    let versions = given.version.iter().map(|path| ("version".to_owned(), path.clone()));
    let views = given.views.iter().map(|(name, view)| (format!("views.{name}"), view.path.clone()));
    let ignored = given.ignore.iter().flatten().map(|path| ("ignore".to_owned(), path.clone()));
    let of_rules = given.paths.iter().flat_map(|(path, rule)| {
        let conditions = rule.references.iter().flatten().filter_map(|reference| reference.when.clone());
        let members = rule.of.iter().chain(&rule.split_by).chain(&rule.scalar).chain(&rule.names);
        let members = members.map(|member| member_of(path, member));
        conditions.chain(members).chain(rule.same_as.clone()).map(move |named| (path.clone(), named))
    });
    own.chain(keys).chain(ignored).chain(versions).chain(views).chain(of_rules)
}

/// The known path nearest to `path`, whose element steps may be too many, or to what its last wildcard stands below.
fn near(path: &str, below: &[&ResourceRules]) -> Option<String> {
    let bare = path.replace(&format!(".{ELEMENT}"), "");
    let bare = bare.strip_suffix(".*").unwrap_or(&bare);
    let known = below.iter().flat_map(|lower| lower.paths.keys().map(String::as_str));
    nearest(bare, known).map(str::to_owned)
}

/// A rule's path and what it says.
fn known_path((text, rule): (&String, &super::PathRule)) -> Option<KnownPath> {
    let path = Path::parse(text).ok()?;
    Some(KnownPath {
        path,
        strategy: rule.strategy,
        is_scalar: rule.strategy.is_none() && rule.logical.is_some(),
    })
}

impl KnownPath {
    /// Whether a path is known through this one.
    fn covers(&self, path: &Path) -> bool {
        let (known, asked) = (&self.path.segments, &path.segments);
        if !known.iter().zip(asked).all(|(known, asked)| same_step(known, asked)) {
            return false;
        }
        let is_open = self.strategy == Some(Strategy::Json) || known.contains(&Segment::Any);
        let is_element = || asked.len() == known.len() + 1 && asked.last() == Some(&Segment::Element);
        asked.len() <= known.len() || is_open || (is_element() && !self.is_scalar)
    }
}

/// Whether two steps may be the same.
fn same_step(left: &Segment, right: &Segment) -> bool {
    match (left, right) {
        (Segment::Any, other) | (other, Segment::Any) => *other != Segment::Element,
        _ => left == right,
    }
}
