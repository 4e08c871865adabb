//! Tables written by hand: where their rows are in a document, and which member each column shows.

use super::cell::{Cell, Kind};
use relatable_simulator::Resource;
use serde_json::Value;

/// What the name of a list ends in whose elements are the members of an object.
const NAMED: &str = "{}";

/// A table, by hand.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// Whose documents it is made of.
    pub(crate) resource: Resource,
    /// The lists to go down, each seen from an element of the one before; none for one row per document. Of one that ends
    /// in `{}`, an object, the members that are objects are the elements.
    lists: &'static [&'static str],
    /// How many elements of the last list the API shows.
    shown: usize,
    /// The member without which a document has no row.
    only_with: Option<&'static str>,
    pub(crate) key: Vec<&'static str>,
    pub(crate) columns: Vec<Column>,
    /// The feed that must be asked for by its name for there to be rows, if one must.
    only_if: Option<&'static str>,
    /// The column by whose values documents are counted: that is their position.
    pub(crate) counted_by: Option<&'static str>,
    /// Whose attributes stand in `custom_attributes`, if any do.
    pub(crate) attributes: Option<&'static str>,
    /// Columns of attributes that no definition speaks of, each beside one for what it cannot hold.
    pub(crate) undefined: Vec<Column>,
}

/// A column, by hand.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    source: Source,
}

/// Where a column's value comes from.
#[derive(Debug, Clone)]
enum Source {
    /// The element's position in its list, from 0.
    Position,
    /// The name under which the element so many further up stands in its object.
    Name { up: usize },
    /// A member, so many elements further up.
    Member { up: usize, path: Vec<String> },
}

/// An element in its documents: itself last, the document first, and its position in its list.
struct Place<'a> {
    elements: Vec<&'a Value>,
    /// The name of each in its object; empty where it stands in a list.
    names: Vec<&'a str>,
    position: usize,
}

impl Table {
    /// A table with a line for each column: its name, its kind, and its path where that is not its name. A path
    /// begins with a `^` for each element it goes up; `.` is the element itself and `#` its position.
    pub(crate) fn new(name: &'static str, resource: Resource, key: &'static str, columns: &str) -> Table {
        Table {
            name,
            resource,
            lists: &[],
            shown: usize::MAX,
            only_with: None,
            only_if: None,
            counted_by: None,
            key: key.split(' ').collect(),
            columns: columns.lines().filter_map(Column::parse).collect(),
            attributes: None,
            undefined: Vec::new(),
        }
    }

    /// With a row per element of these lists.
    pub(crate) fn per(self, lists: &'static [&'static str]) -> Table {
        Table { lists, ..self }
    }

    /// With no more elements of its list than this.
    pub(crate) fn at_most(self, shown: usize) -> Table {
        Table { shown, ..self }
    }

    /// With rows of documents that have this member only.
    pub(crate) fn only_with(self, member: &'static str) -> Table {
        Table { only_with: Some(member), ..self }
    }

    /// With rows only where this feed is asked for by its name.
    pub(crate) fn only_if(self, feed: &'static str) -> Table {
        Table { only_if: Some(feed), ..self }
    }

    /// Whether there are rows where these feeds were asked for by their names.
    pub(crate) fn is_filled(&self, also: &[&str]) -> bool {
        self.only_if.is_none_or(|feed| also.contains(&feed))
    }

    /// With positions by counting the documents of each value of this column.
    pub(crate) fn counted_by(self, column: &'static str) -> Table {
        Table { counted_by: Some(column), ..self }
    }

    /// With columns of attributes that no definition speaks of.
    pub(crate) fn with_undefined(self, columns: impl IntoIterator<Item = Column>) -> Table {
        Table { undefined: columns.into_iter().collect(), ..self }
    }

    /// With the custom attributes of this kind of record.
    pub(crate) fn with_attributes(self, model: &'static str) -> Table {
        Table { attributes: Some(model), ..self }
    }

    /// The element of each row that a document has.
    pub(crate) fn rows<'a>(&self, document: &'a Value) -> Vec<(&'a Value, Vec<Cell>)> {
        if self.only_with.is_some_and(|member| document[member].is_null()) {
            return Vec::new();
        }
        let mut places = vec![Place { elements: vec![document], names: vec![""], position: 0 }];
        for (depth, list) in self.lists.iter().enumerate() {
            let shown = if depth + 1 == self.lists.len() { self.shown } else { usize::MAX };
            places = places.iter().flat_map(|place| place.below(list, shown)).collect();
        }
        places.iter().map(|place| (place.element(), place.cells(self))).collect()
    }

    /// Whether its rows are parts of a document.
    pub(crate) fn is_child(&self) -> bool {
        !self.lists.is_empty()
    }

    /// The columns of the key of `root`, whose rows are the documents, each with the column here that shows the same.
    pub(crate) fn columns_naming(&self, root: &Table) -> Vec<(String, String)> {
        let shown_here = |key: &&'static str| {
            let theirs = root.columns.iter().find(|column| column.name == *key)?;
            let ours = self.columns.iter().find(|column| match (&column.source, &theirs.source) {
                (Source::Member { up, path }, Source::Member { path: shown, .. }) => {
                    *up == self.lists.len() && path == shown
                }
                _ => false,
            });
            Some((theirs.name.clone(), ours?.name.clone()))
        };
        root.key.iter().filter_map(shown_here).collect()
    }

    /// Whether its first list says that it has more elements than `shown`, which is all that is ever in it.
    pub(crate) fn is_cut_at(&self, shown: u64, document: &Value) -> bool {
        let envelope = self.lists.first().and_then(|list| list.rsplit_once('.'));
        let total = envelope.and_then(|(envelope, _)| document[envelope]["total_count"].as_u64());
        total.is_some_and(|total| total > shown)
    }

    /// Where each column's value is, as a path from the document that passes through lists silently.
    pub(crate) fn shown_paths(&self) -> Vec<(String, Kind)> {
        let shown = self.columns.iter().chain(&self.undefined).filter_map(|column| {
            let Source::Member { up, path } = &column.source else { return None };
            let steps = self.lists[..self.lists.len() - up].iter();
            let steps = steps.map(|list| list.trim_end_matches(NAMED).to_owned());
            Some((steps.chain(path.iter().cloned()).collect::<Vec<_>>().join("."), column.kind))
        });
        shown.collect()
    }
}

