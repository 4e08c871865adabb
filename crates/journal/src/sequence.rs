//! Sequence numbers: handed out when a request is sent, settled when nothing before them is in flight.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The numbers of one open journal.
#[derive(Debug)]
pub(crate) struct Sequence {
    /// Everything that changes, under one lock, so that `settled` never sees half a step.
    numbers: Mutex<Numbers>,
}

/// The state of a sequence.
#[derive(Debug)]
struct Numbers {
    /// The number handed out next.
    next: i64,
    /// Handed out and neither stored nor given back.
    in_flight: BTreeSet<i64>,
    /// The highest number that is durably stored; 0 for none.
    stored: i64,
}

impl Sequence {
    /// Continues after the highest number stored so far.
    pub(crate) fn after(stored: i64) -> Arc<Self> {
        let numbers = Numbers { next: stored + 1, in_flight: BTreeSet::new(), stored };
        Arc::new(Self { numbers: Mutex::new(numbers) })
    }

    /// Hands out the next number.
    pub(crate) fn reserve(self: &Arc<Self>) -> Ticket {
        let mut numbers = self.lock();
        let seq = numbers.next;
        numbers.next += 1;
        numbers.in_flight.insert(seq);
        Ticket { seq, sequence: Arc::clone(self) }
    }

    /// The highest number up to which the journal is complete.
    pub(crate) fn settled(&self) -> i64 {
        let numbers = self.lock();
        numbers.in_flight.first().map_or(numbers.stored, |first| numbers.stored.min(first - 1))
    }

    /// Numbers handed out from now on are greater than `seq`.
    pub(crate) fn raise(&self, seq: i64) {
        let mut numbers = self.lock();
        numbers.next = numbers.next.max(seq.saturating_add(1));
    }

    /// Locks the state. No code panics while it holds this lock, so a poisoned one is still consistent.
    fn lock(&self) -> MutexGuard<'_, Numbers> {
        self.numbers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reserved sequence number of a request in flight. Dropping it without an append gives the number back unused:
/// the request failed. As long as a ticket lives, nothing after it is settled.
#[derive(Debug)]
#[must_use = "a dropped ticket says that its request failed"]
pub struct Ticket {
    /// The number.
    seq: i64,
    /// Where it came from and where its end is reported.
    sequence: Arc<Sequence>,
}

impl Ticket {
    /// The sequence number, counted from 1.
    #[must_use]
    pub fn seq(&self) -> i64 {
        self.seq
    }

    /// Reports that the entry of this ticket is durably stored.
    pub(crate) fn stored(self) {
        let mut numbers = self.sequence.lock();
        numbers.stored = numbers.stored.max(self.seq);
        numbers.in_flight.remove(&self.seq);
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.sequence.lock().in_flight.remove(&self.seq);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settled_waits_for_every_earlier_request_and_never_passes_what_is_stored() {
        let sequence = Sequence::after(7);
        assert_eq!(sequence.settled(), 7);
        let (first, second, third) = (sequence.reserve(), sequence.reserve(), sequence.reserve());
        assert_eq!((first.seq(), second.seq(), third.seq()), (8, 9, 10));
        second.stored();
        assert_eq!(sequence.settled(), 7, "8 is in flight");
        first.stored();
        assert_eq!(sequence.settled(), 9, "10 is in flight");
        drop(third);
        assert_eq!(sequence.settled(), 9, "10 was given back and nothing stored there");
        sequence.raise(100);
        sequence.raise(50);
        let ticket = sequence.reserve();
        assert_eq!((ticket.seq(), sequence.settled()), (101, 9));
        ticket.stored();
        assert_eq!(sequence.settled(), 101);
    }
}
