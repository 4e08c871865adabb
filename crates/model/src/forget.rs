//! Documents without the people who are to be forgotten: what is theirs goes, whatever resource it is in.
//!
//! A person is told by id. What is theirs follows from how documents speak of people everywhere: an object with that id is
//! the person or a link to them; what has such an object as `contact` or `user` is about them, what has it as `author` was
//! written by them. Nothing else of a document is touched.

use crate::json::{Json, records, records_at};
use crate::protect::Salt;
use std::collections::{BTreeMap, HashSet};

/// What takes the place of an answer that cannot be read, so that nothing of it is stored.
const UNREADABLE: &[u8] = b"\"an answer that could not be read\"";
/// What takes the place of a text that names a person, inside of another.
const MARK: &str = "[forgotten]";
/// The member that tells who an object is.
const ID: &str = "id";
/// No id is longer.
const ID_BYTES_MAX: usize = 64;

/// How documents speak of people.
#[derive(Debug)]
pub struct Words {
    /// Members by which an object is a person, or stands for one.
    pub naming: &'static [&'static str],
    /// Members that hold the person whom an object is about.
    pub about: &'static [&'static str],
    /// The member that holds who wrote an object.
    pub author: &'static str,
    /// The member that lists everybody a record is about.
    pub everybody: &'static str,
    /// What stays of an object that a person wrote, beside numbers and what is true or not: that something was there.
    pub kept: &'static [&'static str],
    /// The member of a record that began it, and that which is made from its text.
    pub beginning: (&'static str, &'static str),
}

/// The people who are to be forgotten.
#[derive(Debug)]
pub struct Forgotten {
    words: &'static Words,
    /// Their ids, where they are known.
    ids: HashSet<String>,
    /// Texts that name them, wherever they stand.
    values: Vec<String>,
    /// Hashes of the ids of those of whom nothing else is kept.
    remembered: Option<(Salt, HashSet<String>)>,
}

impl Forgotten {
    /// People whose ids are known, and texts that name them and nobody else.
    pub fn known(
        words: &'static Words,
        ids: impl IntoIterator<Item = String>,
        values: Vec<String>,
    ) -> Forgotten {
        Forgotten { words, ids: ids.into_iter().collect(), values, remembered: None }
    }

    /// People of whom only hashes of their ids are left, made by [`digest`](Self::digest) with this salt.
    pub fn remembered(words: &'static Words, salt: Salt, digests: HashSet<String>) -> Forgotten {
        Forgotten { remembered: Some((salt, digests)), ..Forgotten::known(words, [], Vec::new()) }
    }

    /// What is remembered of a person with this id.
    pub fn digest(salt: &Salt, id: &str) -> String {
        salt.hash(id)
    }

    /// What stands for this id where it is one of theirs: a hash, or nothing where the id itself is known.
    pub fn person(&self, id: &str) -> Option<String> {
        if self.ids.contains(id) {
            return Some(String::new());
        }
        let (salt, digests) = self.remembered.as_ref()?;
        if id.is_empty() || id.len() > ID_BYTES_MAX || id.contains(char::is_whitespace) {
            return None;
        }
        let digest = salt.hash(id);
        digests.contains(&digest).then_some(digest)
    }

    /// An answer whose records stand as [`records`] finds them, without what is theirs. Where the answer is one record, and
    /// that is theirs, an empty list is left.
    pub fn documents(&self, list: Option<&str>, answer: Vec<u8>) -> Vec<u8> {
        let Ok(found) = records(&answer, list) else { return UNREADABLE.to_vec() };
        let found = found.unwrap_or_default();
        // A member that comes twice would hide records.
        let all = list
            .map_or(Ok(found.len()), |list| records_at(&answer, &[list.to_owned()]).map(|found| found.len()));
        if all != Ok(found.len()) {
            return UNREADABLE.to_vec();
        }
        let (Some(first), Some(last)) = (found.first(), found.last()) else { return answer };
        let (head, tail) = (answer[..first.start].to_vec(), answer[last.end..].to_vec());
        let is_one = head.trim_ascii().is_empty() && list.is_none();
        let (mut kept, mut is_changed): (Vec<Vec<u8>>, bool) = (Vec::with_capacity(found.len()), false);
        for range in found {
            let source = &answer[range];
            match Json::parse(source).map(|record| self.record(record)) {
                Ok(Some((_, false))) => kept.push(source.to_vec()),
                Ok(Some((record, true))) => {
                    is_changed = true;
                    kept.push(record.to_string().into_bytes());
                }
                Ok(None) if is_one => return b"[]".to_vec(),
                Ok(None) => is_changed = true,
                Err(_) => return UNREADABLE.to_vec(),
            }
        }
        if is_changed { [head, kept.join(&b","[..]), tail].concat() } else { answer }
    }

