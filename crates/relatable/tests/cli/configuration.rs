//! What is wrong before anything is asked or opened is said at once, with what to do.

use crate::program::{Place, query, simulator};
use relatable_simulator::{Fault, FaultKind};

#[test]
fn a_missing_token_is_named_with_where_to_get_one() {
    let expected = "\
error: there is no access token: INTERCOM_TOKEN is not set

hint: set INTERCOM_TOKEN to the access token of an app of your workspace (Developer Hub, Authentication); \
`relatable demo` needs none";
    let place = Place::without_token();
    place.run(&["sync", "--to", "sqlite:a.db"]).failed(3, expected);
    Place::with_token("").run(&["sync", "--to", "sqlite:a.db"]).failed(3, expected);
    assert!(!place.path("a.db").exists());
}

#[test]
fn a_token_with_a_line_break_is_not_sent_and_not_shown() {
    let outcome = Place::with_token("secret\ntoken").run(&["sync", "--to", "sqlite:a.db"]);
    outcome.failed_with(3, &["was a line break copied with it?", "hint: look at INTERCOM_TOKEN"]);
    assert!(!outcome.stderr.contains("secret"));
}

#[test]
fn an_unknown_destination_is_answered_with_the_known_ones() {
    let expected = "\
error: failed to understand the destination `oracle`: its scheme is unknown; valid are sqlite:FILE, duckdb:FILE, postgres://USER:PASSWORD@HOST:PORT/DATABASE?schema=SCHEMA and mysql://USER:PASSWORD@HOST:PORT/DATABASE

hint: write it like `sqlite:intercom.db`, `duckdb:intercom.duckdb`, `postgres://me@host/database` or `mysql://me@host/database`";
    for command in [
        vec!["sync", "--to", "oracle:me:hidden@host"],
        vec!["demo", "--to", "oracle:me:hidden@host"],
        vec!["load", "-", "--table", "t", "--to", "oracle:me:hidden@host"],
    ] {
        Place::new().run(&command).failed(3, expected);
    }
}

#[cfg(not(feature = "duckdb"))]
#[test]
fn a_destination_that_was_not_built_says_how_to_build_it() {
    let outcome = Place::new().run(&["sync", "--to", "duckdb:a.duckdb"]);
    outcome.failed_with(3, &["error: this build has no `duckdb` destination", "hint: `cargo xtask run"]);
}

#[test]
fn broken_rules_are_named_with_file_line_and_column() {
    let place = Place::new();
    place.write("mine.toml", "[contacts.paths]\n\"avatar\" = \"flatten\"\n\"tags\" = { as = \"tabel\" }\n");
    let expected = "\
error: failed to read the rules in mine.toml
  caused by: TOML parse error at line 3, column 17
      |
    3 | \"tags\" = { as = \"tabel\" }
      |                 ^^^^^^^
    unknown variant `tabel`, expected one of `flatten`, `table`, `entries`, `delimited`, `list`, `json`, `omit`

hint: did you mean `table`?";
    place.run(&["sync", "--to", "sqlite:a.db", "--model", "mine.toml"]).failed(3, expected);
    place.run(&["model", "show", "--model", "mine.toml"]).failed(3, expected);
}

#[test]
fn rules_for_no_resource_and_rules_that_are_not_there_are_configuration_errors() {
    let place = Place::new();
    place.write("mine.toml", "[contact.paths]\n");
    let model = ["model", "show", "--model"];
    place.run(&[&model[..], &["mine.toml"]].concat()).failed_with(3, &["did you mean `contacts`?"]);
    let absent = place.run(&[&model[..], &["absent.toml"]].concat());
    absent.failed_with(3, &["error: failed to read the rule file `absent.toml`", "No such file", "hint: "]);
}

#[test]
fn an_address_that_is_none_is_refused() {
    let outcome = Place::new().run(&["sync", "--to", "a.db", "--base-url", "api.intercom.io"]);
    outcome.failed_with(3, &["the base URL must begin with https:// or http://", "hint: look at"]);
}

