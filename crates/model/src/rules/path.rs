//! Paths: how a place in a document is written.
//!
//! Members are joined by `.`; a `.`, `*`, `[` or `\` that belongs to a member's name is escaped with `\`, and the empty
//! name is written `\e`; so is a `[=` that a name begins with. `*` alone stands for any member. A list is passed through silently (`tags.id` is the `id` of each tag); `[]` names the element
//! itself, for lists whose elements are scalars (`admin_ids.[]`) or lists. In the paths of tables, `[=KIND]` names the
//! elements of one kind of a list that is split by kind; rules do not tell them apart.

use std::fmt;

/// The segment that names the elements of a list.
pub const ELEMENT: &str = "[]";

/// How the segment of a kind begins and ends.
const KIND: (&str, &str) = ("[=", "]");

/// One step of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// This member.
    Member(String),
    /// Any member.
    Any,
    /// An element of the list.
    Element,
    /// An element of this kind, of a list that is split by kind.
    Kind(String),
}

/// A parsed path or pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The steps from the document's root.
    pub segments: Vec<Segment>,
}

impl Path {
    /// Reads a path as written in a rule file.
    ///
    /// # Errors
    /// In words, when a step is empty, or an escape is unfinished or unknown.
    pub fn parse(text: &str) -> Result<Path, String> {
        let is_plain = !text.bytes().any(|byte| matches!(byte, b'\\' | b'*' | b'['));
        if is_plain && text.split('.').all(|name| !name.is_empty()) {
            let segments = text.split('.').map(|name| Segment::Member(name.to_owned())).collect();
            return Ok(Path { segments });
        }
        let mut segments = Vec::new();
        let mut current = String::new();
        let mut escaped = false;
        let mut literal = false;
        let mut close = |current: &mut String, literal: &mut bool| {
            if current.is_empty() && !*literal {
                return Err(format!("the path `{text}` has an empty step"));
            }
            let name = std::mem::take(current);
            segments.push(match name.as_str() {
                "*" if !*literal => Segment::Any,
                ELEMENT if !*literal => Segment::Element,
                _ if !*literal => {
                    match name.strip_prefix(KIND.0).and_then(|rest| rest.strip_suffix(KIND.1)) {
                        Some(kind) => Segment::Kind(kind.to_owned()),
                        None => Segment::Member(name),
                    }
                }
                _ => Segment::Member(name),
            });
            *literal = false;
            Ok(())
        };
        for character in text.chars() {
            match character {
                'e' if escaped => escaped = false,
                '.' | '*' | '[' | '\\' if escaped => {
                    current.push(character);
                    escaped = false;
                }
                _ if escaped => {
                    return Err(format!("the path `{text}` has the unknown escape `\\{character}`"));
                }
                '\\' => {
                    escaped = true;
                    literal |= current.is_empty();
                }
                '.' => close(&mut current, &mut literal)?,
                _ => current.push(character),
            }
        }
        if escaped {
            return Err(format!("the path `{text}` ends in an unfinished escape"));
        }
        close(&mut current, &mut literal)?;
        Ok(Path { segments })
    }
}

impl fmt::Display for Path {
    /// The path as [`member_of`] and [`element_of`] write it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, segment) in self.segments.iter().enumerate() {
            formatter.write_str(if place > 0 { "." } else { "" })?;
            match segment {
                Segment::Any => formatter.write_str("*")?,
                Segment::Element => formatter.write_str(ELEMENT)?,
                Segment::Kind(kind) => formatter.write_str(&kind_step(kind))?,
                Segment::Member(name) => formatter.write_str(&escape(name))?,
            }
        }
        Ok(())
    }
}

/// A member's name as a step of a path.
pub fn escape(member: &str) -> String {
    if member.is_empty() {
        return "\\e".to_owned();
    }
    let is_special = member == "*" || member == ELEMENT || member.starts_with(KIND.0);
    let mut escaped = String::with_capacity(member.len());
    escaped.push_str(if is_special { "\\" } else { "" });
    for character in member.chars() {
        if matches!(character, '.' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// The path of the member `name` of what stands at `parent`.
pub fn member_of(parent: &str, name: &str) -> String {
    let step = escape(name);
    if parent.is_empty() { step } else { format!("{parent}.{step}") }
}

/// A kind of elements as a step of a path.
fn kind_step(kind: &str) -> String {
    format!("{}{}{}", KIND.0, kind.replace('\\', "\\\\").replace('.', "\\."), KIND.1)
}

/// The path of the elements of one kind of the list at `parent`.
pub fn kind_of(parent: &str, kind: &str) -> String {
    format!("{parent}.{}", kind_step(kind))
}

/// The path of the elements of the list at `parent`.
pub fn element_of(parent: &str) -> String {
    format!("{parent}.{ELEMENT}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_of_any_name_survives_being_written_as_a_path() {
        for member in [
            "plain",
            "a.b",
            "*",
            "**",
            "back\\slash",
            "\\.",
            "[x]",
            "[]",
            "[=x]",
            "[=",
            "[=a.b]",
            "",
            "e",
            "naïve 🎉",
            ".",
        ] {
            let path = Path::parse(&member_of("outer", member)).unwrap();
            assert_eq!(
                path.segments,
                [Segment::Member("outer".to_owned()), Segment::Member(member.to_owned())],
                "{member:?}"
            );
        }
    }

    #[test]
    fn a_kind_of_any_name_survives_being_written_as_a_path() {
        for kind in ["note", "a.b", "\\", "]", "=", "[=x]", " "] {
            let path = Path::parse(&kind_of("outer", kind)).unwrap();
            assert_eq!(path.segments[1..], [Segment::Kind(kind.to_owned())], "{kind:?}");
            assert_eq!(path.to_string(), kind_of("outer", kind));
        }
    }

    #[test]
    fn a_star_alone_stands_for_any_member_and_brackets_for_the_element() {
        assert_eq!(
            Path::parse("a.[]").unwrap().segments,
            [Segment::Member("a".to_owned()), Segment::Element]
        );
        assert_eq!(Path::parse("a.*").unwrap().segments, [Segment::Member("a".to_owned()), Segment::Any]);
    }

    #[test]
    fn a_malformed_path_is_refused_with_the_reason() {
        for (text, reason) in [
            ("", "empty step"),
            ("a..b", "empty step"),
            ("a.", "empty step"),
            ("a\\", "escape"),
            ("a\\n", "unknown escape"),
        ] {
            assert!(Path::parse(text).unwrap_err().contains(reason), "{text:?}");
        }
    }
}
