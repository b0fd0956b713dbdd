//! Runs that are interrupted: what was read is saved, and the code says so.
#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use trailproof_sim::{Effect, Fault};

use crate::organizations::{COVERED_MEMBER, small};
use crate::program::Place;
use crate::served::Served;

/// An organization of which one member never answers.
fn stuck() -> Served {
    let fault = Fault { account: Some(COVERED_MEMBER.to_owned()), ..Fault::on("*", Effect::Hang) };
    Served::with_faults(small(), vec![fault])
}

/// A scan that has come to the member that never answers.
fn scan(place: &Place, served: &Served, seconds: &str) -> Child {
    let flags =
        ["scan", "--run-dir", "run", "--format", "json=r.json", "--attempt-timeout", seconds];
    let child = place.program(&flags).env("AWS_MAX_ATTEMPTS", "1").at(served).spawn();
    let started = Instant::now();
    while !served.calls().iter().any(|call| call.account == COVERED_MEMBER) {
        assert!(started.elapsed() < Duration::from_secs(60), "the member was never asked");
        sleep(Duration::from_millis(20));
    }
    child
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Waits for the line by which the program says that it was interrupted.
fn noticed(child: &mut Child) {
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("interrupted: finishing the open calls"), "{line}");
}

#[test]
fn the_first_signal_saves_what_was_read() {
    saves("-INT", 130);
    saves("-TERM", 143);
}

fn saves(signal: &str, code: i32) {
    let (place, served) = (Place::new(), stuck());
    let mut child = scan(&place, &served, "5");
    send(signal, &child);
    noticed(&mut child);
    assert_eq!(child.wait().unwrap().code(), Some(code));
    let report = place.read("r.json");
    let again = place.run(&["assess", "run", "--format", "json"]).with(3).stdout;
    assert_eq!(again.into_bytes(), report);
}

#[test]
fn the_second_interrupt_ends_at_once() {
    let (place, served) = (Place::new(), stuck());
    let mut child = scan(&place, &served, "600");
    send("-INT", &child);
    noticed(&mut child);
    send("-INT", &child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!place.path("r.json").exists());
    place.run(&["assess", "run"]).stopped(2, &["unfinished"]);
}

/// Two signals on each other's heels: the second may find the program between hearing the first and saying so.
#[test]
fn a_second_signal_right_after_the_first_is_not_lost() {
    for _ in 0..8 {
        let (place, served) = (Place::new(), stuck());
        let mut child = scan(&place, &served, "600");
        let id = child.id();
        let both = format!("kill -INT {id}; kill -TERM {id}");
        assert!(Command::new("sh").args(["-c", &both]).status().unwrap().success());
        let code = child.wait().unwrap().code();
        assert!(matches!(code, Some(130 | 143)), "{code:?}");
        assert!(!place.path("r.json").exists());
    }
}