    /// An answer that is one list or object of a record, without what is theirs.
    pub fn fragment(&self, answer: Vec<u8>) -> Vec<u8> {
        let Ok(value) = Json::parse(&answer) else { return UNREADABLE.to_vec() };
        let mut is_changed = false;
        match self.value(value, &mut is_changed) {
            Some(value) if is_changed => value.to_string().into_bytes(),
            Some(_) => answer,
            None => b"[]".to_vec(),
        }
    }

    /// A record without what is theirs, and whether anything was; nothing where it is theirs altogether.
    fn record(&self, record: Json) -> Option<(Json, bool)> {
        let Json::Object(mut members) = record else { return Some((record, false)) };
        let mut is_changed = false;
        let everybody = members.get(self.words.everybody).map_or(0, people);
        let (beginning, title) = self.words.beginning;
        let is_source_theirs = matches!(members.get(beginning), Some(Json::Object(source))
            if source.get(self.words.author).is_some_and(|author| self.is_person(author)));
        if is_source_theirs {
            members.remove(title);
        }
        let record = self.value(Json::Object(members), &mut is_changed)?;
        let left = match &record {
            Json::Object(members) => members.get(self.words.everybody).map_or(0, people),
            _ => 0,
        };
        (everybody == 0 || left > 0).then_some((record, is_changed || is_source_theirs))
    }

    /// A value without what is theirs; nothing where it is theirs.
    fn value(&self, value: Json, is_changed: &mut bool) -> Option<Json> {
        let kept = match value {
            Json::Object(members) => self.object(members, is_changed),
            Json::Array(elements) => {
                let kept = elements.into_iter().filter_map(|element| self.value(element, is_changed));
                Some(Json::Array(kept.collect()))
            }
            Json::String(text) if self.person(&text).is_some() => None,
            Json::String(text) => {
                let rewritten = self.text(&text);
                *is_changed |= rewritten.is_some();
                Some(Json::String(rewritten.unwrap_or(text)))
            }
            other => Some(other),
        };
        *is_changed |= kept.is_none();
        kept
    }

    /// An object without what is theirs; nothing where it is theirs.
    fn object(&self, mut members: BTreeMap<String, Json>, is_changed: &mut bool) -> Option<Json> {
        let names =
            |name: &&str| matches!(members.get(*name), Some(Json::String(id)) if self.person(id).is_some());
        let is_about = |name: &&str| members.get(*name).is_some_and(|value| self.is_person(value));
        if self.words.naming.iter().any(names) || self.words.about.iter().any(&is_about) {
            return None;
        }
        if is_about(&self.words.author) {
            *is_changed = true;
            members.retain(|name, value| {
                self.words.kept.contains(&name.as_str())
                    || matches!(value, Json::Number(_) | Json::Boolean(_))
            });
        }
        let kept = members
            .into_iter()
            .filter_map(|(name, value)| self.value(value, is_changed).map(|value| (name, value)));
        Some(Json::Object(kept.collect()))
    }

    /// Whether a value is one of them.
    fn is_person(&self, value: &Json) -> bool {
        matches!(value, Json::Object(members) if matches!(members.get(ID), Some(Json::String(id))
            if self.person(id).is_some()))
    }