impl Column {
    fn parse(line: &str) -> Option<Column> {
        let mut words = line.split_whitespace();
        let name = words.next()?;
        let kind = Kind::named(words.next().expect("a column has a kind"));
        let path = words.next().unwrap_or(name);
        let source = match path {
            "#" => Source::Position,
            path if path.ends_with('@') => Source::Name { up: path.len() - 1 },
            path => {
                let member = path.trim_start_matches('^');
                let steps = member.split('.').filter(|step| !step.is_empty());
                Source::Member { up: path.len() - member.len(), path: steps.map(str::to_owned).collect() }
            }
        };
        Some(Column { name: name.to_owned(), kind, source })
    }

    /// A column for one custom attribute.
    pub(crate) fn of_attribute(name: String, kind: Kind, attribute: &str) -> Column {
        Column { name, ..Column::below("", kind, "custom_attributes", attribute) }
    }

    /// A column for a member of the object under `object`.
    pub(crate) fn below(name: &str, kind: Kind, object: &str, member: &str) -> Column {
        let path = vec![object.to_owned(), member.to_owned()];
        Column { name: name.to_owned(), kind, source: Source::Member { up: 0, path } }
    }

    /// A column for a field that appeared later.
    pub(crate) fn of_field(name: String, kind: Kind) -> Column {
        let source = Source::Member { up: 0, path: vec![name.clone()] };
        Column { name, kind, source }
    }

    /// The path of the value it shows.
    pub(crate) fn path(&self) -> String {
        match &self.source {
            Source::Member { path, .. } => path.join("."),
            Source::Position | Source::Name { .. } => String::new(),
        }
    }

    /// The value it shows of a document that has one row.
    pub(crate) fn value<'a>(&self, document: &'a Value) -> &'a Value {
        match &self.source {
            Source::Member { path, .. } => path.iter().fold(document, |value, step| &value[step.as_str()]),
            Source::Position | Source::Name { .. } => &Value::Null,
        }
    }
}

impl<'a> Place<'a> {
    fn element(&self) -> &'a Value {
        self.elements[self.elements.len() - 1]
    }

    /// The elements of a list of this element.
    fn below(&self, list: &str, shown: usize) -> Vec<Place<'a>> {
        let steps = list.trim_end_matches(NAMED).split('.');
        let place = steps.fold(self.element(), |value, step| &value[step]);
        let named = place.as_object().filter(|_| list.ends_with(NAMED)).into_iter().flatten();
        let named = named.filter(|(_, member)| member.is_object());
        let listed = place.as_array().into_iter().flatten().map(|element| ("", element));
        let all = named.map(|(name, member)| (name.as_str(), member)).chain(listed);
        let places = all.take(shown).enumerate().map(|(position, (name, element))| Place {
            elements: self.elements.iter().copied().chain([element]).collect(),
            names: self.names.iter().copied().chain([name]).collect(),
            position,
        });
        places.collect()
    }

    fn cells(&self, table: &Table) -> Vec<Cell> {
        let cells = table.columns.iter().map(|column| match &column.source {
            Source::Position => Cell::Integer(i64::try_from(self.position).unwrap()),
            Source::Name { up } => Cell::Text(self.names[self.names.len() - 1 - up].to_owned()),
            Source::Member { up, .. } => {
                let value = column.value(self.elements[self.elements.len() - 1 - up]);
                Cell::expected(column.kind, value)
                    .unwrap_or_else(|| panic!("{}.{} cannot hold {value}", table.name, column.name))
            }
        });
        cells.collect()
    }
}
