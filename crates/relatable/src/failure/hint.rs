//! What a person can do about each failure, in one place.

use super::Failure;
use relatable_destinations::DestinationError;
use relatable_intercom::ClientError;
use relatable_intercom::client::VERSIONS;
use relatable_journal::JournalError;
use relatable_model::plan::PlanError;
use relatable_model::rules::RulesError;
use relatable_pipeline::{PipelineError, file_resource};
use relatable_simulator::StartError;

/// What is true of every run that ends early.
const GOES_ON: &str = "what was read so far is kept, and the next run goes on from there";

/// The hint of a failure.
pub(super) fn of(failure: &Failure) -> Option<String> {
    let fixed = match failure {
        Failure::Failpoints(_) => {
            "docs/faults.md lists the failpoints; unset the variable to run without any"
        }
        Failure::MissingToken => {
            "set INTERCOM_TOKEN to the access token of an app of your workspace (Developer Hub, \
             Authentication); `relatable demo` needs none"
        }
        Failure::UnreadableVariable { .. } => "set it to plain text, or unset it",
        Failure::UnknownVersion { .. } => {
            return Some(format!("`--api-version` takes {}", VERSIONS.join(", ")));
        }
        Failure::NothingCompared { .. } => {
            "name other resources with `--select`, or leave it out; `--sample` says how many records are compared"
        }
        Failure::SaltFile { .. } => "`--salt-file` wants the path of a file with a secret",
        Failure::RuleFile { .. } => "`--model` wants the path of a TOML file",
        Failure::Rules(error) => return of_rules(error),
        Failure::Model { cause, .. } => return of_plan(cause),
        Failure::Client(error) => return of_client(error),
        Failure::Destination(error) => return of_destination(error),
        Failure::Run(error) => return of_run(error),
        Failure::LeftOut { .. } => {
            "give the token's app the missing permission in the Developer Hub where that is the reason, or leave the \
             resource out with `--select`; the next run asks once more, and then reads what was left out"
        }
        Failure::Incomplete { .. } => {
            "what was shown is loaded, and nothing was taken for deleted; the next run reads it again, and `relatable \
             verify` names what is missing"
        }
        Failure::Undelivered { .. } => {
            "the other destinations have everything; mend this and run again: it catches up from the journal"
        }
        Failure::JournalIsDestination { .. } => {
            "name another file with `--journal`, or leave it out: then the journal lies beside the destination"
        }
        Failure::SameDestination { .. } => "name each destination once; nothing was read or written",
        Failure::NoJournal { .. } => {
            "name the journal that the destination was loaded from, or leave `--journal` out; nothing was done"
        }
        Failure::OutputIsDestination { .. } => "name another file with `--out`; nothing was written",
        Failure::OutputFile { .. } => "does the folder exist, and may you write in it?",
        Failure::NobodyFound { .. } => {
            "name the contact by its id (`--contact`); the address may be another one by now, or the contact be forgotten already"
        }
        Failure::NothingRead { .. } => {
            "is it the database that you meant? `relatable sync` reads a workspace into it"
        }
        Failure::PartlyPrefixed { .. } => {
            "name no resources: then all tables are made anew under the other names"
        }
        Failure::NothingToRemodel { .. } => {
            "name one of those, or none: then all that the rules change is made anew"
        }
        Failure::NothingToExport { known, .. } if known.is_empty() => {
            "it has no tables at all: is it the database that you meant?"
        }
        Failure::NothingToExport { known, .. } => {
            return Some(format!("it has tables of {}", known.join(", ")));
        }
        Failure::Simulator(error) => match error {
            StartError::Timezone { .. } => "use a name such as `Europe/Dublin` or `UTC`",
            StartError::TooMany { .. } => "ask for less",
            StartError::Bind { .. } => "leave `--port` out to get a free one",
        },
        Failure::Folder { .. } => "set TMPDIR to a folder that can be written",
        Failure::UnknownTopic { .. } => {
            "topics are `exit-codes`, `environment` and every command, such as `help model show`"
        }
        Failure::SimulatorEnded(_) | Failure::Runtime(_) | Failure::Signals(_) | Failure::Output(_) => {
            return None;
        }
    };
    Some(fixed.to_owned())
}