    /// Whether an answer may have something of theirs whose ids are known.
    pub fn may_name(&self, answer: &[u8]) -> bool {
        let is_there = |value: &String| {
            let first = value.as_bytes().first().map(u8::to_ascii_lowercase);
            let mut windows = answer.windows(value.len().max(1));
            windows.any(|window| {
                window.first().map(u8::to_ascii_lowercase) == first
                    && window.eq_ignore_ascii_case(value.as_bytes())
            })
        };
        // Characters that are escaped hide what they are from this look.
        answer.windows(2).any(|window| window == b"\\u") || self.ids.iter().chain(&self.values).any(is_there)
    }

    /// Whether an answer has one of the ids.
    pub fn has_id(&self, answer: &[u8]) -> bool {
        self.ids.iter().any(|id| answer.windows(id.len().max(1)).any(|window| window == id.as_bytes()))
    }

    /// A stored text, which may be JSON, without what is theirs; nothing where none is.
    pub fn stored(&self, text: &str) -> Option<String> {
        if !text.starts_with(['{', '[']) {
            return self.text(text);
        }
        let mut is_changed = false;
        match Json::parse(text.as_bytes()).map(|value| self.value(value, &mut is_changed)) {
            Ok(value) => is_changed.then(|| value.unwrap_or(Json::Null).to_string()),
            Err(_) => self.text(text),
        }
    }

    /// A text with a mark in the place of each that names them; nothing where none does.
    pub fn text(&self, text: &str) -> Option<String> {
        let mut rewritten: Option<String> = None;
        for value in &self.values {
            let source = rewritten.as_deref().unwrap_or(text);
            rewritten = replaced(source, value).or(rewritten);
        }
        rewritten
    }
}

/// How many objects a list of people has, in whatever it is wrapped.
fn people(value: &Json) -> usize {
    match value {
        Json::Array(elements) => elements.len(),
        Json::Object(members) => members.values().map(people).sum(),
        _ => 0,
    }
}

