//! What goes wrong with answers.

use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use relatable_simulator::{Fault, FaultKind};

/// Words that no rate limit should say.
const ABSURD: [Option<&str>; 6] = [None, Some("-1"), Some("0"), Some("99999999999"), Some("soon"), Some("")];

/// How far a clock can be wrong for one answer, in seconds.
const AHEAD_S: [i64; 5] = [-86_400, -600, 90, 3_600, 2 * 86_400];

/// One fault; those of the scroll wait for a page of it.
pub(super) fn draw(random: &mut ChaCha8Rng) -> Fault {
    let mut word = || ABSURD.choose(random).copied().flatten().map(str::to_owned);
    let limited = FaultKind::RateLimited { limit: word(), remaining: word(), reset: word() };
    let status = *[500, 502, 503, 504].choose(random).unwrap();
    // A few in a row, never as many as a reader gives up at.
    let times = random.random_range(1..=3);
    let kind = match random.random_range(0..11) {
        0 => FaultKind::Status { code: status, error_code: "server_error".to_owned() },
        1 => FaultKind::Html { status },
        2 => FaultKind::Html { status: 200 },
        3 => FaultKind::EmptyBody,
        4 => FaultKind::Truncated,
        5 => FaultKind::Reset,
        6 => FaultKind::CutOff,
        7 => FaultKind::Drip { pieces: 5, pause_ms: 1 },
        8 => limited,
        9 => {
            let seconds = *AHEAD_S.choose(random).unwrap();
            FaultKind::ClockAhead { seconds }
        }
        _ => {
            let kind = if random.random_bool(0.5) {
                FaultKind::ScrollExpired
            } else {
                FaultKind::ScrollTaken { seconds: random.random_range(5..120) }
            };
            let skip = random.random_range(0..3);
            return Fault { path_prefix: "/companies/scroll".to_owned(), skip, times: 1, kind };
        }
    };
    Fault { path_prefix: "/".to_owned(), skip: 0, times, kind }
}
