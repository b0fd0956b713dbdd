//! Snapshots: what is kept, what is read back, and that judging them asks nobody.

use std::fs;
use std::net::TcpListener;

use crate::organizations::{demo, small};
use crate::program::{Place, files};
use crate::served::Served;

const FORMATS: [&str; 3] = ["table", "json", "junit"];

/// Everything in a folder or an archive, decompressed.
pub fn contents(place: &Place, name: &str) -> Vec<(String, Vec<u8>)> {
    let path = place.path(name);
    if path.is_dir() {
        let read = |file: std::path::PathBuf| {
            let bytes = fs::read(&file).unwrap();
            let bytes = if file.extension().is_some_and(|end| end == "zst") {
                zstd::decode_all(&bytes[..]).unwrap()
            } else {
                bytes
            };
            (file.strip_prefix(&path).unwrap().to_string_lossy().into_owned(), bytes)
        };
        return files(&path).into_iter().map(read).collect();
    }
    let decoder = zstd::Decoder::new(fs::File::open(path).unwrap()).unwrap();
    let mut archive = tar::Archive::new(decoder);
    let read = |entry: std::io::Result<tar::Entry<'_, _>>| {
        let mut entry = entry.unwrap();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
        (entry.path().unwrap().to_string_lossy().into_owned(), bytes)
    };
    archive.entries().unwrap().map(read).collect()
}

/// A place with the demo's reports under their formats' names, and its evidence in `run`.
fn shown() -> Place {
    let place = Place::new();
    let formats = FORMATS.map(|format| format!("--format={format}={format}"));
    place.program(&["demo", "--run-dir", "run"]).more(&formats).run().quietly(0);
    place
}

#[test]
fn a_kept_run_gives_the_same_bytes_again() {
    let place = shown();
    for format in FORMATS {
        let again = place.run(&["assess", "run", "--format", format]).quietly(3).stdout;
        assert_eq!(again.into_bytes(), place.read(format), "assess, {format}");
        let again = place.run(&["report", "run", "--format", format]).quietly(0).stdout;
        assert_eq!(again.into_bytes(), place.read(format), "report, {format}");
    }
}

#[test]
fn a_json_report_is_rendered_again_in_every_format() {
    let place = shown();
    for format in FORMATS {
        let again = place.run(&["report", "json", "--format", format]).quietly(0).stdout;
        assert_eq!(again.into_bytes(), place.read(format), "{format}");
    }
}

#[test]
fn the_gates_of_an_earlier_report_stay_in_it() {
    let place = Place::new();
    let flags = ["demo", "--ci", "--format", "json=r.json", "--format", "junit=r.xml"];
    place.run(&flags).quietly(1);
    let again = place.run(&["report", "r.json", "--format", "junit"]).quietly(0).stdout;
    assert_eq!(again.into_bytes(), place.read("r.xml"));
}

#[test]
fn gates_judge_a_snapshot_as_they_judge_a_scan() {
    let place = shown();
    place.run(&["assess", "run", "--fail-on", "critical"]).quietly(1);
    place.run(&["assess", "run", "--min-coverage", "90"]).quietly(0);
    place.run(&["assess", "run", "--ci", "--exit-zero"]).quietly(0);
}

#[test]
fn judging_a_snapshot_asks_nobody() {
    let place = shown();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    for command in [["assess", "run"], ["report", "run"], ["report", "json"]] {
        let program =
            place.program(&command).env("AWS_ENDPOINT_URL", &url).keys("AKIAEXAMPLE", "none");
        let ended = program.env("HTTP_PROXY", &url).env("HTTPS_PROXY", &url).run();
        assert_eq!(ended.stdout.into_bytes(), place.read("table"), "{command:?}");
    }
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "somebody was asked");
}

#[test]
fn a_snapshot_can_be_judged_by_fewer_checks() {
    let place = shown();
    let flags = ["--check", "cloudtrail-enabled", "--format", "json"];
    let judged = place.program(&["assess", "run"]).more(&flags).run().with(3).stdout;
    let checked = place.program(&["demo"]).more(&flags).run().with(0).stdout;
    let results = |text: &str| crate::report::Report::read(text).unwrap().0["results"].clone();
    assert_eq!(results(&judged), results(&checked));
}

