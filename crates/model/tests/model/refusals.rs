//! Rules that cannot be followed are refused before there is a row, with what and where.

use super::tables::{memory, rules, shred, shred_onto};
use relatable_model::plan::Memory;
use relatable_model::rules::{Rules, RulesError};
use relatable_model::shred::Shredder;

/// A model of two resources, as a curated one is.
const BASE: &str = r#"
[things]
singular = "thing"
key = ["id"]
version = "updated_at"
[things.views.big_things]
path = "size"
equals = "big"
[things.paths]
"id"           = { type = "text" }
"size"         = { type = "text", answer = "thing_size" }
"name"         = { type = "text" }
"updated_at"   = { type = "timestamp" }
"kind"         = { as = "omit" }
"free"         = { as = "json" }
"words"        = { as = "delimited", type = "text", answer = "thing_words" }
"picture"      = { as = "flatten", type = "text" }
"picture.url"  = { type = "text" }
"tags"         = { as = "table", table = "thing_tags", envelope = "data", key = ["thing_id", "tag_id"] }
"tags.id"      = { column = "tag_id", type = "text" }
"tags.name"    = { type = "text" }
"tags.by"      = { as = "flatten" }
"tags.by.id"   = { type = "text" }
"links"        = { as = "table", table = "thing_links", key = ["thing_id", "id"] }
"links.id"     = { type = "text" }
"links.files"  = { as = "table", table = "link_files", key = ["thing_id", "id", "file_id"] }
"links.files.id" = { column = "file_id", type = "text" }
"places.id"    = { as = "flatten", type = "text" }
"places.*"     = { as = "omit" }

[tags]
key = ["id"]
[tags.paths]
"id" = { type = "text" }
"#;

/// The base with a user's rules over it.
fn over_base(user: &str) -> Result<Rules, RulesError> {
    let base = Rules::parse(BASE, "base").expect("base");
    Rules::parse(user, "mine.toml").and_then(|user| base.overlay(user, "mine.toml"))
}

/// Why the rules of a resource make no plan.
fn plan_error(user: &str) -> String {
    let rules = over_base(user).expect(user);
    let things = &rules.resources["things"];
    let outcome = Shredder::new("things", things, Memory::default(), None).and_then(Shredder::finish);
    outcome.expect_err(user).to_string()
}

#[test]
fn the_model_below_is_one_that_can_be_followed() {
    let base = Rules::parse(BASE, "base").unwrap();
    let nothing = "[things]\n[tags]\n";
    assert_eq!(over_base(nothing).unwrap(), base);
    for user in [
        "[things.paths]\ntags = { as = \"delimited\", of = \"id\" }",
        "[things.paths]\ntags = \"json\"\nlinks = \"omit\"\nkind = { as = \"flatten\", type = \"text\" }",
        "[things.paths]\npicture = { as = \"table\", table = \"pictures\" }",
        "[things.paths]\nwords = { as = \"table\", table = \"thing_words\" }\n\"words.[]\" = { type = \"integer\" }",
        "[things.paths]\nname = { column = \"title\" }\nsize = \"json\"\n[things.views.big_things]\npath = \"name\"\nequals = \"x\"",
        "[things.paths]\n\"places.name\" = { type = \"text\" }\n\"links.kind\" = { column = \"name\" }",
        "[things.paths]\nfree = { as = \"flatten\", prefix = \"\" }\n\"free.a\" = { type = \"text\" }",
        "[things.paths]\nlinks = \"json\"\nfree = { as = \"table\", table = \"link_files\" }",
        "[things.views.small_things]\npath = \"size\"\nequals = \"small\"",
    ] {
        let rules = over_base(user).unwrap_or_else(|error| panic!("{error}: {user}"));
        for (resource, rules) in &rules.resources {
            Shredder::new(resource, rules, Memory::default(), None).and_then(Shredder::finish).expect(user);
        }
    }
}

