//! The HTML report in a real browser: Chromium driven by pinned packages, its pictures and PDF left to look at.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::workspace::{Outcome, cargo, read, root, shown, target, tool, typed};

/// Where the test and the list of its packages lie.
const FOLDER: &str = "tests/browser";

/// The browser to drive, where it is none of the usual names.
const BROWSER: &str = "TRAILPROOF_CHROMIUM";

/// Writes the demo's report, opens it, and says what is wrong with it.
pub fn test() -> Outcome<()> {
    let browser = browser()?;
    let modules = modules()?;
    let folder = target().join("browser");
    fs::create_dir_all(&folder).map_err(|error| format!("make {}: {error}", shown(&folder)))?;
    let [report, before, difference] =
        ["report.html", "before.json", "difference.html"].map(|name| folder.join(name));
    let program = |words: &[&str], to: &str, path: &Path| {
        let mut command = cargo(&["run", "--quiet", "--"]);
        command.args(words).args(["--force", "--format"]).arg(format!("{to}={}", path.display()));
        command
    };
    run(&mut program(&["demo"], "json", &before))?;
    let aged = aged(&read(&before)?);
    fs::write(&before, aged).map_err(|error| format!("write {}: {error}", shown(&before)))?;
    let mut demo = program(&["demo"], "html", &report);
    run(demo.arg("--previous").arg(&before))?;
    let now = folder.join("now.json");
    run(&mut program(&["demo"], "json", &now))?;
    let mut diff = program(&["diff"], "html", &difference);
    run(diff.arg(&before).arg(&now))?;
    let mut test = tool("node");
    test.arg(root().join(FOLDER).join("report.cjs")).args([
        &modules,
        &browser,
        &report,
        &difference,
        &folder,
    ]);
    run(&mut test)?;
    println!("{} has the pictures and the PDF", shown(&folder));
    Ok(())
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
