//! The key of documents that have none: their content.

use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// Name of the key column of a resource whose rules name no key.
pub(super) const CONTENT_KEY: &str = "_id";
/// Bytes of the content's hash that the key shows.
const HASH_BYTES: usize = 16;

/// The hash of the document's bytes; the second and later document with the same bytes get `-2`, `-3` … behind it. So
/// the same documents always have the same keys.
pub(super) fn content_key(document: &[u8], seen: &mut HashMap<String, u64>) -> String {
    let digest = Sha256::digest(document.trim_ascii());
    let hash: String = digest.iter().take(HASH_BYTES).map(|byte| format!("{byte:02x}")).collect();
    let count = seen.entry(hash.clone()).or_default();
    *count += 1;
    if *count == 1 { hash } else { format!("{hash}-{count}") }
}
