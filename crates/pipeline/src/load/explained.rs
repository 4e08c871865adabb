//! Attributes that came about while a run was reading: their definitions are read before anything of them is loaded, since
//! only these tell a date from a number, and a type once given stays for ever.

use super::Loader;
use crate::error::PipelineError;
use crate::shred::{Item, ModelState, Shredding};
use crate::sync::definitions;
use relatable_intercom::attributes::{DEFINED_MAPS, attribute_rules};
use tokio::sync::oneshot;

impl Loader {
    /// Shreds items. Where they have attributes that no definition explains, the definitions are read anew first.
    pub(super) fn explained(&mut self, items: Vec<Item>) -> Result<Shredding, PipelineError> {
        let Some(asking) = self.asking.clone() else { return Ok(self.model.shred(items)?) };
        let before = self.model.clone();
        let shredding = self.model.shred(items.clone())?;
        if !has_unexplained(&before, &self.model) {
            return Ok(shredding);
        }
        let (answer, definitions_now) = oneshot::channel();
        self.model = before;
        // A reading that was broken off answers nobody; the next run loads this with what it is told then.
        let broken_off = || PipelineError::Internal { part: "reader" };
        self.destination.rest();
        asking.send(answer).map_err(|_| broken_off())?;
        let bodies = definitions_now.blocking_recv().map_err(|_| broken_off())?;
        self.add_rules(&attribute_rules(&definitions(&bodies?)))?;
        Ok(self.model.shred(items)?)
    }
}

/// Whether a map whose members the workspace defines has got a column that no rule speaks of.
fn has_unexplained(before: &ModelState, now: &ModelState) -> bool {
    DEFINED_MAPS.iter().any(|(resource, map)| {
        let Some(rules) = now.rules.resources.get(*resource) else { return false };
        let known = before.memory.get(*resource);
        let prefix = format!("{map}.");
        let tables = now.tables.iter().filter(|table| table.resource == *resource);
        tables.flat_map(|table| &table.columns).any(|column| {
            column.path.starts_with(&prefix)
                && !rules.paths.contains_key(&column.path)
                && known.is_none_or(|known| !known.knows(&column.path))
        })
    })
}
