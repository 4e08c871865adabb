//! Custom object instances of two types (API notes, section 8.20). No endpoint lists the types.

use super::{Record, edited};
use crate::document::{Node, node};
use crate::resource::Resource;
use crate::workspace::register::Entry;
use crate::workspace::{Workspace, prose};

/// The types, as `type` of an instance and the path of its endpoint name them.
const TYPES: [&str; 2] = ["Order", "Device"];

impl Workspace {
    /// The type of an instance: two orders for each device.
    pub(crate) fn custom_object_type(&self, index: u32) -> &'static str {
        TYPES[usize::from(index % 3 == 2)]
    }

    /// Whether there are objects of this type.
    pub(crate) fn has_custom_object_type(&self, name: &str) -> bool {
        TYPES.contains(&name)
    }

    /// A custom object instance.
    pub(super) fn custom_object_instance(&self, index: u32, entry: &Record) -> Node {
        let mut draw = self.record_draw(Resource::CustomObjectInstances, index, 1);
        let external_at = draw.percent(60).then(|| entry.created_at() - 60);
        let attributes = match self.custom_object_type(index) {
            "Order" => node!({
                "order_number": edited(format!("ORDER-{index}"), entry), "total_amount": draw.below(100_000) as f64 / 100.0,
                "Paid at": draw.percent(50).then(|| entry.created_at()), "größe": null,
            }),
            _ => {
                node!({"model": edited(prose::words(&mut draw, 1, 3), entry), "serial": 9_007_199_254_740_993u64 + u64::from(index)})
            }
        };
        node!({
            "type": self.custom_object_type(index), "id": self.record_id(Resource::CustomObjectInstances, index),
            "external_id": format!("object-{index}"), "external_created_at": external_at, "external_updated_at": external_at,
            "created_at": entry.created_at(), "updated_at": entry.updated_at(), "custom_attributes": attributes,
        })
    }
}
