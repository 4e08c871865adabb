//! What helps to prove that tables are complete, as data: lists whose length the API states, and records that stay.

/// A list inside records whose length the record itself states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatedLength {
    /// The resource.
    pub resource: &'static str,
    /// Where a record says how many elements the list has.
    pub stated: &'static str,
    /// Where the list is.
    pub list: &'static str,
    /// How many elements the API shows at most; those beyond cannot be had (API notes §11).
    pub shown_max: u64,
}

/// The lists whose length is stated. What is stated may differ by one from what is shown, in all records alike.
pub const STATED_LENGTHS: &[StatedLength] = &[StatedLength {
    resource: "conversations",
    stated: "statistics.count_conversation_parts",
    list: "conversation_parts",
    shown_max: 500,
}];

/// Resources whose records the API stops showing after a while although nothing has happened to them (API notes §11).
pub const FADING: &[&str] = &[
    "events",
    "admin_activity_logs",
    "contact_activities",
    "data_connector_executions",
    "deleted_conversations",
];