/// The hint for an error of the API.
fn of_client(error: &ClientError) -> Option<String> {
    let hint = match error {
        ClientError::Setup { .. } => {
            "look at INTERCOM_TOKEN, `--base-url` (or INTERCOM_BASE_URL) and `--api-version`".to_owned()
        }
        ClientError::Unauthorized { .. } => {
            "look at INTERCOM_TOKEN: was it copied whole, and is it of this workspace's region \
             (`--region us`, `eu` or `au`)?"
                .to_owned()
        }
        ClientError::Forbidden { .. } => {
            "give the token's app the missing permission in the Developer Hub, or leave the resource out \
             with `--select`; `relatable check` lists what is missing"
                .to_owned()
        }
        ClientError::NotFound { .. } | ClientError::Merged { .. } => {
            "is this the address of the API? Look at `--base-url` (or INTERCOM_BASE_URL) and `--api-version`"
                .to_owned()
        }
        ClientError::Refused { .. } | ClientError::Unexpected { .. } => format!(
            "is this the API, in a version this program knows? Look at `--base-url` (or INTERCOM_BASE_URL) \
             and `--api-version`; {GOES_ON}"
        ),
        ClientError::Server { .. } => format!("try again later; {GOES_ON}"),
        ClientError::Unusable { .. } => format!(
            "something else may be answering in the API's place, such as a proxy or a login page: look at \
             `--base-url` (or INTERCOM_BASE_URL) and HTTPS_PROXY; {GOES_ON}"
        ),
        ClientError::Unreachable { .. } => format!(
            "look at the network, at `--base-url` (or INTERCOM_BASE_URL) and at HTTPS_PROXY; {GOES_ON}"
        ),
        ClientError::TooManyJobs { .. } => format!(
            "another program exports from the workspace, or somebody does in its settings; try again later; {GOES_ON}"
        ),
        ClientError::RateLimited { .. } => format!(
            "other programs seem to use up the workspace's rate limit; try again later, or with a lower \
             `--budget-share`; {GOES_ON}"
        ),
    };
    Some(hint)
}

/// The hint for an error of the destination.
fn of_destination(error: &DestinationError) -> Option<String> {
    let hint = match error {
        DestinationError::Uri { .. } => {
            "write it like `sqlite:intercom.db`, `duckdb:intercom.duckdb`, `postgres://me@host/database` or `mysql://me@host/database`"
        }
        DestinationError::NotBuilt { .. } => {
            "`cargo xtask run -- …` builds a program that has it, as does `cargo build --features duckdb-bundled`, \
             which takes long; or use `sqlite:FILE`"
        }
        // Whoever describes a file calls it one.
        DestinationError::Open { destination, .. } if !destination.contains(" file ") => {
            "is the server there, and are address, user and password right?"
        }
        DestinationError::Open { .. } => "does the folder exist, and may you read and write in it?",
        DestinationError::Locked { .. } => {
            "close the program that has it open, or wait for the other run, then run again"
        }
        DestinationError::NotADatabase { .. } => {
            "the file was left as it is; name another one, or move this one away if it is damaged"
        }
        DestinationError::ReadOnly { .. } => {
            "make the file and its folder writable, or give the server's user the right that is named; or name another place"
        }
        DestinationError::Full { .. } => {
            "free some space and run again; the tables are as after the last finished load"
        }
        DestinationError::OtherWorkspace { .. } => {
            "a database holds one workspace: name another file, or use the token of the workspace it holds"
        }
        DestinationError::NewerFormat { .. } => "use the newer release that wrote it, or name another file",
        DestinationError::Foreign { kind, name, .. } => {
            return Some(format!(
                "rename or move the {kind} `{name}`, or name another database; it was left as it is"
            ));
        }
        DestinationError::Added { .. } => {
            "take it away and make it again afterwards; `--keep-old` keeps tables with their columns, comments and indexes; \
             nothing was changed"
        }
        DestinationError::Owned { .. } => {
            "write it to a table of another name (`--table`, or `table` in your rules), or into another database; \
             nothing was written"
        }
        DestinationError::ReservedName { .. } => {
            "choose another name (`--table`, or `table` in your rules); nothing was written"
        }
        DestinationError::Drifted { mend, .. } => {
            return Some(format!(
                "nothing was written; run this there (PostgreSQL's shell wants `SET search_path TO` the schema first): {mend}; then \
                 `relatable sync --sweep` fills what it lacks"
            ));
        }
        DestinationError::TooManyColumns { .. } => {
            "keep an object with many members in one column, or give it a table of its own: a rule file (`--model`) \
             says `\"path\" = \"json\"` or `\"path\" = \"table\"`; nothing was written"
        }
        DestinationError::Mismatch { .. } => {
            "change the rules back, or read into another database; nothing was written"
        }
        DestinationError::Unenforceable { .. }
        | DestinationError::OtherReferences { .. }
        | DestinationError::Unreferenced { .. } => return of_references(error),
        DestinationError::Fenced { .. } => "one run at a time can write; see which other run is under way",
        DestinationError::KeyRepeated { .. } => {
            "if your rules declare this table's key, more paths must belong to it; nothing was written"
        }
        DestinationError::KeyTooLong { .. } => {
            "give the table a shorter key in your rules (`key`), or write to `sqlite:FILE` or `duckdb:FILE`, where keys have \
             any length; nothing was written"
        }
        DestinationError::ConnectionLost { .. } => {
            "run again once the server can be reached; a load is written as a whole or not at all, and what is there already \
             is not written twice"
        }
        DestinationError::Producer(cause) => {
            return cause.downcast_ref::<PipelineError>().and_then(of_run);
        }
        _ => return None,
    };
    Some(hint.to_owned())
}

