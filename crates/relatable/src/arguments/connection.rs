//! How to reach a workspace, as flags and environment say it.

use crate::environment;
use crate::failure::Failure;
use clap::Args;
use relatable_intercom::client::{CONNECTIONS_DEFAULT, SHARE_PERCENT_DEFAULT, VERSION_DEFAULT, VERSIONS};
use relatable_intercom::{Settings, client};

/// The region of a workspace whose region nobody tells.
const REGION_DEFAULT: &str = "us";

/// Flags that say how to reach a workspace.
#[derive(Debug, Args)]
pub(crate) struct ConnectionArguments {
    /// Where the API is [env: INTERCOM_BASE_URL]
    #[arg(long, value_name = "URL", conflicts_with = "region")]
    base_url: Option<String>,
    /// Region of the workspace: us, eu or au [default: us]
    #[arg(long, value_name = "REGION", value_parser = ["us", "eu", "au"], hide_possible_values = true)]
    region: Option<String>,
    /// Version of the API to ask for: 2.11 to 2.16 or Preview
    #[arg(long, value_name = "V", default_value = VERSION_DEFAULT)]
    api_version: String,
    /// Share of the workspace's rate limit to use, 1 to 100
    #[arg(long, value_name = "PERCENT", default_value_t = SHARE_PERCENT_DEFAULT,
          value_parser = clap::value_parser!(u32).range(1..=100))]
    budget_share: u32,
    /// Requests per 10 s at most, whatever the share allows
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    budget_cap: Option<u32>,
    /// Requests under way at once
    #[arg(long, value_name = "N", default_value_t = CONNECTIONS_DEFAULT as u32,
          value_parser = clap::value_parser!(u32).range(1..=1_000))]
    connections: u32,
}

impl ConnectionArguments {
    /// The client's settings: flags, then the environment, then the defaults. The token is in the environment only.
    ///
    /// # Errors
    /// [`Failure::UnknownVersion`], [`Failure::MissingToken`], and [`Failure::UnreadableVariable`] for a variable that is no
    /// text.
    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        if !VERSIONS.contains(&self.api_version.as_str()) {
            return Err(Failure::UnknownVersion { version: self.api_version.clone() });
        }
        let token = environment::token()?;
        let base_url = match (&self.base_url, &self.region) {
            (Some(base_url), _) => base_url.clone(),
            (None, Some(region)) => region_url(region),
            (None, None) => environment::base_url()?.unwrap_or_else(|| region_url(REGION_DEFAULT)),
        };
        Ok(Settings {
            base_url,
            token,
            version: self.api_version.clone(),
            share_percent: self.budget_share,
            requests_max: self.budget_cap,
            connections: self.connections as usize,
        })
    }

    /// Share of the rate limit, in percent.
    pub(crate) fn budget_share(&self) -> u32 {
        self.budget_share
    }
}

/// The address of a region that the command line let through.
fn region_url(region: &str) -> String {
    client::region_url(region).expect("the command line accepts only regions that have an address").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_the_command_line_accepts_has_an_address() {
        for region in ["us", "eu", "au", REGION_DEFAULT] {
            assert!(region_url(region).starts_with("https://"), "{region}");
        }
    }
}
