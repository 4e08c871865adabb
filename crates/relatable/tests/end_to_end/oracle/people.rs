//! Contacts and what hangs on them.

use super::table::Table;
use relatable_simulator::Resource::{
    ContactActivities, ContactMerges, Contacts, EventSummaries, Events, Folders, Notes,
};

/// The API shows ten elements of a contact's lists of subscriptions, and has no answer that completes them.
const LIST_MAX: usize = 10;

const CONTACT: &str = "
    id                       text
    workspace_id             text
    external_id              text
    role                     text
    email                    text
    email_domain             text
    phone                    text
    formatted_phone          text
    name                     text
    avatar_type              text     avatar.type
    avatar_image_url         text     avatar.image_url
    owner_id                 reference
    has_hard_bounced         boolean
    marked_email_as_spam     boolean
    unsubscribed_from_emails boolean
    unsubscribed_from_sms    boolean
    sms_consent              boolean
    enabled_push_messaging   boolean
    created_at               instant
    updated_at               instant
    signed_up_at             instant
    last_seen_at             instant
    last_replied_at          instant
    last_contacted_at        instant
    last_email_opened_at     instant
    last_email_clicked_at    instant
    ios_last_seen_at         instant
    android_last_seen_at     instant
    language_override        text
    browser                  text
    browser_version          text
    browser_language         text
    os                       text
    ios_app_name             text
    ios_app_version          text
    ios_device               text
    ios_os_version           text
    ios_sdk_version          text
    android_app_name         text
    android_app_version      text
    android_device           text
    android_os_version       text
    android_sdk_version      text
    location_type            text     location.type
    location_country         text     location.country
    location_region          text     location.region
    location_city            text     location.city
    location_country_code    text     location.country_code
    location_continent_code  text     location.continent_code
    referrer                 text
    utm_campaign             text
    utm_content              text
    utm_medium               text
    utm_source               text
    utm_term                 text";

const CONTACT_TAG: &str = "
    contact_id       text     ^id
    tag_id           text     id
    name             text
    applied_at       instant
    applied_by_type  text     applied_by.type
    applied_by_id    text     applied_by.id";

const CONTACT_SUBSCRIPTION: &str = "
    contact_id                       text   ^id
    subscription_type_id             text   id
    state                            text
    consent_type                     text
    content_types                    words
    translations                     json
    default_translation_name         text   default_translation.name
    default_translation_description  text   default_translation.description
    default_translation_locale       text   default_translation.locale";

const CONTACT_MERGE: &str = "
    contact_id          text
    source_contact_id   text
    source_contact_role text
    merged_at           instant";

const CONTACT_ACTIVITY: &str = "
    id              text
    event_type      text
    contact_id      text
    external_id     text
    role            text
    merge_source_id text
    merge_target_id text
    failure_reason  text
    created_at      instant";

const FOLDER: &str = "
    id               text
    name             text
    description      text
    emoji            text
    content_count    integer
    parent_folder_id text
    created_at       instant
    updated_at       instant";

const NOTE: &str = "
    id                        text
    created_at                instant
    body                      text
    contact_type              text     contact.type
    contact_id                text     contact.id
    author_type               text     author.type
    author_id                 text     author.id
    author_name               text     author.name
    author_email              text     author.email
    author_away_mode_enabled  boolean  author.away_mode_enabled
    author_away_mode_reassign boolean  author.away_mode_reassign";

const EVENT: &str = "
    id          text
    event_name  text
    created_at  instant
    contact_id  text     intercom_user_id
    user_id     text
    email       text
    metadata    json";

const EVENT_SUMMARY: &str = "
    contact_id   text     intercom_user_id
    name         text
    first        instant
    last         instant
    count        integer
    description  text";

pub(super) fn tables() -> Vec<Table> {
    let link = |name, key, columns: &str, lists| Table::new(name, Contacts, key, columns).per(lists);
    let subscribed = "contact_id text ^id\n subscription_type_id text id";
    let subscription_key = "contact_id subscription_type_id";
    vec![
        Table::new("contacts", Contacts, "id", CONTACT).with_attributes("contact"),
        link("contact_tags", "contact_id tag_id", CONTACT_TAG, &["tags.data"]),
        link(
            "contact_companies",
            "contact_id company_id",
            "contact_id text ^id\n company_id text id",
            &["companies.data"],
        ),
        link(
            "contact_segments",
            "contact_id segment_id",
            "contact_id text ^id\n segment_id text id",
            &["segments.data"],
        ),
        link(
            "contact_social_profiles",
            "contact_id position",
            "contact_id text ^id\n position integer #\n type text\n name text\n url text",
            &["social_profiles.data"],
        ),
        link("contact_subscriptions", subscription_key, CONTACT_SUBSCRIPTION, &["subscriptions.data"]),
        link(
            "contact_opted_in_subscriptions",
            subscription_key,
            subscribed,
            &["opted_in_subscription_types.data"],
        )
        .at_most(LIST_MAX),
        link(
            "contact_opted_out_subscriptions",
            subscription_key,
            subscribed,
            &["opted_out_subscription_types.data"],
        )
        .at_most(LIST_MAX),
        Table::new("contact_merges", ContactMerges, "contact_id source_contact_id", CONTACT_MERGE),
        Table::new("contact_activities", ContactActivities, "id", CONTACT_ACTIVITY).only_if("Preview"),
        Table::new("folders", Folders, "id", FOLDER).only_if("Preview"),
        Table::new("notes", Notes, "id", NOTE).only_with("contact"),
        Table::new("events", Events, "id", EVENT),
        Table::new("event_summaries", EventSummaries, "contact_id name", EVENT_SUMMARY),
    ]
}
