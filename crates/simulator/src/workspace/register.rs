//! The small entries of one kind of record, in order of creation, with the order of their updates and what the
//! search index still shows of records that changed a moment ago.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// What every entry knows.
pub(crate) trait Entry: Clone + 'static {
    /// Epoch seconds; never falls with a rising index.
    fn created_at(&self) -> i64;
    /// Epoch seconds.
    fn updated_at(&self) -> i64;
    /// Sets the instant of the last change.
    fn set_updated_at(&mut self, now: i64);
}

/// By what records are put in order; the index breaks ties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Created,
    Updated,
}

/// A place in an order: the sort key in epoch seconds, then the index.
pub(crate) type Place = (i64, u32);

/// A walk through a register.
#[derive(Debug, Clone)]
pub(crate) struct Walk {
    pub(crate) order: Order,
    pub(crate) descending: bool,
    /// Begin behind this place.
    pub(crate) after: Option<Place>,
    /// Only sort keys of this range.
    pub(crate) keys: Range<i64>,
}

impl Walk {
    /// The places between which it goes, the second one excluded.
    fn bounds(&self) -> (Place, Place) {
        let (mut low, mut high) = ((self.keys.start, 0), (self.keys.end, 0));
        match self.after {
            Some(place) if self.descending => high = high.min(place),
            Some((key, index)) => low = low.max((key, index.saturating_add(1))),
            None => {}
        }
        (low, high)
    }
}

/// What the search index shows until `due`.
struct Lagging<E> {
    due: i64,
    shown: Option<E>,
}

/// How a record came to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gone {
    /// Epoch seconds.
    pub(crate) at: i64,
    /// The record it was merged into, if it was not simply deleted.
    pub(crate) into: Option<u32>,
}

/// Entries of one kind. An index is never given twice, and the entry of a record that is gone is kept, because
/// others still name its id.
pub(crate) struct Register<E> {
    entries: Vec<E>,
    gone: BTreeMap<u32, Gone>,
    by_update: BTreeSet<Place>,
    lagging: BTreeMap<u32, Lagging<E>>,
    lag_s: i64,
}

impl<E: Entry> Register<E> {
    /// A register of these entries, all of them long since indexed.
    pub(crate) fn new(entries: Vec<E>, lag_s: u64) -> Register<E> {
        let by_update =
            entries.iter().zip(0u32..).map(|(entry, index)| (entry.updated_at(), index)).collect();
        Register {
            entries,
            gone: BTreeMap::new(),
            by_update,
            lagging: BTreeMap::new(),
            lag_s: i64::try_from(lag_s).unwrap_or(i64::MAX),
        }
    }

    /// How many there ever were: the next index.
    pub(crate) fn len(&self) -> u32 {
        self.entries.len() as u32
    }

    /// How many there are.
    pub(crate) fn living(&self) -> u32 {
        self.len() - self.gone.len() as u32
    }

    /// The entry as it is; none if the record is gone.
    pub(crate) fn get(&self, index: u32) -> Option<&E> {
        self.ever(index).filter(|_| !self.gone.contains_key(&index))
    }

    /// The entry of a record, even if it is gone.
    pub(crate) fn ever(&self, index: u32) -> Option<&E> {
        self.entries.get(index as usize)
    }

