//! How the API's documents speak of the people of a workspace.

use relatable_model::forget::Words;

/// Members that stand for a contact, are about one, or were written by one, the same in every resource.
pub const PEOPLE: Words = Words {
    naming: &["id", "contact_id", "intercom_user_id", "user_id"],
    about: &["contact", "user"],
    author: "author",
    everybody: "contacts",
    kept: &[
        "id",
        "type",
        "part_type",
        "state",
        "delivered_as",
        "created_at",
        "updated_at",
        "notified_at",
        "assigned_to",
    ],
    beginning: ("source", "title"),
};
