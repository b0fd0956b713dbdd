//! The HTML report in a real browser: Chromium driven by pinned packages, its pictures and PDF left to look at.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::workspace::{
    Outcome, as_it_is, is_installed, program, read, root, shown, target, tool, typed, write,
};

/// Where the test and the list of its packages lie.
const FOLDER: &str = "tests/browser";

/// The browser to drive, where it is none of the usual names.
const BROWSER: &str = "TRAILPROOF_CHROMIUM";

/// Writes the pages of every kind, opens them, and says what is wrong with them.
pub fn test() -> Outcome<()> {
    let browser = browser()?;
    let modules = modules()?;
    let folder = target().join("browser");
    let at = |name: &str| folder.join(name);
    let runs = at("runs");
    // Nothing of a run before may pass for this one's.
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .map_err(|error| format!("remove {}: {error}", shown(&folder)))?;
    }
    fs::create_dir_all(&runs).map_err(|error| format!("make {}: {error}", shown(&runs)))?;
    let [before, now] = ["before.json", "now.json"].map(|name| runs.join(name));
    let built = program()?;
    let program = |words: &[&str], format: &str, path: &Path| {
        let mut command = as_it_is(&built);
        command.args(words).arg("--format").arg(format!("{format}={}", path.display()));
        command
    };
    run(&mut program(&["demo"], "json", &now))?;
    write(&before, &aged(&read(&now)?))?;
    let both = ["--lang", "en,ja"];
    let mut demo = program(&["demo"], "html", &at("report.html"));
    run(demo.args(both).arg("--previous").arg(&before))?;
    let mut diff = program(&["diff"], "html", &at("difference.html"));
    run(diff.arg(&before).arg(&now))?;
    let mut history = program(&["history"], "html", &at("history.html"));
    run(history.args(both).arg(&runs))?;
    let chains = root().join("crates/digest/tests/vectors.json");
    let mut prepare = tool("node");
    run(prepare.arg(root().join(FOLDER).join("prepare.cjs")).args([&now, &chains, &folder]))?;
    run(program(&["report"], "html", &at("large.html")).arg(at("large.json")))?;
    logs(program(&["validate-logs"], "html", &at("logs.html")).args(both), &folder)?;
    let mut test = tool("node");
    test.arg(root().join(FOLDER).join("report.cjs")).args([&modules, &browser, &folder]);
    run(&mut test)?;
    println!("{} has the pictures and the PDF", shown(&folder));
    Ok(())
}

/// Proves the bucket that was prepared, in which something is wrong.
fn logs(command: &mut Command, folder: &Path) -> Outcome<()> {
    let asked = read(&folder.join("asked.txt"))?;
    let [bucket, start, end] = asked.lines().collect::<Vec<_>>()[..] else {
        return Err(format!("{asked:?} names no bucket and time"));
    };
    for (flag, name) in [("--dir", "mirror"), ("--metadata", "metadata"), ("--keys", "keys.json")] {
        command.arg(flag).arg(folder.join(name));
    }
    command.args(["--bucket", bucket, "--start", start, "--end", end]);
    let told = command.output().map_err(|error| format!("run `{}`: {error}", typed(command)))?;
    match told.status.code() {
        Some(1) => Ok(()),
        _ => Err(format!(
            "`{}` finds nothing wrong: {}",
            typed(command),
            String::from_utf8_lossy(&told.stderr)
        )),
    }
}

/// The demo's report as a quarter before it might have been: of another run and time, with some findings otherwise.
fn aged(report: &str) -> String {
    let marked = report.replacen("\"id\": \"", "\"id\": \"before-", 1);
    let at = marked.find("\"ended\": \"").map_or(0, |at| at + 10);
    let year = marked.get(at..at + 4).unwrap_or_default();
    let earlier =
        year.parse::<u32>().map_or_else(|_| year.to_owned(), |year| (year - 1).to_string());
    let aged =
        marked.replacen(&format!("\"ended\": \"{year}"), &format!("\"ended\": \"{earlier}"), 1);
    let swapped = aged.replacen("\"status\": \"pass\"", "\"status\": \"FAIL\"", 9);
    swapped
        .replacen("\"status\": \"fail\"", "\"status\": \"pass\"", 4)
        .replace("\"FAIL\"", "\"fail\"")
}

/// The validator of SARIF, which is one of the packages. It has to be allowed to run: no package's own script ran.
pub fn multitool() -> Outcome<PathBuf> {
    let (system, name) = match std::env::consts::OS {
        "windows" => ("win32", "Sarif.Multitool.exe"),
        "macos" => ("darwin", "Sarif.Multitool"),
        _ => ("linux", "Sarif.Multitool"),
    };
    let package = format!("node_modules/@microsoft/sarif-multitool-{system}");
    let program = modules()?.join(package).join(name);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755))
            .map_err(|error| format!("make {} a program: {error}", shown(&program)))?;
    }
    Ok(program)
}

/// Whether the packages are there or can be fetched, or why not.
pub fn has_modules() -> Result<(), &'static str> {
    let is_there = |name: &str| is_installed(tool(name).arg("--version"));
    if !is_there("node") || !is_there("npm") {
        return Err("Node.js and npm are not installed");
    }
    modules().map(drop).map_err(|_| "npm cannot fetch the packages of tests/browser")
}

/// Whether there is a browser to drive, too, or what is missing.
pub fn is_ready() -> Result<(), &'static str> {
    has_modules()?;
    browser().map(drop).map_err(|_| "Chromium is not installed")
}

/// The first Chromium on the path.
fn browser() -> Outcome<PathBuf> {
    if let Some(given) = std::env::var_os(BROWSER) {
        return Ok(given.into());
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&folders).collect();
    ["chromium", "chromium-browser", "google-chrome", "chrome"]
        .iter()
        .find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file()))
        .ok_or_else(|| {
            format!(
                "the HTML report is tested in Chromium, and none is on the path: on Debian `apt-get install chromium` \
                 brings it; {BROWSER} names another one"
            )
        })
}

/// The packages of the lock file, installed once for each state of it.
fn modules() -> Outcome<PathBuf> {
    let folder = target().join("browser-modules");
    fs::create_dir_all(&folder).map_err(|error| format!("make {}: {error}", shown(&folder)))?;
    let lock = File::create(folder.join("lock"))
        .and_then(|file| file.lock().map(|()| file))
        .map_err(|error| format!("lock {}: {error}", shown(&folder)))?;
    let (wanted, there) = (root().join(FOLDER).join("package-lock.json"), folder.join("complete"));
    if !same(&wanted, &there) {
        for name in ["package.json", "package-lock.json"] {
            fs::copy(root().join(FOLDER).join(name), folder.join(name))
                .map_err(|error| format!("copy {FOLDER}/{name}: {error}"))?;
        }
        let mut install = tool("npm");
        install
            .args(["ci", "--ignore-scripts", "--no-fund", "--no-audit", "--prefix"])
            .arg(&folder);
        run(&mut install).map_err(|problem| {
            format!("{problem}\n{FOLDER} needs Node.js 20 or newer, and npm, on the path")
        })?;
        fs::copy(&wanted, &there).map_err(|error| format!("finish {}: {error}", shown(&folder)))?;
    }
    drop(lock);
    Ok(folder)
}

fn same(one: &Path, other: &Path) -> bool {
    matches!((fs::read(one), fs::read(other)), (Ok(one), Ok(other)) if one == other)
}

fn run(command: &mut Command) -> Outcome<()> {
    let status = command.status().map_err(|error| format!("run `{}`: {error}", typed(command)))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed", typed(command))) }
}