#[test]
fn rules_that_cannot_be_followed_are_refused_by_every_command_before_anything_is_written() {
    let place = Place::new();
    for (rules, said) in [
        (
            "[contacts]\ntable = \"conversations\"\n",
            "error: mine.toml, line 2: the table of the resource `contacts` and the table of the resource `conversations` cannot \
             both be called `conversations`; names that differ by case alone are one\n\nhint: give one of them another name",
        ),
        (
            "[contacts.paths]\n\"tags\" = { table = \"TAGS\" }\n",
            "the table of `contacts.tags` and the table of the resource `tags` cannot both be called `tags`",
        ),
        (
            "[companies.paths]\n\"tags\" = { table = \"users\" }\n",
            "the table of `companies.tags` and the view `users` of `contacts` cannot both be called `users`",
        ),
        (
            "[contacts.paths]\n\"email\" = \"table\"\n",
            "error: mine.toml, line 2: the rule for `contacts.email` cannot be followed: a single value stands here, of type text",
        ),
        (
            "[contacts.paths]\n\"type\" = { type = \"text\" }\n",
            "`contacts.type` cannot be followed: `type` goes with what is kept (`as = \"flatten\"` keeps a value as a column)",
        ),
        ("[contacts.paths]\n\"tags..id\" = \"omit\"\n", "the path `tags..id` has an empty step"),
        (
            "[contacts.paths]\n\"phone\" = { column = \"email\" }\n",
            "error: mine.toml, line 2: the tables of `contacts` cannot be made\n  caused by: the model of `contacts` does not fit the table \
             `contacts`: the rule for `phone` asks for the column `email`, which is that of `email`; choose another name",
        ),
        (
            "[contacts.paths]\n\"email\" = \"flatten\"\n\"tags\" = { key = [\"x\"] }\n",
            "error: mine.toml, line 3: the tables of `contacts` cannot be made\n  caused by: the model of `contacts` does not fit \
             the table `contact_tags`: its key names `x`, which is no column of it; columns are",
        ),
        (
            "[contacts]\nkey = [\"idd\"]\n",
            "error: mine.toml, line 2: the rule for `contacts.key` cannot be followed: the model knows no `idd`",
        ),
        (
            "[contacts.paths]\n\"email\" = { answer = \"contact_tag\" }\n",
            "no request is called `contact_tag`; did you mean `contact_tags`? known are: ",
        ),
    ] {
        place.write("mine.toml", rules);
        for command in [
            vec!["sync", "--to", "sqlite:a.db", "--model", "mine.toml"],
            vec!["model", "show", "--model", "mine.toml", "--resource", "segments"],
        ] {
            place.run(&command).failed_with(3, &[said, "\n\nhint: "]);
        }
        let check = place.run(&["check", "--model", "mine.toml", "--base-url", "http://127.0.0.1:9"]);
        assert_eq!(check.code, Some(3), "{check:#?}");
        assert!(check.stdout.starts_with("problem  model "), "{}", check.stdout);
        assert!(!place.path("a.db").exists() && !place.path("a.db.journal").exists());
    }
}

