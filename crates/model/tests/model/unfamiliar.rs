//! A path that the model below does not know is told, with the nearest one; what may be anything is not.

use relatable_model::rules::Rules;

/// A model of one resource, as a curated one is.
const BASE: &str = r#"
[things.paths]
"avatar"           = { as = "flatten" }
"avatar.image_url" = { type = "text" }
"tags"             = { as = "table", envelope = "data" }
"tags.id"          = { type = "text" }
"free"             = { as = "json" }
"custom_attributes.*" = { description = "Anything" }
"team_ids"         = { as = "table" }
[files]
"#;

#[test]
fn a_slip_of_the_pen_is_told_with_the_nearest_path_and_what_is_known_or_open_is_not() {
    let base = Rules::parse(BASE, "base").unwrap();
    let something_new = "the model knows no `things.new_thing`; its rule counts once a document has it";
    for (user, told) in [
        (
            "[things.paths]\navatarr = \"flatten\"",
            "the model knows no `things.avatarr`; did you mean `avatar`?",
        ),
        (
            "[things.paths]\n\"avatar.image_ur\" = \"omit\"",
            "the model knows no `things.avatar.image_ur`; did you mean `avatar.image_url`?",
        ),
        (
            "[things.paths]\n\"tags.[].id\" = \"omit\"",
            "the model knows no `things.tags.[].id`; did you mean `tags.id`?",
        ),
        ("[things.paths]\n\"tgas.*\" = \"omit\"", "the model knows no `things.tgas.*`; did you mean `tags`?"),
        (
            "[things.paths]\n\"avatar.image_url.[]\" = \"json\"",
            "the model knows no `things.avatar.image_url.[]`; did you mean `avatar.image_url`?",
        ),
        ("[things.paths]\nnew_thing = \"json\"", something_new),
        ("[things]\nkey = [\"new_thing\"]\nversion = \"new_thing\"", something_new),
        ("[things.views.v]\npath = \"new_thing\"\nequals = \"x\"", something_new),
        (
            "[things.paths]\navatar = \"table\"\n\"tags.id\" = \"omit\"\n\"tags.[]\" = \"json\"\n\"team_ids.[]\" = { type = \"text\" }",
            "",
        ),
        ("[things.paths]\n\"avatar.*\" = \"omit\"\n\"custom_attributes.plan\" = { type = \"text\" }", ""),
        (
            "[things.paths]\ncustom_attributes = \"json\"\n\"custom_attributes.a.b\" = \"omit\"\n\"free.a\" = \"omit\"",
            "",
        ),
        ("[files.paths]\nanything = \"json\"", ""),
        ("[others.paths]\nanything = \"json\"", ""),
    ] {
        let user = Rules::parse(user, "mine.toml").unwrap();
        let told_of = base.unfamiliar(&user, "mine.toml");
        let found = told_of.iter().map(|unfamiliar| {
            let message = unfamiliar.to_string();
            let (place, rest) = message.split_once(": ").expect(&message);
            assert!(place.starts_with("mine.toml, line "), "{message}");
            rest.to_owned()
        });
        let found: Vec<String> = found.collect();
        assert_eq!(found.join("\n"), told);
    }
}

#[test]
fn what_a_document_has_had_is_recognized() {
    let base = Rules::parse(BASE, "base").unwrap();
    let user = Rules::parse("[things.paths]\nnews = \"flatten\"", "mine.toml").unwrap();
    let [unfamiliar] = base.unfamiliar(&user, "mine.toml").try_into().unwrap();
    for (resource, path, is_named) in [
        ("things", "news", true),
        ("things", "news.a", true),
        ("things", "newsletter", false),
        ("tags", "news", false),
    ] {
        assert_eq!(unfamiliar.names(resource, path), is_named, "{resource} {path}");
    }
}

/// The model of the resource alone, with a member more.
fn described() -> Rules {
    let text = BASE.replace("[files]\n", "\"name\" = { type = \"text\" }\n");
    Rules::parse(&text, "base").unwrap()
}

#[test]
fn a_rule_for_every_resource_that_none_knows_is_told_for_it_has_no_effect() {
    let base = described();
    let text = "[\"*\".paths]\nnmae = { protect = \"mask\" }\nname = { protect = \"mask\" }\nnowhere = \"omit\"\n\"*.x\" = \"omit\"";
    let user = Rules::parse(text, "mine.toml").unwrap();
    let told: Vec<String> = base.unfamiliar(&user, "mine.toml").iter().map(ToString::to_string).collect();
    let no_effect = |line: u32, path: &str| {
        format!(
            "mine.toml, line {line}: no resource of the model knows `{path}`, so that its rule has no effect"
        )
    };
    assert_eq!(
        told,
        [
            no_effect(2, "nmae") + "; did you mean `name`?",
            no_effect(4, "nowhere") + "; name the resource that has it, or `*` for what stands above it",
        ]
    );
}

#[test]
fn each_property_that_names_an_unknown_path_is_told_with_its_own_line() {
    let base = described();
    let text = "[things]\nkey = [\"idd\"]\nversion = \"nmae\"\n[things.views.v]\npath = \"nmae2\"\nequals = \"x\"\n[things.paths]\n\
                \"tags\" = { as = \"delimited\", of = \"idd\" }\n\"name\" = { references = [{ table = \"t\", when = \"avatarr\", is = [\"x\"] }] }";
    let user = Rules::parse(text, "mine.toml").unwrap();
    let told: Vec<String> = base.unfamiliar(&user, "mine.toml").iter().map(ToString::to_string).collect();
    let places = [
        (2, "things.idd"),
        (3, "things.nmae"),
        (4, "things.nmae2"),
        (9, "things.avatarr"),
        (8, "things.tags.idd"),
    ];
    for (line, path) in places {
        let start = format!("mine.toml, line {line}: the model knows no `{path}`; ");
        assert!(told.iter().any(|told| told.starts_with(&start)), "{start}\n{told:#?}");
    }
    assert!(
        told.iter().any(|told| told.ends_with("`things.tags.idd`; did you mean `tags.id`?")),
        "{told:#?}"
    );
}
