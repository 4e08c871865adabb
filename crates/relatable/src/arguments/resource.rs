//! Names of resources in a list, as people write lists.

use crate::rules::resource_names;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Arg, Command, Error};
use std::ffi::{OsStr, OsString};

/// Reads the name of a resource; spaces around it mean nothing.
#[derive(Debug, Clone)]
pub(super) struct ResourceParser(PossibleValuesParser);

impl ResourceParser {
    /// A reader of every name there is.
    pub(super) fn new() -> ResourceParser {
        ResourceParser(PossibleValuesParser::new(resource_names()))
    }
}

impl TypedValueParser for ResourceParser {
    type Value = String;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &OsStr) -> Result<String, Error> {
        let name = value.to_str().map_or_else(|| value.to_owned(), |text| OsString::from(text.trim()));
        self.0.parse_ref(command, argument, &name)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        self.0.possible_values()
    }
}