#[test]
fn a_path_the_model_does_not_know_is_a_warning_with_the_nearest_one() {
    let place = Place::new();
    place
        .write("mine.toml", "[contacts.paths]\n\"avatarr\" = \"omit\"\n\"custom_attributes.x\" = \"omit\"\n");
    let warning =
        "warning: mine.toml, line 2: the model knows no `contacts.avatarr`; did you mean `avatar`?\n";
    let shown = place.run(&["model", "show", "--model", "mine.toml", "--json"]);
    assert_eq!(shown.succeeded().stderr, warning);
    let check = place.run(&["check", "--model", "mine.toml", "--base-url", "http://127.0.0.1:9"]);
    assert!(check.stdout.contains("\nwarning  model "), "{}", check.stdout);
    assert!(
        check
            .stdout
            .contains(" mine.toml, line 2: the model knows no `contacts.avatarr`; did you mean `avatar`?\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_in_a_rule_for_every_resource_is_a_warning_of_every_command() {
    let place = Place::new();
    place.write("mine.toml", "[\"*\".paths]\n\"emial\" = { protect = \"mask\" }\n\"nowhere\" = \"omit\"\n");
    let slip = "warning: mine.toml, line 2: no resource of the model knows `emial`, so that its rule has no effect; did you mean \
                `email`?\n";
    let nowhere = "warning: mine.toml, line 3: no resource of the model knows `nowhere`, so that its rule has no effect; name the \
                   resource that has it, or `*` for what stands above it\n";
    let shown = place.run(&["model", "show", "--model", "mine.toml", "--json"]);
    assert_eq!(shown.succeeded().stderr, format!("{slip}{nowhere}"));
    let simulator = simulator(5, 0).await;
    let base_url = simulator.base_url();
    let sync =
        ["sync", "--to", "sqlite:a.db", "--select", "tags", "--model", "mine.toml", "--base-url", &base_url];
    assert!(place.run(&sync).succeeded().stderr.starts_with(&format!("{slip}{nowhere}")));
}

#[test]
fn a_reference_to_a_table_that_is_none_is_a_warning_with_the_nearest_one() {
    let place = Place::new();
    place.write("mine.toml", "[contacts.paths]\n\"owner_id\" = { references = \"admns\" }\n\"external_id\" = { references = \"crm_people\" }\n");
    let warning = "warning: mine.toml, line 2: `contacts.owner_id` points at a table `admns`, which the rules do not \
                   declare; did you mean `admins`?\n";
    let shown = place.run(&["model", "show", "--model", "mine.toml", "--json"]);
    assert_eq!(shown.succeeded().stderr, warning);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_warns_of_a_path_that_is_near_a_known_one_and_refuses_to_rename_what_is_there() {
    let simulator = simulator(20, 0).await;
    let place = Place::new();
    let base_url = simulator.base_url();
    let sync = |rules: &str, more: &[&str]| {
        place.write("mine.toml", rules);
        let to = [
            "sync",
            "--to",
            "sqlite:a.db",
            "--select",
            "tags",
            "--model",
            "mine.toml",
            "--base-url",
            &base_url,
        ];
        place.run(&[&to[..], more].concat())
    };
    let misspelt = "[tags.paths]\n\"nmae\" = { type = \"text\" }\n";
    let warning = "warning: mine.toml, line 2: the model knows no `tags.nmae`; did you mean `name`?\n";
    assert!(sync(misspelt, &[]).succeeded().stderr.starts_with(warning));
    assert_eq!(sync(misspelt, &["--quiet"]).succeeded().stderr, "");
    assert!(sync(misspelt, &[]).succeeded().stderr.starts_with(warning), "the declared column says nothing");
    let undeclared = "[tags.paths]\n\"names\" = \"flatten\"\n";
    assert!(sync(undeclared, &[]).succeeded().stderr.contains("did you mean `name`?"));
    let kind = FaultKind::NewMember { name: "names".to_owned(), value: serde_json::json!({"de": "Rot"}) };
    simulator.inject(Fault { path_prefix: "/tags".to_owned(), skip: 0, times: 1, kind });
    sync(undeclared, &[]).succeeded();
    let met = sync(undeclared, &[]);
    assert!(!met.succeeded().stderr.contains("warning"), "a path that was met is warned of: {}", met.stderr);
    let renamed = "[tags.paths]\n\"name\" = { column = \"title\" }\n";
    sync(renamed, &[]).failed_with(
        3,
        &["the model of `tags` does not fit the table `tags`: column `name` holds `name`, whose rule now asks for `title`"],
    );
}

#[test]
fn a_table_that_another_resource_has_is_not_loaded_into() {
    let place = Place::new();
    place.write("orders.json", "{\"id\": 1, \"lines\": [{\"sku\": \"a\"}]}");
    let load = |table: &str| {
        place.run(&["load", "orders.json", "--table", table, "--key", "id", "--to", "sqlite:a.db"])
    };
    load("orders").succeeded();
    let before = query(&place.path("a.db"), "SELECT count(*) FROM _relatable_loads");
    let said = "there is a table `Order_lines`, which holds `file:orders` and not `file:Order_lines`";
    load("Order_lines").failed_with(7, &[said, "hint: "]);
    assert_eq!(query(&place.path("a.db"), "SELECT count(*) FROM _relatable_loads"), before);
}
