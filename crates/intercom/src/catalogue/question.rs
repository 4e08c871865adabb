//! From a feed to a request: what exactly is asked, and where in its pages.

use super::{Cut, Feed, Granularity, Paging, Position, Reading};
use crate::request::{Request, percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A day, in seconds.
const DAY_S: i64 = 86_400;

/// Times of creation, seconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The first second.
    pub from_s: i64,
    /// The second after the last; without it, the window is open.
    pub to_s: Option<i64>,
}

/// Which records of a feed are asked for; all of them by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Question<'a> {
    /// The record or type of record asked for.
    pub id: Option<&'a str>,
    /// Those that changed at or after this moment, seconds since the epoch.
    pub since_s: Option<i64>,
    /// Those that were created in this window.
    pub window: Option<Window>,
    /// Records per page, where the feed's own number proved too many.
    pub page_size: Option<u32>,
}

impl<'a> Question<'a> {
    /// What hangs on one record.
    pub fn about(id: &'a str) -> Question<'a> {
        Question { id: Some(id), ..Question::default() }
    }
}

impl Feed {
    /// The request for one page.
    pub fn request(&self, question: &Question<'_>, position: &Position) -> Request {
        if let Position::Link(path) = position {
            return Request::get(path.clone());
        }
        let asked = question.id.unwrap_or_default();
        let (kind, id) = asked.rsplit_once('/').filter(|_| self.is_typed()).unwrap_or(("", asked));
        let (kind, id) = (percent_encode(kind), percent_encode(id));
        let since_s = question.since_s.unwrap_or_default().to_string();
        let path = self.path.replace("{type}", &kind).replace("{id}", &id).replace("{since}", &since_s);
        if self.search {
            return Request::post(path, self.search_body(question, position));
        }
        let size = question.page_size.unwrap_or(self.page_size);
        let size = if size > 0 { format!("per_page={size}") } else { String::new() };
        let place = match position {
            Position::First | Position::Link(_) => String::new(),
            Position::After(cursor) if self.paging == Paging::Flagged => {
                format!("cursor={}", percent_encode(cursor))
            }
            Position::After(cursor) => format!("starting_after={}", percent_encode(cursor)),
            Position::Page(page) => format!("page={page}"),
            Position::Scroll(scroll) => format!("scroll_param={}", percent_encode(scroll)),
        };
        let query: Vec<&str> =
            [size.as_str(), place.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
        let separator = if path.contains('?') { "&" } else { "?" };
        let separator = if query.is_empty() { "" } else { separator };
        let path = format!("{path}{separator}{}", query.join("&"));
        match self.body {
            Some(body) => Request::post(path, filled(body, question.id.unwrap_or_default())),
            None => Request::get(path),
        }
    }

    /// The body of a search: what changed since a moment, oldest first where the moment is exact, or everything by time
    /// of creation.
    fn search_body(&self, question: &Question<'_>, position: &Position) -> Value {
        let changes = self.granularity();
        let mut conditions = Vec::new();
        conditions.extend(question.since_s.map(|since_s| changed_since(since_s, changes)));
        if let Some(window) = question.window {
            conditions.extend(created_in(window, self.cut()));
        } else if conditions.is_empty() {
            conditions.push(condition("created_at", ">", 0));
        }
        let query = match conditions.len() {
            1 => conditions.remove(0),
            _ => json!({"operator": "AND", "value": conditions}),
        };
        let by_change = matches!(self.reading, Reading::Updates(_));
        let sort = match (by_change, changes) {
            (true, Granularity::Day) => json!({"field": "updated_at", "order": "descending"}),
            (true, _) => json!({"field": "updated_at", "order": "ascending"}),
            (false, _) => json!({"field": "created_at", "order": "ascending"}),
        };
        let mut pagination = json!({"per_page": question.page_size.unwrap_or(self.page_size)});
        if let Position::After(cursor) = position {
            pagination["starting_after"] = json!(cursor);
        }
        json!({"query": query, "sort": sort, "pagination": pagination})
    }

    /// How finely the feed can be told since when.
    fn granularity(&self) -> Granularity {
        match self.reading {
            Reading::Updates(granularity) => granularity,
            Reading::Backfill(Cut::Day) => Granularity::Day,
            _ => Granularity::Second,
        }
    }

    /// How finely its time of creation can be told.
    fn cut(&self) -> Cut {
        match self.reading {
            Reading::Backfill(cut) => cut,
            _ => Cut::Second,
        }
    }
}

/// One condition of a search.
fn condition(field: &str, operator: &str, value: i64) -> Value {
    json!({"field": field, "operator": operator, "value": value})
}

/// A whole day of a day-granular search, and what lies on one side of it: `>` begins at the next midnight and `=` is the
/// whole day (API notes §5.3).
fn with_day(field: &str, operator: &str, value: i64) -> Value {
    json!({"operator": "OR", "value": [condition(field, operator, value), condition(field, "=", value)]})
}

/// What changed at or after a moment.
fn changed_since(since_s: i64, granularity: Granularity) -> Value {
    match granularity {
        // A day earlier, because where the zone's day begins is the server's affair.
        Granularity::Day => with_day("updated_at", ">", since_s - DAY_S),
        // Whether `>` includes the bound is not told (API notes §17.3): one second earlier covers both.
        _ => condition("updated_at", ">", since_s - 1),
    }
}

/// What was created in a window. Whole days are asked for where a search knows days only: more than the window, never
/// less.
fn created_in(window: Window, cut: Cut) -> Vec<Value> {
    let Window { from_s, to_s } = window;
    if cut == Cut::Day {
        let to = to_s.map(|to_s| with_day("created_at", "<", to_s));
        return [with_day("created_at", ">", from_s)].into_iter().chain(to).collect();
    }
    let to = to_s.map(|to_s| condition("created_at", "<", to_s));
    [condition("created_at", ">", from_s - 1)].into_iter().chain(to).collect()
}

/// A body with the record asked for in the place of `{id}`.
fn filled(body: &str, id: &str) -> Value {
    let quoted = Value::from(id).to_string();
    let inner = quoted.get(1..quoted.len() - 1).unwrap_or_default();
    serde_json::from_str(&body.replace("{id}", inner)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::feeds;

    #[test]
    fn requests_are_asked_as_the_api_wants_them() {
        let all = Question::default();
        let contacts = Feed::named("contacts").unwrap();
        let after = Position::After("a+b".to_owned());
        let feed = Feed { search: false, ..*contacts };
        for (question, position, expected) in [
            (all, &Position::First, "per_page=150"),
            (all, &after, "per_page=150&starting_after=a%2Bb"),
            (Question { page_size: Some(75), ..all }, &Position::Page(2), "per_page=75&page=2"),
        ] {
            let path = feed.request(&question, position).path;
            assert!(path.ends_with(expected), "{path} does not end with {expected}");
        }
        let link = Position::Link("/events?before=1".to_owned());
        let events = Feed::named("events").unwrap();
        assert_eq!(events.request(&Question::about("x"), &link).path, "/events?before=1");
    }

    #[test]
    fn a_search_by_day_asks_for_whole_days_newest_first() {
        let search = Feed::named("contact_updates").unwrap();
        let question = Question { since_s: Some(1_000_000), ..Question::default() };
        let body = search.request(&question, &Position::First).body.unwrap();
        assert_eq!(body["query"]["operator"], "OR");
        assert_eq!(body["sort"]["order"], "descending");
        assert_eq!(body["pagination"]["per_page"], 150);
    }

    #[test]
    fn a_window_is_asked_for_from_its_first_second_to_before_its_end() {
        let search = Feed::named("conversations").unwrap();
        let window = Some(Window { from_s: 100, to_s: Some(200) });
        let question = Question { window, since_s: Some(50), ..Question::default() };
        let body = search.request(&question, &Position::First).body.unwrap();
        let conditions = [
            condition("updated_at", ">", 49),
            condition("created_at", ">", 99),
            condition("created_at", "<", 200),
        ];
        assert_eq!(body["query"], json!({"operator": "AND", "value": conditions}));
        assert_eq!(body["sort"]["field"], "created_at");
    }

    #[test]
    fn a_body_with_a_record_in_it_stays_json_whatever_the_record_is_called() {
        assert_eq!(filled(r#"{"ids":["{id}"]}"#, "a\"b"), json!({"ids": ["a\"b"]}));
        for feed in feeds() {
            if let Some(body) = feed.body {
                assert!(filled(body, "x").is_object(), "{}", feed.name);
            }
        }
    }
}
