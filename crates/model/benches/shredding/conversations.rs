//! Conversations as the API gives them by id: some 6.5 KB each, heavy-tailed, with HTML bodies.

use std::fmt::Write;

/// Words that bodies are made of.
const WORDS: [&str; 32] = [
    "hello",
    "thanks",
    "the",
    "order",
    "is",
    "still",
    "not",
    "here",
    "could",
    "you",
    "please",
    "check",
    "invoice",
    "Größe",
    "account",
    "since",
    "yesterday",
    "https://example.com/help/articles/42",
    "regards",
    "🎉",
    "subscription",
    "we",
    "refund",
    "and",
    "then",
    "nothing",
    "happened",
    "for",
    "days",
    "when",
    "I",
    "looked",
];

/// A small seeded generator of numbers (xorshift with a multiplier).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    }

    /// Whether something of `percent` per cent probability happens.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// 24 hexadecimal digits.
    pub(crate) fn id(&mut self) -> String {
        format!("{:08x}{:08x}{:08x}", self.below(1 << 31), self.below(1 << 31), self.below(1 << 31))
    }

    /// An HTML body of so many words, as JSON string content.
    fn body(&mut self, words: u64) -> String {
        let mut body = String::from("<p class=\\\"no-margin\\\">");
        for place in 0..words {
            body.push_str(WORDS[self.below(WORDS.len() as u64) as usize]);
            body.push_str(match place % 23 {
                11 => ".</p>\\n<p class=\\\"no-margin\\\">",
                22 => ", <b>and</b> ",
                _ => " ",
            });
        }
        body.push_str("</p>");
        body
    }
}

/// Conversations of `total_bytes` together, the last of which goes beyond that.
pub(crate) fn generate(total_bytes: usize) -> impl Iterator<Item = Vec<u8>> {
    let mut dice = Dice(0x5EED_2026);
    let mut bytes = 0;
    (0..).map_while(move |number| {
        let document = (bytes < total_bytes).then(|| conversation(&mut dice, number).into_bytes())?;
        bytes += document.len();
        Some(document)
    })
}

