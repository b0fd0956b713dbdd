//! moto in a process of its own, seeded: a foreign implementation of AWS's wire protocol.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::program::{Place, Program};

/// Names the interpreter that has the packages of `tests/moto/requirements.txt`.
const INTERPRETER: &str = "TRAILPROOF_PYTHON";
/// Set where leaving these tests out would be a failure.
const REQUIRED: &str = "TRAILPROOF_REQUIRE_MOTO";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/moto")
}

/// The interpreter; none where the tests that need it are to be left out, which is said.
pub fn python(test: &str) -> Option<Python> {
    let found = std::env::var_os(INTERPRETER).filter(|path| !path.is_empty());
    if found.is_none() {
        let required = std::env::var_os(REQUIRED).is_some_and(|value| !value.is_empty());
        assert!(
            !required,
            "{REQUIRED} is set and {INTERPRETER} is not; `cargo xtask test` sets it"
        );
        // Past the test harness, which would keep it to itself.
        let line = format!("skipped: {test} needs {INTERPRETER}; `cargo xtask test` runs it\n");
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    }
    found.map(|path| Python(path.into()))
}

/// A Python with moto and what else the tests drive.
#[derive(Clone)]
pub struct Python(PathBuf);

impl Python {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.0);
        // moto takes keys from the environment; this machine's are none of its business.
        command.args(arguments).current_dir(folder()).env("PYTHONDONTWRITEBYTECODE", "1");
        let machines = std::env::vars_os().map(|(name, _)| name);
        machines.filter(|name| name.to_string_lossy().starts_with("AWS_")).for_each(|name| {
            command.env_remove(name);
        });
        command
    }

    /// What a script prints.
    pub fn run(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).stderr(Stdio::inherit()).output().unwrap();
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stdout)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// Holds a JUnit report against the schema and against a recount of itself.
    pub fn check_junit(&self, file: &Path) {
        let said = self.run(&["check_junit.py", file.to_str().unwrap(), "junit-10.xsd"]);
        assert!(said.starts_with("ok "), "{said}");
    }

    /// Holds a report against its reader; gives how many entries it has.
    pub fn check_report(&self, format: &str, file: &Path) -> usize {
        let schemas: &[&str] = match format {
            "sarif" => &["vendor/sarif-2.1.0.json"],
            "json" => &["report.schema.json"],
            "jsonl" => &["result.schema.json", "report.schema.json"],
            _ => &[],
        };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/schema");
        let schemas: Vec<_> = schemas.iter().map(|name| folder.join(name)).collect();
        let mut arguments = vec!["check_report.py", format, file.to_str().unwrap()];
        arguments.extend(schemas.iter().map(|path| path.to_str().unwrap()));
        let said = self.run(&arguments);
        let number = said.strip_prefix("ok ").and_then(|rest| rest.split(' ').next()?.parse().ok());
        number.unwrap_or_else(|| panic!("{said}"))
    }

    /// A server without any account but the management account.
    pub fn server(&self) -> Moto {
        let mut command = self.command(&["server.py", "--port", "0"]);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("start moto");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("listening on ").expect("moto did not start").to_owned();
        Moto { python: self.clone(), child, url, seed: Value::Null }
    }

    /// A server with the seeded organization.
    pub fn seeded(&self, flags: &[&str]) -> Moto {
        let mut moto = self.server();
        let seeded = self.run(&[&["seed.py", moto.url.as_str()], flags].concat());
        moto.seed = serde_json::from_str(&seeded).unwrap();
        moto
    }
}

/// A running server. It ends with this value, and with this process where that dies.
pub struct Moto {
    pub python: Python,
    pub url: String,
    /// What the seed made, and what must be found.
    pub seed: Value,
    child: Child,
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Moto {
    /// The id of the account of that name.
    pub fn account(&self, name: &str) -> &str {
        self.seed["accounts"][name].as_str().unwrap()
    }

    /// The program, asking this server as the management account.
    pub fn program<'a>(&self, place: &'a Place, arguments: &[&str]) -> Program<'a> {
        place.program(arguments).asking(&self.url, "testing", "testing")
    }

    /// The program, asking this server by the audit role of a member.
    pub fn program_in<'a>(
        &self,
        member: &str,
        place: &'a Place,
        arguments: &[&str],
    ) -> Program<'a> {
        let script = "import json, sys, aws\n\
                      print(json.dumps(aws.Cloud(sys.argv[1]).assume(sys.argv[2], aws.AUDIT_ROLE)))";
        let lent = self.python.run(&["-c", script, &self.url, self.account(member)]);
        let lent: Value = serde_json::from_str(&lent).unwrap();
        let key = |name: &str| lent[name].as_str().unwrap().to_owned();
        place
            .program(arguments)
            .asking(&self.url, &key("aws_access_key_id"), &key("aws_secret_access_key"))
            .env("AWS_SESSION_TOKEN", key("aws_session_token"))
    }

    /// Makes an operation fail as AWS denies it.
    pub fn deny(&self, operation: &str) {
        self.control("POST", "deny", &serde_json::json!({"operation": operation}).to_string());
    }

    /// Forgets all denials.
    pub fn allow(&self) {
        self.control("POST", "allow", "");
    }

    /// The operations that were called, each call once.
    pub fn calls(&self) -> Vec<Value> {
        serde_json::from_str(&self.control("GET", "calls", "")).unwrap()
    }

    fn control(&self, method: &str, route: &str, body: &str) -> String {
        let host = self.url.trim_start_matches("http://");
        let mut connection = TcpStream::connect(host).unwrap();
        let request = format!(
            "{method} /__trailproof/{route} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        connection.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(
            head.starts_with("HTTP/1.1 20") || head.starts_with("HTTP/1.0 20"),
            "{route}: {head}"
        );
        body.to_owned()
    }
}
