//! A complete reading cut into windows of the time of creation, which never moves, so that several hands read side by side.
//!
//! It begins as one window, read oldest first. As long as a hand is free and a window has many pages left, the second
//! half of what is left, in time, becomes a window of its own: no question is asked just to find out where to cut, and the
//! cuts follow where the records lie. A window ends at its own end marker, or at the first record of the window that was
//! cut from it; since a cut gives the later window everything from its first second on, and where a search knows days
//! only, from the beginning of that day, no record lies between two windows.

use relatable_intercom::catalogue::{Cut, Position, Window};
use serde::{Deserialize, Serialize};

/// Windows read at once.
pub(super) const HANDS: usize = 8;
/// A window is cut while it has this many pages left.
const PAGES_LEFT_MIN: u64 = 16;
/// A day, in seconds.
const DAY_S: i64 = 86_400;

/// One window and how far it is read; kept in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reach {
    /// The window asked for.
    pub(super) window: Window,
    /// Where a later window begins that was cut from it, seconds since the epoch.
    pub(super) stop_s: Option<i64>,
    /// Where the next page is.
    pub(super) position: Position,
    /// Whether it was read to its end.
    pub(super) ended: bool,
    /// The time of creation that was reached, seconds since the epoch.
    pub(super) reached_s: Option<i64>,
    /// Records left, as far as known.
    pub(super) left: Option<u64>,
    /// The window it was cut from, and what that had left then.
    pub(super) cut_from: Option<(usize, u64)>,
}

/// The windows of one reading.
#[derive(Debug, Default)]
pub(super) struct Windows {
    /// In the order in which they were cut.
    pub(super) all: Vec<Reach>,
}

impl Reach {
    /// A window that nothing is read of yet.
    fn new(window: Window, cut_from: Option<(usize, u64)>) -> Reach {
        Reach {
            window,
            stop_s: None,
            position: Position::First,
            ended: false,
            reached_s: None,
            left: None,
            cut_from,
        }
    }
}

impl Windows {
    /// One window over everything.
    pub(super) fn whole() -> Windows {
        Windows { all: vec![Reach::new(Window { from_s: 1, to_s: None }, None)] }
    }

    /// Notes a page of a window: how many records it has, how many the window has where this is its first page, the
    /// latest time of creation on it, and where the next page is. Returns whether the window is at its end.
    pub(super) fn turn(
        &mut self,
        number: usize,
        records: u64,
        total: Option<u64>,
        latest_s: Option<i64>,
        next: Option<Position>,
    ) -> bool {
        let is_first = self.all[number].reached_s.is_none();
        if let Some((origin, before)) = self.all[number].cut_from.filter(|_| is_first) {
            let rest = before.saturating_sub(total.unwrap_or(before / 2));
            self.all[origin].left = Some(rest);
        }
        let reach = &mut self.all[number];
        let left = if is_first { total } else { reach.left };
        reach.left = left.map(|left| left.saturating_sub(records));
        reach.reached_s = latest_s.or(reach.reached_s);
        let is_beyond = reach.stop_s.zip(reach.reached_s).is_some_and(|(stop_s, at_s)| at_s >= stop_s);
        reach.ended = next.is_none() || is_beyond;
        reach.position = next.unwrap_or(Position::First);
        reach.ended
    }

    /// Cuts the window with the most left, if it is worth it; returns the numbers of the window cut and of the new one.
    /// `now_s` is the end of a window that has none.
    pub(super) fn cut(&mut self, cut: Cut, page_size: u32, now_s: i64) -> Option<(usize, usize)> {
        let worth = PAGES_LEFT_MIN * u64::from(page_size.max(1));
        let open = self.all.iter().enumerate().filter(|(_, reach)| !reach.ended);
        let (number, left) = open
            .filter_map(|(number, reach)| Some((number, reach.left?)))
            .filter(|(number, left)| *left >= worth && self.middle(*number, cut, now_s).is_some())
            .max_by_key(|(_, left)| *left)?;
        let middle_s = self.middle(number, cut, now_s)?;
        let end_s = self.all[number].stop_s.or(self.all[number].window.to_s);
        let reach = &mut self.all[number];
        reach.stop_s = Some(middle_s);
        reach.left = Some(left / 2);
        self.all.push(Reach::new(Window { from_s: middle_s, to_s: end_s }, Some((number, left))));
        Some((number, self.all.len() - 1))
    }