#[test]
fn an_archive_and_its_folder_are_judged_alike() {
    let (place, served) = (Place::new(), Served::new(demo()));
    let program = place.program(&["collect", "--run-dir", "run", "-o", "x.tar.zst"]);
    let ended = program.at(&served).run().with(3);
    assert_eq!(ended.stdout, "x.tar.zst\n");
    for format in FORMATS {
        let [folder, archive] = ["run", "x.tar.zst"]
            .map(|input| place.run(&["assess", input, "--format", format]).quietly(3).stdout);
        assert_eq!(folder, archive, "{format}");
    }
}

#[test]
fn a_scan_is_a_collection_that_is_assessed() {
    let (place, served) = (Place::new(), Served::new(small()));
    let flags = ["scan", "--run-dir", "run", "--format", "json"];
    let scanned = place.program(&flags).at(&served).run().with(0).stdout;
    assert_eq!(place.run(&["assess", "run", "--format", "json"]).quietly(0).stdout, scanned);
}

#[test]
fn runs_go_to_a_folder_of_their_own_that_only_their_owner_reads() {
    let (place, served) = (Place::new(), Served::new(small()));
    let ended = place.program(&["collect"]).at(&served).run().with(0);
    let folder = ended.stdout.trim_end();
    assert!(folder.starts_with("trailproof-runs/"), "{ended:?}");
    assert_eq!(ended.stderr, format!("the evidence is kept in {folder}\n"));
    #[cfg(unix)]
    for path in [folder, &format!("{folder}/accounts")] {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(place.path(path)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{path}");
    }
    #[cfg(unix)]
    for file in files(&place.path(folder)) {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", file.display());
    }
    place.run(&["assess", folder]).quietly(0);
}

#[test]
fn runs_of_the_same_second_have_folders_of_their_own() {
    let (place, served) = (Place::new(), Served::new(small()));
    let children: Vec<_> =
        (0..3).map(|_| place.program(&["collect"]).at(&served).spawn()).collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let manifests = place.files().into_iter().filter(|file| file.ends_with("manifest.json"));
    assert_eq!(manifests.count(), 3);
}

#[test]
fn equal_evidence_is_equal_bytes() {
    let archive = || {
        let place = shown();
        place.run(&["report", "run", "--format", "json=again.json"]).quietly(0);
        // The journal is no evidence: it says in which order things happened to happen.
        fs::remove_file(place.path("run/journal.jsonl")).unwrap();
        contents(&place, "run")
    };
    assert_eq!(archive(), archive());
}

#[test]
fn each_call_is_kept_with_what_proves_it() {
    let place = shown();
    let kept = contents(&place, "run");
    let (_, bytes) =
        kept.iter().find(|(name, _)| name == "accounts/222233334444.json.zst").unwrap();
    let document: serde_json::Value = serde_json::from_slice(bytes).unwrap();
    for (probe, observation) in document["observations"].as_object().unwrap() {
        for key in ["operation", "parameters", "called_at", "outcome"] {
            assert!(!observation[key].is_null(), "{probe}: {key}");
        }
        for response in observation["responses"].as_array().unwrap() {
            for key in ["http_status", "request_id", "date", "attempts"] {
                assert!(!response[key].is_null(), "{probe}: {key}");
            }
        }
    }
}

#[test]
fn no_secret_is_kept_or_shown() {
    let (place, served) = (Place::new(), Served::new(demo()));
    let formats = FORMATS.map(|format| format!("--format={format}=reports.{format}"));
    let program = place.program(&["scan", "--run-dir", "run", "--external-id", "hush-hush"]);
    let ended = program.more(&formats).at(&served).run().with(3);
    place.run(&["report", "run"]).quietly(0);
    let program = place.program(&["collect", "--run-dir", "again", "-o", "x.tar.zst"]);
    program.more(&["--external-id", "hush-hush"]).at(&served).run().with(3);
    let reports = FORMATS.map(|format| {
        let name = format!("reports.{format}");
        let bytes = place.read(&name);
        (name, bytes)
    });
    let said =
        [("stdout".to_owned(), ended.stdout.into()), ("stderr".to_owned(), ended.stderr.into())];
    let mut everything = contents(&place, "run");
    everything.extend(contents(&place, "x.tar.zst"));
    everything.extend(reports);
    everything.extend(said);
    assert!(everything.len() > 50, "25 accounts twice, at least");
    let (id, secret) = served.simulator.caller_credentials();
    // The keys that the simulator lends: their secret, their token, and how their ids begin.
    for secret in [secret.as_str(), &id, "simulated-session", "ASIADEMO", "hush-hush"] {
        for (name, bytes) in &everything {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{name} holds {secret}");
        }
    }
}
