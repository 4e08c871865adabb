//! Every point there is.

use crate::{Kind, Point};

/// Declares the points, and lists them.
macro_rules! points {
    ($($constant:ident = $name:literal, $kind:ident, $truth:literal;)*) => {
        $(
            #[doc = $truth]
            pub const $constant: Point = Point { name: $name, truth: $truth, kind: Kind::$kind };
        )*
        /// All points, in the order in which the documentation has them.
        pub const POINTS: &[Point] = &[$($constant),*];
    };
}

points! {
    LEASE_LOCKED = "lease.locked", Write, "The lock's file is locked; who holds it is not written yet.";
    LEASE_TAKEN = "lease.taken", Done, "The lock's file is locked and says who holds it; what it guards is as it was.";

    JOURNAL_OPENED = "journal.opened", Write, "The journal's file is there, empty if it is new; its lease is not taken.";
    JOURNAL_MAKING = "journal.making", Write, "The journal's tables are made or brought up to date in a transaction that is not committed.";
    JOURNAL_MADE = "journal.made", Done, "The journal's tables are there; nothing was received.";
    JOURNAL_WRITING = "journal.writing", Write, "Answers and what changes with them are in a transaction that is not committed.";
    JOURNAL_WRITTEN = "journal.written", Done, "Answers and what changes with them are durable; whoever waits for that was not told.";
    JOURNAL_PRUNING = "journal.pruning", Write, "A portion of what is loaded and not kept is taken away in a transaction that is not committed.";
    JOURNAL_PRUNED = "journal.pruned", Done, "A portion is gone; the next may not be.";
    JOURNAL_KEYS_REPLACING = "journal.keys_replacing", Write, "Keys of people who are to be forgotten are replaced in a transaction that is not committed; no answer is changed.";
    JOURNAL_KEYS_REPLACED = "journal.keys_replaced", Done, "The keys are replaced; no answer is changed.";
    JOURNAL_REWRITING = "journal.rewriting", Write, "A portion of answers has other bodies in a transaction that is not committed.";
    JOURNAL_REWRITTEN = "journal.rewritten", Done, "A portion of answers has other bodies; the next may not, and the files still have the old pages.";
    JOURNAL_COMPACTING = "journal.compacting", Write, "What goes from the journal is gone; its file was not made anew.";
    JOURNAL_VACUUMED = "journal.vacuumed", Write, "The journal's file was made anew; the log beside it was not emptied.";
    JOURNAL_COMPACTED = "journal.compacted", Done, "The journal's file was made anew and its log is empty.";

    JOURNAL_MARKING = "journal.marking", Write, "A new journal takes the place of another; it does not say yet that it lacks something.";
    JOURNAL_MARKED = "journal.marked", Done, "A new journal says that it lacks something; the destination still names the one before.";

    REQUEST_SENDING = "request.sending", Request, "A request has its number in the journal and was not sent.";
    REQUEST_ANSWERED = "request.answered", Request, "The API has answered, and nobody has looked at it.";
    ANSWER_RECEIVED = "answer.received", Between, "An answer was found usable; nothing of it is in the journal.";

    CLAIM_OPENED = "claim.opened", Write, "The file, schema or database is there; the bookkeeping tables are not, if they are new.";
    CLAIM_READY = "claim.ready", Write, "The bookkeeping tables and this run's token are written; the claim is not committed.";
    CLAIM_COMMITTED = "claim.committed", Done, "The claim is committed; the run does not know it.";

    STATEMENT = "statement", Write, "A statement of any kind was not sent to the database.";
    STATEMENT_ANSWERED = "statement.answered", Done, "A statement was done; its answer is lost.";
    ROWS_APPENDING = "rows.appending", Write, "Some rows of a table were handed to the database, in the middle of a statement, and the next were not.";

    LOAD_SHREDDED = "load.shredded", Between, "Answers are in the journal and made into rows; the destination was not asked.";
    LOAD_BEGUN = "load.begun", Write, "The transaction of a load is begun and the claim is still this run's; no row is written.";
    LOAD_TABLES_MADE = "load.tables_made", Write, "Tables, columns and views are as the load needs them, and recorded; no row is written.";
    LOAD_CHANGE_APPLIED = "load.change_applied", Write, "One change of one table is written.";
    LOAD_ROWS_RECORDED = "load.rows_recorded", Write, "All rows, issues and the load itself are written; the checkpoint is not moved.";
    LOAD_READY = "load.ready", Write, "The checkpoint is moved; the load is not committed.";
    LOAD_COMMITTED = "load.committed", Done, "The load is committed; the run does not know it.";

    TABLES_NOTED = "tables.noted", Write, "Where schema changes end transactions: what a load will make is noted, and nothing of it is done.";
    TABLES_MOVED = "tables.moved", Write, "Where schema changes end transactions: tables that leave have other names; the new ones are not made.";
    TABLES_MADE = "tables.made", Write, "Where schema changes end transactions: tables are made, and noted as pending; there is no row in them.";
    TABLES_LEAVING = "tables.leaving", Write, "Where schema changes end transactions: the load is committed; tables that made way are still there.";
    TABLES_TAKEN_BACK = "tables.taken_back", Write, "Where schema changes end transactions: what a broken load made is taken back; the note is still there.";

    RETIRED_TABLES_GONE = "retired.tables_gone", Write, "Tables that a remodel retires have gone or got other names, uncommitted; they are still remembered.";
    RETIRED_FORGOTTEN = "retired.forgotten", Write, "Retired tables are forgotten, uncommitted; the new ones are not made.";

    ERASE_READY = "erase.ready", Write, "Rows and values of people are gone in a transaction that is not committed.";
    ERASE_COMMITTED = "erase.committed", Done, "Rows and values of people are gone; the files still have the old pages.";
    REWRITE_DONE_IN_PART = "rewrite.done_in_part", Write, "The database is made anew in part: SQLite's file but not its log, DuckDB's copy but not under its name, one table of a server.";
    REWRITE_DONE = "rewrite.done", Done, "The database is made anew.";

    FORGET_JOURNAL_REWRITTEN = "forget.journal_rewritten", Between, "People are out of the journal; the tables still have them.";
    REMODEL_BUILT = "remodel.built", Between, "The tables under the new rules are built in a database beside; those in place are as they were.";
    REMODEL_PROVED = "remodel.proved", Between, "It is proved that nothing is lost; the tables in place are as they were.";
    EXPORT_OPENED = "export.opened", Write, "The file of an export is there under the name that it has while it is written; no document is in it.";
    EXPORT_WRITTEN = "export.written", Write, "Every document is written; the file does not have its own name yet.";
    EXPORT_NAMED = "export.named", Done, "The file has its own name.";
}
