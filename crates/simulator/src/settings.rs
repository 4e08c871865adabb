//! What a simulated workspace is to be like.

/// How large a workspace is, and how its server behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Decides every generated document; the same seed and sizes give the same documents in every process.
    pub seed: u64,
    /// Number of contacts (users and leads together).
    pub contacts: u64,
    /// Number of companies; a quarter of the contacts unless given.
    pub companies: Option<u64>,
    /// Number of conversations; half of the contacts unless given.
    pub conversations: Option<u64>,
    /// Number of tickets; a fifth of the conversations unless given.
    pub tickets: Option<u64>,
    /// The bearer token that is accepted.
    pub token: String,
    /// Requests allowed per 10-second window.
    pub limit_per_window: u32,
    /// Time each answer is held back, in milliseconds.
    pub latency_ms: u64,
    /// Seconds until a created or updated record shows in search.
    pub index_lag_s: u64,
    /// What the `Date` headers of the hosts behind the address are ahead of the server's clock, in seconds; the
    /// hosts answer in turn.
    pub host_skew_s: Vec<i64>,
    /// The most records of a page, whatever is asked for; no bound but the API's own unless given.
    pub page_records_max: Option<u64>,
    /// Whether a company scroll ends with a 404 instead of an empty page.
    pub scroll_ends_with_404: bool,
    /// IANA name of the workspace's time zone, which cuts the days of contact search.
    pub timezone: String,
    /// Port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Where the server's clock starts; the present if not given. It then ticks in real time. It never starts
    /// before [`crate::ANCHOR_S`], the instant before which all generated documents lie.
    pub clock: Option<jiff::Timestamp>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            seed: 1,
            contacts: 1_000,
            companies: None,
            conversations: None,
            tickets: None,
            token: "simulated-token".to_owned(),
            limit_per_window: 1_666,
            latency_ms: 0,
            index_lag_s: 0,
            host_skew_s: Vec::new(),
            page_records_max: None,
            scroll_ends_with_404: false,
            timezone: "Europe/Dublin".to_owned(),
            port: 0,
            clock: None,
        }
    }
}
