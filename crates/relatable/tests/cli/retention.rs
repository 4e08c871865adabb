//! A journal that keeps less: what stays possible without the answers, and what is refused.

use crate::program::{Place, query, simulator};
use relatable_journal::Journal;
use relatable_simulator::{Mutation, Simulator};

const RULES: &str = r#"
[contacts.paths]
"tags" = { as = "delimited", of = "id" }
"location" = { as = "table", table = "contact_places" }
[conversations.paths]
"conversation_parts" = { split_by = "part_type" }
"#;

/// Syncs into `a.db`.
fn sync(place: &Place, simulator: &Simulator, more: &[&str]) {
    let base_url = simulator.base_url();
    let sync = ["sync", "--to", "a.db", "--base-url", &base_url, "--quiet"];
    place.run(&[&sync[..], more].concat()).succeeded();
}

/// The documents of contacts and conversations, as `export` gives them.
fn exported(place: &Place, model: Option<&str>) -> Vec<String> {
    let export = |resource| {
        let mut arguments = vec!["export", resource, "--from", "a.db", "--deleted"];
        arguments.extend(model.iter().flat_map(|model| ["--model", model]));
        place.run(&arguments).succeeded().stdout.clone()
    };
    let all = ["contacts", "conversations", "notes"].map(export);
    all.iter().flat_map(|documents| documents.lines()).map(str::to_owned).collect()
}

/// Both have the same documents; the first difference is shown.
#[track_caller]
fn assert_same(left: &[String], right: &[String], when: &str) {
    let differs = left.iter().zip(right).find(|(left, right)| left != right);
    assert_eq!(differs, None, "{when}");
    assert_eq!(left.len(), right.len(), "{when}");
}

/// The kinds of answers in the journal, with how many there are of each.
fn kept(place: &Place) -> Vec<Vec<String>> {
    query(&place.path("a.db.journal"), "SELECT answer, count(*) FROM entry GROUP BY answer ORDER BY answer")
}