/// The hint for an error of the journal.
fn of_journal(error: &JournalError) -> Option<String> {
    let hint = match error {
        JournalError::Held { .. } => {
            "a journal serves one run at a time: wait for the other run, or name another journal with `--journal`"
        }
        JournalError::Path { .. } | JournalError::Open { .. } | JournalError::Lease { .. } => {
            "does the folder exist, and may you write in it? `--journal PATH` names another place"
        }
        JournalError::NotAJournal { .. } => "the file was left as it is; name another one with `--journal`",
        JournalError::NewerFormat { .. } => {
            "use the newer release that wrote it, or name another journal with `--journal`"
        }
        JournalError::OtherWorkspace { .. } => {
            "name another journal with `--journal`, or use the token of the workspace it belongs to"
        }
        JournalError::Full { .. } => "free some space and run again; nothing is lost",
        JournalError::DamagedBody { .. } => {
            "move the journal away: a new one goes on from what the destination has"
        }
        _ => return None,
    };
    Some(hint.to_owned())
}

/// The hint for rules that cannot be used.
fn of_rules(error: &RulesError) -> Option<String> {
    let hint = match error {
        RulesError::Syntax { nearest: Some(word), .. } => return Some(format!("did you mean `{word}`?")),
        RulesError::Syntax { nearest: None, .. } => {
            "a rule is `\"path\" = \"strategy\"` or `\"path\" = { as = \"strategy\", … }`; strategies are flatten, table, \
             entries, delimited, list, json and omit"
        }
        RulesError::UnknownResource { .. } => "`relatable model show` lists the resources and their tables",
        RulesError::Contradiction { .. } => {
            "correct the rule, then look at the outcome with `relatable model show`"
        }
        RulesError::Tables { cause, .. } => return of_plan(cause),
        RulesError::NameTaken { .. } => {
            "give one of them another name; `relatable model show` lists the tables and views there are"
        }
        RulesError::Prefix { .. } | RulesError::PrefixTooLong { .. } => {
            "`table_prefix = \"ic_\"` at the top of the file, or `--table-prefix ic_`; leave it out for none"
        }
        RulesError::NewerFormat { .. } => "use the newer release that wrote them, or name another database",
        RulesError::Remembered { .. } => {
            "`_relatable_models` was changed by something else than this program; read into another database"
        }
    };
    Some(hint.to_owned())
}

