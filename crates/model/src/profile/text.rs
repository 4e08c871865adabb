//! Advice as a rule file.

use super::advice::Advice;
use std::fmt::Write;

/// Writing to a `String` cannot fail; this says so once.
const INTO_STRING: &str = "writing to a string does not fail";

/// The rule file for a resource of which `count` documents were seen.
pub(super) fn file(resource: &str, count: u64, advice: &[Advice]) -> String {
    let resource = key(resource);
    let mut text = format!(
        "# Suggested from {count} documents. A path without a rule is left to the automatic choice.\n"
    );
    for Advice { path, rule, reasons } in advice {
        let reasons = reasons.join("; ");
        match (path.is_empty(), rule) {
            (true, rule) => {
                let rule = rule.as_ref().map(|rule| format!("{rule}\n")).unwrap_or_default();
                write!(text, "\n# {reasons}\n[{resource}]\n{rule}\n[{resource}.paths]\n")
            }
            (false, Some(rule)) => write!(text, "# {reasons}\n{} = {rule}\n", quoted(path)),
            (false, None) => writeln!(text, "# {}: {reasons}", quoted(path)),
        }
        .expect(INTO_STRING);
    }
    text
}

/// A key of a TOML table: bare where it may be.
fn key(name: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !name.is_empty() && name.bytes().all(is_bare) { name.to_owned() } else { quoted(name) }
}

/// Any text as a TOML string of one line.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            control if control.is_control() => {
                write!(quoted, "\\u{:04X}", u32::from(control)).expect(INTO_STRING);
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
