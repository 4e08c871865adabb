//! Schedules of office hours and their exceptions (API notes, section 8.20).

use super::{Record, edited};
use crate::document::{Node, node};
use crate::resource::Resource;
use crate::workspace::Workspace;
use crate::workspace::register::Entry;

impl Workspace {
    /// A schedule.
    pub(super) fn office_hours_schedule(&self, index: u32, entry: &Record) -> Node {
        let days = (0..if index == 0 { 5i64 } else { 0 }).map(|day| {
            node!({"start_minute": 540 + day * 1_440, "end_minute": 1_020 + day * 1_440, "day_of_week": day})
        });
        node!({
            "type": "office_hours_schedule", "id": self.record_id(Resource::OfficeHoursSchedules, index),
            "name": edited(format!("Schedule {index}"), entry), "time_zone_name": self.timezone.clone(),
            "time_intervals": days.collect::<Vec<_>>(), "twenty_four_seven": index != 0, "created_at": entry.created_at(),
            "updated_at": entry.updated_at(),
        })
    }

    /// The exceptions of a schedule.
    pub(crate) fn office_hours_exceptions(&self, schedule: u32) -> Vec<Node> {
        let Some(entry) =
            self.records(Resource::OfficeHoursSchedules).and_then(|register| register.get(schedule))
        else {
            return Vec::new();
        };
        let days = [
            ("2026-12-25", "closed", Some("Weihnachten")),
            ("2026-12-24", "custom_hours", None),
            ("2027-01-01", "closed", None),
        ];
        let exceptions = (0u32..).zip(days).map(|(number, (date, kind, name))| {
            let hours = node!([{"start_minute": 540, "end_minute": 780, "day_of_week": 3}]);
            node!({
                "type": "office_hours_exception", "id": (456 + 10 * schedule + number).to_string(),
                "office_hours_schedule_id": self.record_id(Resource::OfficeHoursSchedules, schedule), "exception_date": date,
                "exception_type": kind, "name": name, "time_intervals": (kind == "custom_hours").then_some(hours),
                "recurring_annually": number != 2, "created_at": entry.created_at(), "updated_at": entry.updated_at(),
            })
        });
        exceptions.collect()
    }
}
