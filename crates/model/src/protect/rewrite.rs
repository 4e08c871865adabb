//! Rewriting a document's text: protected values are replaced where they stand.

use super::{Pattern, Protection};
use crate::json::{JsonError, decoded, elements, member_ranges, utf8, value_end};
use crate::rules::path::{Path, Segment, element_of, member_of};
use crate::rules::{PathRule, Protect, Strategy};
use crate::shred::list_member;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// What takes the place of a masked value.
const MASK: &str = "***";

/// Takes a value that stands in another: where, and as which member.
type Take<'t, R> = dyn FnMut(&mut R, Range<usize>, &Place, Option<&str>) -> Result<(), JsonError> + 't;

/// Where a value stands.
#[derive(Debug, Clone)]
struct Place {
    /// Its path, as in rules.
    path: String,
    /// What its members' paths begin with.
    member_path: String,
    /// Whether it is kept as JSON, where nothing is a wrapper, whatever it looks like.
    is_whole: bool,
}

impl Place {
    /// The place at `path`.
    fn at(path: String, is_whole: bool) -> Place {
        Place { member_path: path.clone(), path, is_whole }
    }

    /// The member `name` of an object here.
    fn member(&self, name: &str) -> Place {
        Place::at(member_of(&self.member_path, name), self.is_whole)
    }

    /// The elements of a list here.
    fn element(&self) -> Place {
        Place { path: element_of(&self.path), member_path: self.path.clone(), is_whole: self.is_whole }
    }
}

/// A text while it is rewritten.
pub(super) struct Rewriter<'p, 'd> {
    protection: &'p Protection,
    text: &'d str,
    written: String,
    /// Up to where the text has been written.
    copied: usize,
}

impl<'p, 'd> Rewriter<'p, 'd> {
    /// A rewriter of `source`.
    pub(super) fn new(protection: &'p Protection, source: &'d [u8]) -> Result<Rewriter<'p, 'd>, JsonError> {
        Ok(Rewriter { protection, text: utf8(source)?, written: String::new(), copied: 0 })
    }

