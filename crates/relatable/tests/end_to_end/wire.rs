//! Requests to the simulator by hand, from whatever process.

use relatable_simulator::Settings;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Tells the simulator at this address what to do, by one of its own paths.
pub(crate) async fn order(base_url: &str, path: &str, body: &str) {
    let (status, answer) = exchange(base_url, "POST", path, body).await.unwrap();
    assert!((200..300).contains(&status), "{path}: {status}: {answer}");
}

/// Asks for something that nobody needs. The answer may be spoilt like any other.
pub(crate) async fn ask(base_url: &str) {
    drop(exchange(base_url, "GET", "/me", "").await);
}

/// What a reader without caution is answered: the status and the document.
pub(crate) async fn get(base_url: &str, path: &str) -> (u16, Value) {
    let (status, answer) = exchange(base_url, "GET", path, "").await.unwrap();
    (status, serde_json::from_str(&answer).unwrap())
}

/// What a reader without caution is answered to a question.
pub(crate) async fn post(base_url: &str, path: &str, question: &Value) -> (u16, Value) {
    let (status, answer) = exchange(base_url, "POST", path, &question.to_string()).await.unwrap();
    (status, serde_json::from_str(&answer).unwrap())
}

async fn exchange(base_url: &str, method: &str, path: &str, body: &str) -> std::io::Result<(u16, String)> {
    let host = base_url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).await?;
    let (length, token) = (body.len(), Settings::default().token);
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
         intercom-version: 2.16\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    Ok((status, body.to_owned()))
}