/// The hint for references that cannot be what is asked of them.
fn of_references(error: &DestinationError) -> Option<String> {
    match error {
        DestinationError::Unenforceable { resource, .. } => Some(format!(
            "let `{resource}` be written in the mode `upsert` or `mirror`, or leave references as they are \
             (`--references declare`); nothing was written"
        )),
        DestinationError::OtherReferences { asked, .. } => {
            Some(format!("`relatable remodel --references {asked}` makes the tables anew so; nothing was written"))
        }
        DestinationError::Unreferenced { .. } => Some(
            "a foreign key of yours on these tables has to go first, or must let go of what it refers to (`ON DELETE SET NULL`); \
             where rows were changed by hand, `relatable verify` tells what is missing; the tables are as before"
                .to_owned(),
        ),
        _ => None,
    }
}

/// The hint for rules that do not fit the tables there are.
fn of_plan(_error: &PlanError) -> Option<String> {
    Some(
        "look at the keys and names your rules declare; `relatable model show` shows what the rest makes, `relatable model \
         diff` what your rules would do to the tables there are"
            .to_owned(),
    )
}

/// The hint for tables that cannot be made anew.
fn of_remodel(error: &PipelineError) -> Option<String> {
    match error {
        PipelineError::NotCovered { resource, .. } => Some(match table_of_files(resource) {
            Some(table) => format!(
                "load the files of `{table}` again under the new rules, into a table of another name (`--table`) or into \
                 another database; or leave out of the rules what the tables lack; nothing was changed"
            ),
            None => format!(
                "`relatable sync --sweep --select {resource}`, with the rules as they were, reads them again into the journal; \
                 or leave out of the rules what the tables lack; nothing was changed"
            ),
        }),
        PipelineError::RulesForgotten { resource, .. } => Some(format!(
            "an older release made them: run `relatable {}` once with the rules they were made by, which are remembered then; \
             nothing was changed",
            if table_of_files(resource).is_some() { "load" } else { "sync" }
        )),
        PipelineError::RecordsLost { .. } => Some(
            "let the key be paths that tell all records apart and that each record has; nothing was changed".to_owned(),
        ),
        PipelineError::ElementsLost { .. } => Some(
            "let the key of the list be columns that tell all elements of a record apart and that each of them has, or leave \
             it out: then their positions do; nothing was changed"
                .to_owned(),
        ),
        PipelineError::Protected { .. } => Some(
            "read or load everything again under these rules into a database, and a journal, of its own; or take the rule \
             back; nothing was changed"
                .to_owned(),
        ),
        _ => None,
    }
}

/// The table that a resource is of, where it was loaded from files.
fn table_of_files(resource: &str) -> Option<&str> {
    resource.strip_prefix(&file_resource(""))
}

/// The hint for a reading that came to nothing.
fn of_reading(error: &PipelineError) -> Option<&'static str> {
    match error {
        PipelineError::ManyMissing { .. } => Some(
            "look into the workspace whether they were deleted; if so, run again with `--accept-deletions`",
        ),
        PipelineError::JobsTaken { .. } => Some(
            "another program exports from the workspace, or somebody does in its settings: run again when that is over; \
             everything else was read and loaded",
        ),
        PipelineError::JobFailed { .. } | PipelineError::JobEndless { .. } => Some(
            "everything else was read and loaded, and the next run exports this again from where it stood",
        ),
        _ => None,
    }
}

/// The hint for a journal that cannot serve a destination.
fn of_misfit(error: &PipelineError) -> Option<String> {
    match error {
        PipelineError::OtherJournal { other, .. } => Some(format!(
            "run with `--journal {other}`; if that file is gone for good, name one that does not exist yet: a new \
             journal goes on from what the destination has"
        )),
        PipelineError::JournalBehind { .. } => Some(
            "use the journal that belongs to this destination (`--journal`), or move this one away: a new one goes \
             on from what the destination has"
                .to_owned(),
        ),
        PipelineError::JournalPruned { .. } => Some(
            "give this destination a journal of its own (`--journal`), which reads what is missing; destinations that \
             share one are best named in one run, with `--to` for each"
                .to_owned(),
        ),
        PipelineError::NotServed { served, .. } if served.is_empty() => {
            Some("it keeps nothing for any destination".to_owned())
        }
        PipelineError::NotServed { served, .. } => {
            Some(format!("it serves {}; `--journal` names another one", served.join(" and ")))
        }
        _ => None,
    }
}