    /// The text, which is the value at `path` of a document, with its values protected.
    pub(super) fn rewritten(mut self, path: &str) -> Result<Cow<'d, [u8]>, JsonError> {
        let start = self.text.len() - self.text.trim_ascii_start().len();
        let whole = start..value_end(self.text, start)?;
        let steps = Path::parse(path).map(|path| path.segments).unwrap_or_default();
        let mut patterns: Vec<&Pattern> = self.protection.patterns.iter().collect();
        for (depth, step) in steps.iter().enumerate() {
            patterns.retain(|pattern| leads_through(pattern, depth, step));
        }
        self.found(whole, &Place::at(path.to_owned(), false), steps.len(), &patterns)?;
        if self.copied == 0 && self.written.is_empty() {
            return Ok(Cow::Borrowed(self.text.as_bytes()));
        }
        self.written.push_str(&self.text[self.copied..]);
        Ok(Cow::Owned(self.written.into_bytes()))
    }

    /// Takes a value to which `depth` steps of these patterns lead.
    fn found(
        &mut self,
        range: Range<usize>,
        place: &Place,
        depth: usize,
        patterns: &[&'p Pattern],
    ) -> Result<(), JsonError> {
        match patterns.iter().find(|pattern| pattern.steps.len() == depth && depth > 0) {
            Some(pattern) => self.protect(range, place, pattern),
            None if patterns.is_empty() => Ok(()),
            None => self.inside(range, place, &mut |rewriter, range, inner, name| match name {
                None => rewriter.found(range, inner, depth, patterns),
                Some(name) => {
                    let step = Segment::Member(name.to_owned());
                    let leading: Vec<&Pattern> = (patterns.iter().copied())
                        .filter(|pattern| leads_through(pattern, depth, &step))
                        .collect();
                    rewriter.found(range, inner, depth + 1, &leading)
                }
            }),
        }
    }

    /// Hands over what stands in the value at `place`: the members of an object with their names, the elements of a list
    /// without; of an object that merely wraps a list, that list as if it stood there itself, and then the other members,
    /// but for what says how much of the list there is.
    fn inside(
        &mut self,
        range: Range<usize>,
        place: &Place,
        take: &mut Take<'_, Self>,
    ) -> Result<(), JsonError> {
        match self.text.as_bytes().get(range.start) {
            Some(b'{') => {
                let wrapped = self.wrapped(place, &self.text[range.clone()]);
                let is_list = !place.is_whole && self.rule(place).names.is_some();
                for member in member_ranges(self.text, range.start) {
                    let (name, value) = member?;
                    let name = decoded(&self.text[name]);
                    match &wrapped {
                        None if is_list => take(self, value, &place.element(), None)?,
                        None => take(self, value, &place.member(&name), Some(&name))?,
                        Some(lists) if lists.iter().any(|list| *list == name) => {
                            take(self, value, place, None)?
                        }
                        Some(_) if tells_of_list(&name, &self.text[value.clone()]) => {}
                        Some(_) => take(self, value, &place.member(&name), Some(&name))?,
                    }
                }
                Ok(())
            }
            Some(b'[') => {
                let element = place.element();
                elements(self.text, range.start)?
                    .into_iter()
                    .try_for_each(|at| take(self, at, &element, None))
            }
            Some(_) if !place.is_whole => match self.rule(place).scalar.clone() {
                Some(member) => take(self, range, &place.member(&member), Some(&member)),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// The rule in force at a place.
    fn rule(&self, place: &Place) -> Arc<PathRule> {
        self.protection.lookup.rule(&place.path)
    }

    /// The members that may hold the list, if the object at `place` merely wraps one.
    fn wrapped(&self, place: &Place, object: &str) -> Option<Vec<String>> {
        if place.is_whole {
            return None;
        }
        let rule = self.protection.lookup.rule(&place.path);
        if let Some(envelope) = &rule.envelope {
            return Some(envelope.clone());
        }
        let detects = self.protection.unwraps && rule.strategy.is_none() && !place.path.is_empty();
        let list = if detects { list_member(object) } else { None };
        list.map(|list| vec![String::from(list)])
    }

    /// Protects the value at `place`, and everything in it.
    fn protect(&mut self, range: Range<usize>, place: &Place, pattern: &Pattern) -> Result<(), JsonError> {
        let source = &self.text[range.clone()];
        if pattern.protect == Protect::Omit {
            self.replace(range, "null");
            return Ok(());
        }
        if source.starts_with(['{', '[']) {
            let whole = self.protection.lookup.rule(&place.path).strategy == Some(Strategy::Json);
            let place = Place { is_whole: place.is_whole || whole, ..place.clone() };
            return self.inside(range, &place, &mut |rewriter, range, inner, _| {
                rewriter.protect(range, inner, pattern)
            });
        }
        let text = match source.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(content) => decoded(content),
            None => Cow::Borrowed(source),
        };
        if source == "null" || pattern.null_words.iter().any(|word| *word == text) {
            return Ok(());
        }
        let protected = match (pattern.protect, &self.protection.salt) {
            (Protect::Hash, Some(salt)) => salt.hash(&text),
            (Protect::Truncate(characters), _) => text.chars().take(characters).collect(),
            _ => MASK.to_owned(),
        };
        self.replace(range, &serde_json::Value::String(protected).to_string());
        Ok(())
    }

    /// Puts `value` in the place of what stands at `range`.
    fn replace(&mut self, range: Range<usize>, value: &str) {
        self.written.push_str(&self.text[self.copied..range.start]);
        self.written.push_str(value);
        self.copied = range.end;
    }
}

/// Whether a member of an object that wraps a list says what it is, or how much of the list it shows. Without that, what
/// is stored could not be read as the list it is.
fn tells_of_list(name: &str, value: &str) -> bool {
    match name {
        "type" => value.strip_prefix('"').is_some_and(|rest| rest.ends_with("list\"")),
        "has_more" => matches!(value, "true" | "false"),
        "total_count" => value.bytes().all(|byte| byte.is_ascii_digit()),
        _ => false,
    }
}

/// Whether the pattern's step at `depth` is, or stands for, this one, so that it leads on.
fn leads_through(pattern: &Pattern, depth: usize, step: &Segment) -> bool {
    match (pattern.steps.get(depth), step) {
        (Some(Segment::Any), Segment::Member(_)) => true,
        (Some(known), step) => known == step,
        (None, _) => false,
    }
}
