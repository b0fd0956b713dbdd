//! What collecting, judging and reporting cost this machine: CPU-seconds and peak memory, a process for each.

use std::io::Write;
use std::path::Path;
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
use trailproof::store::Reader;
use trailproof_checks::CATALOGUE;
use trailproof_core::assess::assess;
use trailproof_core::policy::Policy;
use trailproof_reports::{Format, Options};
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
        child(&["collect", &accounts.to_string(), &roles.to_string()], &place);
        for format in Format::ALL {
            child(&["judge", format.code()], &place);
        }
    }
}

fn child(words: &[&str], folder: &Path) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let status = command.args(words).arg(folder).status().unwrap();
    assert!(status.success());
}

/// Judges a run's folder and writes one report of it, nowhere.
pub fn judge(format: &str, folder: &str) {
    let start = ProcessTime::now();
    let reader = Reader::open(Path::new(folder)).unwrap();
    let policy = Policy::default();
    let assessment = assess(&reader, CATALOGUE, &policy).unwrap();
    let mut sink = Counted(0);
    let options = Options::default();
    trailproof_reports::write(format.parse().unwrap(), &assessment, &options, &mut sink).unwrap();
    println!(
        "{:>25} {format:>5} {:>8.2} s {:>8.1} MiB peak, {:.1} MB written",
        "assess and report",
        start.elapsed().as_secs_f64(),
        peak_memory() as f64 / 1024.0,
        sink.0 as f64 / 1e6,
    );
}

struct Counted(usize);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
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
