//! The HTML report in a real browser: Chromium driven by pinned packages, its pictures and PDF left to look at.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::workspace::{Outcome, cargo, root, shown, target, tool, typed};

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
    let report = folder.join("report.html");
    let mut demo = cargo(&["run", "--quiet", "--", "demo", "--force", "--format"]);
    demo.arg(format!("html={}", report.display()));
    run(&mut demo)?;
    let mut test = tool("node");
    test.arg(root().join(FOLDER).join("report.cjs")).args([&modules, &browser, &report, &folder]);
    run(&mut test)?;
    println!("{} has the pictures and the PDF", shown(&folder));
    Ok(())
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
