//! Values that must not be stored as they are: hashed, masked, cut or left out in a document's text, before anything else is
//! done with it. All other bytes stay as they are.

mod rewrite;

use crate::forget::Forgotten;
use crate::json::{JsonError, records, records_at};
use crate::plan::RuleLookup;
use crate::rules::path::{Path, Segment};
use crate::rules::{PathRule, Protect, ResourceRules, Rules};
use hmac::{Hmac, KeyInit, Mac};
use rewrite::Rewriter;
use sha2::Sha256;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use thiserror::Error;

/// How many bytes a salt has at least.
pub const SALT_BYTES_MIN: usize = 16;
/// What takes the place of an answer that cannot be read, so that nothing of it is stored.
const UNREADABLE: &[u8] = b"\"an answer that could not be read\"";

/// Why values cannot be protected.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProtectError {
    /// A rule hashes, and there is no secret to do it with.
    #[error("the rule for `{resource}.{path}` hashes, and there is no salt")]
    NoSalt {
        /// The resource.
        resource: String,
        /// The path.
        path: String,
    },
    /// A salt that can be guessed.
    #[error("the salt has {bytes} bytes, and needs {SALT_BYTES_MIN} at least")]
    ShortSalt {
        /// How many it has.
        bytes: usize,
    },
}

/// The secret that goes into hashes: without it, nobody can tell which value a hash stands for by trying.
#[derive(Clone)]
pub struct Salt(Vec<u8>);

impl Salt {
    /// A salt.
    ///
    /// # Errors
    /// [`ProtectError::ShortSalt`].
    pub fn new(secret: &[u8]) -> Result<Salt, ProtectError> {
        if secret.len() < SALT_BYTES_MIN {
            return Err(ProtectError::ShortSalt { bytes: secret.len() });
        }
        Ok(Salt(secret.to_vec()))
    }

    /// HMAC-SHA-256 (RFC 2104) of a text, in hexadecimal digits.
    pub(crate) fn hash(&self, text: &str) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            unreachable!("any length is a key")
        };
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Salt(…)")
    }
}

/// A rule that protects.
#[derive(Debug)]
struct Pattern {
    /// The steps to the value, without those to elements.
    steps: Vec<Segment>,
    protect: Protect,
    /// Values that mean nothing is there; they stay.
    null_words: Vec<String>,
}

/// What is protected in the documents of one resource.
#[derive(Debug)]
pub struct Protection {
    /// The more specific first.
    patterns: Vec<Pattern>,
    lookup: RuleLookup,
    unwraps: bool,
    salt: Option<Salt>,
}

impl Protection {
    /// What the rules of `resource` protect; `None` where nothing is.
    ///
    /// # Errors
    /// [`ProtectError::NoSalt`] where a rule hashes and there is none.
    pub fn new(
        resource: &str,
        rules: &ResourceRules,
        salt: Option<&Salt>,
    ) -> Result<Option<Protection>, ProtectError> {
        let mut patterns = Vec::new();
        for (text, rule) in &rules.paths {
            let (Some(protect), Ok(path)) = (rule.protect, Path::parse(text)) else { continue };
            if protect == Protect::Hash && salt.is_none() {
                return Err(ProtectError::NoSalt { resource: resource.to_owned(), path: text.clone() });
            }
            let steps = path.segments.into_iter().filter(|step| *step != Segment::Element).collect();
            patterns.push(Pattern { steps, protect, null_words: rule.null_if.clone().unwrap_or_default() });
        }
        patterns.extend(older_names(rules, &patterns));
        let names = |pattern: &Pattern| pattern.steps.iter().filter(|step| **step != Segment::Any).count();
        patterns.sort_by_key(|pattern| std::cmp::Reverse(names(pattern)));
        Ok((!patterns.is_empty()).then(|| Protection {
            patterns,
            lookup: RuleLookup::new(rules),
            unwraps: rules.unwrap_envelopes == Some(true),
            salt: salt.cloned(),
        }))
    }

