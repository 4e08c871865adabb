//! Help centers, the AI's content, and news.

use super::table::Table;
use relatable_simulator::Resource::{
    ArticleVersions, Articles, Collections, ContentImportSources, ContentSnippets, ExternalPages,
    HelpCenters, InternalArticles, NewsItems, Newsfeeds, Redirects,
};

const ARTICLE: &str = "
    id                               text
    workspace_id                     text
    title                            text
    description                      text
    body                             text
    body_markdown                    text
    url                              text
    state                            text
    default_locale                   text
    created_at                       instant
    updated_at                       instant
    author_id                        text
    created_by_id                    text
    updated_by_id                    text
    has_unpublished_changes          boolean
    draft_updated_at                 instant
    scheduled_publish_at             instant
    scheduled_unpublish_at           instant
    help_center_audience             text
    exclude_from_article_suggestions boolean
    ai_chatbot_availability          boolean
    ai_copilot_availability          boolean
    ai_sales_agent_availability      boolean
    statistics_views                 integer statistics.views
    statistics_conversions           integer statistics.conversions
    statistics_reactions             integer statistics.reactions
    statistics_happy_reaction_percentage   float statistics.happy_reaction_percentage
    statistics_neutral_reaction_percentage float statistics.neutral_reaction_percentage
    statistics_sad_reaction_percentage     float statistics.sad_reaction_percentage
    statistics_fin_involvements      integer statistics.fin_involvements
    statistics_fin_resolutions       integer statistics.fin_resolutions
    statistics_fin_resolution_rate   float   statistics.fin_resolution_rate";

const ARTICLE_TRANSLATION: &str = "
    article_id  text    ^id
    locale      text    @
    title       text
    description text
    body        text
    url         text
    state       text
    author_id   text
    created_at  instant
    updated_at  instant";

const ARTICLE_VERSION: &str = "
    id              text
    article_id      text
    title           text
    description     text
    author_id       text
    created_by_id   text
    created_via     text
    from_version_id text
    state           text
    created_at      instant";

const COLLECTION: &str = "
    id             text
    workspace_id   text
    name           text
    description    text
    url            text
    icon           text
    order          integer
    default_locale text
    parent_id      text
    help_center_id text
    created_at     instant
    updated_at     instant";

const HELP_CENTER: &str = "
    id                text
    workspace_id      text
    identifier        text
    display_name      text
    url               text
    custom_domain     text
    website_turned_on boolean
    default           boolean
    created_at        instant
    updated_at        instant";

const REDIRECT: &str = "
    id             text
    from_url       text
    locale         text
    help_center_id text
    target_type    text
    target_id      text
    created_at     instant
    updated_at     instant";

const INTERNAL_ARTICLE: &str = "
    id                          text
    title                       text
    body                        text
    body_markdown               text
    locale                      text
    owner_id                    text
    author_id                   text
    created_at                  instant
    updated_at                  instant
    ai_chatbot_availability     boolean
    ai_copilot_availability     boolean
    ai_sales_agent_availability boolean";

const CONTENT_SNIPPET: &str = "
    id                          text
    title                       text
    locale                      text
    json_blocks                 json
    body_markdown               text
    chatbot_availability        integer
    copilot_availability        integer
    ai_chatbot_availability     boolean
    ai_copilot_availability     boolean
    ai_sales_agent_availability boolean
    created_at                  instant
    updated_at                  instant";

const EXTERNAL_PAGE: &str = "
    id                          text
    title                       text
    html                        text
    url                         text
    locale                      text
    content_import_source_id    text     source_id
    external_id                 text
    ai_agent_availability       boolean
    ai_copilot_availability     boolean
    ai_sales_agent_availability boolean
    fin_availability            boolean
    created_at                  instant
    updated_at                  instant
    last_ingested_at            instant";

const CONTENT_IMPORT_SOURCE: &str = "
    id             text
    url            text
    sync_behavior  text
    status         text
    last_synced_at instant
    created_at     instant
    updated_at     instant";

const NEWS_ITEM: &str = "
    id               text
    workspace_id     text
    title            text
    body             text
    sender_id        text
    state            text
    cover_image_url  text
    deliver_silently boolean
    created_at       instant
    updated_at       instant";