/// Rules that cannot be followed, the path that is named, and why.
const REFUSED: &[(&str, &str, &str)] = &[
    // Paths.
    ("\"a..b\" = \"json\"", "a..b", "the path `a..b` has an empty step"),
    ("'a\\n' = \"json\"", "a\\n", "the path `a\\n` has the unknown escape `\\n`"),
    ("\"[].a\" = \"json\"", "[].a", "begins with a member's name"),
    ("'\\[x]' = \"json\"\n\"[x]\" = \"json\"", "[x]", "the same path has another rule"),
    ("a = { references = [{ table = \"tags\", when = \"b.\" }] }", "a", "the path `b.` has an empty step"),
    // Names.
    ("name = { column = \"_name\" }", "name", "`_name` is no usable name: 1 to 63 bytes"),
    ("tags = { as = \"table\", table = \"\" }", "tags", "`` is no usable name"),
    ("\"a.*\" = { column = \"b\" }", "a.*", "`column` gives one name, and `*` stands for many members"),
    ("\"a.*\" = { as = \"table\", table = \"b\" }", "a.*", "`table` gives one name"),
    ("name = { column = \"Title\" }\nsize = { column = \"title\" }", "name", "already that of `size`"),
    ("\"tags.name\" = { column = \"TAG_id\" }", "tags.name", "already that of `tags.id`"),
    // Properties without effect.
    ("\"tags.[]\" = \"omit\"", "tags.[]", "omit the list"),
    (
        "name = { as = \"json\", of = \"id\" }",
        "name",
        "`of` goes with `as = \"delimited\"` or `as = \"list\"` only",
    ),
    (
        "name = { of = \"id\" }",
        "name",
        "`of` goes with `as = \"delimited\"` or `as = \"list\"` only, and no rule says `as` here",
    ),
    ("tags = { delimiter = \";\" }", "tags", "only, and here `as = \"table\"` is in force"),
    ("a = { as = \"delimited\", delimiter = \"\" }", "a", "`delimiter` must not be empty"),
    ("name = { table = \"names\" }", "name", "`table` goes with `as = \"table\"` or `as = \"entries\"` only"),
    ("words = { key = [\"thing_id\"] }", "words", "`key` goes with `as = \"table\"` only"),
    ("tags = { prefix = \"t_\" }", "tags", "`prefix` goes with `as = \"flatten\"` only"),
    ("free = { envelope = \"data\" }", "free", "`envelope` goes with lists only"),
    ("kind = { type = \"text\" }", "kind", "`as = \"flatten\"` keeps a value as a column"),
    ("kind = { column = \"sort\" }", "kind", "`column` goes with what is kept"),
    ("kind = { null_if = [\"\"] }", "kind", "`null_if` goes with what is kept"),
    ("kind = { references = \"tags\" }", "kind", "`references` goes with what is kept"),
    ("free = { type = \"text\" }", "free", "and here `as = \"json\"` is in force"),
    ("words = { type = \"integer\" }", "words", "`type` goes with `text` where `as = \"delimited\"`"),
    ("words = { type = \"list\" }", "words", "`list` is the type of `as = \"list\"`"),
    ("words = { as = \"list\", type = \"text\" }", "words", "`type` goes with `list` where `as = \"list\"`"),
    (
        "words = { as = \"list\", delimiter = \";\" }",
        "words",
        "`delimiter` goes with `as = \"delimited\"` only",
    ),
    (
        "tags = { column = \"labels\" }",
        "tags",
        "`column` goes with a value, and `table` names a table; it only",
    ),
    (
        "new = { as = \"entries\", column = \"x\" }",
        "new",
        "`column` goes with a value, and `table` names a table",
    ),
    (
        "tags = { null_if = [\"0\"] }",
        "tags",
        "`null_if` goes with single values, those of a list stand at `PATH.[]`",
    ),
    ("links = { split_by = \"\" }", "links", "`split_by` must name the member"),
    ("links = { names = \"\" }", "links", "`scalar` and `names` must name a member"),
    ("links = { names = \"value\" }", "links", "`value` is the member for values that are no objects"),
    ("tags = { names = \"locale\" }", "tags", "an object that wraps a list has no names that are data"),
    ("picture = { names = \"locale\" }", "picture", "`names` goes with `as = \"table\"` only"),
    ("tags = { scalar = \"id\" }", "tags", "`scalar` goes with `as = \"flatten\"` only"),
    ("picture = { scalar = \"url\" }", "picture", "a single value here is the member `url`"),
    ("free = { synonyms = { a = \"b\" } }", "free", "`synonyms` goes with single values; it only"),
    ("updated_at = { synonyms = { a = \"b\" } }", "updated_at", "`synonyms` goes with texts"),
    ("id = { synonyms = { a = \"b\" } }", "id", "the record's key needs the value as it is"),
    ("name = { synonyms = { a = \"b\" }, protect = \"hash\" }", "name", "what is protected is not read"),
    ("name = { same_as = \"size\" }", "name", "`same_as` stands alone"),
    ("title = { same_as = \"name\", type = \"text\" }", "title", "`same_as` stands alone"),
    ("\"*.title\" = { same_as = \"name\" }", "*.title", "`same_as` goes with the path of one member"),
    ("\"tags.title\" = { same_as = \"name\" }", "tags.title", "names a path in the same object"),
    ("title = { same_as = \"tags.name\" }", "title", "`tags` has a table of its own"),
    ("title = { same_as = \"title.text\" }", "title", "a member cannot be moved into itself"),
    ("title = { same_as = \"free.text\" }", "title", "`free` is `as = \"json\"`"),
    (
        "title = { same_as = \"names\" }\nnames = { same_as = \"name\" }",
        "title",
        "`names` is itself an older name",
    ),
    ("title = { same_as = \"a..b\" }", "title", "`same_as`: "),
    (
        "name = { references = [{ table = \"tags\", when = \"size\" }] }",
        "name",
        "the reference to `tags` holds for no kind; `is` lists the values of `size`",
    ),
    ("name = { references = [{ table = \"tags\", is = [\"x\"] }] }", "name", "`is` goes with `when` only"),
    (
        "name = { answer = \"others\" }",
        "name",
        "no request is called `others`; known are: thing_size, thing_words",
    ),
    (
        "name = { answer = \"thing_sizes\" }",
        "name",
        "did you mean `thing_size`? known are: thing_size, thing_words",
    ),
    // What the layer below says.
    (
        "name = \"table\"",
        "name",
        "a single value stands here, of type text, and `as = \"table\"` takes an object or a list",
    ),
    ("updated_at = \"list\"", "updated_at", "and `as = \"list\"` takes a list"),
    ("updated_at = \"delimited\"", "updated_at", "and `as = \"delimited\"` takes a list"),
    ("\"places.id\" = \"table\"", "places.id", "a single value stands here"),
    ("id = \"omit\"", "id", "the record's key needs the value as a column"),
    ("updated_at = \"omit\"", "updated_at", "the record's version needs"),
    ("size = \"json\"", "size", "the view `big_things` needs"),
    (
        "\"tags.id\" = \"omit\"",
        "tags.id",
        "the key of `tags` needs the value as a column, and `as = \"omit\"` makes none",
    ),
    ("\"links.id\" = \"json\"", "links.id", "the key of `links` needs"),
    ("\"free.a\" = { type = \"text\" }", "free.a", "`free` above it is `as = \"json\"`"),
    (
        "tags = \"omit\"\n\"tags.by.id\" = { type = \"text\" }",
        "tags.by.id",
        "`tags` above it is `as = \"omit\"`",
    ),
    ("\"places.b.c\" = \"json\"", "places.b.c", "`places.b` above it is `as = \"omit\"`"),
];