    /// The document with its values protected.
    ///
    /// # Errors
    /// When it is no JSON.
    pub fn document<'d>(&self, document: &'d [u8]) -> Result<Cow<'d, [u8]>, JsonError> {
        self.value("", document)
    }

    /// The value that stands at `path` of a document, protected.
    fn value<'d>(&self, path: &str, value: &'d [u8]) -> Result<Cow<'d, [u8]>, JsonError> {
        Rewriter::new(self, value)?.rewritten(path)
    }
}

/// The older names of what is protected.
fn older_names(rules: &ResourceRules, patterns: &[Pattern]) -> Vec<Pattern> {
    let lookup = RuleLookup::new(rules);
    let protected = |(text, rule): (&String, &PathRule)| {
        let newer = rule.same_as.as_deref()?;
        let protect = lookup.protection(newer)?;
        let newer = Path::parse(newer).ok()?.segments;
        let pattern = patterns.iter().find(|pattern| pattern.steps == newer);
        let null_words = pattern.map(|pattern| pattern.null_words.clone()).unwrap_or_default();
        Some(Pattern { steps: Path::parse(text).ok()?.segments, protect, null_words })
    };
    rules.paths.iter().filter_map(protected).collect()
}

/// What is protected in the documents of all resources, and who is to be forgotten.
#[derive(Debug, Default)]
pub struct Protections {
    by_resource: BTreeMap<String, Protection>,
    forgotten: Vec<Forgotten>,
}

impl Protections {
    /// What the rules protect.
    ///
    /// # Errors
    /// [`ProtectError::NoSalt`] where a rule hashes and there is none.
    pub fn new(rules: &Rules, salt: Option<&Salt>) -> Result<Protections, ProtectError> {
        let mut protections = BTreeMap::new();
        for (resource, rules) in &rules.resources {
            if let Some(protection) = Protection::new(resource, rules, salt)? {
                protections.insert(resource.clone(), protection);
            }
        }
        Ok(Protections { by_resource: protections, forgotten: Vec::new() })
    }

    /// The same, and nothing is stored of these people, whom each destination remembers in its own way.
    #[must_use]
    pub fn forgetting(self, forgotten: Vec<Forgotten>) -> Protections {
        Protections { forgotten, ..self }
    }

    /// What is remembered of somebody by the id, if that person is to be forgotten.
    pub fn forgotten(&self, id: &str) -> Option<String> {
        self.forgotten.iter().find_map(|forgotten| forgotten.person(id))
    }

    /// An answer whose records are documents of `resource`, in the list under `list` or as [`records`] finds them without,
    /// protected. Where several members are called so, the last counts, and all are protected. Of an answer that cannot be
    /// read nothing is left.
    pub fn documents(&self, resource: &str, list: Option<&str>, answer: Vec<u8>) -> Vec<u8> {
        let answer = self.forgotten.iter().fold(answer, |answer, them| them.documents(list, answer));
        let Some(protection) = self.by_resource.get(resource) else { return answer };
        let found = match list {
            None => records(&answer, None).map(Option::unwrap_or_default),
            Some(list) => records_at(&answer, &[list.to_owned()]),
        };
        let Ok(found) = found else { return UNREADABLE.to_vec() };
        let mut protected = Vec::with_capacity(answer.len());
        let mut copied = 0;
        for range in found {
            let Ok(record) = protection.document(&answer[range.clone()]) else { return UNREADABLE.to_vec() };
            protected.extend_from_slice(&answer[copied..range.start]);
            protected.extend_from_slice(&record);
            copied = range.end;
        }
        protected.extend_from_slice(&answer[copied..]);
        protected
    }

    /// An answer that is what stands at `path` of a record of `resource`, protected. Of one that cannot be read nothing is
    /// left.
    pub fn fragment(&self, resource: &str, path: &str, answer: Vec<u8>) -> Vec<u8> {
        let answer = self.forgotten.iter().fold(answer, |answer, them| them.fragment(answer));
        let Some(protection) = self.by_resource.get(resource) else { return answer };
        match protection.value(path, &answer) {
            Ok(Cow::Borrowed(_)) => answer,
            Ok(Cow::Owned(protected)) => protected,
            Err(_) => UNREADABLE.to_vec(),
        }
    }
}
