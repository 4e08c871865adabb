//! Requests to the simulator by hand, from whatever process.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Sends a body of JSON to a path of the simulator at this address, and waits for the answer.
pub(super) async fn post(base_url: &str, path: &str, body: &str) {
    let answer = exchange(base_url, "POST", path, body).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 2"), "{path}: {answer}");
}

/// Asks for something that nobody needs. The answer may be spoilt like any other.
pub(super) async fn ask(base_url: &str) {
    drop(exchange(base_url, "GET", "/me", "").await);
}

async fn exchange(base_url: &str, method: &str, path: &str, body: &str) -> std::io::Result<String> {
    let host = base_url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).await?;
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
