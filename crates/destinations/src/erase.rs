//! Rows and values that go for good, because nobody may have them any more: in one transaction, the same in every database.

use crate::bookkeeping::{changes, checkpoint, forgotten, gone, issues};
use crate::error::DestinationError;
use crate::package::{Erased, Erasure, Named};
use crate::proving::as_text;
use crate::session::{Cell, Session, Step, Transaction};
use crate::shape::{Known, Shapes};
use crate::standing::Versions;
use crate::statement::list;
use crate::stubs::emptied;
use crate::tables::parents_first;
use relatable_faults::{ERASE_COMMITTED, ERASE_READY};
use relatable_model::logical::LogicalType;
use relatable_model::schema::{Column, ParentLink, Table};

/// What an erasure does, for messages.
const ERASE: Step<'_> = Step("erase", "");

/// Rows of a table, by a condition on it.
pub(crate) struct Rows<'t> {
    pub(crate) table: &'t Table,
    pub(crate) condition: String,
    pub(crate) cells: Vec<Cell>,
}

/// An erasure under way.
pub(crate) struct Erasing<'a, S: Session> {
    pub(crate) session: &'a S,
    pub(crate) erasure: &'a Erasure<'a>,
    pub(crate) tables: Vec<Table>,
    /// The same, with the references that are enforced.
    pub(crate) shapes: Shapes,
    pub(crate) erased: Erased,
}

/// Erases; `fence` is the token of the handle that does.
pub(crate) fn erase<S: Session>(
    session: &S,
    fence: &str,
    erasure: &Erasure<'_>,
) -> Result<Erased, DestinationError> {
    let transaction = Transaction::begin(session)?;
    checkpoint::hold(session, fence)?;
    let known = Known::read(session)?;
    let (tables, shapes) = (parents_first(known.tables()), Shapes::settle(&[], &known));
    let mut erasing = Erasing { session, erasure, tables, shapes, erased: Erased::default() };
    for named in erasure.alone {
        erasing.delete_left_alone(named)?;
    }
    for named in erasure.rows {
        erasing.delete_named(named)?;
    }
    for (named, columns) in erasure.blanked {
        erasing.blank(named, columns)?;
    }
    erasing.rewrite_texts()?;
    erasing.clear_stubs()?;
    erasing.forget_records()?;
    forgotten::record(session, erasure.remembered, erasure.erased_at_us)?;
    let erased = erasing.erased;
    session.reach(ERASE_READY, ERASE)?;
    transaction.commit()?;
    session.reach(ERASE_COMMITTED, ERASE)?;
    Ok(erased)
}

