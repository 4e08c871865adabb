//! Running text: names, subjects, HTML bodies.

use super::draw::Draw;
use super::vocabulary::{COMPANY, COMPANY_FORM, FAMILY, GIVEN, WORDS};

/// A person's name.
pub(crate) fn person(draw: &mut Draw) -> String {
    match draw.below(40) {
        0 => draw.pick(GIVEN).to_owned(),
        1 => format!("{} {} 😀", draw.pick(GIVEN), draw.pick(FAMILY)),
        2 => format!("  {}  {}", draw.pick(GIVEN), draw.pick(FAMILY)),
        _ => format!("{} {}", draw.pick(GIVEN), draw.pick(FAMILY)),
    }
}

/// A company's name.
pub(crate) fn company(draw: &mut Draw) -> String {
    format!("{} {} {}", draw.pick(COMPANY), draw.pick(COMPANY_FORM), draw.below(1_000))
}

/// Some words in a row.
pub(crate) fn words(draw: &mut Draw, low: i64, high: i64) -> String {
    let count = draw.between(low, high);
    let mut text = String::new();
    for position in 0..count {
        if position > 0 {
            text.push(' ');
        }
        text.push_str(draw.pick(WORDS));
    }
    text
}

/// An HTML body, mostly a paragraph, sometimes long.
pub(crate) fn body(draw: &mut Draw) -> String {
    match draw.below(20) {
        0 => format!(
            "<p>{}</p>\n<ul><li>{}</li><li>{}</li></ul>",
            words(draw, 3, 9),
            words(draw, 1, 4),
            words(draw, 1, 4)
        ),
        1 => format!(
            "<p>{}</p><div class=\"intercom-container\"><img src=\"https://downloads.simulated.example/i/o/{:x}/a.png\"></div>",
            words(draw, 2, 6),
            draw.bits()
        ),
        2 => format!("<p dir=\"rtl\">مرحبا، {} שלום!</p>", words(draw, 2, 6)),
        3 => {
            let paragraphs = draw.between(4, 12);
            (0..paragraphs).map(|_| format!("<p>{}.</p>\n", words(draw, 20, 60))).collect()
        }
        4 => format!("<p>{}<br>“{}” — 'ok'; \\n</p>", words(draw, 2, 6), words(draw, 2, 6)),
        _ => format!("<p>{}</p>", words(draw, 4, 24)),
    }
}