    /// All entries of records that are not gone.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &E)> {
        (0u32..).zip(&self.entries).filter(|(index, _)| !self.gone.contains_key(index))
    }

    /// How a record ended, if it did.
    pub(crate) fn end_of(&self, index: u32) -> Option<Gone> {
        self.gone.get(&index).copied()
    }

    /// All records that are gone, by index.
    pub(crate) fn ends(&self) -> impl Iterator<Item = (u32, Gone)> {
        self.gone.iter().map(|(&index, &gone)| (index, gone))
    }

    /// The entry as search sees it; none if it is not indexed yet.
    pub(crate) fn seen(&self, index: u32, now: i64) -> Option<&E> {
        match self.lagging.get(&index) {
            Some(lagging) if lagging.due > now => lagging.shown.as_ref(),
            _ => self.get(index),
        }
    }

    /// Search knows of changes from now on after this many seconds.
    pub(crate) fn set_lag(&mut self, lag_s: u64) {
        self.lag_s = i64::try_from(lag_s).unwrap_or(i64::MAX);
    }

    /// After how many seconds search knows of changes.
    pub(crate) fn lag_s(&self) -> i64 {
        self.lag_s
    }

    /// How many entries search does not see as they are.
    pub(crate) fn lagging(&self, now: i64) -> usize {
        self.lagging.values().filter(|lagging| lagging.due > now).count()
    }

    /// Adds an entry that was created now.
    pub(crate) fn create(&mut self, entry: E, now: i64) -> u32 {
        let index = self.len();
        self.by_update.insert((entry.updated_at(), index));
        self.entries.push(entry);
        self.lag(index, None, now);
        index
    }

    /// Changes an entry, which moves its `updated_at` to now.
    pub(crate) fn change(&mut self, index: u32, now: i64, change: impl FnOnce(&mut E)) {
        let Some(entry) = self.entries.get_mut(index as usize) else { return };
        let before = entry.clone();
        change(entry);
        entry.set_updated_at(now);
        self.by_update.remove(&(before.updated_at(), index));
        self.by_update.insert((now, index));
        self.lag(index, Some(before), now);
    }

    /// Changes an entry without moving its `updated_at`; search sees that at once.
    pub(crate) fn touch(&mut self, index: u32, change: impl FnOnce(&mut E)) {
        if let Some(entry) = self.entries.get_mut(index as usize) {
            change(entry);
        }
    }

    /// Ends a record; search shows it until the lag is over.
    pub(crate) fn end(&mut self, index: u32, gone: Gone) {
        let Some(entry) = self.get(index).cloned() else { return };
        self.by_update.remove(&(entry.updated_at(), index));
        self.gone.insert(index, gone);
        self.lag(index, Some(entry), gone.at);
    }

    /// Remembers what search shows until the lag is over; a second change prolongs what the first one hid.
    fn lag(&mut self, index: u32, before: Option<E>, now: i64) {
        self.lagging.retain(|_, lagging| lagging.due > now);
        if self.lag_s > 0 {
            let due = now.saturating_add(self.lag_s);
            self.lagging
                .entry(index)
                .and_modify(|lagging| lagging.due = due)
                .or_insert(Lagging { due, shown: before });
        }
    }

    /// Places in order, as the records are.
    pub(crate) fn walk(&self, walk: &Walk) -> Box<dyn Iterator<Item = Place> + '_> {
        let (low, high) = walk.bounds();
        if low >= high {
            return Box::new(std::iter::empty());
        }
        let descending = walk.descending;
        match (walk.order, descending) {
            (Order::Updated, false) => Box::new(self.by_update.range(low..high).copied()),
            (Order::Updated, true) => Box::new(self.by_update.range(low..high).rev().copied()),
            (Order::Created, _) => {
                let places = self.created(low, high).filter(|(_, index)| !self.gone.contains_key(index));
                if descending { Box::new(places.rev()) } else { Box::new(places) }
            }
        }
    }

    /// Places in order, as search sees the records.
    pub(crate) fn walk_seen(&self, walk: &Walk, now: i64) -> Box<dyn Iterator<Item = Place> + '_> {
        if walk.order == Order::Created {
            return self.created_seen(walk, now);
        }
        let live = self.walk(walk);
        let mut stale: Vec<Place> = self
            .lagging
            .iter()
            .filter(|(_, lagging)| lagging.due > now)
            .filter_map(|(&index, lagging)| Some((lagging.shown.as_ref()?.updated_at(), index)))
            .filter(|place| walk.keys.contains(&place.0) && is_behind(*place, walk))
            .collect();
        if stale.is_empty() && self.lagging.is_empty() {
            return live;
        }
        stale.sort_unstable();
        if walk.descending {
            stale.reverse();
        }
        let descending = walk.descending;
        let fresh =
            live.filter(move |(_, index)| self.lagging.get(index).is_none_or(|lagging| lagging.due <= now));
        Box::new(Merge { left: fresh.peekable(), right: stale.into_iter().peekable(), descending })
    }

    /// Places by creation, as search sees the records.
    fn created_seen(&self, walk: &Walk, now: i64) -> Box<dyn Iterator<Item = Place> + '_> {
        let (low, high) = walk.bounds();
        if low >= high {
            return Box::new(std::iter::empty());
        }
        let places = self.created(low, high).filter(move |&(_, index)| self.seen(index, now).is_some());
        if walk.descending { Box::new(places.rev()) } else { Box::new(places) }
    }

    /// Places by creation from one place to before another, those of records that are gone among them.
    fn created(&self, low: Place, high: Place) -> impl DoubleEndedIterator<Item = Place> {
        let places = self.position(low)..self.position(high);
        places.map(move |index| (self.entries[index].created_at(), index as u32))
    }

    /// The first index whose (created_at, index) is not before `place`.
    fn position(&self, place: Place) -> usize {
        let at_key = self.entries.partition_point(|entry| entry.created_at() < place.0);
        let past_key = self.entries.partition_point(|entry| entry.created_at() <= place.0);
        (place.1 as usize).clamp(at_key, past_key)
    }
}

/// Whether a place lies behind the one where the walk begins.
fn is_behind(place: Place, walk: &Walk) -> bool {
    walk.after.is_none_or(|after| if walk.descending { place < after } else { place > after })
}

/// Two ordered walks as one.
struct Merge<L: Iterator<Item = Place>, R: Iterator<Item = Place>> {
    left: std::iter::Peekable<L>,
    right: std::iter::Peekable<R>,
    descending: bool,
}

impl<L: Iterator<Item = Place>, R: Iterator<Item = Place>> Iterator for Merge<L, R> {
    type Item = Place;

    fn next(&mut self) -> Option<Place> {
        match (self.left.peek(), self.right.peek()) {
            (Some(left), Some(right)) if (left <= right) != self.descending => self.left.next(),
            (Some(_), None) => self.left.next(),
            _ => self.right.next(),
        }
    }
}