#[test]
fn a_rule_that_cannot_be_followed_is_refused_with_its_path_and_the_reason() {
    for (rule, path, reason) in REFUSED {
        match over_base(&format!("[things.paths]\n{rule}")) {
            Err(error @ RulesError::Contradiction { .. }) => {
                let message = error.to_string();
                let line = 2 + rule
                    .lines()
                    .position(|line| line.trim_start_matches(|quote| "\"'".contains(quote)).starts_with(path))
                    .expect(rule);
                let start =
                    format!("mine.toml, line {line}: the rule for `things.{path}` cannot be followed: ");
                assert!(message.starts_with(&start), "{rule}: {message}");
                assert!(message.contains(reason), "{rule}: {message}");
            }
            other => panic!("{rule}: {other:?}"),
        }
    }
}

#[test]
fn what_a_resource_cannot_be_is_refused_with_its_place_and_the_reason() {
    for (rules, place, reason) in [
        ("table = \"_things\"", "table", "`_things` is no usable name"),
        ("singular = \"\"", "singular", "`` is no usable name"),
        ("key = [\"a..b\"]", "key", "empty step"),
        ("version = \"a.\"", "version", "empty step"),
        ("[things.views._v]\npath = \"a\"\nequals = \"b\"", "views._v", "`_v` is no usable name"),
        ("[things.views.v]\npath = \"\"\nequals = \"b\"", "views.v", "empty step"),
    ] {
        let message = over_base(&format!("[things]\n{rules}")).expect_err(rules).to_string();
        assert!(message.contains(&format!("`things.{place}`")) && message.contains(reason), "{message}");
    }
}

