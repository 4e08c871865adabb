//! From the tables asked for and what exists to the statements that make the one of the other.

use crate::bookkeeping::PREFIX;
use crate::bookkeeping::pending::Pending;
use crate::bookkeeping::views::StoredView;
use crate::catalogue::{Catalogue, Relation};
use crate::dialect::Dialect;
use crate::error::DestinationError;
use crate::package::RememberedColumn;
use crate::references::Held;
use crate::session::{Session, Step};
use crate::shape::{Known, Shape, Shapes};
use crate::standing::Versions;
use crate::statement::list;
use relatable_model::schema::{Column, ColumnRole, DELETED_AT, ParentLink, Table, View};
use relatable_model::write_mode::{IS_CURRENT, WriteMode};

/// Statements, with the table each is about, in order.
pub(crate) type Statements = Vec<(String, String)>;

/// What has to be done before rows can be written.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// What makes and extends tables and views.
    pub(crate) statements: Statements,
    /// What these make, in the order they do.
    pub(crate) made: Vec<Pending>,
    /// What declares the keys of new tables, where that is better done once their first rows are in.
    pub(crate) keys: Statements,
    /// What declares the links and indexes that need those keys.
    pub(crate) links: Statements,
    /// Views that are made anew.
    pub(crate) views: Vec<StoredView>,
    /// Views that are no longer asked for.
    pub(crate) dropped_views: Vec<String>,
}

impl Plan {
    /// Runs the statements.
    pub(crate) fn run(&self, session: &impl Session) -> Result<(), DestinationError> {
        for (name, sql) in &self.statements {
            session.execute(Step("create or extend", name), sql, &[])?;
        }
        Ok(())
    }

    /// Adds a statement about a table or view.
    fn push(&mut self, name: &str, sql: String) {
        self.statements.push((name.to_owned(), sql));
    }
}

/// Everything planning looks at; it writes nothing.
pub(crate) struct Planner<'p> {
    /// The SQL spoken.
    pub(crate) dialect: &'p dyn Dialect,
    /// The destination in words.
    pub(crate) destination: &'p str,
    /// What bookkeeping knows.
    pub(crate) known: &'p Known,
    /// What exists.
    pub(crate) catalogue: &'p Catalogue,
    /// The tables as they will be.
    pub(crate) shapes: &'p Shapes,
}

