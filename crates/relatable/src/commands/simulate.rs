//! `simulate`: a workspace to try things on.

use crate::arguments::SimulateArguments;
use crate::environment;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::interruption;
use crate::render;
use relatable_simulator::{Settings, Simulator};

/// Serves a simulated Intercom until somebody stops it, which is how it is meant to end.
pub(super) async fn run(arguments: SimulateArguments) -> Result<ExitCode, Failure> {
    let token = arguments.token.clone();
    let simulator = Simulator::start(settings(arguments)).await.map_err(Failure::Simulator)?;
    let base_url = simulator.base_url();
    render::data(&base_url)?;
    render::data(&format!(
        "{}={token} relatable sync --base-url {base_url} --to sqlite:simulated.db",
        environment::TOKEN
    ))?;
    render::talk("serving until Ctrl-C");
    tokio::select! {
        ended = simulator.wait() => ended.map_err(Failure::SimulatorEnded)?,
        requested = interruption::requested() => requested?,
    }
    Ok(ExitCode::Success)
}

/// The simulator's settings.
fn settings(arguments: SimulateArguments) -> Settings {
    Settings {
        seed: arguments.seed,
        contacts: arguments.contacts,
        companies: arguments.companies,
        conversations: arguments.conversations,
        token: arguments.token,
        limit_per_window: arguments.limit,
        latency_ms: arguments.latency_ms,
        index_lag_s: arguments.index_lag_s,
        timezone: arguments.timezone,
        port: arguments.port,
        ..Settings::default()
    }
}
