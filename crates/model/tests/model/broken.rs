//! A document that turns out to be broken leaves nothing behind, and its neighbours whole.

use super::documents::{LOSSLESS, check, documents as generated};
use super::tables::rules;
use proptest::prelude::*;
use relatable_model::json::{DEPTH_MAX, JsonErrorKind};
use relatable_model::plan::Memory;
use relatable_model::rules::ResourceRules;
use relatable_model::shred::{Context, DocumentError, HELD_BYTES_MAX, Shredder};

/// A shredder of things.
fn shredder(rules: &ResourceRules) -> Shredder {
    Shredder::new("things", rules, Memory::default(), None).unwrap()
}

/// What came of shredding, as text.
fn outcome(shredder: Shredder) -> String {
    let shredded = shredder.finish().unwrap();
    format!("{:#?}{:#?}", shredded.tables, shredded.issues)
}

#[test]
fn a_document_cut_off_anywhere_leaves_the_tables_as_if_it_had_never_come() {
    for (name, text) in LOSSLESS {
        let rules = rules(text);
        let cut = (generated(2..5), any::<proptest::sample::Index>(), any::<proptest::sample::Index>());
        check(name, 60, &cut, |(documents, which, place)| {
            let broken = which.get(&documents).clone();
            let mut end = place.index(broken.len());
            while !broken.is_char_boundary(end) {
                end -= 1;
            }
            let mut alone = shredder(&rules);
            let mut among = shredder(&rules);
            for document in &documents {
                alone.document(document.as_bytes(), Context::default()).unwrap();
                let refused = among.document(&broken.as_bytes()[..end], Context::default());
                prop_assert!(matches!(refused, Err(DocumentError::Json(_))), "{refused:?}");
                among.document(document.as_bytes(), Context::default()).unwrap();
            }
            let refused = among.document(format!("{broken}]").as_bytes(), Context::default());
            prop_assert!(matches!(refused, Err(DocumentError::Json(_))), "{refused:?}");
            prop_assert_eq!(outcome(among), outcome(alone));
            Ok(())
        });
    }
}

#[test]
fn each_way_of_being_broken_is_named_with_its_place() {
    use JsonErrorKind::{
        ControlCharacter, MalformedEscape, MalformedNumber, NotUtf8, TooDeep, TrailingText,
        UnexpectedCharacter, UnexpectedEnd,
    };
    let deep = format!("{{\"id\":1,\"new\":{}", "[".repeat(DEPTH_MAX));
    let cases: [(&[u8], JsonErrorKind, usize, &str); 12] = [
        (
            b"{\"id\":1,\"new\":[{\"a\":1}",
            UnexpectedEnd,
            22,
            "the text ends before the value does at byte 22",
        ),
        (b"{\"id\":1,\"new\":[1,]}", UnexpectedCharacter, 17, "unexpected character at byte 17"),
        (b"{\"id\":1,\"new\":nul}", UnexpectedCharacter, 14, "unexpected character at byte 14"),
        (b"{\"id\":1,\"new\":2} x", TrailingText, 17, "unexpected text after the value at byte 17"),
        (b"{\"id\":1,\"new\":01}", MalformedNumber, 14, "malformed number at byte 14"),
        (b"{\"id\":1,\"new\":1.}", MalformedNumber, 14, "malformed number at byte 14"),
        (
            b"{\"id\":1,\"new\":\"a\x01\"}",
            ControlCharacter,
            16,
            "unescaped control character in a string at byte 16",
        ),
        (b"{\"id\":1,\"new\":\"\\x\"}", MalformedEscape, 15, "malformed escape in a string at byte 15"),
        (b"{\"id\":1,\"new\":\"\\u12\"}", MalformedEscape, 15, "malformed escape in a string at byte 15"),
        (b"{\"id\":1,\"new\":\"\xff\"}", NotUtf8, 15, "not UTF-8 at byte 15"),
        (b"", UnexpectedEnd, 0, "the text ends before the value does at byte 0"),
        (deep.as_bytes(), TooDeep, 14 + DEPTH_MAX - 1, "nested deeper than 256 levels at byte 269"),
    ];
    for rules in [rules("key = [\"id\"]"), rules("key = [\"id\"]\n[things.paths]\nnew = \"json\"")] {
        let mut shredder = shredder(&rules);
        for (document, kind, offset, message) in cases {
            match shredder.document(document, Context::default()) {
                Err(DocumentError::Json(error)) => {
                    assert_eq!(
                        (error.kind, error.offset, error.to_string()),
                        (kind, offset, message.to_owned())
                    );
                }
                other => panic!("{message}: {other:?}"),
            }
        }
        for (document, message) in [
            ("[{\"id\":1}]", "the document is not an object"),
            ("\"id\"", "the document is not an object"),
            ("null", "the document is not an object"),
        ] {
            assert_eq!(
                shredder.document(document.as_bytes(), Context::default()).unwrap_err().to_string(),
                message
            );
        }
        assert_eq!((shredder.document_count(), shredder.held_bytes()), (0, 0));
    }
}