impl Planner<'_> {
    /// The plan for `tables`, or the first thing that stands against it.
    pub(crate) fn plan(&self, tables: &[Table]) -> Result<Plan, DestinationError> {
        self.check_drift(tables)?;
        for table in tables {
            self.check_table(table)?;
            for view in &table.views {
                self.check_view(table, view)?;
            }
        }
        let mut plan = Plan::default();
        for table in tables {
            // Settling gave every declared table a shape.
            let Some(shape) = self.shapes.get(&table.name) else { continue };
            self.plan_table(&mut plan, table, shape)?;
            self.plan_views(&mut plan, table, shape);
        }
        self.plan_references(&mut plan, tables);
        Ok(plan)
    }

    /// Refuses a table that is not ours, contradicts what is remembered, or contradicts itself.
    fn check_table(&self, table: &Table) -> Result<(), DestinationError> {
        self.check_name("table", &table.name)?;
        self.check_owner(table)?;
        let Some(shape) = self.shapes.get(&table.name) else { return Ok(()) };
        let declared: Vec<&str> =
            shape.columns.iter().map(|column| shape.type_name(self.dialect, column)).collect();
        if let Some(limit) = self.dialect.columns_max(&declared)
            && shape.columns.len() > limit
        {
            let (destination, table) = (self.destination.to_owned(), shape.name.clone());
            return Err(DestinationError::TooManyColumns {
                destination,
                table,
                count: shape.columns.len(),
                limit,
            });
        }
        for Column { name, .. } in &table.columns {
            if let Some(reason) = self.dialect.unnameable(name) {
                let (kind, name) = ("column", name.clone());
                return Err(DestinationError::ReservedName { kind, name, reason: reason.to_owned() });
            }
        }
        if table.key.is_empty() {
            return Err(shape.mismatch("no column identifies a row"));
        }
        if sorted(&table.key) != sorted(&shape.key) {
            let (asked, stored) = (table.key.join(", "), shape.key.join(", "));
            return Err(shape.mismatch(format!("its key is ({stored}), asked for is ({asked})")));
        }
        if !same_parent(table.parent.as_ref(), shape.parent.as_ref()) {
            return Err(shape.mismatch("its link to a parent table is another than asked for"));
        }
        if table.mode != shape.mode {
            let (stored, asked) = (shape.mode.name(), table.mode.name());
            return Err(shape.mismatch(format!(
                "its rows are written in the mode `{stored}`, asked for is `{asked}`; `relatable remodel` makes the \
                 tables anew"
            )));
        }
        let linked = table.parent.iter().flat_map(|parent| parent.columns.iter().map(|(here, _)| here));
        if let Some(missing) = table.key.iter().chain(linked).find(|name| shape.column(name).is_none()) {
            return Err(
                shape.mismatch(format!("its key names the column `{missing}`, which it does not have"))
            );
        }
        if let Some(parent) = table.parent.as_ref().filter(|parent| self.shapes.get(&parent.table).is_none())
        {
            return Err(shape.mismatch(format!("its parent `{}` is not known", parent.table)));
        }
        table.columns.iter().try_for_each(|column| check_type(shape, column))
    }

    /// Refuses a name that no table or view may have.
    fn check_name(&self, kind: &'static str, name: &str) -> Result<(), DestinationError> {
        let ours = name.get(..PREFIX.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(PREFIX));
        let reason = if name.is_empty() {
            "a name has at least one character"
        } else if name.contains('\0') {
            "a name holds no zero character"
        } else if ours {
            "names that begin with `_relatable_` are those of the bookkeeping tables"
        } else if let Some(reason) = self.dialect.reserved(name).or_else(|| self.dialect.unnameable(name)) {
            reason
        } else {
            return Ok(());
        };
        Err(DestinationError::ReservedName { kind, name: name.to_owned(), reason: reason.to_owned() })
    }

    /// Refuses a table whose name is taken: by what is not ours, by a view, or by a table of something else.
    fn check_owner(&self, table: &Table) -> Result<(), DestinationError> {
        let relation = self.catalogue.get(&table.name);
        let owner = self.known.owner(&table.name);
        match (relation, owner) {
            (Some(relation), None) => Err(self.foreign(relation.kind(), &table.name)),
            (_, Some(owner)) if owner.table != table.name || owner.resource != table.resource => {
                let kind = relation.map_or("table", Relation::kind);
                Err(owned(kind, &table.name, owner, table))
            }
            // A view that somebody made in the place of our table.
            (Some(relation), Some(_)) if relation.is_view => Err(self.foreign(relation.kind(), &table.name)),
            _ => Ok(()),
        }
    }

    /// Refuses a view whose name is taken by something that is not our view, or that compares no column.
    fn check_view(&self, table: &Table, view: &View) -> Result<(), DestinationError> {
        self.check_name("view", &view.name)?;
        if let Some(shape) = self.shapes.get(&table.name)
            && shape.column(&view.column).is_none()
        {
            let difference = format!(
                "its view `{}` compares the column `{}`, which it does not have",
                view.name, view.column
            );
            return Err(shape.mismatch(difference));
        }
        let Some(relation) = self.catalogue.get(&view.name) else { return Ok(()) };
        let ours = self.known.views.iter().any(|stored| stored.name == view.name);
        match self.known.owner(&view.name) {
            _ if ours && relation.is_view => Ok(()),
            Some(owner) if !ours => Err(owned(relation.kind(), &view.name, owner, table)),
            _ => Err(self.foreign(relation.kind(), &view.name)),
        }
    }

    /// The error for a name that is taken.
    fn foreign(&self, kind: &'static str, name: &str) -> DestinationError {
        DestinationError::Foreign { destination: self.destination.to_owned(), kind, name: name.to_owned() }
    }

    /// Creates the table or adds what it lacks.
    fn plan_table(&self, plan: &mut Plan, table: &Table, shape: &Shape) -> Result<(), DestinationError> {
        let remembered = |name: &str| {
            let mut stored = self.known.columns.iter().map(|stored| &stored.remembered);
            stored.find(|stored| stored.table == table.name && stored.column.name == name)
        };
        let mut described: Vec<&Column> = Vec::new();
        let mut comment = String::new();
        if let Some(relation) = self.catalogue.get(&table.name) {
            comment.clone_from(&relation.comment);
            for column in &shape.columns {
                let exists = relation.columns.get(&column.name).is_some();
                if exists && remembered(&column.name).is_none() {
                    let difference = format!(
                        "it already has a column `{}` that was not made by this program",
                        column.name
                    );
                    return Err(shape.mismatch(difference));
                }
                if !exists {
                    plan.push(&table.name, self.add_column_sql(shape, column));
                    plan.made.push(Pending::Column(table.name.clone(), column.name.clone()));
                }
            }
            let changed = |column: &&Column| {
                remembered(&column.name).map_or("", |stored| &stored.column.description) != column.description
            };
            described.extend(table.columns.iter().filter(changed));
        } else {
            self.plan_creation(plan, shape);
            described.extend(table.columns.iter().filter(|column| !column.description.is_empty()));
        }
        if comment != self.dialect.comment_text(&table.description)
            && let Some(sql) = self.dialect.comment_on_table(&table.name, &table.description)
        {
            plan.push(&table.name, sql);
        }
        for column in described {
            let is_new = remembered(&column.name).is_none();
            if is_new && !self.dialect.comment_in_declaration(&column.description).is_empty() {
                continue;
            }
            let (name, text) = (&column.name, &column.description);
            let sql = self.dialect.comment_on_column(&table.name, name, &self.declared(shape, column), text);
            sql.into_iter().for_each(|sql| plan.push(&table.name, sql));
        }
        Ok(())
    }

    /// Creates the table with its keys, links and indexes.
    fn plan_creation(&self, plan: &mut Plan, shape: &Shape) {
        let declared = |part: String| {
            (shape.name.clone(), format!("ALTER TABLE {} ADD {part}", self.dialect.quote(&shape.name)))
        };
        let is_late = self.dialect.enforces_keys() && self.dialect.keys_after_rows();
        plan.push(&shape.name, self.create_sql(shape, !is_late, !self.dialect.adds_links()));
        plan.made.push(Pending::Table(shape.name.clone()));
        if is_late {
            plan.keys.push(declared(self.key_sql(shape)));
            plan.links.extend(self.link_sql(shape).map(declared));
        }
        if shape.mode == WriteMode::History
            && let Some(sql) = self.dialect.unique_where(&shape.name, &shape.key, IS_CURRENT)
        {
            let statements = if is_late { &mut plan.keys } else { &mut plan.statements };
            statements.push((shape.name.clone(), sql));
        }
        let Some(link) = &shape.parent else { return };
        let here: Vec<String> = link.columns.iter().map(|(here, _)| here.clone()).collect();
        if !shape.key.starts_with(&here)
            && let Some(sql) = self.dialect.index(&shape.name, &here)
        {
            let statements = if is_late { &mut plan.links } else { &mut plan.statements };
            statements.push((shape.name.clone(), sql));
        }
    }

    /// Makes the views that are missing or show other columns than the table has; drops those no longer asked for.
    fn plan_views(&self, plan: &mut Plan, table: &Table, shape: &Shape) {
        let mine = self.known.views.iter().filter(|stored| stored.table == table.name);
        for stored in mine.filter(|stored| table.views.iter().all(|view| view.name != stored.name)) {
            plan.push(&stored.name, format!("DROP VIEW IF EXISTS {}", self.dialect.quote(&stored.name)));
            plan.made.push(Pending::View(stored.name.clone(), Some(stored.definition.clone())));
            plan.dropped_views.push(stored.name.clone());
        }
        for view in &table.views {
            let definition = self.view_sql(view, shape);
            let stored = self.known.views.iter().find(|stored| stored.name == view.name);
            let stored = stored.filter(|_| self.catalogue.get(&view.name).is_some());
            if stored.is_some_and(|stored| stored.definition == definition) {
                continue;
            }
            let before = stored.map(|stored| stored.definition.clone());
            plan.made.push(Pending::View(view.name.clone(), before));
            if self.dialect.extends_views() {
                plan.push(&view.name, definition.replacen("CREATE VIEW", "CREATE OR REPLACE VIEW", 1));
            } else {
                plan.push(&view.name, format!("DROP VIEW IF EXISTS {}", self.dialect.quote(&view.name)));
                plan.push(&view.name, definition.clone());
            }
            plan.views.push(StoredView { name: view.name.clone(), table: table.name.clone(), definition });
        }
    }

    /// `CREATE TABLE`, `with_keys` or without, and so with references.
    pub(crate) fn create_sql(&self, shape: &Shape, with_keys: bool, with_references: bool) -> String {
        let quote = |name: &str| self.dialect.quote(name);
        let mut parts: Vec<String> = shape
            .columns
            .iter()
            .map(|column| {
                let comment = self.dialect.comment_in_declaration(&column.description);
                format!("{} {}{comment}", quote(&column.name), self.declared(shape, column))
            })
            .collect();
        if self.dialect.enforces_keys() && with_keys {
            parts.push(self.key_sql(shape));
            parts.extend(self.link_sql(shape));
        }
        if self.dialect.enforces_keys() && with_references {
            let own = self.shapes.held.iter().filter(|held| held.table == shape.name && held.is_declared());
            parts.extend(own.map(|held| self.reference_sql(held)));
        }
        let options = self.dialect.table_options();
        format!("CREATE TABLE {} (\n  {}\n){options}", quote(&shape.name), parts.join(",\n  "))
    }

    /// How a column is declared, its name apart.
    fn declared(&self, shape: &Shape, column: &Column) -> String {
        let identifies = shape.key.contains(&column.name) || column.role == ColumnRole::ValidFrom;
        let null = match column.role {
            ColumnRole::Stub => " NOT NULL DEFAULT false",
            _ if identifies => " NOT NULL",
            _ => "",
        };
        format!("{}{null}", shape.type_name(self.dialect, column))
    }

    /// `PRIMARY KEY …`.
    fn key_sql(&self, shape: &Shape) -> String {
        let versions = shape.columns.iter().filter(|column| column.role == ColumnRole::ValidFrom);
        let key = shape.key.iter().chain(versions.map(|column| &column.name));
        format!("PRIMARY KEY ({})", list(self.dialect, "", key))
    }

    /// `FOREIGN KEY …`, for a table that has a parent. Where versions are kept, a parent's key is that of several rows.
    fn link_sql(&self, shape: &Shape) -> Option<String> {
        let link = shape.parent.as_ref().filter(|_| !shape.mode.keeps_versions())?;
        let (here, there): (Vec<String>, Vec<String>) = link.columns.iter().cloned().unzip();
        Some(self.foreign_key_sql(&here, &link.table, &there))
    }

    /// `FOREIGN KEY …`.
    pub(crate) fn foreign_key_sql(&self, here: &[String], table: &str, there: &[String]) -> String {
        format!(
            "{}FOREIGN KEY ({}) REFERENCES {} ({}){}",
            self.dialect.link_name(),
            list(self.dialect, "", here),
            self.dialect.quote(table),
            list(self.dialect, "", there),
            self.dialect.link_timing(),
        )
    }

    /// `ALTER TABLE … ADD COLUMN`. Where a table that is there takes no foreign key, one comes with its column.
    pub(crate) fn add_column_sql(&self, shape: &Shape, column: &Column) -> String {
        let held = self.shapes.foreign_key(&shape.name, &column.name).filter(|_| !self.dialect.adds_links());
        let (quote, timing) = (|name: &str| self.dialect.quote(name), self.dialect.link_timing());
        let refers =
            |held: &Held| format!(" REFERENCES {} ({}){timing}", quote(&held.target), quote(&held.key));
        let default = if column.role == ColumnRole::Stub { " DEFAULT false" } else { "" };
        format!(
            "ALTER TABLE {} ADD COLUMN {} {}{default}{}{}",
            quote(&shape.name),
            quote(&column.name),
            shape.type_name(self.dialect, column),
            self.dialect.comment_in_declaration(&column.description),
            held.filter(|_| self.dialect.enforces_keys()).map(refers).unwrap_or_default()
        )
    }

    /// `CREATE VIEW` over the live rows, with every column listed but the mark of stubs, of which it shows none.
    fn view_sql(&self, view: &View, shape: &Shape) -> String {
        let is_told_apart = shape.mode.keeps_versions() || shape.has_stubs();
        let versions = Versions::from(shape).live(self.dialect, "t").filter(|_| is_told_apart);
        let (alias, named) = if versions.is_some() { ("t", " AS t") } else { ("", "") };
        let unmarked = || format!("{} IS NULL", self.dialect.quote(DELETED_AT));
        let live = versions.or_else(|| shape.column(DELETED_AT).map(|_| unmarked()));
        let shown = shape.columns.iter().filter(|column| column.role != ColumnRole::Stub);
        format!(
            "CREATE VIEW {} AS SELECT {} FROM {}{named} WHERE {} = {}{}",
            self.dialect.quote(&view.name),
            list(self.dialect, alias, shown.map(|column| &column.name)),
            self.dialect.quote(&shape.name),
            list(self.dialect, alias, [&view.column]),
            self.dialect.literal(&view.equals),
            live.map(|live| format!(" AND {live}")).unwrap_or_default(),
        )
    }
}

