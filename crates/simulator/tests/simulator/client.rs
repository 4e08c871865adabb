//! A simulator and a client that talks to it.

use std::sync::Once;

use relatable_simulator::{Settings, Simulator};
use reqwest::header::HeaderMap;
use serde_json::Value;

static RING: Once = Once::new();

/// A running simulator and a client with its token.
pub(crate) struct Session {
    pub(crate) simulator: Simulator,
    http: reqwest::Client,
    token: String,
}

/// Starts a small workspace.
pub(crate) async fn session(change: impl FnOnce(&mut Settings)) -> Session {
    RING.call_once(|| {
        rustls::crypto::ring::default_provider().install_default().expect("no provider was installed before");
    });
    let mut settings = Settings { contacts: 400, limit_per_window: 1_000_000, ..Settings::default() };
    change(&mut settings);
    let token = settings.token.clone();
    let simulator = Simulator::start(settings).await.expect("the simulator starts");
    let http = reqwest::Client::builder().no_proxy().build().expect("a client can be built");
    Session { simulator, http, token }
}

/// Status, headers and text of an answer.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn code(&self) -> String {
        let body = self.json();
        assert_eq!(body["type"], "error.list");
        assert!(body["request_id"].is_string());
        body["errors"][0]["code"].as_str().expect("an error has a code").to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("header {name}")).to_str().expect("headers are text")
    }
}

impl Session {
    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.simulator.base_url())
        };
        let method = method.parse().expect("a method");
        self.http.request(method, url).bearer_auth(&self.token).header("accept", "application/json")
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Result<Reply, reqwest::Error> {
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Reply { status, headers, text: response.text().await? })
    }

    pub(crate) async fn try_get(&self, path: &str) -> Reply {
        self.send(self.request("GET", path)).await.expect("the server answers")
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let reply = self.try_get(path).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text);
        reply.json()
    }

    pub(crate) async fn try_post(&self, path: &str, body: Value) -> Reply {
        self.send(self.request("POST", path).json(&body)).await.expect("the server answers")
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let reply = self.try_post(path, body).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text);
        reply.json()
    }

    /// The documents of a resource as the truth has them.
    pub(crate) fn truth(&self, resource: relatable_simulator::Resource) -> Vec<Value> {
        self.simulator.truth().documents(resource).collect()
    }
}

/// The rows of an array.
pub(crate) fn rows<'a>(document: &'a Value, key: &str) -> &'a [Value] {
    document[key].as_array().unwrap_or_else(|| panic!("{key} is an array"))
}

/// The ids of documents.
pub(crate) fn ids(documents: &[Value]) -> Vec<String> {
    documents.iter().map(|document| document["id"].as_str().expect("an id is text").to_owned()).collect()
}

/// Sorted, with the assertion that none comes twice.
pub(crate) fn each_once(mut ids: Vec<String>) -> Vec<String> {
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "a record came twice");
    ids
}
