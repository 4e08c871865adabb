//! Exports, which the API makes as jobs: how one is started, asked about and fetched, and what its answers say (API notes
//! §14).

use crate::answer::Answer;
use crate::error::ClientError;
use crate::request::{Request, percent_encode};
use serde::Deserialize;
use serde_json::json;

/// What a job makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Export {
    /// A table of deliveries of outbound messages, by the days on which they were sent.
    Messages,
    /// A table of the rows of a reporting dataset, by the dataset's own time.
    Reporting,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// It waits or works.
    UnderWay,
    /// Its file can be fetched.
    Complete,
    /// There is nothing in its range.
    Empty,
    /// It came to nothing.
    Failed,
}

/// What the API says of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobStatus {
    /// Its identifier.
    pub id: String,
    /// How far it is.
    pub state: JobState,
    /// The API's word for that.
    pub word: String,
}

/// A reporting dataset.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Dataset {
    /// Its id.
    pub id: String,
    /// The attribute that tells when a row happened, by its simple or qualified id.
    #[serde(default)]
    pub default_time_attribute_id: Option<String>,
    /// What its rows can show.
    #[serde(default)]
    pub attributes: Vec<Attribute>,
}

/// What a row of a dataset can show.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Attribute {
    /// Its simple id, which several may share.
    #[serde(default)]
    pub id: Option<String>,
    /// Its own id, by which it is asked for.
    pub qualified_id: String,
    /// What people see.
    #[serde(default)]
    pub name: Option<String>,
}

impl Export {
    /// Starts a job for deliveries of messages sent on the days from one moment to another, both included.
    pub fn messages(after_s: i64, before_s: i64) -> Request {
        let body = json!({"created_at_after": after_s, "created_at_before": before_s});
        Request::job("/export/content/data", body)
    }

    /// Starts a job for all attributes of a dataset's rows from one moment to another.
    pub fn reporting(dataset: &Dataset, from_s: i64, to_s: i64) -> Request {
        let attributes: Vec<&str> =
            dataset.attributes.iter().map(|attribute| attribute.qualified_id.as_str()).collect();
        let body = json!({
            "dataset_id": dataset.id, "attribute_ids": attributes, "start_time": from_s, "end_time": to_s,
        });
        Request::job("/export/reporting_data/enqueue", body)
    }

    /// Asks how far a job is. The workspace stands for the client, which a token does not tell.
    pub fn status(self, job: &str, workspace: &str) -> Request {
        let (job, workspace) = (percent_encode(job), percent_encode(workspace));
        Request::get(match self {
            Export::Messages => format!("/export/content/data/{job}"),
            Export::Reporting => format!(
                "/export/reporting_data/{job}?app_id={workspace}&client_id={workspace}&job_identifier={job}"
            ),
        })
    }

    /// Fetches what a job made; from the API's own host, whatever address the job tells.
    pub fn file(self, job: &str, workspace: &str) -> Request {
        let (job, workspace) = (percent_encode(job), percent_encode(workspace));
        Request::file(match self {
            Export::Messages => format!("/download/content/data/{job}"),
            Export::Reporting => {
                format!("/download/reporting_data/{job}?app_id={workspace}&job_identifier={job}")
            }
        })
    }
}

impl JobStatus {
    /// Reads an answer about a job. Several versions misspell its identifier (API notes §10). A word that is not known is
    /// taken for a job that is under way.
    ///
    /// # Errors
    /// [`ClientError::Unexpected`] when it names no job or no status.
    pub fn of(answer: &Answer, request: &Request) -> Result<JobStatus, ClientError> {
        #[derive(Deserialize)]
        struct Told {
            #[serde(alias = "job_identfier")]
            job_identifier: String,
            status: String,
        }
        let told: Told = serde_json::from_slice(&answer.body).map_err(|_| ClientError::Unexpected {
            place: request.place().to_owned(),
            what: "it names no job (`job_identifier`, `status`)".to_owned(),
        })?;
        let state = match told.status.as_str() {
            "complete" | "completed" => JobState::Complete,
            "no_data" => JobState::Empty,
            "failed" | "canceled" | "cancelled" => JobState::Failed,
            _ => JobState::UnderWay,
        };
        Ok(JobStatus { id: told.job_identifier, state, word: told.status })
    }
}

impl Dataset {
    /// The attribute that a column of an export shows, whichever of its names the column has; none where that could be
    /// several.
    pub fn attribute(&self, column: &str) -> Option<&Attribute> {
        let by = |is: &dyn Fn(&Attribute) -> bool| {
            let mut found = self.attributes.iter().filter(|attribute| is(attribute));
            found.next().filter(|_| found.next().is_none())
        };
        by(&|attribute| attribute.qualified_id == column)
            .or_else(|| by(&|attribute| attribute.id.as_deref() == Some(column)))
            .or_else(|| by(&|attribute| attribute.name.as_deref() == Some(column)))
    }
}

/// The datasets in the answer of the feed that lists them.
///
/// # Errors
/// [`ClientError::Unexpected`] when it is no such list.
pub fn datasets(answer: &Answer, request: &Request) -> Result<Vec<Dataset>, ClientError> {
    #[derive(Deserialize)]
    struct List {
        data: Vec<Dataset>,
    }
    let list: List = serde_json::from_slice(&answer.body).map_err(|_| ClientError::Unexpected {
        place: request.place().to_owned(),
        what: "it lists no datasets (`data`)".to_owned(),
    })?;
    Ok(list.data)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn answer(body: &str) -> Answer {
        let at = Timestamp::UNIX_EPOCH;
        Answer { body: body.as_bytes().to_vec(), requested_at: at, answered_at: at }
    }

    #[test]
    fn a_job_is_understood_in_either_spelling_and_whatever_word_it_has() {
        for (name, word, state) in [
            ("job_identifier", "completed", JobState::Complete),
            ("job_identfier", "complete", JobState::Complete),
            ("job_identifier", "no_data", JobState::Empty),
            ("job_identifier", "canceled", JobState::Failed),
            ("job_identfier", "in_progress", JobState::UnderWay),
            ("job_identifier", "brewing", JobState::UnderWay),
        ] {
            let request = Request::get("/x");
            let told = answer(&format!(r#"{{"{name}":"j1","status":"{word}","download_url":""}}"#));
            let status = JobStatus::of(&told, &request).unwrap();
            assert_eq!(status, JobStatus { id: "j1".to_owned(), state, word: word.to_owned() });
        }
        assert!(JobStatus::of(&answer("{}"), &Request::get("/x")).is_err());
    }

    #[test]
    fn a_column_is_found_by_any_name_that_only_one_attribute_has() {
        let list = r#"{"data":[{"id":"d","attributes":[
            {"id":"Brand","qualified_id":"people.Brand","name":"Brand of person"},
            {"id":"Brand","qualified_id":"conversation.Brand","name":"Brand"},
            {"id":"state","qualified_id":"conversation.state","name":"State"}]}]}"#;
        let all = datasets(&answer(list), &Request::get("/x")).unwrap();
        for (column, expected) in [
            ("people.Brand", Some("people.Brand")),
            ("state", Some("conversation.state")),
            ("State", Some("conversation.state")),
            ("Brand", Some("conversation.Brand")),
            ("Brand of person", Some("people.Brand")),
            ("else", None),
        ] {
            let found = all[0].attribute(column).map(|attribute| attribute.qualified_id.as_str());
            assert_eq!(found, expected, "{column}");
        }
    }
}
