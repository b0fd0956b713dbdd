//! Where the workspace is, and how its tools are called.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The problem in words; what to do about it where that is known.
pub type Outcome<T> = Result<T, String>;

/// The folder that holds the workspace's manifest. Asked at run time: a shared target directory may hold this program
/// as another clone built it.
pub fn root() -> PathBuf {
    let own = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    own.parent().map_or_else(|| own.clone(), Path::to_path_buf)
}

/// Where cargo builds.
pub fn target() -> PathBuf {
    root().join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// A tool, started in the workspace.
pub fn tool(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root()).stdin(Stdio::null());
    command
}

/// Cargo, the one that started this program.
pub fn cargo(arguments: &[&str]) -> Command {
    let mut command = tool(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments);
    command
}

/// The program, built as the tests of the workspace need it: for one package alone, or without what only tests ask of
/// libraries, cargo would build hundreds of others anew.
pub fn program() -> Outcome<PathBuf> {
    let mut build = cargo(&["test", "--quiet", "--workspace", "--test", "program", "--no-run"]);
    let built = build.output().map_err(|error| format!("run `{}`: {error}", typed(&build)))?;
    if !built.status.success() {
        let reason = String::from_utf8_lossy(&built.stderr);
        return Err(format!("`{}` failed\n{}", typed(&build), reason.trim_end()));
    }
    Ok(target().join("debug").join(format!("trailproof{}", std::env::consts::EXE_SUFFIX)))
}

/// A program that nothing in the environment tells to say anything otherwise.
pub fn as_it_is(program: &Path) -> Command {
    let mut command = tool(program);
    command.env("COLUMNS", "100").env("NO_COLOR", "1").env("LC_ALL", "C.UTF-8");
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CLICOLOR") || name.starts_with("TRAILPROOF_") {
            command.env_remove(name.as_ref());
        }
    }
    command
}

/// Whether a tool is there at all.
pub fn is_installed(command: &mut Command) -> bool {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The command as one would type it.
pub fn typed(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    std::iter::once(program)
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

pub fn read(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).map_err(|error| format!("read {}: {error}", shown(path)))
}

pub fn write(path: &Path, text: &str) -> Outcome<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| format!("make {}: {error}", shown(folder)))?;
    }
    fs::write(path, text).map_err(|error| format!("write {}: {error}", shown(path)))
}

/// The path as seen from the workspace.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
