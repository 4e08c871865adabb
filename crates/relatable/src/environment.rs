//! The environment variables that are read, in one table.

use crate::failure::Failure;
use relatable_model::protect::Salt;
use relatable_pipeline::PipelineError;
use secrecy::SecretString;
use std::env::{self, VarError};
use std::path::Path;

/// The access token; it has no flag, because command lines are visible to other users of a machine.
pub(crate) const TOKEN: &str = "INTERCOM_TOKEN";
/// Where the API is, unless a flag says so.
pub(crate) const BASE_URL: &str = "INTERCOM_BASE_URL";

/// The secret of hashes, unless a file has it; it has no flag, for the same reason.
pub(crate) const SALT: &str = "RELATABLE_SALT";

/// Every variable with its meaning.
pub(crate) const VARIABLES: [(&str, &str); 6] = [
    (TOKEN, "access token of the workspace, for `sync` and `check`"),
    (BASE_URL, "where the API is; `--base-url` and `--region` go first"),
    (SALT, "secret for hashes; `--salt-file` goes first"),
    ("HTTPS_PROXY", "proxy for requests to https addresses; HTTP_PROXY likewise"),
    ("NO_PROXY", "hosts that are asked without a proxy, with commas between"),
    ("NO_COLOR", "set to anything: help and usage errors without colours"),
];

/// The access token.
///
/// # Errors
/// [`Failure::MissingToken`] where there is none, [`Failure::UnreadableVariable`] where it is no text.
pub(crate) fn token() -> Result<SecretString, Failure> {
    read(TOKEN)?.map(SecretString::from).ok_or(Failure::MissingToken)
}

/// The base URL, where it is given.
///
/// # Errors
/// [`Failure::UnreadableVariable`] where it is no text.
pub(crate) fn base_url() -> Result<Option<String>, Failure> {
    read(BASE_URL)
}

/// The secret of hashes: what is in the file, or else in the environment; `None` where there is none.
///
/// # Errors
/// [`Failure::SaltFile`] where the file cannot be read, [`Failure::UnreadableVariable`] where the variable is no text,
/// [`PipelineError::Protect`] for a secret that can be guessed.
pub(crate) fn salt(file: Option<&Path>) -> Result<Option<Salt>, Failure> {
    let secret = match file {
        Some(file) => {
            let failed = |cause| Failure::SaltFile { file: file.display().to_string(), cause };
            Some(std::fs::read(file).map_err(failed)?)
        }
        None => read(SALT)?.map(String::into_bytes),
    };
    let salt = secret.map(|secret| Salt::new(secret.trim_ascii())).transpose();
    salt.map_err(|error| Failure::Run(PipelineError::Protect(error)))
}

/// A variable; an empty one counts as absent.
fn read(name: &'static str) -> Result<Option<String>, Failure> {
    match env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(Failure::UnreadableVariable { name }),
    }
}