pub(super) fn tables() -> Vec<Table> {
    let mut tables = help_centers();
    tables.extend(content());
    tables.extend(news());
    tables
}

fn help_centers() -> Vec<Table> {
    vec![
        Table::new("articles", Articles, "id", ARTICLE),
        Table::new(
            "article_collections",
            Articles,
            "article_id collection_id",
            "article_id text ^id\n collection_id text .",
        )
        .per(&["parent_ids"]),
        Table::new(
            "article_tags",
            Articles,
            "article_id tag_id",
            "article_id text ^id\n tag_id text id\n name text",
        )
        .per(&["tags.tags"]),
        Table::new("article_translations", Articles, "article_id locale", ARTICLE_TRANSLATION)
            .per(&["translated_content{}"]),
        Table::new(
            "article_translation_audiences",
            Articles,
            "article_id article_translation_locale audience_id",
            "article_id text ^^id\n article_translation_locale text ^@\n audience_id text .",
        )
        .per(&["translated_content{}", "audience_ids"]),
        Table::new("article_versions", ArticleVersions, "id", ARTICLE_VERSION).only_if("article_versions"),
        Table::new("collections", Collections, "id", COLLECTION),
        Table::new(
            "collection_translations",
            Collections,
            "collection_id locale",
            "collection_id text ^id\n locale text @\n name text\n description text",
        )
        .per(&["translated_content{}"]),
        Table::new("help_centers", HelpCenters, "id", HELP_CENTER),
        Table::new(
            "help_center_locales",
            HelpCenters,
            "help_center_id locale",
            "help_center_id text ^id\n locale text .",
        )
        .per(&["locales"]),
        Table::new("redirects", Redirects, "id", REDIRECT),
    ]
}

fn content() -> Vec<Table> {
    vec![
        Table::new("internal_articles", InternalArticles, "id", INTERNAL_ARTICLE),
        Table::new(
            "internal_article_audiences",
            InternalArticles,
            "internal_article_id audience_id",
            "internal_article_id text ^id\n audience_id text .",
        )
        .per(&["audience_ids"]),
        // Only Preview tells tags of internal articles, and folders.
        Table::new(
            "internal_article_tags",
            InternalArticles,
            "internal_article_id tag_id",
            "internal_article_id text ^id\n tag_id text id",
        )
        .per(&["tags.tags"]),
        Table::new("content_snippets", ContentSnippets, "id", CONTENT_SNIPPET),
        Table::new(
            "content_snippet_audiences",
            ContentSnippets,
            "content_snippet_id audience_id",
            "content_snippet_id text ^id\n audience_id text .",
        )
        .per(&["audience_ids"]),
        Table::new("external_pages", ExternalPages, "id", EXTERNAL_PAGE),
        Table::new(
            "external_page_audiences",
            ExternalPages,
            "external_page_id audience_id",
            "external_page_id text ^id\n audience_id text .",
        )
        .per(&["audience_ids"]),
        Table::new("content_import_sources", ContentImportSources, "id", CONTENT_IMPORT_SOURCE),
        Table::new(
            "content_import_source_audiences",
            ContentImportSources,
            "content_import_source_id audience_id",
            "content_import_source_id text ^id\n audience_id text .",
        )
        .per(&["audience_ids"]),
    ]
}

fn news() -> Vec<Table> {
    let listed =
        |name, columns: &str, lists| Table::new(name, NewsItems, "news_item_id position", columns).per(lists);
    vec![
        Table::new("news_items", NewsItems, "id", NEWS_ITEM),
        Table::new(
            "news_item_newsfeeds",
            NewsItems,
            "news_item_id newsfeed_id",
            "news_item_id text ^id\n newsfeed_id text\n published_at instant",
        )
        .per(&["newsfeed_assignments"]),
        listed("news_item_labels", "news_item_id text ^id\n position integer #\n label text .", &["labels"]),
        // That a reaction is null is kept apart from a list that ends before it.
        listed(
            "news_item_reactions",
            "news_item_id text ^id\n position integer #\n reaction text .\n reaction__json nothing .",
            &["reactions"],
        ),
        Table::new(
            "newsfeeds",
            Newsfeeds,
            "id",
            "id text\n name text\n created_at instant\n updated_at instant",
        ),
    ]
}