    /// Where a window can be cut in two; nowhere within a day where only days are told.
    fn middle(&self, number: usize, cut: Cut, now_s: i64) -> Option<i64> {
        let reach = &self.all[number];
        let from_s = reach.reached_s?;
        let to_s = reach.stop_s.or(reach.window.to_s).unwrap_or(now_s);
        let middle_s = from_s + (to_s - from_s) / 2;
        let (middle_s, margin_s) = match cut {
            Cut::Whole => return None,
            Cut::Second => (middle_s, 1),
            Cut::Day => (middle_s - middle_s.rem_euclid(DAY_S), DAY_S),
        };
        (middle_s - from_s > margin_s && to_s - middle_s > margin_s).then_some(middle_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads records by their times of creation through windows, `hands` pages in turn, and returns how often each was
    /// shown, and the requests made.
    fn read(records: &[i64], cut: Cut, page_size: usize, now_s: i64) -> (Vec<u32>, usize) {
        let mut windows = Windows::whole();
        let (mut shown, mut requests) = (vec![0; records.len()], 0);
        while windows.all.iter().any(|reach| !reach.ended) {
            for number in 0..windows.all.len() {
                let reach = windows.all[number].clone();
                if reach.ended {
                    continue;
                }
                let day = |at_s: i64| if cut == Cut::Day { at_s.div_euclid(DAY_S) } else { at_s };
                let is_in = |at_s: i64| {
                    day(at_s) >= day(reach.window.from_s)
                        && reach.window.to_s.is_none_or(|to_s| {
                            if cut == Cut::Day { day(at_s) <= day(to_s) } else { at_s < to_s }
                        })
                };
                let inside: Vec<usize> = (0..records.len()).filter(|index| is_in(records[*index])).collect();
                let start = if let Position::Page(page) = reach.position { page as usize } else { 0 };
                let page: Vec<usize> =
                    inside.iter().skip(start * page_size).take(page_size).copied().collect();
                requests += 1;
                page.iter().for_each(|index| shown[*index] += 1);
                let latest_s = page.iter().map(|index| records[*index]).max();
                let has_more = inside.len() > (start + 1) * page_size;
                let next = has_more.then_some(Position::Page(start as u64 + 1));
                windows.turn(number, page.len() as u64, Some(inside.len() as u64), latest_s, next);
            }
            while windows.all.iter().filter(|reach| !reach.ended).count() < HANDS
                && windows.cut(cut, page_size as u32, now_s).is_some()
            {}
        }
        (shown, requests)
    }

    #[test]
    fn windows_show_every_record_and_cost_few_requests_more() {
        const NOW_S: i64 = 1_000 * DAY_S;
        let even: Vec<i64> = (0..5_000).map(|index| index * NOW_S / 5_000 + 1).collect();
        let late: Vec<i64> = (0..5_000).map(|index| NOW_S - 5_000 + index).collect();
        let same: Vec<i64> = vec![NOW_S / 2; 5_000];
        let two: Vec<i64> = (0..5_000).map(|index| if index < 2_500 { 10 } else { NOW_S - 10 }).collect();
        for (name, records) in
            [("even", even), ("late", late), ("same", same), ("two", two), ("none", vec![])]
        {
            for cut in [Cut::Whole, Cut::Second, Cut::Day] {
                let (shown, requests) = read(&records, cut, 10, NOW_S);
                assert!(shown.iter().all(|times| *times > 0), "{name} {cut:?}: a record was not shown");
                let least = records.len().div_ceil(10).max(1);
                assert!(
                    requests <= least + least / 5 + 1,
                    "{name} {cut:?}: {requests} requests, {least} would do"
                );
            }
        }
    }

    #[test]
    fn what_can_be_cut_is_read_by_many_hands() {
        let mut windows = Windows::whole();
        windows.turn(0, 150, Some(30_000), Some(1_000), Some(Position::Page(1)));
        while let Some((_, new)) = windows.cut(Cut::Second, 150, 1_000_000)
            && windows.all.len() < HANDS
        {
            // The first page of the new window tells how much it has.
            let from_s = windows.all[new].window.from_s;
            windows.turn(new, 150, Some(10_000), Some(from_s + 1_000), Some(Position::Page(1)));
        }
        assert_eq!(windows.all.len(), HANDS);
    }
}
