//! Which workspace a token belongs to.

use crate::client::Client;
use crate::error::ClientError;
use crate::request::Request;
use jiff::Timestamp;
use serde::Deserialize;

/// A workspace, as `GET /me` describes it (API notes §1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// The workspace's code (`app.id_code`).
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its region (`US`, `EU`, `AU`), where told.
    pub region: Option<String>,
    /// Its IANA time zone, where told; contact search cuts days in it.
    pub timezone: Option<String>,
    /// The server's clock when it answered.
    pub answered_at: Timestamp,
}

#[derive(Deserialize)]
struct Me {
    app: App,
}

#[derive(Deserialize)]
struct App {
    id_code: String,
    name: Option<String>,
    region: Option<String>,
    timezone: Option<String>,
}

impl Client {
    /// Asks whose token this is: the cheapest check that it works.
    ///
    /// # Errors
    /// As [`Client::send`]; [`ClientError::Unexpected`] when the answer names no workspace.
    pub async fn workspace(&self) -> Result<Workspace, ClientError> {
        let request = Request::get("/me");
        let (answer, ()) = self.send(&request, || ()).await?;
        let me: Me = serde_json::from_slice(&answer.body).map_err(|_| ClientError::Unexpected {
            place: "/me".to_owned(),
            what: "it names no workspace (`app.id_code`)".to_owned(),
        })?;
        Ok(Workspace {
            name: me.app.name.unwrap_or_else(|| me.app.id_code.clone()),
            id: me.app.id_code,
            region: me.app.region,
            timezone: me.app.timezone,
            answered_at: answer.answered_at,
        })
    }
}