#[test]
fn a_shredder_that_is_full_says_so_and_keeps_what_it_has() {
    let mut shredder = shredder(&rules("key = [\"id\"]"));
    shredder.document(b"{\"id\":1}", Context::default()).unwrap();
    let refused = shredder.document(&vec![0; HELD_BYTES_MAX], Context::default()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        format!("the shredder is full: it holds {HELD_BYTES_MAX} bytes of documents at most")
    );
    shredder.document(b"{\"id\":2}", Context::default()).unwrap();
    assert_eq!(shredder.finish().unwrap().tables[0].rows.num_rows(), 2);
}

#[test]
fn the_deepest_document_allowed_comes_back() {
    let rules = rules("key = [\"id\"]\n[things.paths]\nfree = \"json\"");
    let levels = DEPTH_MAX - 1;
    for member in ["free", "other"] {
        let document = format!("{{\"id\":1,\"{member}\":{}7{}}}", "[".repeat(levels), "]".repeat(levels));
        let shredded = super::tables::shred(&rules, &[&document]);
        let back = super::tables::documents(&shredded, &rules);
        assert_eq!(back, [super::tables::normal_of(&document, &rules)], "{member}");
    }
}

#[test]
fn of_a_name_that_comes_twice_the_last_counts_and_it_is_told() {
    let rules = rules("key = [\"id\"]");
    for (document, single) in [
        (r#"{"id":1,"a":1,"a":2}"#, r#"{"id":1,"a":2}"#),
        (r#"{"id":2,"id":1,"a":{"b":1,"b":"x"}}"#, r#"{"id":1,"a":{"b":"x"}}"#),
        (r#"{"id":1,"a":[1,2],"a":[3]}"#, r#"{"id":1,"a":[3]}"#),
        (r#"{"id":1,"a":{"old":1},"a":{"new":1}}"#, r#"{"id":1,"a":{"new":1}}"#),
        (r#"{"id":1,"a":[{"b":1,"b":2},{"b":3}]}"#, r#"{"id":1,"a":[{"b":2},{"b":3}]}"#),
        (r#"{"id":1,"a":1,"\u0061":2}"#, r#"{"id":1,"a":2}"#),
    ] {
        let before = r#"{"id":0,"a":1,"z":[1]}"#;
        let mut shredder = shredder(&rules);
        shredder.document(before.as_bytes(), Context::default()).unwrap();
        shredder.document(document.as_bytes(), Context::default()).unwrap();
        let shredded = shredder.finish().unwrap();
        let told: Vec<String> =
            (shredded.issues.iter().filter(|issue| issue.kind != "value_not_representable"))
                .map(|issue| format!("{} {}", issue.kind, issue.record))
                .collect();
        assert_eq!(told, ["member_repeated 1"], "{document}");
        let expected = [before, single].map(|document| super::tables::normal_of(document, &rules));
        assert_eq!(super::tables::documents(&shredded, &rules), expected, "{document}");
        let plain = super::tables::shred(&rules, &[before, single]);
        assert_eq!(format!("{:?}", shredded.tables), format!("{:?}", plain.tables), "{document}");
    }
}

#[test]
fn a_string_that_is_no_unicode_is_kept_as_it_was_written() {
    let rules = rules(
        "key = [\"id\"]\n[things.paths]\nid = { type = \"text\" }\nt = { type = \"text\" }\nwords = \"delimited\"",
    );
    for document in [
        r#"{"id":"1","t":"a\ud800b"}"#,
        r#"{"id":"1","new":"\udfff"}"#,
        r#"{"id":"1","list":["\ud800","x"],"o":{"p":"\ud800\ud800"}}"#,
        r#"{"id":"1","words":["\ud800","x"]}"#,
    ] {
        let shredded = super::tables::shred(&rules, &[document]);
        assert!(shredded.issues.iter().any(|issue| issue.kind == "value_not_representable"), "{document}");
        let expected = super::tables::normal_of(document, &rules);
        assert_eq!(super::tables::documents(&shredded, &rules), [expected], "{document}");
    }
    let error = shredder(&rules).document(br#"{"id":"\ud800"}"#, Context::default()).unwrap_err();
    assert_eq!(error.to_string(), "the document's `id`, which identifies it, is no text value");
    // A name has no column beside it: it is told.
    let shredded = super::tables::shred(&rules, &[r#"{"id":"1","\ud800":2}"#]);
    let told: Vec<&str> = shredded.issues.iter().map(|issue| issue.kind.as_str()).collect();
    assert_eq!(told, ["name_not_representable"]);
}
