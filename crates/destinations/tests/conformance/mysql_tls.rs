//! Connections by TLS to MariaDB, whose certificate is for `localhost` and signed by itself: which servers are talked to, and
//! what those are told who are not.

use crate::bench::Bench;
use crate::client::Engine;
use crate::mysql_client::{address, run, with};
use crate::trust::{NAME, PASSWORD, authority, refusal};
use mysql_async::Conn;
use mysql_async::prelude::Queryable;
use relatable_destinations::{Destination, open_waiting};
use std::io::{Read, Result, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What a server says in its greeting where it takes connections by TLS: a bit in the upper byte of its abilities, which come
/// behind its version, the connection's number, eight random bytes and a filler (MySQL's client/server protocol, `HandshakeV10`).
const TAKES_TLS: u8 = 0x08;
const BEHIND_VERSION: usize = 4 + 8 + 1 + 1;
/// Where the version begins, behind the packet's length and number and the protocol's version.
const VERSION: usize = 5;

/// The server's certificate.
fn certificate() -> PathBuf {
    let file = with(None, async |conn: &mut Conn| conn.query_first("SELECT @@ssl_cert").await);
    let file: Option<String> = file;
    PathBuf::from(file.expect("a file"))
}

/// A user of this bench whom the server takes by TLS only, in its database.
fn careful(bench: &Bench) -> (String, String) {
    let uri = Engine::MySql.uri(&bench.path);
    let database = uri.rsplit('/').next().expect("a database").to_owned();
    let user = format!("careful_{database}");
    let make = format!(
        "CREATE USER '{user}'@'%' IDENTIFIED BY '{PASSWORD}' REQUIRE SSL; GRANT ALL ON \"{database}\".* TO '{user}'@'%'"
    );
    run(&bench.path, &make);
    (user, database)
}

/// A handle on a database by this name of the server, as a user, with these properties of the address.
fn handle(
    (host, port): (&str, u16),
    (user, database): &(String, String),
    properties: &str,
) -> Box<dyn Destination> {
    let uri = format!("mysql://{user}:{PASSWORD}@{host}:{port}/{database}?{properties}");
    open_waiting(&uri, Duration::from_secs(1)).expect("nothing is asked yet")
}

/// A property that names a file of certificates to trust.
fn trusting(file: &Path) -> String {
    format!("ssl-mode=verify-full&ssl-ca={}", file.display())
}

/// The port of somebody between client and server who lets no client know that the server takes TLS.
fn stripping(server: SocketAddr) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            // Who does not like what the greeting says goes.
            let _ = strip(client, server);
        }
    });
    port
}

/// Hands on the greeting without TLS, and then what both sides say.
fn strip(mut client: TcpStream, server: SocketAddr) -> Result<()> {
    let mut server = TcpStream::connect(server)?;
    let mut greeting = [0; 1024];
    let length = server.read(&mut greeting)?;
    let version = greeting[VERSION..].iter().position(|byte| *byte == 0).expect("the version's end");
    greeting[VERSION + version + 1 + BEHIND_VERSION] &= !TAKES_TLS;
    client.write_all(&greeting[..length])?;
    let (mut answers, mut answered) = (server.try_clone()?, client.try_clone()?);
    std::thread::spawn(move || std::io::copy(&mut answers, &mut answered));
    std::io::copy(&mut client, &mut server)?;
    Ok(())
}

#[test]
fn a_server_with_the_right_name_and_a_trusted_certificate_is_talked_to_by_tls() {
    let bench = Bench::unclaimed(Engine::MySql, vec![]);
    let user = careful(&bench);
    let mut handle = handle((NAME, address().port()), &user, &trusting(&certificate()));
    let sql = "SELECT variable_value <> '' FROM information_schema.session_status WHERE variable_name = 'ssl_cipher'";
    assert_eq!(handle.query(sql).expect("a connection").rows, [[Some("1".to_owned())]]);
    handle.claim("w1", "j1").expect("a connection");
}

#[test]
fn a_server_whose_certificate_proves_nothing_is_refused_with_what_to_do() {
    let bench = Bench::unclaimed(Engine::MySql, vec![]);
    let user = careful(&bench);
    let other = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mysql-tls-other.pem");
    std::fs::write(&other, authority("another authority").1).expect("a file");
    let by = |host, file: &Path| refusal(handle((host, address().port()), &user, &trusting(file)));
    let cause = by(NAME, &other);
    assert!(cause.contains("signed by nobody whom this machine trusts"), "{cause}");
    assert!(cause.contains("`ssl-ca=FILE`"), "{cause}");
    let cause = by("127.0.0.1", &certificate());
    assert!(cause.contains("is for another host than the address names"), "{cause}");
    assert!(cause.contains("name the host as the certificate has it"), "{cause}");
    let cause = by(NAME, &other.with_file_name("missing.pem"));
    assert!(cause.contains("missing.pem") && cause.contains("`ssl-ca`"), "{cause}");
    // Of whom nobody said whom to trust, those are asked that the machine trusts.
    let cause = refusal(handle((NAME, address().port()), &user, "ssl-mode=verify-full"));
    assert!(cause.contains("certificate"), "{cause}");
}

#[test]
fn a_server_that_takes_tls_only_says_so_to_who_comes_without() {
    let bench = Bench::unclaimed(Engine::MySql, vec![]);
    let user = careful(&bench);
    let cause = refusal(handle((NAME, address().port()), &user, "ssl-mode=disable"));
    assert!(cause.contains(&user.0) && cause.contains("say `ssl-mode=verify-full`"), "{cause}");
}

#[test]
fn a_server_without_tls_is_not_talked_to_unless_that_is_asked_for() {
    let bench = Bench::new(Engine::MySql, vec![]);
    let (user, database) = careful(&bench);
    run(&bench.path, &format!("ALTER USER '{user}'@'%' REQUIRE NONE"));
    let (user, port) = ((user, database), stripping(address()));
    let cause = refusal(handle((NAME, port), &user, &trusting(&certificate())));
    assert!(
        cause.contains("the server offers no TLS") && cause.contains("say `ssl-mode=disable`"),
        "{cause}"
    );
    handle((NAME, port), &user, "ssl-mode=disable").checkpoint().expect("without TLS");
}
