//! Everything that is generated: written, or compared with what lies there.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::block;
use crate::catalogue::Listing;
use crate::workspace::{
    Outcome, as_it_is, cargo, program, read, root, shown, tool, typed, write as write_file,
};

/// How much of the demo the README shows.
const README_LINES: usize = 34;

/// Holds a table that is written from scans.
const FAULTS: &str = "docs/reliability.md";

/// A file as it should be.
struct Generated {
    path: PathBuf,
    text: String,
}

impl Generated {
    fn new(path: &str, text: String) -> Self {
        Self { path: root().join(path), text }
    }

    fn is_fresh(&self) -> bool {
        fs::read_to_string(&self.path).is_ok_and(|text| text == self.text)
    }
}

/// Writes all that is stale.
pub fn write() -> Outcome<()> {
    // The program is built from the list of checks, so that comes first.
    let sources = refresh(contents()?)?;
    let documents = refresh(documents()?)? + faults()?;
    if sources + documents == 0 {
        println!("all that is generated is fresh");
    }
    Ok(())
}

/// Has the test that compares the table of faults with what scans do write it; `cargo xtask test` compares.
fn faults() -> Outcome<usize> {
    let page = root().join(FAULTS);
    let before = read(&page)?;
    // Of the whole workspace: for one package alone, cargo would build what all of it needs anew.
    let mut command = cargo(&["test", "--quiet", "--workspace", "--test", "lab", "reliability"]);
    output(command.env("TRAILPROOF_BLESS", "1"), None)?;
    if read(&page)? == before {
        return Ok(0);
    }
    println!("wrote {}", shown(&page));
    Ok(1)
}

/// Names all that is stale, and fails if anything is.
pub fn check() -> Outcome<()> {
    let mut generated = contents()?;
    // With a stale list the program would describe another catalogue.
    if generated.iter().all(Generated::is_fresh) {
        generated.extend(documents()?);
    }
    let stale: Vec<String> = generated
        .iter()
        .filter(|file| !file.is_fresh())
        .map(|file| format!("{} is stale", shown(&file.path)))
        .collect();
    if stale.is_empty() {
        return Ok(());
    }
    Err(format!("{}; `cargo xtask bless` writes it anew", stale.join(", ")))
}

fn refresh(files: Vec<Generated>) -> Outcome<usize> {
    let mut written = 0;
    for file in files.iter().filter(|file| !file.is_fresh()) {
        write_file(&file.path, &file.text)?;
        println!("wrote {}", shown(&file.path));
        written += 1;
    }
    Ok(written)
}

fn contents() -> Outcome<Vec<Generated>> {
    Listing::read(&root().join("checks"))?
        .files()
        .into_iter()
        .map(|(path, text)| Ok(Generated::new(&format!("checks/{path}"), formatted(&text)?)))
        .collect()
}

fn documents() -> Outcome<Vec<Generated>> {
    let program = program()?;
    let ask = |arguments: &[&str]| ask(&program, arguments);
    let checks = ask(&["checks", "--format", "markdown"])?;
    let frameworks = ask(&["checks", "--format", "frameworks"])?;
    let policy = ask(&["policy"])?;
    let reader = ask(&["policy", "--for", "reader"])?;
    let role = ask(&["policy", "--format", "cloudformation"])?;
    let demo = ask(&["demo"])?;
    let page = |origin: &str, text: &str| {
        format!(
            "<!-- Written by `cargo xtask bless` from {origin}. -->\n\n{}\n",
            text.trim_matches('\n')
        )
    };
    let mut documents = vec![
        Generated::new("checks/README.md", page("the files beside it", &checks)),
        Generated::new("docs/frameworks.md", page("the files in checks/", &frameworks)),
        Generated::new("checks/iam-policy.json", policy),
        // The module is complete by itself, so that it can be used from a registry.
        Generated::new("deploy/terraform/reader-policy.json", reader),
        Generated::new("deploy/terraform/reader-role.cfn.yaml", role.clone()),
        Generated::new("deploy/reader-role.cfn.yaml", role),
        Generated::new("docs/demo.txt", demo.clone()),
    ];
    let readme = root().join("README.md");
    if readme.is_file() {
        // One screen: the README shows how the report begins, docs/demo.txt all of it.
        let opening: Vec<&str> = demo.trim_matches('\n').lines().take(README_LINES).collect();
        let fenced = format!("```text\n{}\n…\n```", opening.join("\n").trim_end());
        let text = block::replace(&read(&readme)?, "checks", without_title(&checks))
            .and_then(|text| block::replace(&text, "demo", &fenced))
            .map_err(|problem| format!("README.md: {problem}"))?;
        documents.push(Generated { path: readme, text });
    }
    Ok(documents)
}

/// What the program prints: at one width, without colour, whatever the developer's terminal and settings are.
fn ask(program: &Path, arguments: &[&str]) -> Outcome<String> {
    let mut command = as_it_is(program);
    command.args(arguments);
    let text = output(&mut command, None)?;
    if text.trim().is_empty() {
        return Err(format!("`{}` printed nothing", typed(&command)));
    }
    Ok(text)
}

/// Rust as the workspace's rustfmt lays it out.
fn formatted(text: &str) -> Outcome<String> {
    let mut command = tool("rustfmt");
    command.arg("--config-path").arg(root());
    output(&mut command, Some(text))
}

fn output(command: &mut Command, input: Option<&str>) -> Outcome<String> {
    let name = typed(command);
    let problem = |error: std::io::Error| format!("run `{name}`: {error}");
    let stdin = if input.is_some() { Stdio::piped() } else { Stdio::null() };
    let mut child = command
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(problem)?;
    if let (Some(text), Some(mut stdin)) = (input, child.stdin.take()) {
        stdin.write_all(text.as_bytes()).map_err(problem)?;
    }
    let output = child.wait_with_output().map_err(problem)?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        return Err(format!("`{name}` failed ({})\n{}", output.status, reason.trim_end()));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("`{name}` printed what is not UTF-8"))
}

/// Markdown without its first heading, where it begins with one: the document that takes it in has its own.
fn without_title(markdown: &str) -> &str {
    match markdown.split_once('\n') {
        Some((title, rest)) if title.starts_with("# ") => rest,
        _ => markdown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_dropped_and_a_table_is_not() {
        assert_eq!(without_title("# Checks\n\n| a |\n"), "\n| a |\n");
        assert_eq!(without_title("| a |\n| b |\n"), "| a |\n| b |\n");
        assert_eq!(without_title("## Presence\n"), "## Presence\n");
    }

    #[test]
    fn what_is_generated_is_laid_out_by_rustfmt() {
        assert_eq!(formatted("pub mod b; pub mod a;").unwrap(), "pub mod a;\npub mod b;\n");
        assert!(formatted("pub mod").unwrap_err().contains("rustfmt"));
    }
}
