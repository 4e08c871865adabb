//! What only a MariaDB or MySQL server has.

use crate::mysql_client::{database, read, run};
use std::path::Path;

/// The bytes of the files of a database's tables.
pub(crate) fn bytes(path: &Path) -> Vec<u8> {
    let sql = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'";
    let tables: Vec<String> = read(path, sql).iter().map(|name| format!("\"{name}\"")).collect();
    // What was written is then in the files.
    run(path, &format!("FLUSH TABLES {} FOR EXPORT; UNLOCK TABLES", tables.join(", ")));
    let folder = Path::new(&read(path, "SELECT @@datadir")[0]).join(database(path));
    let files = std::fs::read_dir(folder).expect("its files");
    files.flat_map(|file| std::fs::read(file.expect("a file").path()).expect("its bytes")).collect()
}
