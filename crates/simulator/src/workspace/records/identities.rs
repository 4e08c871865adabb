//! Ids of records: numbers as text, computed from the index and back, but for two collections.

use super::Family;
use crate::resource::Resource;
use crate::workspace::Workspace;

impl Workspace {
    /// The id of a record, as text.
    pub(crate) fn record_id(&self, resource: Resource, index: u32) -> String {
        match resource {
            Resource::Brands if index == 0 => self.identity.workspace(),
            Resource::ActivityLogs => self.record_draw(resource, index, 1).uuid(),
            _ => self.record_number(resource, index).to_string(),
        }
    }

    /// The number in a record's id.
    pub(super) fn record_number(&self, resource: Resource, index: u32) -> u64 {
        let (first, step) = Family::of(resource).map_or((0, 1), |family| family.numbers);
        first + step * u64::from(index)
    }

    /// The index of the record with this id, whether it lives or is gone.
    pub(crate) fn record_index_ever(&self, resource: Resource, id: &str) -> Option<u32> {
        let register = self.records(resource)?;
        if resource == Resource::Brands && id == self.identity.workspace() {
            return Some(0);
        }
        let (first, step) = Family::of(resource)?.numbers;
        let distance = id.parse::<u64>().ok()?.checked_sub(first)?;
        let index = u32::try_from(distance / step).ok().filter(|_| distance.is_multiple_of(step))?;
        (index < register.len() && self.record_id(resource, index) == id).then_some(index)
    }

    /// The index of the living record with this id.
    pub(crate) fn record_index(&self, resource: Resource, id: &str) -> Option<u32> {
        let index = self.record_index_ever(resource, id)?;
        self.records(resource)?.get(index).map(|_| index)
    }
}