/// A text with the mark where `value` stands in it, in whatever case, and is no part of a longer word; nothing where it
/// does not.
fn replaced(text: &str, value: &str) -> Option<String> {
    let (mut rewritten, mut copied) = (String::new(), 0);
    let mut from = 0;
    while let Some(at) = position(text, value, from) {
        let end = at + value.len();
        let (before, after) = (text[..at].chars().next_back(), &text[end..]);
        if !leads_on(before) && !follows(after) {
            rewritten.push_str(&text[copied..at]);
            rewritten.push_str(MARK);
            copied = end;
            from = end;
        } else {
            from = at + text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    (copied > 0).then(|| rewritten + &text[copied..])
}

/// Where `value` stands in a text from `from` on; ASCII letters in either case.
fn position(text: &str, value: &str, from: usize) -> Option<usize> {
    let (text, value) = (text.as_bytes(), value.as_bytes());
    let first = value.first()?.to_ascii_lowercase();
    let last = text.len().checked_sub(value.len())?;
    (from..=last).find(|&at| {
        text[at].to_ascii_lowercase() == first && text[at..at + value.len()].eq_ignore_ascii_case(value)
    })
}

/// Whether a word that goes on behind this character began before it.
fn leads_on(before: Option<char>) -> bool {
    before.is_some_and(|character| character.is_alphanumeric() || "._%+-".contains(character))
}

/// Whether a word goes on here.
fn follows(after: &str) -> bool {
    let mut characters = after.chars();
    match characters.next() {
        Some('.' | '-') => characters.next().is_some_and(char::is_alphanumeric),
        Some(character) => character.is_alphanumeric(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: Words = Words {
        naming: &["id", "intercom_user_id"],
        about: &["contact"],
        author: "author",
        everybody: "contacts",
        kept: &["id"],
        beginning: ("source", "title"),
    };

    fn stripped(forgotten: &Forgotten, list: Option<&str>, answer: &str) -> String {
        String::from_utf8(forgotten.documents(list, answer.as_bytes().to_vec())).unwrap()
    }

    #[test]
    fn what_is_theirs_goes_and_all_else_stays_byte_for_byte() {
        let values = vec!["ada@example.com".to_owned(), "Ada Lovelace".to_owned()];
        let known = Forgotten::known(&WORDS, ["p1".to_owned()], values);
        let salt = Salt::new(b"sixteen bytes and more").unwrap();
        let digests = HashSet::from([Forgotten::digest(&salt, "p1")]);
        let remembered = Forgotten::remembered(&WORDS, salt, digests);
        for (list, answer, expected) in [
            (
                Some("data"),
                r#"{"data": [{"id":"p1"}, {"id":"p2", "n":1.50}], "total_count":2}"#,
                r#"{"data": [{"id":"p2", "n":1.50}], "total_count":2}"#,
            ),
            (Some("data"), r#"{"data":[{"id":"p1"}],"pages":{}}"#, r#"{"data":[],"pages":{}}"#),
            (None, r#"{"id":"p1","name":"x"}"#, "[]"),
            (None, r#" {"id":"p2", "owner":1e400} "#, r#" {"id":"p2", "owner":1e400} "#),
            // What is about them.
            (
                None,
                r#"[{"id":"n1","contact":{"id":"p1"}},{"id":"n2","contact":{"id":"p2"}}]"#,
                r#"[{"id":"n2","contact":{"id":"p2"}}]"#,
            ),
            (None, r#"[{"event_name":"e","intercom_user_id":"p1"}]"#, "[]"),
            (None, r#"{"id":"c","contacts":{"contacts":[{"id":"p1"}]}}"#, "[]"),
            (
                None,
                r#"{"id":"c","contacts":{"contacts":[]},"title":"t"}"#,
                r#"{"id":"c","contacts":{"contacts":[]},"title":"t"}"#,
            ),
            // What they wrote, and their name elsewhere.
            (
                None,
                r#"{"id":"c","contacts":{"contacts":[{"id":"p1"},{"id":"p2"}]},"title":"t","source":{"id":"s","body":"b","author":{"id":"p1"}}}"#,
                r#"{"contacts":{"contacts":[{"id":"p2"}]},"id":"c","source":{"id":"s"}}"#,
            ),
            (
                None,
                r#"{"id":"c","parts":[{"id":"1","body":"b","n":2,"author":{"id":"p1"},"attachments":[{"url":"u"}]},{"id":"2","body":"c","author":{"id":"a"}}]}"#,
                r#"{"id":"c","parts":[{"id":"1","n":2},{"author":{"id":"a"},"body":"c","id":"2"}]}"#,
            ),
            (
                None,
                r#"{"id":"c","rating":{"remark":"r","contact":{"id":"p1"}},"assignee":"p1"}"#,
                r#"{"id":"c"}"#,
            ),
        ] {
            assert_eq!(stripped(&known, list, answer), expected, "{answer}");
            assert_eq!(stripped(&remembered, list, answer), expected, "by its hash: {answer}");
        }
        assert_eq!(stripped(&known, None, "{broken"), "\"an answer that could not be read\"");
        let twice = r#"{"data":[{"id":"p1"}],"data":[]}"#;
        assert_eq!(stripped(&known, Some("data"), twice), "\"an answer that could not be read\"");
        assert_eq!(known.fragment(br#"[{"id":"t","by":{"id":"p1"}}]"#.to_vec()), br#"[{"id":"t"}]"#);
    }

    #[test]
    fn a_name_goes_from_texts_and_is_not_looked_for_in_longer_words() {
        let values = vec!["ada@example.com".to_owned(), "Ada Lovelace".to_owned()];
        let known = Forgotten::known(&WORDS, [], values);
        for (text, expected) in [
            ("write to ADA@example.com.", Some("write to [forgotten].")),
            ("<b>Ada Lovelace</b>, ada@example.com", Some("<b>[forgotten]</b>, [forgotten]")),
            ("canada@example.com", None),
            ("x.ada@example.com", None),
            ("ada@example.com.au", None),
            ("ada@example.community", None),
            ("Ada Lovelaces", None),
            ("größeada@example.com and ada@example.com", Some("größeada@example.com and [forgotten]")),
            ("", None),
        ] {
            assert_eq!(known.text(text).as_deref(), expected, "{text}");
        }
    }
}