#[test]
fn a_word_the_language_does_not_have_and_a_resource_nobody_knows_are_refused() {
    let error = over_base("[things.paths]\nname = \"flaten\"").unwrap_err();
    assert_eq!(error.to_string(), "failed to read the rules in mine.toml");
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("line 2") && cause.contains("flaten"), "{cause}");
    let message = over_base("[thing]").unwrap_err().to_string();
    let expected = "mine.toml, line 1 has rules for `thing`, which is no resource; did you mean `things`? Known are: tags, things";
    assert_eq!(message, expected);
    let message = over_base("[contacts]").unwrap_err().to_string();
    assert!(message.ends_with("which is no resource; known are: tags, things"), "{message}");
}

#[test]
fn no_two_tables_or_views_of_any_resources_share_a_name_whatever_the_case() {
    for (user, first, second) in [
        (
            "[things.paths]\nlinks = { as = \"table\", table = \"TAGS\" }",
            "the table of the resource `tags`",
            "the table of `things.links`",
        ),
        (
            "[things.paths]\npicture = { as = \"table\", table = \"Thing_Tags\" }",
            "the table of `things.picture`",
            "the table of `things.tags`",
        ),
        (
            "[things.paths]\nlinks = { table = \"things\" }",
            "the table of the resource `things`",
            "the table of `things.links`",
        ),
        (
            "[things.paths]\nlinks = { table = \"big_things\" }",
            "the view `big_things` of `things`",
            "the table of `things.links`",
        ),
        (
            "[things.views.tags]\npath = \"size\"\nequals = \"x\"",
            "the table of the resource `tags`",
            "the view `tags` of `things`",
        ),
        (
            "[tags]\ntable = \"things\"",
            "the table of the resource `tags`",
            "the table of the resource `things`",
        ),
        (
            "[things.views.BIG_THINGS]\npath = \"size\"\nequals = \"x\"",
            "the view `big_things` of `things`",
            "the view `BIG_THINGS` of `things`",
        ),
    ] {
        let message = over_base(user).expect_err(user).to_string();
        assert!(
            message.starts_with("mine.toml, line ")
                && message.contains(&format!(": {first} and {second} cannot both be called `")),
            "{message}"
        );
        assert!(message.ends_with("names that differ by case alone are one"), "{message}");
    }
}

