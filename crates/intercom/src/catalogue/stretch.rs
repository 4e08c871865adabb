//! Stretches of a resource by time of creation, which never moves: how many records there are in one, and which.

use super::{Feed, Granularity, Position, Reading, feeds};
use crate::request::{Request, percent_encode};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// Half a day, in seconds.
const HALF_DAY_S: i64 = 12 * 3600;

/// A stretch of time, in seconds since the epoch; open where there is no bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stretch {
    /// Its first moment.
    pub from_s: Option<i64>,
    /// The moment before which it ends.
    pub until_s: Option<i64>,
}

impl Feed {
    /// The search by which a version of the API counts and lists records of `resource` by time of creation, with how finely.
    pub fn searched(resource: &str, version: &str) -> Option<(&'static Feed, Granularity)> {
        feeds().filter(|feed| feed.is_in(version)).find_map(|feed| match feed.reading {
            Reading::Updates(granularity) if feed.search && feed.resource == resource => {
                Some((feed, granularity))
            }
            _ => None,
        })
    }

    /// The request for a page of the records that this search has in a window, which must begin and end where
    /// [`Granularity::cut`] lets it; with `page_size` 1 it is the cheapest way to learn their number. A bound may be counted
    /// in or not (API notes §17.3), so a record that lies on one may come with both windows.
    pub fn stretch(&self, stretch: Stretch, page_size: u32, position: &Position) -> Request {
        // Where days are compared, `>` begins at the midnight behind a moment and `<` ends at the one before it (API
        // notes §5.3): noon of the day before, and of the day itself, say which midnight is meant.
        let (before_s, behind_s) = match self.reading {
            Reading::Updates(Granularity::Day) => (HALF_DAY_S, HALF_DAY_S),
            _ => (1, 0),
        };
        let bound =
            |operator: &str, value: i64| json!({"field": "created_at", "operator": operator, "value": value});
        let from = stretch.from_s.map_or(0, |from_s| (from_s - before_s).max(0));
        let mut bounds = vec![bound(">", from)];
        bounds.extend(stretch.until_s.map(|until_s| bound("<", until_s + behind_s)));
        let query = match bounds.len() {
            1 => bounds.remove(0),
            _ => json!({"operator": "AND", "value": bounds}),
        };
        let mut pagination = json!({"per_page": page_size});
        if let Position::After(cursor) = position {
            pagination["starting_after"] = json!(cursor);
        }
        let sort = json!({"field": "created_at", "order": "ascending"});
        let body: Value = json!({"query": query, "sort": sort, "pagination": pagination});
        Request::post(self.path.replace("{id}", &percent_encode("")), body)
    }
}

impl Granularity {
    /// The last moment not behind `at_s` at which a window can begin or end, in seconds since the epoch.
    pub fn cut(self, at_s: i64, zone: &TimeZone) -> i64 {
        let midnight = || {
            let at = Timestamp::from_second(at_s).ok()?;
            let day = at.to_zoned_datetime(zone.clone()).start_of_day().ok()?;
            Some(day.timestamp().as_second())
        };
        match self {
            Granularity::Second | Granularity::Sorted | Granularity::Query => at_s,
            Granularity::Day => midnight().unwrap_or(at_s),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_asked_for_as_its_search_compares_moments() {
        let zone = TimeZone::get("Europe/Dublin").unwrap();
        let (contacts, granularity) = Feed::searched("contacts", "2.16").unwrap();
        // 2024-07-03 10:00 UTC lies in summer time: the day began an hour before that of UTC.
        let cut_s = granularity.cut(1_720_000_800, &zone);
        assert_eq!(cut_s, 1_719_961_200);
        let window = Stretch { from_s: Some(cut_s), until_s: Some(cut_s + 86_400) };
        let body = contacts.stretch(window, 1, &Position::First).body.unwrap();
        assert_eq!(body["query"]["value"][0]["value"], cut_s - 43_200);
        assert_eq!(body["query"]["value"][1]["value"], cut_s + 86_400 + 43_200);
        let (conversations, granularity) = Feed::searched("conversations", "2.16").unwrap();
        assert_eq!(granularity.cut(1_720_000_800, &zone), 1_720_000_800);
        let open = Stretch { from_s: Some(100), until_s: None };
        let body = conversations.stretch(open, 150, &Position::After("x".to_owned())).body.unwrap();
        assert_eq!(body["query"], json!({"field": "created_at", "operator": ">", "value": 99}));
        assert_eq!(body["pagination"], json!({"per_page": 150, "starting_after": "x"}));
        assert!(Feed::searched("tags", "2.16").is_none());
    }
}