impl<S: Session> Erasing<'_, S> {
    /// The table called `name`; `None` where there is none, or it lacks the column.
    pub(crate) fn table(&self, name: &str, column: &str) -> Option<Table> {
        let found = self.tables.iter().find(|table| table.name == name)?;
        found.column(column).map(|_| found.clone())
    }

    /// The condition that a column of a table is one of the ids.
    fn names(&self, table: &Table, column: &str, alias: &str) -> (String, Vec<Cell>) {
        let places = vec!["?"; self.erasure.ids.len()].join(", ");
        let column = table.column(column).map_or_else(String::new, |it| as_text(self.session, alias, it));
        (
            format!("{column} IN ({places})"),
            self.erasure.ids.iter().map(|id| Cell::from(id.as_str())).collect(),
        )
    }

    /// Rows that name nobody but the people go, with the row they were split from: all that is about them alone.
    fn delete_left_alone(&mut self, named: &Named) -> Result<(), DestinationError> {
        let Some(table) = self.table(&named.table, &named.column) else { return Ok(()) };
        let Some(link) = table.parent.clone() else { return Ok(()) };
        let Some(parent) = self.tables.iter().find(|parent| parent.name == link.table).cloned() else {
            return Ok(());
        };
        let dialect = self.session.dialect();
        let (here, there): (Vec<String>, Vec<String>) = link.columns.iter().cloned().unzip();
        let (names, cells) = self.names(&table, &named.column, "t");
        let (names_other, more) = self.names(&table, &named.column, "o");
        let same: Vec<String> = here
            .iter()
            .map(|column| format!("o.{} = t.{}", dialect.quote(column), dialect.quote(column)))
            .collect();
        let name = dialect.quote(&table.name);
        let told: Vec<String> = here
            .iter()
            .filter_map(|column| table.column(column))
            .map(|column| as_text(self.session, "t", column))
            .collect();
        let sql = format!(
            "SELECT DISTINCT {} FROM {name} AS t WHERE {names} AND NOT EXISTS \
             (SELECT 1 FROM {name} AS o WHERE {} AND NOT ({names_other}))",
            told.join(", "),
            same.join(" AND "),
        );
        // Told by their keys: these rows are among the first that go.
        let found = self.session.rows(Step("read", &table.name), &sql, &[cells, more].concat())?;
        let place = dialect.quote(&parent.name);
        let is_it = there.iter().filter_map(|column| parent.column(column));
        let is_it: Vec<String> =
            is_it.map(|column| format!("{} = ?", as_text(self.session, &place, column))).collect();
        for cells in found {
            self.delete(&Rows { table: &parent, condition: is_it.join(" AND "), cells })?;
        }
        Ok(())
    }

    /// Rows that name the people go.
    fn delete_named(&mut self, named: &Named) -> Result<(), DestinationError> {
        let Some(table) = self.table(&named.table, &named.column) else { return Ok(()) };
        let (condition, cells) =
            self.names(&table, &named.column, &self.session.dialect().quote(&table.name));
        self.delete(&Rows { table: &table, condition, cells })
    }

    /// Deletes rows, those split from them first, and notes the records they were. Rows that others may refer to with a
    /// foreign key become stubs, until it is known whether one does.
    pub(crate) fn delete(&mut self, rows: &Rows<'_>) -> Result<(), DestinationError> {
        let dialect = self.session.dialect();
        let (name, table) = (dialect.quote(&rows.table.name), rows.table);
        let step = Step("erase rows of", &table.name);
        let real = Versions::from(table).real(dialect, &name).map(|real| format!(" AND {real}"));
        let condition = format!("({}){}", rows.condition, real.unwrap_or_default());
        if table.parent.is_none() {
            let key: Vec<&Column> = table.key.iter().filter_map(|key| table.column(key)).collect();
            let key: Vec<String> =
                key.into_iter().map(|column| as_text(self.session, &name, column)).collect();
            // Several versions may be of one record.
            let key = key.join(" || '/' || ");
            let sql = format!("SELECT DISTINCT {key} FROM {name} WHERE {condition}");
            let found = self.session.rows(step, &sql, &rows.cells)?;
            let records = found.iter().map(|row| (table.resource.clone(), row[0].text()));
            self.erased.records.extend(records);
        }
        for child in self.children(table) {
            self.delete_split(rows, &child)?;
        }
        let sql = match self.shapes.held_to(&table.name).next() {
            None => format!("DELETE FROM {name} WHERE {condition}"),
            Some(_) => format!(
                "UPDATE {name} SET {} WHERE {condition}",
                dialect.assignments(&emptied(&table.key, &table.columns))
            ),
        };
        self.erased.rows += self.session.execute(step, &sql, &rows.cells)?;
        Ok(())
    }

    /// Deletes the rows of a child table that were split from these.
    fn delete_split(&mut self, rows: &Rows<'_>, child: &Table) -> Result<(), DestinationError> {
        let Some(ParentLink { columns, .. }) = &child.parent else { return Ok(()) };
        let (here, there): (Vec<String>, Vec<String>) = columns.iter().cloned().unzip();
        let dialect = self.session.dialect();
        let condition = format!(
            "({}) IN (SELECT {} FROM {} WHERE {})",
            list(dialect, "", &here),
            list(dialect, "", &there),
            dialect.quote(&rows.table.name),
            rows.condition
        );
        self.delete(&Rows { table: child, condition, cells: rows.cells.clone() })
    }

    /// The tables split from a table.
    fn children(&self, table: &Table) -> Vec<Table> {
        let is_child = |child: &&Table| child.parent.as_ref().is_some_and(|link| link.table == table.name);
        self.tables.iter().filter(is_child).cloned().collect()
    }

    /// Columns of rows that name the people become null, and what was split from there goes.
    fn blank(&mut self, named: &Named, columns: &[String]) -> Result<(), DestinationError> {
        let Some(table) = self.table(&named.table, &named.column) else { return Ok(()) };
        let dialect = self.session.dialect();
        let (condition, cells) = self.names(&table, &named.column, &dialect.quote(&table.name));
        let rows = Rows { table: &table, condition, cells };
        let is_below = |child: &&Table| {
            named.split_below.as_ref().is_some_and(|path| child.path.starts_with(path.as_str()))
        };
        for child in self.children(&table).iter().filter(is_below) {
            self.delete_split(&rows, child)?;
        }
        let kept = |name: &&String| table.key.contains(name) || table.column(name).is_none();
        let set: Vec<String> = columns
            .iter()
            .filter(|name| !kept(name))
            .map(|name| format!("{} = NULL", dialect.quote(name)))
            .collect();
        if set.is_empty() {
            return Ok(());
        }
        let name = dialect.quote(&table.name);
        let sql = format!("UPDATE {name} SET {} WHERE {}", set.join(", "), rows.condition);
        self.erased.changed +=
            self.session.execute(Step("erase values of", &table.name), &sql, &rows.cells)?;
        Ok(())
    }

    /// Texts that name the people are rewritten, in every column of the tables to be searched.
    fn rewrite_texts(&mut self) -> Result<(), DestinationError> {
        let searched: Vec<Table> =
            self.tables.iter().filter(|table| (self.erasure.is_searched)(table)).cloned().collect();
        for table in &searched {
            for column in &table.columns {
                match column.logical {
                    LogicalType::Text | LogicalType::Json => self.rewrite_column(table, column)?,
                    LogicalType::List => self.clear_lists(table, column)?,
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// The condition that a text has one of the texts to be found in it, whatever its case.
    fn has_text(&self, text: &str) -> (String, Vec<Cell>) {
        let dialect = self.session.dialect();
        let one = format!("{} OR {}", dialect.contains(text), dialect.contains(&format!("lower({text})")));
        let all = vec![one; self.erasure.texts.len()].join(" OR ");
        let cells = self.erasure.texts.iter().flat_map(|text| [text.clone(), text.to_lowercase()]);
        (format!("({all})"), cells.map(Cell::Text).collect())
    }

    /// Rewrites the texts of a column; a row whose key names the people goes.
    fn rewrite_column(&mut self, table: &Table, column: &Column) -> Result<(), DestinationError> {
        if self.erasure.texts.is_empty() {
            return Ok(());
        }
        let (session, dialect) = (self.session, self.session.dialect());
        let (name, quoted) = (dialect.quote(&table.name), dialect.quote(&column.name));
        let text = match column.logical {
            LogicalType::Text => quoted.clone(),
            _ => dialect.cast(&quoted, LogicalType::Text),
        };
        let (condition, cells) = self.has_text(&text);
        let step = Step("erase values of", &table.name);
        let found =
            session.rows(step, &format!("SELECT DISTINCT {text} FROM {name} WHERE {condition}"), &cells)?;
        for stored in found.iter().map(|row| row[0].text()) {
            let Some(rewritten) = (self.erasure.rewrite)(&stored) else { continue };
            if table.key.contains(&column.name) {
                let (condition, cells) = (format!("{text} = ?"), vec![Cell::Text(stored)]);
                self.delete(&Rows { table, condition, cells })?;
                continue;
            }
            if self.lets_go(table, column, &stored)? {
                continue;
            }
            let value = dialect.cast("?", column.logical);
            let sql = format!("UPDATE {name} SET {quoted} = {value} WHERE {text} = ?");
            self.erased.changed +=
                session.execute(step, &sql, &[Cell::Text(rewritten), Cell::Text(stored)])?;
        }
        Ok(())
    }

    /// Lists of texts in which one names the people become null.
    fn clear_lists(&mut self, table: &Table, column: &Column) -> Result<(), DestinationError> {
        if self.erasure.texts.is_empty() {
            return Ok(());
        }
        let dialect = self.session.dialect();
        let quoted = dialect.quote(&column.name);
        let text = dialect.cast(&quoted, LogicalType::Text);
        let (condition, cells) = self.has_text(&text);
        let sql = format!("UPDATE {} SET {quoted} = NULL WHERE {condition}", dialect.quote(&table.name));
        self.erased.changed += self.session.execute(Step("erase values of", &table.name), &sql, &cells)?;
        Ok(())
    }

    /// What the bookkeeping tables tell of the records that went, and of the people, goes.
    fn forget_records(&mut self) -> Result<(), DestinationError> {
        let (session, name) = (self.session, issues::LEDGER.name);
        let step = Step("write to", name);
        for (resource, record) in &self.erased.records {
            let cells = [Cell::from(resource.as_str()), Cell::from(record.as_str())];
            session.execute(
                step,
                &format!("DELETE FROM {name} WHERE resource = ? AND record = ?"),
                &cells,
            )?;
            let sql = format!(
                "UPDATE {} SET record = NULL WHERE resource = ? AND record = ?",
                changes::LEDGER.name
            );
            session.execute(Step("write to", changes::LEDGER.name), &sql, &cells)?;
            let sql = format!("DELETE FROM {} WHERE resource = ? AND record = ?", gone::LEDGER.name);
            session.execute(Step("write to", gone::LEDGER.name), &sql, &cells)?;
        }
        for (ledger, columns) in [
            (&issues::LEDGER, &["record", "detail", "path"][..]),
            (&changes::LEDGER, &["record"]),
            (&gone::LEDGER, &["record"]),
        ] {
            for column in columns {
                let sql = format!("SELECT DISTINCT {column} FROM {} WHERE {column} IS NOT NULL", ledger.name);
                let found = session.rows(Step("read", ledger.name), &sql, &[])?;
                for stored in found.iter().map(|row| row[0].text()) {
                    if !(self.erasure.is_named)(&stored) {
                        continue;
                    }
                    let sql = if ledger.name == changes::LEDGER.name {
                        format!("UPDATE {} SET {column} = NULL WHERE {column} = ?", ledger.name)
                    } else {
                        format!("DELETE FROM {} WHERE {column} = ?", ledger.name)
                    };
                    session.execute(Step("write to", ledger.name), &sql, &[Cell::Text(stored)])?;
                }
            }
        }
        Ok(())
    }
}
