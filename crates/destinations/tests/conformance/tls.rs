//! Connections by TLS: which servers are talked to, and what those are told who are not.

use crate::client::server;
use crate::trust::{NAME, PASSWORD, authority, refusal};
use rcgen::{CertificateParams, KeyPair};
use relatable_destinations::{Destination, open_waiting};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A user whom the server takes by TLS only.
const CAREFUL: &str = "careful";
/// How long the server may take to follow its settings.
const SETTLED_WITHIN: Duration = Duration::from_secs(10);

/// One test at a time changes what the server offers; the files that say whom to trust are made once.
static SERVER: Mutex<Option<Certificates>> = Mutex::new(None);

/// Certificates of two authorities: that which signed the server's, and another.
#[derive(Clone)]
struct Certificates {
    trusted: PathBuf,
    other: PathBuf,
}

/// The server with TLS switched on or off, for as long as the guard lives.
struct Switched {
    certificates: Certificates,
    _guard: MutexGuard<'static, Option<Certificates>>,
}

/// Switches the server's TLS.
fn switched(on: bool) -> Switched {
    let mut guard = SERVER.lock().unwrap_or_else(PoisonError::into_inner);
    let certificates = guard.get_or_insert_with(equip).clone();
    let word = if on { "on" } else { "off" };
    let mut client = connect();
    client.batch_execute(&format!("ALTER SYSTEM SET ssl = {word}")).expect("the setting");
    client.batch_execute("SELECT pg_reload_conf()").expect("a look at the settings");
    let began = Instant::now();
    // Only who connects later meets them.
    while connect().query_one("SHOW ssl", &[]).expect("the setting").get::<_, String>(0) != word {
        assert!(began.elapsed() < SETTLED_WITHIN, "TLS is not {word}");
        std::thread::sleep(Duration::from_millis(20));
    }
    Switched { certificates, _guard: guard }
}

/// A plain connection.
fn connect() -> postgres::Client {
    postgres::Client::connect(&server(), postgres::NoTls).expect("the server")
}

/// Gives the server a certificate for its name, and a user who may only come by TLS.
fn equip() -> Certificates {
    let (issuer, trusted) = authority("an authority");
    let (_, other) = authority("another authority");
    let key = KeyPair::generate().expect("a key");
    let parameters = CertificateParams::new(vec![NAME.to_owned()]).expect("parameters");
    let certificate = parameters.signed_by(&key, &issuer).expect("a certificate").pem();
    let mut client = connect();
    // The server's own hands write its files: they belong to its user, and nobody else may read the key.
    let mut hand = |text: &str, command: &str| {
        let sql = format!(
            "COPY (SELECT unnest(string_to_array('{}', E'\\n'))) TO PROGRAM 'umask 077; {command}'",
            text.trim()
        );
        client.batch_execute(&sql).expect("a file of the server");
    };
    hand(&certificate, "cat > tls.crt");
    hand(&key.serialize_pem(), "cat > tls.key");
    let rule = format!("hostnossl all {CAREFUL} all reject");
    hand(&rule, "cat - pg_hba.conf > pg_hba.new && mv pg_hba.new pg_hba.conf");
    for sql in [
        &format!("CREATE ROLE {CAREFUL} LOGIN"),
        "ALTER SYSTEM SET ssl_cert_file = 'tls.crt'",
        "ALTER SYSTEM SET ssl_key_file = 'tls.key'",
    ] {
        client.batch_execute(sql).expect(sql);
    }
    let file = |name: &str, text: &str| {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&file, text).expect("a file");
        file
    };
    Certificates { trusted: file("tls-trusted.pem", &trusted), other: file("tls-other.pem", &other) }
}

/// A handle on the server by this name, as this user, with these properties of the address.
fn handle(host: &str, user: &str, properties: &str) -> Box<dyn Destination> {
    let server = server();
    let (_, place) = server.split_once('@').expect("a user");
    let port_and_rest = place.split_once(':').expect("a port").1;
    let uri = format!("postgres://{user}:{PASSWORD}@{host}:{port_and_rest}?schema=tls&{properties}");
    open_waiting(&uri, Duration::from_secs(1)).expect("nothing is asked yet")
}

/// A property that names a file of certificates to trust.
fn trusting(file: &Path) -> String {
    format!("sslmode=verify-full&sslrootcert={}", file.display())
}

#[test]
fn a_server_with_the_right_name_and_a_trusted_certificate_is_talked_to_by_tls() {
    let server = switched(true);
    for user in ["relatable", CAREFUL] {
        let mut handle = handle(NAME, user, &trusting(&server.certificates.trusted));
        let sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
        let answer = handle.query(sql).expect("a connection");
        assert_eq!(answer.rows, [[Some("t".to_owned())]]);
        handle.checkpoint().expect("a connection");
    }
}

#[test]
fn a_server_whose_certificate_proves_nothing_is_refused_with_what_to_do() {
    let server = switched(true);
    let Certificates { trusted, other } = &server.certificates;
    let by = |host: &str, file: &Path| refusal(handle(host, "relatable", &trusting(file)));
    let cause = by(NAME, other);
    assert!(cause.contains("signed by nobody whom this machine trusts"), "{cause}");
    assert!(cause.contains("`sslrootcert=FILE`"), "{cause}");
    let cause = by("127.0.0.1", trusted);
    assert!(cause.contains("is for another host than the address names"), "{cause}");
    assert!(cause.contains("name the host as the certificate has it"), "{cause}");
    let missing = trusted.with_file_name("missing.pem");
    let cause = by(NAME, &missing);
    assert!(cause.contains("missing.pem") && cause.contains("`sslrootcert`"), "{cause}");
}

#[test]
fn a_server_that_takes_tls_only_says_so_to_who_comes_without() {
    let _server = switched(true);
    let cause = refusal(handle(NAME, CAREFUL, "sslmode=disable"));
    assert!(cause.contains(CAREFUL) && cause.contains("say `sslmode=verify-full`"), "{cause}");
}

#[test]
fn a_server_without_tls_is_not_talked_to_unless_that_is_asked_for() {
    let server = switched(false);
    let cause = refusal(handle(NAME, "relatable", &trusting(&server.certificates.trusted)));
    assert!(cause.contains("the server offers no TLS") && cause.contains("say `sslmode=disable`"), "{cause}");
    handle(NAME, "relatable", "sslmode=disable").checkpoint().expect("without TLS");
}
