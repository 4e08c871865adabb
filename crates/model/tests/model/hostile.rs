//! Names that someone typed to see what happens.

use super::documents::seed;
use super::tables::{documents, memory, normal_of, rules, shred_onto};
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use relatable_model::naming::{NAME_BYTES_MAX, Names, snake_case};
use relatable_model::plan::Memory;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Pieces that hostile names are made of: SQL, quotes, reserved words, look-alikes, what is invisible, what is long.
const PIECES: [&str; 44] = [
    "plan",
    "Plan",
    "PLAN",
    "name",
    "Name",
    "id",
    "select",
    "table",
    "order",
    "user",
    "group",
    "_",
    "__",
    "-",
    " ",
    ".",
    "/",
    "\"",
    "'",
    "`",
    ";",
    "--",
    "/*",
    "*/",
    "\\",
    "\0",
    "\n",
    "\t",
    "\u{202e}",
    "\u{200b}",
    "\u{feff}",
    "🎉",
    "é",
    "e\u{301}",
    "ß",
    "ẞ",
    "İ",
    "ı",
    "ﬁ",
    "数",
    "_synced_at",
    "__text",
    "); DROP TABLE contacts; --",
    "ǅ",
];

/// A hostile name.
fn name(random: &mut impl Rng) -> String {
    let mut name = String::new();
    for _ in 0..random.random_range(0..7) {
        match random.random_range(0..10) {
            0 => name.push_str(&random.random_range(0..1_000).to_string()),
            1 => name.extend(random.random::<char>().to_uppercase()),
            2 => name.push_str(&"x".repeat(random.random_range(0..80))),
            _ => name.push_str(PIECES.choose(random).expect("pieces")),
        }
    }
    name
}

#[test]
fn a_million_hostile_names_never_collide_and_ordinary_ones_stay_readable() {
    const NAMES: usize = 1_000_000;
    let mut random = ChaCha8Rng::seed_from_u64(seed("hostile names"));
    let mut sources = HashSet::with_capacity(NAMES);
    while sources.len() < NAMES {
        sources.insert(name(&mut random));
    }
    let mut sources: Vec<String> = sources.into_iter().collect();
    sources.sort_unstable();
    let mut wanted: HashMap<String, u32> = HashMap::new();
    for source in &sources {
        *wanted.entry(snake_case(source).to_lowercase()).or_default() += 1;
    }
    let mut names = Names::default();
    let mut given = HashSet::with_capacity(NAMES);
    let mut readable = 0;
    for source in &sources {
        let asked = snake_case(source);
        let name = names.assign(&asked, source);
        assert!(name.len() <= NAME_BYTES_MAX, "{source:?}: {name:?}");
        assert!(!name.starts_with('_') && !name.is_empty(), "{source:?}: {name:?}");
        assert!(
            !name.contains(|character: char| character.is_control() || "\"'`;\\ ".contains(character)),
            "{name:?}"
        );
        if wanted[&asked.to_lowercase()] == 1 && asked.len() <= NAME_BYTES_MAX {
            assert_eq!(name, asked, "{source:?} shares its name with none");
            readable += 1;
        }
        assert!(given.insert(name.to_lowercase()), "{source:?}: {name:?} is another's");
    }
    println!("{readable} of {NAMES} names keep what they ask for");
}

#[test]
fn members_with_hostile_names_each_have_a_column_of_their_own_and_come_back() {
    const TABLES: usize = 60;
    const NAMES: usize = 500;
    let mut random = ChaCha8Rng::seed_from_u64(seed("hostile members"));
    let keyed = rules("key = [\"id\"]");
    for _ in 0..TABLES {
        // Two loads, so that what comes later meets the names that were given before.
        let mut remembered = Memory::default();
        let mut known: BTreeMap<String, String> = BTreeMap::new();
        for _ in 0..2 {
            let mut members: BTreeMap<String, serde_json::Value> = BTreeMap::new();
            for place in 0..NAMES {
                let value = match random.random_range(0..4) {
                    0 => serde_json::json!({ name(&mut random): place }),
                    1 => serde_json::json!([{ name(&mut random): place }]),
                    _ => serde_json::json!(place),
                };
                members.insert(name(&mut random), value);
            }
            members.insert("id".to_owned(), "x".into());
            let document = serde_json::to_string(&members).expect("members");
            let shredded = shred_onto(remembered, &keyed, &[&document]);
            assert_eq!(documents(&shredded, &keyed), [normal_of(&document, &keyed)]);
            let tables: HashSet<String> =
                shredded.tables.iter().map(|shredded| shredded.table.name.to_lowercase()).collect();
            assert_eq!(tables.len(), shredded.tables.len(), "no two tables of one name");
            for table in shredded.tables.iter().map(|shredded| &shredded.table) {
                let columns: HashSet<String> =
                    table.columns.iter().map(|column| column.name.to_lowercase()).collect();
                assert_eq!(columns.len(), table.columns.len(), "{}", table.name);
                for column in table.columns.iter().filter(|column| !column.path.is_empty()) {
                    assert!((1..=NAME_BYTES_MAX).contains(&column.name.len()), "{column:?}");
                    let place = format!("{}/{}/{}", table.path, column.path, column.role.name());
                    let given = known.entry(place).or_insert_with(|| column.name.clone());
                    assert_eq!(*given, column.name, "a name once given stays");
                }
            }
            remembered = memory(&shredded);
        }
    }
}
