//! What collecting costs this machine: CPU-seconds and peak memory, a process for each size.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use cpu_time::{ProcessTime, ThreadTime};
use trailproof_sim::{Latency, Shape, Simulator};

use crate::run::Lab;

/// The simulator, with the CPU time that its answers take.
#[derive(Debug, Clone)]
struct Metered {
    simulator: Simulator,
    spent: Arc<AtomicU64>,
}

impl HttpConnector for Metered {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let start = ThreadTime::now();
        // It decides at once what becomes of the request; the future only waits and hands it over.
        let answer = HttpConnector::call(&self.simulator, request);
        let spent = u64::try_from(start.elapsed().as_nanos()).unwrap_or_default();
        self.spent.fetch_add(spent, Ordering::Relaxed);
        answer
    }
}

impl HttpClient for Metered {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// Measures each size in a process of its own, one after the other.
pub fn run(sizes: &[(usize, usize)]) {
    println!(
        "{:>8} {:>6} {:>9} {:>12} {:>14} {:>10} {:>12} {:>12}",
        "accounts",
        "roles",
        "calls",
        "CPU collect",
        "µs per account",
        "µs a call",
        "peak memory",
        "CPU of sim"
    );
    for (accounts, roles) in sizes {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("run");
        let status = Command::new(std::env::current_exe().unwrap())
            .args(["collect", &accounts.to_string(), &roles.to_string()])
            .arg(&place)
            .status()
            .unwrap();
        assert!(status.success());
    }
}

/// One measurement: this process is new, and does nothing else.
pub fn collect(accounts: usize, roles: usize, folder: &str) {
    let shape = Shape { accounts, roles_per_account: roles, ..Shape::default() };
    let simulator = Simulator::generated(shape)
        .counting()
        .with_latency(Latency::fixed(Duration::from_millis(50)));
    let spent = Arc::new(AtomicU64::new(0));
    let metered = Metered { simulator: simulator.clone(), spent: Arc::clone(&spent) };
    let start = ProcessTime::now();
    let lab = Lab { http: SharedHttpClient::new(metered), ..Lab::new(simulator.clone()) };
    lab.within(folder).scan().reader.unwrap();
    let cpu = start.elapsed();
    let simulated = Duration::from_nanos(spent.load(Ordering::Relaxed));
    let own = cpu.saturating_sub(simulated);
    let calls: usize = simulator.counts().values().sum();
    println!(
        "{accounts:>8} {roles:>6} {calls:>9} {:>10.2} s {:>14.0} {:>10.0} {:>8.1} MiB {:>10.2} s",
        own.as_secs_f64(),
        own.as_micros() as f64 / accounts as f64,
        own.as_micros() as f64 / calls as f64,
        peak_memory() as f64 / 1024.0,
        simulated.as_secs_f64(),
    );
}

/// The most memory that this process ever had, in KiB.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse().unwrap()
}
