//! The compiled program, run in a place of its own.

use std::ffi::OsStr;
use std::fs;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use tempfile::TempDir;

use crate::report::Report;
use crate::served::Served;

/// A folder that is the program's working directory and home, so that nothing of this machine's AWS configuration is
/// seen and nothing is left behind.
pub struct Place(TempDir);

impl Place {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A folder in which the demo's run lies, as `run`. It was made once for all tests that only read it.
    pub fn with_demo() -> Self {
        static RUN: LazyLock<Place> = LazyLock::new(|| {
            let place = Place::new();
            place.run(&["demo", "--run-dir", "run"]).quietly(0);
            place
        });
        let place = Self::new();
        for file in RUN.files() {
            let copy = place.path(&file.to_string_lossy());
            fs::create_dir_all(copy.parent().unwrap()).unwrap();
            fs::copy(RUN.0.path().join(&file), copy).unwrap();
        }
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    /// Every file below this place, by its path from here.
    pub fn files(&self) -> Vec<PathBuf> {
        files(self.0.path())
            .into_iter()
            .map(|path| path.strip_prefix(self.0.path()).unwrap().to_owned())
            .collect()
    }

    /// The program with these arguments; without credentials.
    pub fn program<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Program<'_> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trailproof"));
        command
            .args(arguments)
            .current_dir(self.0.path())
            .env_clear()
            .env("HOME", self.0.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::null());
        Program { command, _place: PhantomData }
    }

    /// Runs the program with these arguments.
    pub fn run<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Ended {
        self.program(arguments).run()
    }

    /// Scans a served organization with these further arguments. Gives the exit code and the JSON report.
    pub fn scan(&self, served: &Served, more: &[&str]) -> (i32, Report) {
        let ended = self.program(&["scan", "--format", "json"]).more(more).at(served).run();
        let report =
            Report::read(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"));
        (ended.code, report)
    }
}

/// All files of a folder and of those below it, in order.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// A run in preparation.
pub struct Program<'a> {
    command: Command,
    /// The place must last until the run has ended.
    _place: PhantomData<&'a Place>,
}

impl Program<'_> {
    pub fn more<A: AsRef<OsStr>>(mut self, arguments: &[A]) -> Self {
        self.command.args(arguments);
        self
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Asks a served organization, with its caller's keys.
    pub fn at(self, served: &Served) -> Self {
        let (id, secret) = served.simulator.caller_credentials();
        self.asking(&served.url, &id, &secret)
    }

    /// Asks this endpoint with these keys, faster than AWS could be asked.
    pub fn asking(self, url: &str, id: &str, secret: &str) -> Self {
        self.more(&["--endpoint-url", url]).env("TRAILPROOF_MAX_RPS", "100").keys(id, secret)
    }

    pub fn keys(self, id: &str, secret: &str) -> Self {
        self.env("AWS_ACCESS_KEY_ID", id).env("AWS_SECRET_ACCESS_KEY", secret)
    }

    pub fn run(mut self) -> Ended {
        self.command.stdout(Stdio::piped());
        self.end()
    }

    /// Runs with a stdout that is not read by this test: a closed pipe, a full device.
    pub fn run_into(mut self, stdout: impl Into<Stdio>) -> Ended {
        self.command.stdout(stdout);
        self.end()
    }

    /// Starts it, to be watched.
    pub fn spawn(mut self) -> Child {
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn end(mut self) -> Ended {
        let child = self.command.stderr(Stdio::piped()).spawn().unwrap();
        let command = format!("{:?}", self.command.get_args().collect::<Vec<_>>());
        // It may hold this process's end of a pipe.
        drop(self);
        let output = child.wait_with_output().unwrap();
        let ended = Ended {
            command,
            code: output.status.code().expect("the program was not killed"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(!ended.stderr.contains("panicked"), "{ended:?}");
        assert!(ended.code != 70 && ended.code != 101, "a fault of the program's own: {ended:?}");
        ended
    }
}

/// What a run said and how it ended.
#[derive(Debug)]
#[expect(dead_code, reason = "the command is for failed assertions to show")]
pub struct Ended {
    pub command: String,
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    /// The run ended with this code.
    pub fn with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }

    /// The run ended with this code and said nothing on stderr.
    pub fn quietly(self, code: i32) -> Self {
        assert_eq!(self.stderr, "", "{self:?}");
        self.with(code)
    }

    /// The run stopped with this code: nothing on stdout, and one line on stderr that says all of this.
    pub fn stopped(self, code: i32, says: &[&str]) {
        assert_eq!(self.stdout, "", "{self:?}");
        self.told(code, says);
    }

    /// The run stopped with this code and one line on stderr that says all of this.
    pub fn told(self, code: i32, says: &[&str]) {
        let ended = self.with(code);
        let line =
            ended.stderr.strip_prefix("trailproof: ").and_then(|rest| rest.strip_suffix('\n'));
        let line = line.unwrap_or_else(|| panic!("no line of trailproof's own: {ended:?}"));
        assert!(!line.contains('\n'), "more than one line: {ended:?}");
        for words in says {
            assert!(line.contains(words), "{words:?} is not said: {ended:?}");
        }
    }
}