/// One conversation.
fn conversation(dice: &mut Dice, number: u64) -> String {
    let created = 1_600_000_000 + dice.below(150_000_000);
    let mut text = String::with_capacity(8_192);
    let body = {
        let words = 8 + dice.below(80);
        dice.body(words)
    };
    let (contact, admin) = (dice.id(), 1_000 + dice.below(400));
    let _ = write!(
        text,
        r#"{{"type":"conversation","id":"{number}","created_at":{created},"updated_at":{},"waiting_since":{},"snoozed_until":null,"source":{{"type":"email","id":"{}","delivered_as":"customer_initiated","subject":"<p>{}</p>","body":"{body}","author":{{"type":"user","id":"{contact}","name":"Ann {number}","email":"ann{number}@example.com"}},"attachments":[{}],"url":null,"redacted":false}},"contacts":{{"type":"contact.list","contacts":[{{"type":"contact","id":"{contact}","external_id":"u-{number}"}}]}},"first_contact_reply":{{"created_at":{created},"type":"email","url":null}},"admin_assignee_id":{admin},"team_assignee_id":{},"open":{},"state":"closed","read":true,"#,
        created + 5_000,
        created + 900,
        dice.below(1 << 30),
        WORDS[dice.below(WORDS.len() as u64) as usize],
        attachments(dice),
        dice.below(20),
        dice.chance(30),
    );
    let _ = write!(
        text,
        r#""tags":{{"type":"tag.list","tags":[{}]}},"priority":"not_priority","sla_applied":null,"statistics":{},"conversation_rating":{},"teammates":{{"type":"admin.list","admins":[{{"type":"admin","id":"{admin}"}}]}},"title":null,"custom_attributes":{{{}}},"topics":{{}},"ticket":null,"linked_objects":{{"type":"list","data":[{}],"total_count":0,"has_more":false}},"ai_agent":null,"ai_agent_participated":false,"#,
        tags(dice),
        statistics(dice, created),
        rating(dice, created, &contact),
        custom_attributes(dice),
        if dice.chance(8) { r#"{"type":"ticket","id":"77","category":"Customer"}"# } else { "" },
    );
    let tail = dice.below(100);
    let count = match tail {
        0..75 => 1 + dice.below(5),
        75..98 => 4 + dice.below(10),
        _ => 20 + dice.below(50),
    };
    let parts: Vec<String> =
        (0..count).map(|place| part(dice, number * 1_000 + place, created, &contact)).collect();
    let _ = write!(
        text,
        r#""conversation_parts":{{"type":"conversation_part.list","conversation_parts":[{}],"total_count":{count}}}}}"#,
        parts.join(","),
    );
    text
}

/// One part.
fn part(dice: &mut Dice, id: u64, created: u64, contact: &str) -> String {
    let body = if dice.chance(65) {
        let words = 4 + dice.below(70);
        format!("\"{}\"", dice.body(words))
    } else {
        "null".to_owned()
    };
    let assigned = if dice.chance(20) { r#"{"type":"admin","id":"1007"}"# } else { "null" };
    let author = if dice.chance(50) {
        format!(r#"{{"id":"{contact}","type":"user","name":"Ann","email":"ann@example.com"}}"#)
    } else {
        r#"{"id":"1007","type":"admin","name":"Bea Müller","email":"bea@example.com"}"#.to_owned()
    };
    let at = created + id % 1_000 * 60;
    format!(
        r#"{{"type":"conversation_part","id":"{id}","part_type":"comment","body":{body},"created_at":{at},"updated_at":{at},"notified_at":{at},"assigned_to":{assigned},"author":{author},"attachments":[{}],"external_id":null,"redacted":false,"email_message_metadata":null,"metadata":{{}},"state":"open","tags":{{"type":"tag.list","tags":[{}]}},"event_details":{{}},"app_package_code":null}}"#,
        attachments(dice),
        if dice.chance(5) { tags(dice) } else { String::new() },
    )
}

/// Attachments, mostly none.
fn attachments(dice: &mut Dice) -> String {
    if !dice.chance(12) {
        return String::new();
    }
    format!(
        r#"{{"type":"upload","name":"file{}.png","url":"https://downloads.example.com/i/o/{}/{}?expires=1719503600&signature=9b8c","content_type":"image/png","filesize":{},"width":1024,"height":768}}"#,
        dice.below(100),
        dice.below(1 << 30),
        dice.id(),
        dice.below(1 << 22),
    )
}

/// Tags.
fn tags(dice: &mut Dice) -> String {
    let tag = |id: u64| {
        format!(
            r#"{{"type":"tag","id":"{id}","name":"Tag {id}","applied_at":1663597223,"applied_by":{{"type":"admin","id":"1007"}}}}"#
        )
    };
    let tags: Vec<String> = (0..dice.below(4)).map(|place| tag(place * 100 + dice.below(100))).collect();
    tags.join(",")
}

/// A rating, for some.
fn rating(dice: &mut Dice, created: u64, contact: &str) -> String {
    if !dice.chance(25) {
        return "null".to_owned();
    }
    format!(
        r#"{{"rating":{},"remark":"","created_at":{created},"contact":{{"type":"contact","id":"{contact}"}},"teammate":{{"type":"admin","id":1007}}}}"#,
        1 + dice.below(5),
    )
}

/// Times and counts.
fn statistics(dice: &mut Dice, created: u64) -> String {
    format!(
        r#"{{"type":"conversation_statistics","time_to_assignment":{},"time_to_admin_reply":{},"time_to_first_close":{},"time_to_last_close":{},"median_time_to_reply":{},"first_contact_reply_at":{created},"first_assignment_at":{created},"first_admin_reply_at":{},"first_close_at":{},"last_assignment_at":{created},"last_assignment_admin_reply_at":{created},"last_contact_reply_at":{},"last_admin_reply_at":{},"last_close_at":null,"last_closed_by_id":"1007","count_reopens":{},"count_assignments":{},"count_conversation_parts":{},"assigned_team_first_response_time":[{{"team_id":7,"team_name":"Support","response_time":{}}}]}}"#,
        dice.below(9_000),
        dice.below(9_000),
        dice.below(90_000),
        dice.below(90_000),
        dice.below(900),
        created + 400,
        created + 4_000,
        created + 2_000,
        created + 2_500,
        dice.below(3),
        dice.below(4),
        dice.below(30),
        dice.below(5_000),
    )
}

/// A random part of the workspace's attributes.
pub(crate) fn custom_attributes(dice: &mut Dice) -> String {
    let mut members = Vec::new();
    for place in 0..30 {
        if !dice.chance(35) {
            continue;
        }
        let name = format!("Attribute {place}");
        members.push(match place % 4 {
            0 => format!(r#""{name}":{}"#, dice.below(10_000)),
            1 => format!(r#""{name}":{}"#, dice.chance(50)),
            2 => format!(r#""{name}":"choice {}""#, dice.below(9)),
            _ => format!(r#""{name}":{}.5"#, dice.below(900)),
        });
    }
    members.join(",")
}
