//! Snapshots that cannot be read: code 2, one line that names the file and the mend, and nothing written.

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use crate::program::Place;

/// A place with the demo's evidence in `run`; collected once.
fn kept() -> Place {
    static FILES: LazyLock<Vec<(PathBuf, Vec<u8>)>> = LazyLock::new(|| {
        let place = Place::new();
        place.run(&["demo", "--run-dir", "run"]).with(0);
        let read = |file: PathBuf| (file.clone(), place.read(file.to_str().unwrap()));
        place.files().into_iter().map(read).collect()
    });
    let place = Place::new();
    fs::create_dir_all(place.path("run/accounts")).unwrap();
    FILES.iter().for_each(|(file, bytes)| place.write(file.to_str().unwrap(), bytes));
    place
}

/// Packs a folder's files, decompressed, into `x.tar.zst`.
fn pack(place: &Place, edit: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>) {
    let mut archive = tar::Builder::new(zstd::Encoder::new(Vec::new(), 1).unwrap());
    let mut kept = crate::snapshot::contents(place, "run");
    kept.sort_by_key(|(name, _)| {
        (name != "manifest.json", !name.starts_with("organization"), name.clone())
    });
    for (name, bytes) in kept {
        let name = name.trim_end_matches(".zst");
        let Some(bytes) = edit(name, bytes) else { continue };
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        archive.append_data(&mut header, name, &bytes[..]).unwrap();
    }
    place.write("x.tar.zst", archive.into_inner().unwrap().finish().unwrap());
}

/// Both commands that read snapshots refuse this one, and write no report.
fn refused(place: &Place, input: &str, says: &[&str]) {
    let before = place.files();
    for command in ["assess", "report"] {
        let flags = [command, input, "--format", "json=r.json", "--format", "junit=r.xml"];
        place.run(&flags).stopped(2, &[&[input], says].concat());
        assert_eq!(place.files(), before, "{command} {input} wrote something");
    }
}

fn newer(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    assert!(text.contains("trailproof.snapshot/1"));
    text.replace("trailproof.snapshot/1", "trailproof.snapshot/2").into_bytes()
}

fn document(place: &Place) -> PathBuf {
    place.path("run/accounts/222233334444.json.zst")
}

#[test]
fn the_archive_of_these_tests_is_a_good_one() {
    let place = kept();
    pack(&place, |_, bytes| Some(bytes));
    let [folder, archive] =
        ["run", "x.tar.zst"].map(|input| place.run(&["assess", input]).quietly(3).stdout);
    assert_eq!(folder, archive);
}

#[test]
fn what_is_not_there_is_named() {
    let place = Place::new();
    for input in ["gone", "gone.tar.zst", "gone.json", "gone/run"] {
        refused(&place, input, &["No such file"]);
    }
}

#[test]
fn garbage_is_no_snapshot() {
    let place = Place::new();
    for name in ["garbage", "garbage.json", "garbage.tar.zst"] {
        place.write(name, [0x00, 0xff, 0x7f, b'{', b'<']);
        refused(&place, name, &[]);
        place.write(name, "");
        refused(&place, name, &[]);
        place.write(name, "{}");
        refused(&place, name, &[]);
        place.write(name, "[1, 2]");
        refused(&place, name, &[]);
    }
}

#[test]
fn a_truncated_archive_is_refused_wherever_it_was_cut() {
    let place = kept();
    pack(&place, |_, bytes| Some(bytes));
    let whole = place.read("x.tar.zst");
    for share in [1, 10, 50, 90, 99] {
        place.write("cut.tar.zst", &whole[..whole.len() * share / 100]);
        refused(&place, "cut.tar.zst", &[]);
    }
}

#[test]
fn an_archive_that_was_packed_again_without_an_account_is_refused() {
    let place = kept();
    pack(&place, |name, bytes| (!name.contains("222233334444")).then_some(bytes));
    refused(&place, "x.tar.zst", &["222233334444"]);
}

#[test]
fn a_truncated_document_is_refused() {
    let place = kept();
    let whole = fs::read(document(&place)).unwrap();
    for length in [0, 1, whole.len() / 2, whole.len() - 1] {
        fs::write(document(&place), &whole[..length]).unwrap();
        refused(&place, "run", &["222233334444"]);
    }
}

#[test]
fn a_document_that_was_changed_by_a_bit_is_refused() {
    let place = kept();
    let mut bytes = fs::read(document(&place)).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(document(&place), bytes).unwrap();
    refused(&place, "run", &["222233334444"]);
}

#[test]
fn a_newer_schema_asks_for_a_newer_program() {
    let says = ["trailproof.snapshot/2", "use a newer trailproof"];
    let place = kept();
    let manifest = place.read("run/manifest.json");
    place.write("run/manifest.json", newer(&manifest));
    refused(&place, "run", &says);
    place.write("run/manifest.json", &manifest);
    pack(&place, |name, bytes| Some(if name == "manifest.json" { newer(&bytes) } else { bytes }));
    refused(&place, "x.tar.zst", &says);
    let bytes = zstd::decode_all(&fs::read(document(&place)).unwrap()[..]).unwrap();
    fs::write(document(&place), zstd::encode_all(&newer(&bytes)[..], 1).unwrap()).unwrap();
    refused(&place, "run", &says);
    place.write("bundle.json", r#"{"manifest": {"schema": "trailproof.snapshot/2"}}"#);
    refused(&place, "bundle.json", &says);
}

#[test]
fn a_report_of_a_newer_schema_asks_for_a_newer_program() {
    let place = Place::new();
    place.write("new.json", r#"{"schema": "trailproof.report/2", "results": []}"#);
    place
        .run(&["report", "new.json"])
        .stopped(2, &["new.json", "trailproof.report/2", "the trailproof that wrote it"]);
    place.write("new.json", r#"{"schema": "trailproof.report/1", "results": []}"#);
    place.run(&["report", "new.json"]).stopped(2, &["new.json"]);
}

#[test]
fn a_folder_without_a_manifest_is_an_unfinished_run() {
    let place = kept();
    fs::remove_file(place.path("run/manifest.json")).unwrap();
    refused(&place, "run", &["manifest.json", "unfinished"]);
}

#[test]
fn a_folder_without_one_of_its_documents_is_refused() {
    let place = kept();
    fs::remove_file(document(&place)).unwrap();
    refused(&place, "run", &["222233334444"]);
    let place = kept();
    fs::remove_file(place.path("run/organization.json.zst")).unwrap();
    refused(&place, "run", &["organization.json"]);
}

#[test]
fn a_document_of_another_account_is_refused() {
    let place = kept();
    fs::copy(place.path("run/accounts/333344445555.json.zst"), document(&place)).unwrap();
    refused(&place, "run", &["222233334444"]);
}
