//! The words documents are made of: many scripts, right-to-left text, emoji.

/// Given names.
pub(crate) const GIVEN: &[&str] = &[
    "Ada",
    "Noah",
    "Zoë",
    "José",
    "Łukasz",
    "Siobhán",
    "Björn",
    "Chloé",
    "Nguyễn",
    "Olga",
    "Дмитрий",
    "Ελένη",
    "美咲",
    "伟",
    "민준",
    "محمد",
    "נועה",
    "आरव",
    "Ọlá",
    "Mary-Jane",
    "İpek",
    "Þóra",
    "Jean-Luc",
    "Priya",
    "O",
    "Søren",
    "Amélie",
    "Ana María",
];

/// Family names.
pub(crate) const FAMILY: &[&str] = &[
    "Lovelace",
    "O'Brien",
    "Müller",
    "García Márquez",
    "Nowak",
    "Ó Súilleabháin",
    "Þorsteinsdóttir",
    "Văn",
    "Петров",
    "Παπαδόπουλος",
    "山田",
    "王",
    "김",
    "الهاشمي",
    "כהן",
    "शर्मा",
    "Adébáyọ̀",
    "van der Berg",
    "Çelik",
    "D’Angelo",
    "Smith",
    "Ng",
];

/// First words of company names.
pub(crate) const COMPANY: &[&str] = &[
    "Blue Harbour",
    "Kestrel",
    "Ünal & Söhne",
    "Quill",
    "日本橋",
    "Northwind",
    "Ćevapi",
    "Red Door",
    "\"Quoted\"",
    "Pine; Oak",
    "شركة النور",
    "Tab\tular",
    "Émile",
    "Zero,One",
    "Lantern 🏮",
    "Sable",
];

/// Last words of company names.
pub(crate) const COMPANY_FORM: &[&str] =
    &["Ltd", "GmbH", "Inc.", "S.A.", "株式会社", "LLC", "AB", "& Co", "e.V.", "Group"];

/// Words of bodies and subjects.
pub(crate) const WORDS: &[&str] = &[
    "invoice",
    "export",
    "login",
    "please",
    "refund",
    "the",
    "a",
    "dashboard",
    "since",
    "yesterday",
    "cannot",
    "works",
    "again",
    "thanks",
    "déjà",
    "vu",
    "größer",
    "naïve",
    "配送",
    "エラー",
    "ошибка",
    "спасибо",
    "مرحبا",
    "שלום",
    "🙏",
    "🎉",
    "👩‍👩‍👧‍👦",
    "plan",
    "seat",
    "api",
    "webhook",
    "slow",
    "urgent",
    "&amp;",
    "why",
    "when",
    "upgrade",
    "team",
    "report",
    "CSV",
    "\u{a0}",
    "100%",
    "C:\\temp",
];

/// Names of tags; as many as a workspace has tags.
pub(crate) const TAGS: &[&str] = &[
    "VIP",
    "vip",
    "Trial",
    "Churn risk",
    "Bug",
    "Feature request",
    "Übersetzung",
    "billing",
    "Onboarding",
    "1st line",
    "2nd line",
    "🔥 hot",
    "enterprise",
    "Self serve",
    "GDPR",
    "重要",
    "Newsletter",
    "Beta",
    "Refund",
    "Legal; hold",
    "Partner",
    "Reseller",
    "Conference \"2025\"",
    "No reply",
    "Spam?",
    "back\\slash",
    "ключевой",
    "عميل",
    "Win-back",
    "Survey, sent",
];

/// Names of segments, all of people.
pub(crate) const SEGMENTS: &[&str] = &[
    "All users",
    "All leads",
    "New",
    "Active",
    "Slipping away",
    "Paying",
    "Trialists",
    "EU residents",
    "Mobile only",
    "Big spenders",
    "Startups",
    "Longstanding 🎂",
];

/// Names of teams.
pub(crate) const TEAMS: &[&str] = &[
    "Support",
    "Billing",
    "Sales",
    "Tier 2",
    "Über-Team",
    "APAC",
    "Success",
    "Security",
    "Night shift 🌙",
    "Escalations",
];

/// Names of data events, such as an application would send.
pub(crate) const EVENTS: &[&str] = &[
    "signed-in",
    "invited-teammate",
    "ordered item",
    "Upgraded Plan",
    "cancelled",
    "viewed_page",
    "export.finished",
    "ошибка",
    "🎯 goal",
];

/// Names of subscription types.
pub(crate) const SUBSCRIPTIONS: &[&str] = &[
    "Announcements",
    "Newsletters",
    "Product tips",
    "Events",
    "Surveys",
    "Partner offers",
    "Release notes",
    "Weekly digest",
    "Community",
    "Webinars",
    "Beta programme",
    "Security notices",
];

/// Country, region, city, country code, continent code.
pub(crate) const PLACES: &[[&str; 5]] = &[
    ["Ireland", "Dublin", "Dublin", "IRL", "EU"],
    ["Germany", "Bayern", "München", "DEU", "EU"],
    ["Brazil", "São Paulo", "São Paulo", "BRA", "SA"],
    ["Japan", "東京都", "東京", "JPN", "AS"],
    ["United States", "California", "San Francisco", "USA", "NA"],
    ["Egypt", "القاهرة", "القاهرة", "EGY", "AF"],
    ["Viet Nam", "Hà Nội", "Hà Nội", "VNM", "AS"],
    ["Côte d'Ivoire", "Lagunes", "Abidjan", "CIV", "AF"],
];

/// Browser, version, operating system.
pub(crate) const BROWSERS: &[[&str; 3]] = &[
    ["chrome", "149.0.7800.12", "Windows 11"],
    ["firefox", "152.0", "Linux x86_64"],
    ["safari", "19.2", "OS X 16.1"],
    ["edge", "149.0.3600.8", "Windows 10"],
];

/// Plans as the custom attribute names them.
pub(crate) const PLANS: &[&str] = &["free", "Pro", "Enterprise", "Team (annual)"];

/// Colours, the options of a list attribute.
pub(crate) const COLOURS: &[&str] = &["red", "grün", "青", "no answer"];

/// What conversations are about, the options of a list attribute.
pub(crate) const TOPICS: &[&str] = &["Billing", "Bug", "How to", "Réclamation"];