/// The hint for a run that ended early.
fn of_run(error: &PipelineError) -> Option<String> {
    match error {
        PipelineError::Read { cause, .. } => of_client(cause),
        PipelineError::Journal { cause, .. } => of_journal(cause),
        PipelineError::Destination { cause, .. } => of_destination(cause),
        PipelineError::Rules(error) => of_rules(error),
        PipelineError::OtherPrefix { asked, .. } => Some(format!(
            "leave the prefix out to go on with the tables as they are called, or have all of them made anew under the other \
             names: `relatable remodel --table-prefix '{asked}'`"
        )),
        PipelineError::Protect(_) => Some(
            "put a secret of 16 characters or more into RELATABLE_SALT, or into a file for `--salt-file`; keep it: another one \
             makes other hashes"
                .to_owned(),
        ),
        PipelineError::Plan(error) => of_plan(error),
        PipelineError::NoHistory { .. } => {
            Some("leave the resource's name out of `--since`: it is read as a whole".to_owned())
        }
        PipelineError::ManyMissing { .. }
        | PipelineError::JobFailed { .. }
        | PipelineError::JobEndless { .. }
        | PipelineError::JobsTaken { .. } => of_reading(error).map(str::to_owned),
        PipelineError::NothingRead { .. } => {
            Some("is it the database that you meant? `relatable sync` reads a workspace into it".to_owned())
        }
        PipelineError::UnknownResource { .. } => {
            Some("`relatable model show` lists the resources".to_owned())
        }
        PipelineError::Definitions { resource, cause: ClientError::Forbidden { .. } } => Some(format!(
            "give the token's app the permission to read data attributes (Developer Hub, Authentication), or leave \
             {resource} out with `--select`: only the definitions tell a date from a number"
        )),
        PipelineError::Definitions { cause, .. } => of_client(cause),
        PipelineError::OtherJournal { .. }
        | PipelineError::JournalBehind { .. }
        | PipelineError::JournalPruned { .. }
        | PipelineError::NotServed { .. } => of_misfit(error),
        PipelineError::NotCovered { .. }
        | PipelineError::RulesForgotten { .. }
        | PipelineError::RecordsLost { .. }
        | PipelineError::ElementsLost { .. }
        | PipelineError::Protected { .. } => of_remodel(error),
        PipelineError::Spool { .. } => Some("set TMPDIR to a folder with space that can be written".to_owned()),
        PipelineError::NothingFound { .. } => Some(
            "a folder is searched for *.json, *.ndjson and *.jsonl (also with .gz or .zst); a file of any other name \
             can be named itself or by a pattern"
                .to_owned(),
        ),
        PipelineError::FileChanged { .. } => {
            Some("load a copy, or load it again when it is complete; nothing was written".to_owned())
        }
        PipelineError::Refused { .. } => {
            Some("leave out `--strict` to have it noted in _relatable_issues and left out; nothing was written".to_owned())
        }
        PipelineError::Records { .. } | PipelineError::NoRecords { .. } => Some(
            "`--records` wants the names of members that lead to the list of documents, such as `data.items`; nothing \
             was written"
                .to_owned(),
        ),
        PipelineError::File { .. } => Some("does the file exist, and may you read it?".to_owned()),
        PipelineError::FileSyntax { .. } => Some(
            "a file holds JSON documents: one per line, one behind the other, or in a list; nothing was written"
                .to_owned(),
        ),
        PipelineError::Key { .. } => Some(
            "`--key` wants the paths of members that hold one text or number, such as `id` or `customer.id`, with \
             commas between"
                .to_owned(),
        ),
        PipelineError::TableName { .. } => {
            Some("choose another name (`--table`, or `table` in your rules); nothing was written".to_owned())
        }
        PipelineError::AllRejected { .. } => Some(
            "a document is a JSON object and has a value at every path of `--key`; nothing was written".to_owned(),
        ),
        PipelineError::Internal { .. } => Some(GOES_ON.to_owned()),
    }
}