#[test]
fn a_column_name_that_is_taken_and_a_key_nobody_can_have_are_refused_before_documents_come() {
    for (user, expected) in [
        (
            "[things.paths]\nsize = { column = \"Name\" }",
            "the model of `things` does not fit the table `things`: the rule for `size` asks for the column `Name`, \
             which is that of `name`; choose another name",
        ),
        (
            "[things.paths]\n\"tags.name\" = { column = \"thing_id\" }",
            "the model of `things` does not fit the table `thing_tags`: the rule for `tags.name` asks for the column \
             `thing_id`, which is that of what identifies a row; choose another name",
        ),
        (
            "[things.paths]\n\"picture.url\" = { column = \"name\" }",
            "the model of `things` does not fit the table `things`: the rule for `picture.url` asks for the column \
             `name`, which is that of `name`; choose another name",
        ),
        (
            "[things]\nkey = [\"free\"]",
            "the model of `things` does not fit the table `things`: its key names `free`, which is no path of a value \
             kept in a column",
        ),
    ] {
        assert_eq!(plan_error(user), expected);
    }
    // A key may wait for its column until the first document shows it; one that has none then is refused.
    let keyed = rules(
        "[things.paths]\nlist = { as = \"table\", key = [\"thing_id\", \"nr\"] }\nid = { type = \"text\" }",
    );
    let mut shredder = Shredder::new("things", &keyed, Memory::default(), None).unwrap();
    shredder.document(br#"{"id":"1","list":[{"a":1,"b":2}]}"#, Default::default()).unwrap();
    let message = shredder.finish().unwrap_err().to_string();
    assert!(
        message.ends_with("its key names `nr`, which is no column of it; columns are `a`, `b`"),
        "{message}"
    );
}

#[test]
fn what_makes_no_tables_is_told_with_its_line_before_a_document_comes() {
    let base = Rules::parse(BASE, "base").unwrap();
    for (user, line, said) in [
        (
            "[things.paths]\nsize = { column = \"Name\" }",
            2,
            "the rule for `size` asks for the column `Name`, which is that of `name`; choose another name",
        ),
        (
            "[things.paths]\nname = \"flatten\"\ntags = { key = [\"thing_id\", \"idd\"] }",
            3,
            "its key names `idd`, which is no column of it; columns are `tag_id`, `name`, `by_id`",
        ),
        ("[tags.paths]\n[things]\nkey = [\"free\"]", 3, "its key names `free`, which is no path of a value"),
    ] {
        let upper = Rules::parse(user, "mine.toml").unwrap();
        let merged = base.clone().overlay(upper.clone(), "mine.toml").unwrap();
        let error = merged.check_tables(&base, &upper, "mine.toml").expect_err(user);
        assert_eq!(
            error.to_string(),
            format!("mine.toml, line {line}: the tables of `things` cannot be made")
        );
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains(said), "{cause}");
    }
    // A list that nobody described may have any column.
    for user in
        ["[things.paths]\nnews = { as = \"table\", key = [\"thing_id\", \"nr\"] }", "[things]\n[tags]"]
    {
        let upper = Rules::parse(user, "mine.toml").unwrap();
        base.clone()
            .overlay(upper.clone(), "mine.toml")
            .unwrap()
            .check_tables(&base, &upper, "mine.toml")
            .expect(user);
    }
}

#[test]
fn a_key_that_no_record_is_known_to_have_is_refused_and_one_with_a_type_is_not() {
    let message = over_base("[things]\nkey = [\"siz\"]").unwrap_err().to_string();
    let expected = "mine.toml, line 2: the rule for `things.key` cannot be followed: the model knows no `siz`, and no record \
                    could be stored without it; did you mean `size`? If records have it, say its type in a rule of its own";
    assert_eq!(message, expected);
    over_base("[things]\nkey = [\"code\"]\n[things.paths]\ncode = { type = \"text\" }").unwrap();
}

