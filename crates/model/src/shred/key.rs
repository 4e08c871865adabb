//! The key of documents that have none: their content.

use sha2::{Digest, Sha256};

/// Name of the key column of a resource whose rules name no key.
pub(super) const CONTENT_KEY: &str = "_id";
/// Bytes of the content's hash that the key shows.
const HASH_BYTES: usize = 16;

/// The hash of the document's bytes, in hexadecimal digits.
pub(super) fn content_hash(document: &[u8]) -> String {
    let digest = Sha256::digest(document.trim_ascii());
    digest.iter().take(HASH_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

/// The key of the document that is the `ordinal`-th with these bytes: the second and later get `-2`, `-3` … behind the
/// hash. So the same documents always have the same keys.
pub(super) fn content_key(hash: String, ordinal: u64) -> String {
    if ordinal == 1 { hash } else { format!("{hash}-{ordinal}") }
}