/// Some things change.
fn change(simulator: &Simulator) {
    simulator.advance_clock(7_200);
    simulator.mutate(Mutation::CreateContacts { count: 3 }).unwrap();
    simulator.advance_clock(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_keeps_nothing_loaded_has_definitions_alone_and_all_goes_on() {
    let simulator = simulator(60, 0).await;
    let (place, whole) = (Place::new(), Place::new());
    for place in [&place, &whole] {
        place.write("mine.toml", RULES);
        place.write("more.toml", "[contacts.paths]\n\"type\" = { as = \"flatten\", type = \"text\" }\n");
    }
    let loaded = ["--keep-journal", "loaded"];
    sync(&place, &simulator, &loaded);
    sync(&whole, &simulator, &[]);
    for round in 0..2 {
        let answers = kept(&place);
        assert!(!answers.is_empty(), "round {round}");
        for answer in &answers {
            assert!(answer[0].ends_with("attributes") || answer[0] == "ticket_types", "{answers:?}");
            assert_eq!(answer[1], "1", "equal answers are kept once: {answers:?}");
        }
        let size = |place: &Place| std::fs::metadata(place.path("a.db.journal")).unwrap().len();
        assert!(size(&place) * 2 < size(&whole), "{} and {}", size(&place), size(&whole));
        assert_same(&exported(&place, None), &exported(&whole, None), "the exports");
        change(&simulator);
        sync(&place, &simulator, &loaded);
        sync(&whole, &simulator, &[]);
    }
    let base_url = simulator.base_url();
    place.run(&["verify", "--to", "a.db", "--base-url", &base_url, "--quiet"]).succeeded();
    // Every record comes from the tables, and the rules end where they do with all answers.
    for place in [&place, &whole] {
        place.run(&["remodel", "--to", "a.db", "--model", "mine.toml", "--quiet"]).succeeded();
    }
    assert_same(&exported(&place, Some("mine.toml")), &exported(&whole, Some("mine.toml")), "the exports");
    let columns = "SELECT table_name, column_name, type FROM _relatable_columns ORDER BY 1, 2";
    let types = |place: &Place| query(&place.path("a.db"), columns);
    assert_eq!(types(&place), types(&whole), "types follow the definitions that are kept");
    // What was never put into the tables cannot come from them.
    let remodel = ["remodel", "contacts", "--to", "a.db", "--model", "more.toml", "--quiet"];
    let before = exported(&place, Some("mine.toml"));
    let said =
        ["the journal does not show 66 records of `contacts`", "`type`", "sync --sweep --select contacts"];
    place.run(&remodel).failed_with(9, &said);
    assert_same(&exported(&place, Some("mine.toml")), &before, "nothing was done");
    whole.run(&remodel).succeeded();
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_older_than_asked_go_and_a_half_shown_record_is_not_half_made_anew() {
    let simulator = simulator(60, 0).await;
    let (place, whole) = (Place::new(), Place::new());
    for place in [&place, &whole] {
        place.write("mine.toml", RULES);
        sync(place, &simulator, &[]);
    }
    // All but the last answers were received forty days ago: records of which only some lists were received later.
    let journal = place.path("a.db.journal");
    let old = "requested_at_us < (SELECT avg(requested_at_us) FROM entry)";
    let counted = query(&journal, &format!("SELECT count(*) FROM entry WHERE {old}"))[0][0].clone();
    let connection = rusqlite::Connection::open(&journal).unwrap();
    let aged = connection
        .execute(
            &format!("UPDATE entry SET requested_at_us = requested_at_us - 3456000000000 WHERE {old}"),
            [],
        )
        .unwrap();
    drop(connection);
    assert!(aged > 20 && aged.to_string() == counted, "{aged} of {counted}");
    change(&simulator);
    sync(&place, &simulator, &["--keep-journal", "30d"]);
    sync(&whole, &simulator, &[]);
    let left: i64 = kept(&place).iter().map(|answer| answer[1].parse::<i64>().unwrap()).sum();
    let all: i64 = kept(&whole).iter().map(|answer| answer[1].parse::<i64>().unwrap()).sum();
    assert!(left < all - aged as i64 / 2 && left > 20, "{left} of {all} are left, {aged} were old");
    assert_same(&exported(&place, None), &exported(&whole, None), "the exports");
    for place in [&place, &whole] {
        place.run(&["remodel", "--to", "a.db", "--model", "mine.toml", "--quiet"]).succeeded();
    }
    assert_same(&exported(&place, Some("mine.toml")), &exported(&whole, Some("mine.toml")), "the exports");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_journal_that_took_another_ones_place_is_not_taken_for_all_there_is() {
    let simulator = simulator(60, 0).await;
    let (place, whole) = (Place::new(), Place::new());
    for place in [&place, &whole] {
        place.write("mine.toml", RULES);
        sync(place, &simulator, &[]);
    }
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(place.path(&format!("a.db.journal{end}")));
    }
    change(&simulator);
    for place in [&place, &whole] {
        sync(place, &simulator, &[]);
        place.run(&["remodel", "--to", "a.db", "--model", "mine.toml", "--quiet"]).succeeded();
    }
    assert_eq!(query(&place.path("a.db.journal"), "SELECT is_partial FROM journal"), [["1"]]);
    assert_eq!(query(&whole.path("a.db.journal"), "SELECT is_partial FROM journal"), [["0"]]);
    assert_same(&exported(&place, Some("mine.toml")), &exported(&whole, Some("mine.toml")), "the exports");
}

#[tokio::test(flavor = "multi_thread")]
async fn pruning_spares_what_is_not_loaded_and_never_disturbs_a_run() {
    let simulator = simulator(40, 0).await;
    let place = Place::new();
    sync(&place, &simulator, &[]);
    let before = exported(&place, None);
    let prune = ["journal", "prune", "--to", "a.db", "--keep", "loaded"];
    // As if the last loads had not come about.
    let journal = place.path("a.db.journal");
    let half = query(&journal, "SELECT max(seq) / 2 FROM entry")[0][0].clone();
    let connection = rusqlite::Connection::open(place.path("a.db")).unwrap();
    connection.execute("UPDATE _relatable_checkpoint SET seq = ?1", [&half]).unwrap();
    drop(connection);
    let later = format!("SELECT count(*) FROM entry WHERE seq > {half}");
    let not_loaded = query(&journal, &later);
    let workspace = query(&place.path("a.db"), "SELECT workspace FROM _relatable_checkpoint")[0][0].clone();
    let held = Journal::open(&journal, &workspace, 0).unwrap();
    let size = std::fs::metadata(&journal).unwrap().len();
    place.run(&prune).failed_with(4, &["is in use by process", "hint: a journal serves one run at a time"]);
    assert_eq!(std::fs::metadata(&journal).unwrap().len(), size, "nothing was done");
    drop(held);
    let pruned = place.run(&[&prune[..], &["--json"]].concat()).succeeded().json_lines().remove(0);
    assert!(pruned["entries"].as_u64().unwrap() > 10, "{pruned}");
    let bytes = |name: &str| pruned[name].as_u64().unwrap();
    assert!(bytes("file_bytes_after") < bytes("file_bytes_before"), "{pruned}");
    assert_eq!(std::fs::metadata(&journal).unwrap().len(), bytes("file_bytes_after"));
    assert_eq!(query(&journal, &later), not_loaded);
    sync(&place, &simulator, &[]);
    assert_same(&exported(&place, None), &before, "what was not loaded was still there to be loaded");
    let again = place.run(&["journal", "prune", "--to", "a.db", "--keep", "30d"]);
    assert!(again.succeeded().stdout.starts_with("0 entries of 0 B went; "), "{}", again.stdout);
    // Another destination's journal is not pruned for what this one has loaded.
    sync(&place, &simulator, &["--journal", "other.journal"]);
    place.run(&prune).failed_with(9, &["was last loaded from the journal `[FOLDER]/other.journal`"]);
    place.run(&[&prune[..], &["--journal", "none"]].concat()).failed_with(9, &["there is no journal `none`"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_says_what_it_holds_while_a_run_has_it() {
    let simulator = simulator(40, 0).await;
    let place = Place::new();
    let show = ["journal", "--to", "a.db"];
    place.run(&show).failed_with(9, &["there is no journal `a.db.journal`"]);
    sync(&place, &simulator, &[]);
    let journal = place.path("a.db.journal");
    let workspace = query(&place.path("a.db"), "SELECT workspace FROM _relatable_checkpoint")[0][0].clone();
    let held = Journal::open(&journal, &workspace, 0).unwrap();
    let shown = place.run(&[&show[..], &["--json"]].concat()).succeeded().json_lines().remove(0);
    let sums = query(
        &journal,
        "SELECT count(*), sum(body_bytes), sum(length(body_zstd)), min(seq), max(seq) FROM entry",
    );
    for (name, sum) in ["count", "body_bytes", "stored_bytes", "first", "last"].iter().zip(&sums[0]) {
        assert_eq!(&shown["entries"][name].to_string(), sum, "{name}: {shown}");
    }
    assert_eq!(
        (&shown["checkpoint"]["entry"], &shown["not_loaded"]["count"]),
        (&sums[0][4].parse::<i64>().unwrap().into(), &0.into())
    );
    assert_eq!(
        (shown["workspace"].as_str(), shown["is_partial"].as_bool()),
        (Some(&*workspace), Some(false))
    );
    let cursors = query(&journal, "SELECT stream, state FROM cursor");
    assert!(cursors.len() > 5);
    let folder = place.path(".").canonicalize().unwrap().display().to_string();
    for cursor in &cursors {
        let name = cursor[0].replace(&folder, "[FOLDER]");
        assert_eq!(shown["cursors"][&name].as_str(), Some(&*cursor[1]), "{name}");
    }
    let text = &place.run(&show).succeeded().stdout.clone();
    for said in [
        "all that was received",
        "not loaded   none",
        "loaded       up to ",
        "to be asked  nothing",
        "\ncursors\n",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    drop(held);
    let connection = rusqlite::Connection::open(place.path("a.db")).unwrap();
    connection.execute("UPDATE _relatable_checkpoint SET seq = 2", []).unwrap();
    drop(connection);
    let shown = place.run(&[&show[..], &["--json"]].concat()).succeeded().json_lines().remove(0);
    assert_eq!(shown["not_loaded"]["count"], shown["entries"]["count"].as_i64().unwrap() - 2);
    // An older journal is shown as it is, a newer one is refused.
    let connection = rusqlite::Connection::open(&journal).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let hint = "use the newer release that wrote it";
    place.run(&show).failed_with(9, &["has format 99, this version knows up to 3", hint]);
    let base_url = simulator.base_url();
    place.run(&["sync", "--to", "a.db", "--base-url", &base_url]).failed_with(9, &["format 99", hint]);
}
