//! Companies and what hangs on them.

use super::table::Table;
use relatable_simulator::Resource::Companies;

const COMPANY: &str = "
    id                text
    company_id        text
    app_id            text
    name              text
    website           text
    industry          text
    size              integer
    monthly_spend     decimal
    session_count     integer
    user_count        integer
    remote_created_at instant
    created_at        instant
    updated_at        instant
    last_request_at   instant
    plan_id           text     plan.id
    plan_name         text     plan.name";

const COMPANY_SEGMENT: &str = "
    company_id  text     ^id
    segment_id  text     id
    name        text
    created_at  instant
    updated_at  instant
    person_type text";

const COMPANY_NOTE: &str = "
    company_id                text     ^id
    id                        text
    created_at                instant
    body                      text
    author_type               text     author.type
    author_id                 text     author.id
    author_name               text     author.name
    author_email              text     author.email
    author_away_mode_enabled  boolean  author.away_mode_enabled
    author_away_mode_reassign boolean  author.away_mode_reassign";

pub(super) fn tables() -> Vec<Table> {
    vec![
        Table::new("companies", Companies, "id", COMPANY).with_attributes("company"),
        Table::new(
            "company_tags",
            Companies,
            "company_id tag_id",
            "company_id text ^id\n tag_id text id\n name text",
        )
        .per(&["tags.tags"]),
        Table::new("company_segments", Companies, "company_id segment_id", COMPANY_SEGMENT)
            .per(&["segments.segments"]),
        Table::new("company_notes", Companies, "id", COMPANY_NOTE).per(&["notes.notes"]),
    ]
}
