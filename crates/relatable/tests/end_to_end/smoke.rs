use crate::harness::{Options, Site, UNLIMITED, run};
use relatable_simulator::{Settings, Simulator};

#[tokio::test(flavor = "multi_thread")]
async fn a_small_workspace_arrives() {
    let settings = Settings { contacts: 200, limit_per_window: UNLIMITED, ..Settings::default() };
    let simulator = Simulator::start(settings).await.unwrap();
    let site = Site::new("sqlite");
    let report = run(&simulator, &site, Options::default()).await.unwrap();
    println!("{report:#?}");
    let again = run(&simulator, &site, Options::default()).await.unwrap();
    println!("{again:#?}");
    let keep = std::env::var("KEEP").ok();
    if let Some(keep) = keep {
        std::fs::copy(site.database(), keep).unwrap();
    }
}