/// The error for a name that is taken by what is ours, but not of this table's resource.
fn owned(kind: &'static str, name: &str, owner: &RememberedColumn, asked: &Table) -> DestinationError {
    DestinationError::Owned {
        kind,
        name: name.to_owned(),
        stored: owner.resource.clone(),
        asked: asked.resource.clone(),
    }
}

/// Refuses another type than the one remembered.
fn check_type(shape: &Shape, column: &Column) -> Result<(), DestinationError> {
    match shape.column(&column.name) {
        Some(stored) if stored.logical != column.logical => Err(shape.mismatch(format!(
            "its column `{}` is {}, asked for is {}",
            column.name,
            stored.logical.name(),
            column.logical.name()
        ))),
        _ => Ok(()),
    }
}

/// Names in an order of their own: the order of a key's columns means nothing.
fn sorted(names: &[String]) -> Vec<&String> {
    let mut names: Vec<&String> = names.iter().collect();
    names.sort_unstable();
    names
}

/// Whether two links are the same, whatever the order of their columns.
fn same_parent(asked: Option<&ParentLink>, stored: Option<&ParentLink>) -> bool {
    match (asked, stored) {
        (None, None) => true,
        (Some(asked), Some(stored)) => {
            asked.table == stored.table
                && asked.columns.len() == stored.columns.len()
                && asked.columns.iter().all(|pair| stored.columns.contains(pair))
        }
        _ => false,
    }
}
