//! What help centers, newsfeeds and the AI's answers are made of.

use super::super::{Condition, Cut, Granularity};
use super::{Feed, Paging, Reading, SNAPSHOT, on_doubt};

/// The list of articles, last changed first, which leaves their statistics out.
const ARTICLES: Feed = Feed {
    resource: "articles",
    path: "/articles",
    paging: Paging::Pages,
    page_size: 150,
    complete: false,
    ..SNAPSHOT
};

/// The list of collections, last changed first.
const COLLECTIONS: Feed = Feed {
    resource: "collections",
    path: "/help_center/collections",
    paging: Paging::Pages,
    page_size: 150,
    ..SNAPSHOT
};

/// A list in numbered pages; the base of those.
const PAGES: Feed = Feed { paging: Paging::Pages, page_size: 150, ..SNAPSHOT };

/// Articles and how they are arranged.
const ARRANGED: &[Feed] = &[
    Feed { name: "articles", reading: Reading::Backfill(Cut::Whole), ..ARTICLES },
    Feed { name: "article_updates", reading: Reading::Updates(Granularity::Sorted), ..ARTICLES },
    // Statistics come only one article at a time.
    Feed {
        name: "article",
        resource: "articles",
        path: "/articles/{id}",
        list: None,
        reading: Reading::PerRecord(Condition::Always),
        parent: Some("articles"),
        ..SNAPSHOT
    },
    Feed {
        name: "article_versions",
        resource: "article_versions",
        path: "/articles/{id}/versions",
        reading: Reading::PerRecord(Condition::Always),
        parent: Some("articles"),
        cost: Some("a request for each article that changed"),
        versions: ("2.16", ""),
        parent_path: "article_id",
        ..PAGES
    },
    Feed { name: "collections", reading: Reading::Backfill(Cut::Whole), ..COLLECTIONS },
    Feed { name: "collection_updates", reading: Reading::Updates(Granularity::Sorted), ..COLLECTIONS },
    on_doubt("collection", "collections", "/help_center/collections/{id}"),
    Feed { name: "help_centers", resource: "help_centers", path: "/help_center/help_centers", ..SNAPSHOT },
    on_doubt("help_center", "help_centers", "/help_center/help_centers/{id}"),
    // Few help centers have many redirects, which move nothing in their help center.
    Feed {
        name: "redirects",
        resource: "redirects",
        path: "/help_center/help_centers/{id}/redirects",
        page_size: 250,
        reading: Reading::PerRecord(Condition::Always),
        parent: Some("help_centers"),
        versions: ("2.16", ""),
        parent_path: "help_center_id",
        with_records: true,
        ..PAGES
    },
];

/// What else the AI and teammates answer with.
const ANSWERS: &[Feed] = &[
    // The list leaves out when they were made and last changed.
    Feed {
        name: "internal_articles",
        resource: "internal_articles",
        path: "/internal_articles",
        complete: false,
        versions: ("2.13", ""),
        ..PAGES
    },
    Feed {
        name: "internal_article",
        resource: "internal_articles",
        path: "/internal_articles/{id}",
        list: None,
        reading: Reading::PerRecord(Condition::Always),
        parent: Some("internal_articles"),
        versions: ("2.13", ""),
        ..SNAPSHOT
    },
    Feed { name: "folders", resource: "folders", path: "/folders", versions: ("2.17", ""), ..PAGES },
    Feed { versions: ("2.17", ""), ..on_doubt("folder", "folders", "/folders/{id}") },
    Feed {
        name: "content_snippets",
        resource: "content_snippets",
        path: "/content_snippets",
        paging: Paging::Flat,
        page_size: 50,
        versions: ("2.16", ""),
        ..SNAPSHOT
    },
    Feed {
        versions: ("2.16", ""),
        ..on_doubt("content_snippet", "content_snippets", "/content_snippets/{id}")
    },
    Feed {
        name: "external_pages",
        resource: "external_pages",
        path: "/ai/external_pages",
        versions: ("2.12", ""),
        ..PAGES
    },
    Feed { versions: ("2.12", ""), ..on_doubt("external_page", "external_pages", "/ai/external_pages/{id}") },
    Feed {
        name: "content_import_sources",
        resource: "content_import_sources",
        path: "/ai/content_import_sources",
        versions: ("2.12", ""),
        ..PAGES
    },
    Feed {
        versions: ("2.12", ""),
        ..on_doubt("content_import_source", "content_import_sources", "/ai/content_import_sources/{id}")
    },
];

/// News.
const NEWS: &[Feed] = &[
    Feed { name: "news_items", resource: "news_items", path: "/news/news_items", ..PAGES },
    on_doubt("news_item", "news_items", "/news/news_items/{id}"),
    Feed { name: "newsfeeds", resource: "newsfeeds", path: "/news/newsfeeds", ..PAGES },
    on_doubt("newsfeed", "newsfeeds", "/news/newsfeeds/{id}"),
];

/// All of it.
pub(super) const FEEDS: [&[Feed]; 3] = [ARRANGED, ANSWERS, NEWS];
