"""Files to a DuckDB file by hand-written SQL that is told the schema: the arguments are the two files and the database."""

import sys

import duckdb

conversations, contacts, database = sys.argv[1:]

REFERENCE = "STRUCT(type VARCHAR, id VARCHAR)"
AUTHOR = "STRUCT(type VARCHAR, id VARCHAR, name VARCHAR, email VARCHAR)"
ATTACHMENT = (
    "STRUCT(type VARCHAR, name VARCHAR, url VARCHAR, content_type VARCHAR, filesize BIGINT, width BIGINT, height BIGINT)"
)
TAG = f"STRUCT(type VARCHAR, id VARCHAR, name VARCHAR, applied_at BIGINT, applied_by {REFERENCE})"
TAGS = f"STRUCT(type VARCHAR, tags {TAG}[])"
ATTRIBUTES = "STRUCT(" + ", ".join(
    f'"Attribute {n}" ' + ["BIGINT", "BOOLEAN", "VARCHAR", "DOUBLE"][n % 4] for n in range(30)
) + ")"
PART = (
    "STRUCT(type VARCHAR, id VARCHAR, part_type VARCHAR, body VARCHAR, created_at BIGINT, updated_at BIGINT, "
    f"notified_at BIGINT, assigned_to {REFERENCE}, author {AUTHOR}, attachments {ATTACHMENT}[], external_id VARCHAR, "
    f"redacted BOOLEAN, email_message_metadata JSON, metadata JSON, state VARCHAR, tags {TAGS}, event_details JSON, "
    "app_package_code VARCHAR)"
)
STATISTICS_TIMES = [
    "first_contact_reply_at", "first_assignment_at", "first_admin_reply_at", "first_close_at", "last_assignment_at",
    "last_assignment_admin_reply_at", "last_contact_reply_at", "last_admin_reply_at", "last_close_at",
]
STATISTICS_COUNTS = [
    "time_to_assignment", "time_to_admin_reply", "time_to_first_close", "time_to_last_close", "median_time_to_reply",
    "count_reopens", "count_assignments", "count_conversation_parts",
]
STATISTICS = (
    "STRUCT(type VARCHAR, "
    + ", ".join(f"{name} BIGINT" for name in STATISTICS_COUNTS + STATISTICS_TIMES)
    + ", last_closed_by_id VARCHAR, assigned_team_first_response_time "
    "STRUCT(team_id BIGINT, team_name VARCHAR, response_time BIGINT)[])"
)
CONVERSATION = {
    "type": "VARCHAR", "id": "VARCHAR", "created_at": "BIGINT", "updated_at": "BIGINT", "waiting_since": "BIGINT",
    "snoozed_until": "BIGINT",
    "source": "STRUCT(type VARCHAR, id VARCHAR, delivered_as VARCHAR, subject VARCHAR, body VARCHAR, "
    f"author {AUTHOR}, attachments {ATTACHMENT}[], url VARCHAR, redacted BOOLEAN)",
    "contacts": "STRUCT(type VARCHAR, contacts STRUCT(type VARCHAR, id VARCHAR, external_id VARCHAR)[])",
    "first_contact_reply": "STRUCT(created_at BIGINT, type VARCHAR, url VARCHAR)",
    "admin_assignee_id": "VARCHAR", "team_assignee_id": "VARCHAR", "open": "BOOLEAN", "state": "VARCHAR",
    "read": "BOOLEAN", "tags": TAGS, "priority": "VARCHAR", "sla_applied": "JSON", "statistics": STATISTICS,
    "conversation_rating": f"STRUCT(rating BIGINT, remark VARCHAR, created_at BIGINT, contact {REFERENCE}, "
    f"teammate {REFERENCE})",
    "teammates": f"STRUCT(type VARCHAR, admins {REFERENCE}[])", "title": "VARCHAR", "custom_attributes": ATTRIBUTES,
    "linked_objects": "STRUCT(type VARCHAR, data STRUCT(type VARCHAR, id VARCHAR, category VARCHAR)[])",
    "ai_agent_participated": "BOOLEAN",
    "conversation_parts": f"STRUCT(type VARCHAR, conversation_parts {PART}[], total_count BIGINT)",
}
CONTACT_TIMES = [
    "created_at", "updated_at", "signed_up_at", "last_seen_at", "last_replied_at", "last_contacted_at",
    "last_email_opened_at", "last_email_clicked_at",
]
CONTACT_TEXTS = [
    "id", "workspace_id", "external_id", "role", "email", "phone", "name", "owner_id", "language_override", "browser",
    "browser_version", "browser_language", "os", "utm_campaign", "utm_content", "utm_medium", "utm_source", "utm_term",
    "referrer",
]
CONTACT_FLAGS = [
    "has_hard_bounced", "marked_email_as_spam", "unsubscribed_from_emails", "sms_consent", "unsubscribed_from_sms",
]
LINKS = "STRUCT(type VARCHAR, data STRUCT(type VARCHAR, id VARCHAR, url VARCHAR)[])"
CONTACT = {
    **{name: "BIGINT" for name in CONTACT_TIMES}, **{name: "VARCHAR" for name in CONTACT_TEXTS},
    **{name: "BOOLEAN" for name in CONTACT_FLAGS},
    "location": "STRUCT(type VARCHAR, country VARCHAR, region VARCHAR, city VARCHAR, country_code VARCHAR, "
    "continent_code VARCHAR)",
    "custom_attributes": ATTRIBUTES, "tags": LINKS, "companies": LINKS,
}


def time(path, name):
    """A column with seconds since the epoch as a moment."""
    return f"make_timestamp({path} * 1000000) AS {name}"


def attributes(path):
    """The columns of the custom attributes."""
    return ", ".join(f'{path}."Attribute {n}" AS custom_attribute_{n}' for n in range(30))