#[test]
fn a_reference_whose_kind_no_column_tells_is_not_taken_for_one_that_always_holds() {
    let with_kind = |when: &str| {
        let text = format!(
            "key = [\"id\"]\n[things.paths]\nby = {{ references = [{{ table = \"people\", when = \"{when}\", is = [\"p\"] }}] }}"
        );
        let shredded = shred(&rules(&text), &[r#"{"id":"1","by":"7","kind":"p"}"#]);
        let table = &shredded.tables[0].table;
        table.columns.iter().find(|column| column.path == "by").unwrap().references.clone()
    };
    assert_eq!(with_kind("kind")[0].when.as_ref().unwrap().column, "kind");
    assert_eq!(with_kind("knid"), []);
}

/// Why changed rules do not fit what a first load with `before` made of a document.
fn misfit(before: &str, document: &str, after: &str) -> String {
    let remembered = memory(&shred(&rules(before), &[document]));
    let outcome = Shredder::new("things", &rules(after), remembered, None).map(|_| ());
    outcome.expect_err(after).to_string()
}

#[test]
fn rules_that_do_not_fit_the_tables_there_are_are_refused_with_what_is_there() {
    let keyed = |paths: &str| format!("key = [\"id\"]\n[things.paths]\nid = {{ type = \"text\" }}\n{paths}");
    let document = r#"{"id":"1","name":"x","size":3,"o":{"p":1},"list":[{"id":1}],"free":{"z":1}}"#;
    for (before, after, table, difference) in [
        (
            "",
            "list = \"json\"",
            "thing_list",
            "it was split from a list or object that the rules now treat otherwise",
        ),
        ("", "list = \"delimited\"", "thing_list", "it was split from a list or object"),
        ("o = \"table\"", "o = \"flatten\"", "thing_o", "it was split from a list or object"),
        (
            "",
            "list = { as = \"table\", key = [\"thing_id\", \"id\"] }",
            "thing_list",
            "the rules now identify its rows otherwise",
        ),
        ("", "o = \"json\"", "things", "column `o_p` holds `o.p`, which the rules now put elsewhere"),
        ("", "o = \"table\"", "things", "column `o_p` holds `o.p`, which the rules now put elsewhere"),
        (
            "",
            "size = { type = \"text\" }",
            "things",
            "column `size` is integer, and the rule for `size` asks for text",
        ),
        (
            "name = \"json\"",
            "",
            "things",
            "column `name` is json, and the rule for `name` asks for a column for scalars",
        ),
        (
            "",
            "name = { column = \"title\" }",
            "things",
            "column `name` holds `name`, whose rule now asks for `title`; names stay until `relatable remodel` makes the tables anew",
        ),
        (
            "list = { as = \"table\", table = \"lists\" }",
            "list = { as = \"table\", table = \"listed\" }",
            "lists",
            "it is the table of `things.list`, which the rules now call `listed`; names stay",
        ),
        (
            "",
            "words = { as = \"table\", table = \"Thing_List\" }",
            "Thing_List",
            "the table of `things.words` asks for its name, which `things.list` has; choose another name",
        ),
    ] {
        let message = misfit(&keyed(before), document, &keyed(after));
        let start = format!("the model of `things` does not fit the table `{table}`: {difference}");
        assert!(message.starts_with(&start), "{after}: {message}");
    }
    let message = misfit("", "{\"a\":1}", "table = \"others\"");
    assert!(
        message.contains(
            "`things`: it is the table of the resource `things`, which the rules now call `others`"
        ),
        "{message}"
    );
    let message = misfit("", "{\"a\":[1]}", "[things.views.thing_a]\npath = \"b\"\nequals = \"x\"");
    assert!(
        message.contains("the view `thing_a` of `things` asks for its name, which `things.a` has"),
        "{message}"
    );
}

#[test]
fn names_of_other_resources_are_not_to_be_had() {
    let mut others = Memory::default();
    others.reserve(["Tags", "thing_words"]);
    let outcome = |text: &str| Shredder::new("things", &rules(text), others.clone(), None).map(|_| ());
    for text in ["table = \"TAGS\"", "[things.paths]\na = { as = \"table\", table = \"tags\" }"] {
        let message = outcome(text).expect_err(text).to_string();
        assert!(
            message.contains("asks for its name, which another resource has; choose another name"),
            "{message}"
        );
    }
    // A name that nobody asked for steps aside instead, for good.
    let plain = rules("");
    let first = shred_onto(others.clone(), &plain, &[r#"{"words":["a"],"tags":["b"]}"#]);
    let names: Vec<&str> = first.tables.iter().map(|table| table.table.name.as_str()).collect();
    assert_eq!((names[0], names[2], names.len()), ("things", "thing_tags", 3));
    assert!(names[1].starts_with("thing_words_"), "{names:?}");
    let mut remembered = memory(&first);
    remembered.reserve(["tags", "thing_words"]);
    let second = shred_onto(remembered, &plain, &[r#"{"words":["c"]}"#]);
    assert!(second.tables.iter().any(|table| table.table.name == names[1] && table.rows.num_rows() == 1));
}
