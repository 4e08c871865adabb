//! API versions: which are known, and what they print differently from 2.16 (API notes, section 10).

mod former;
mod later;

use crate::document::Node;
use crate::resource::Resource;

/// A version of the API; `Preview` comes after all numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::server) struct Version(u32);

/// The version served unless another is asked for.
const DEFAULT: Version = Version(16);

impl Version {
    /// Newer than every number.
    pub(in crate::server) const PREVIEW: Version = Version(u32::MAX);
    /// The oldest version that is served.
    pub(in crate::server) const V2_11: Version = Version(11);
    /// Where ticket states became objects.
    pub(in crate::server) const V2_12: Version = Version(12);
    /// Where internal articles and custom objects came.
    pub(in crate::server) const V2_13: Version = Version(13);
    /// Where calls and reasons for being away came.
    pub(in crate::server) const V2_14: Version = Version(14);
    /// Where conversation attributes got their own endpoint, ids and priorities changed their form.
    pub(in crate::server) const V2_16: Version = Version(16);
    /// Where the words for the AI agent's outcome changed.
    pub(in crate::server) const V2_15: Version = Version(15);

    /// Reads the `Intercom-Version` header; none if the version is unknown.
    pub(in crate::server) fn parse(header: Option<&str>) -> Option<Version> {
        match header {
            None => Some(DEFAULT),
            Some("Preview") => Some(Version::PREVIEW),
            Some(text) => {
                let minor = text.strip_prefix("2.")?;
                (11..=16).find(|known| known.to_string() == minor).map(Version)
            }
        }
    }

    /// As the header prints it.
    pub(in crate::server) fn text(self) -> String {
        if self == Version::PREVIEW { "Preview".to_owned() } else { format!("2.{}", self.0) }
    }

    /// A record as this version prints it: what came later is left out, what meant something else is put back.
    pub(in crate::server) fn record(self, resource: Resource, mut record: Node) -> Node {
        if self != DEFAULT {
            later::leave_out(self, resource, &mut record);
            former::put_back(self, resource, &mut record);
        }
        record
    }
}