def attachments(table, owner, source):
    """The table of the attachments of each row of a query with columns `owner` and `list`."""
    return (
        f"CREATE TABLE {table} AS SELECT {owner}, unnest(range(len(list))) AS position, a.type, a.name, a.url, "
        "a.content_type, a.filesize, a.width, a.height "
        f"FROM (SELECT {owner}, list, unnest(list) AS a FROM ({source}))"
    )


def tags(table, owner, source):
    """The same for tags."""
    return (
        f"CREATE TABLE {table} AS SELECT {owner}, t.id AS tag_id, t.name, {time('t.applied_at', 'applied_at')}, "
        f"t.applied_by.type AS applied_by_type, t.applied_by.id AS applied_by_id "
        f"FROM (SELECT {owner}, unnest(list) AS t FROM ({source}))"
    )


statistics = ", ".join(
    [f"statistics.{name} AS statistics_{name}" for name in STATISTICS_COUNTS + ["last_closed_by_id"]]
    + [time(f"statistics.{name}", f"statistics_{name}") for name in STATISTICS_TIMES]
)
STATEMENTS = [
    f"CREATE TABLE conversations AS SELECT id, {time('created_at', 'created_at')}, {time('updated_at', 'updated_at')}, "
    f"{time('waiting_since', 'waiting_since')}, {time('snoozed_until', 'snoozed_until')}, source.type AS source_type, "
    "source.id AS source_id, source.delivered_as, source.subject, source.body, source.author.type AS author_type, "
    "source.author.id AS author_id, source.author.name AS author_name, source.author.email AS author_email, "
    "source.url, source.redacted, "
    f"{time('first_contact_reply.created_at', 'first_contact_reply_created_at')}, first_contact_reply.type AS "
    "first_contact_reply_type, admin_assignee_id, team_assignee_id, open, state, read, priority, sla_applied, "
    f"{statistics}, conversation_rating.rating, conversation_rating.remark, "
    f"{time('conversation_rating.created_at', 'rating_created_at')}, conversation_rating.contact.id AS "
    "rating_contact_id, conversation_rating.teammate.id AS rating_teammate_id, title, ai_agent_participated, "
    f"{attributes('custom_attributes')} FROM raw_conversations",
    "CREATE TEMP TABLE raw_parts AS SELECT id AS conversation_id, unnest(conversation_parts.conversation_parts) AS p "
    "FROM raw_conversations",
    "CREATE TABLE conversation_parts AS SELECT conversation_id, p.id, p.part_type, p.body, "
    f"{time('p.created_at', 'created_at')}, {time('p.updated_at', 'updated_at')}, {time('p.notified_at', 'notified_at')}, "
    "p.assigned_to.type AS assigned_to_type, p.assigned_to.id AS assigned_to_id, p.author.type AS author_type, "
    "p.author.id AS author_id, p.author.name AS author_name, p.author.email AS author_email, p.external_id, p.redacted, "
    "p.email_message_metadata, p.metadata, p.state, p.event_details, p.app_package_code FROM raw_parts",
    tags("conversation_tags", "conversation_id", "SELECT id AS conversation_id, tags.tags AS list FROM raw_conversations"),
    tags("conversation_part_tags", "part_id", "SELECT p.id AS part_id, p.tags.tags AS list FROM raw_parts"),
    attachments("conversation_source_attachments", "conversation_id",
                "SELECT id AS conversation_id, source.attachments AS list FROM raw_conversations"),
    attachments("conversation_part_attachments", "part_id",
                "SELECT p.id AS part_id, p.attachments AS list FROM raw_parts"),
    "CREATE TABLE conversation_contacts AS SELECT conversation_id, c.id AS contact_id, c.external_id FROM "
    "(SELECT id AS conversation_id, unnest(contacts.contacts) AS c FROM raw_conversations)",
    "CREATE TABLE conversation_teammates AS SELECT conversation_id, t.id AS admin_id FROM "
    "(SELECT id AS conversation_id, unnest(teammates.admins) AS t FROM raw_conversations)",
    "CREATE TABLE conversation_linked_objects AS SELECT conversation_id, o.type, o.id, o.category FROM "
    "(SELECT id AS conversation_id, unnest(linked_objects.data) AS o FROM raw_conversations)",
    "CREATE TABLE conversation_team_response_times AS SELECT conversation_id, r.team_id, r.team_name, r.response_time "
    "FROM (SELECT id AS conversation_id, unnest(statistics.assigned_team_first_response_time) AS r "
    "FROM raw_conversations)",
    "CREATE TABLE contacts AS SELECT " + ", ".join(CONTACT_TEXTS + CONTACT_FLAGS) + ", "
    + ", ".join(time(name, name) for name in CONTACT_TIMES)
    + ", location.country, location.region, location.city, location.country_code, location.continent_code, "
    + attributes("custom_attributes") + " FROM raw_contacts",
    "CREATE TABLE contact_tags AS SELECT contact_id, t.id AS tag_id FROM "
    "(SELECT id AS contact_id, unnest(tags.data) AS t FROM raw_contacts)",
    "CREATE TABLE contact_companies AS SELECT contact_id, c.id AS company_id FROM "
    "(SELECT id AS contact_id, unnest(companies.data) AS c FROM raw_contacts)",
]

connection = duckdb.connect(database)
for table, file, columns in [
    ("raw_conversations", conversations, CONVERSATION),
    ("raw_contacts", contacts, CONTACT),
]:
    connection.execute(
        f"CREATE TEMP TABLE {table} AS SELECT * FROM read_json(?, format = 'newline_delimited', columns = {columns!r})",
        [file],
    )
for statement in STATEMENTS:
    connection.execute(statement)
connection.close()
