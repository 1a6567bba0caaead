//! Starts a runner of its own for a test, and speaks with it.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use task_protocol::{
    Call, CallError, CallResult, ClientMessage, Decoder, Frame, LabId, LabLimits, LabSpec, LabView,
    PROTOCOL_VERSION, RunnerMessage, ScriptOutput, TerminalSize, encode_bytes, encode_message,
};

pub const BINARY: &str = env!("CARGO_BIN_EXE_task-runner");
/// Longer than anything takes on a busy machine; nothing waits for it to pass.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why there can be no sandboxes here, or that there can.
fn obstacle() -> Option<&'static str> {
    static OBSTACLE: OnceLock<Option<String>> = OnceLock::new();
    OBSTACLE
        .get_or_init(|| {
            if !nix::unistd::geteuid().is_root() {
                return Some("not root".to_owned());
            }
            let output = Command::new(BINARY)
                .args(["doctor", "--json"])
                .output()
                .unwrap();
            let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            let checks = report["checks"].as_array().unwrap();
            let find = |name: &str| checks.iter().find(|check| check["name"] == name).unwrap();
            let runtime = find("oci_runtime");
            if runtime["ok"] != true {
                return Some(runtime["detail"].to_string());
            }
            if find("image_base")["ok"] != true {
                let built = Command::new(BINARY)
                    .args(["image", "build", "base"])
                    .output()
                    .unwrap();
                assert!(
                    built.status.success(),
                    "{}",
                    String::from_utf8_lossy(&built.stderr)
                );
            }
            None
        })
        .as_deref()
}

/// Prints a line past the capture of test output.
pub fn announce(line: &str) {
    let line = format!("{line}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

/// A runner in a directory of its own.
pub struct Runner {
    pub dir: tempfile::TempDir,
    options: Vec<String>,
    process: Child,
}

impl Runner {
    /// Starts one; none when this machine cannot, which is said past the capture of test output.
    pub fn start() -> Option<Self> {
        Self::start_with(&["--warm", "0"])
    }

    /// The same with options of the program.
    pub fn start_with(options: &[&str]) -> Option<Self> {
        if let Some(reason) = obstacle() {
            announce(&format!("SKIPPED, no sandboxes here: {reason}"));
            return None;
        }
        let dir = tempfile::tempdir().unwrap();
        let options: Vec<_> = options.iter().map(|text| (*text).to_owned()).collect();
        let process = spawn(dir.path(), &options);
        Some(Self {
            dir,
            options,
            process,
        })
    }

    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    pub fn socket(&self) -> PathBuf {
        self.dir.path().join("socket")
    }

    /// Kills it without a chance to clean up, and starts another in the same place.
    pub fn kill_and_restart(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        std::fs::remove_file(self.socket()).unwrap();
        self.process = spawn(self.dir.path(), &self.options);
    }

    /// Asks it to stop and waits until it has.
    pub fn stop(&mut self) {
        let pid = nix::unistd::Pid::from_raw(i32::try_from(self.pid()).unwrap());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
        assert!(self.process.wait().unwrap().success());
    }

    pub fn connect(&self) -> Connection {
        Connection::open(&self.socket())
    }

    /// Containers that a runtime knows in the runner's directory.
    pub fn containers(&self) -> Vec<String> {
        let mut names = Vec::new();
        let state = self.dir.path().join("data/runtime");
        for runtime in std::fs::read_dir(state).unwrap() {
            for entry in std::fs::read_dir(runtime.unwrap().path()).unwrap() {
                names.push(entry.unwrap().file_name().into_string().unwrap());
            }
        }
        names
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        if self.process.try_wait().unwrap().is_none() {
            self.stop();
        }
    }
}

fn spawn(dir: &Path, options: &[String]) -> Child {
    let socket = dir.join("socket");
    let process = Command::new(BINARY)
        .arg("serve")
        .arg("--socket")
        .arg(&socket)
        .arg("--data")
        .arg(dir.join("data"))
        .args(options)
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    await_that("the runner listens", || {
        UnixStream::connect(&socket).is_ok()
    });
    process
}

/// Polls for a condition of the outside world that nobody announces.
pub fn await_that(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub fn lab_id(name: &str) -> LabId {
    LabId::new(name).unwrap()
}

/// A lab with this setup script.
pub fn spec(setup: &str) -> LabSpec {
    LabSpec {
        task_id: "test".to_owned(),
        image: "base".to_owned(),
        hosts: vec!["lab".to_owned()],
        boot: String::new(),
        setup: setup.to_owned(),
        env: BTreeMap::new(),
        limits: LabLimits {
            memory_mib: 256,
            processes: 64,
            disk_mib: 64,
            cpus: 1.0,
        },
        terminals: 2,
        setup_timeout_ms: 30_000,
    }
}

/// A connection after the handshake.
pub struct Connection {
    stream: UnixStream,
    decoder: Decoder<RunnerMessage>,
    calls: u64,
}

impl Connection {
    pub fn open(socket: &Path) -> Self {
        let mut connection = Self::without_handshake(socket);
        connection.say(&ClientMessage::Hello {
            version: PROTOCOL_VERSION,
        });
        assert!(matches!(
            connection.message(),
            Some(RunnerMessage::Welcome { .. })
        ));
        connection
    }

    pub fn without_handshake(socket: &Path) -> Self {
        let stream = UnixStream::connect(socket).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self {
            stream,
            decoder: Decoder::new(),
            calls: 0,
        }
    }

    pub fn say(&mut self, message: &ClientMessage) {
        self.stream
            .write_all(&encode_message(message).unwrap())
            .unwrap();
    }

    pub fn keys(&mut self, keys: impl AsRef<[u8]>) {
        self.stream.write_all(&encode_bytes(keys.as_ref())).unwrap();
    }

    /// The next frame; none when the runner has closed the connection.
    pub fn frame(&mut self) -> Option<Frame<RunnerMessage>> {
        loop {
            if let Some(frame) = self.decoder.next_frame().unwrap() {
                return Some(frame);
            }
            let mut piece = [0; 64 * 1024];
            let length = self.stream.read(&mut piece).unwrap();
            if length == 0 {
                return None;
            }
            self.decoder.push(&piece[..length]);
        }
    }

    pub fn message(&mut self) -> Option<RunnerMessage> {
        match self.frame()? {
            Frame::Message(message) => Some(message),
            Frame::Bytes(bytes) => panic!("unexpected bytes {bytes:?}"),
        }
    }

    pub fn call(&mut self, call: Call) -> Result<CallResult, CallError> {
        self.calls += 1;
        self.say(&ClientMessage::Call {
            id: self.calls,
            call,
        });
        match self.message() {
            Some(RunnerMessage::Reply { id, result }) if id == self.calls => result,
            other => panic!("unexpected {other:?}"),
        }
    }

    pub fn create(&mut self, name: &str, spec: &LabSpec) -> LabView {
        let call = Call::CreateLab {
            lab_id: lab_id(name),
            instance: Box::new(spec.clone()),
        };
        match self.call(call) {
            Ok(CallResult::Lab(view)) => view,
            other => panic!("unexpected {other:?}"),
        }
    }

    pub fn reset(&mut self, name: &str) -> LabView {
        let lab_id = lab_id(name);
        match self.call(Call::ResetLab {
            lab_id,
            checkpoint: None,
        }) {
            Ok(CallResult::Lab(view)) => view,
            other => panic!("unexpected {other:?}"),
        }
    }

    pub fn script(&mut self, name: &str, script: &str) -> ScriptOutput {
        self.script_on("lab", name, script)
    }

    pub fn script_on(&mut self, host: &str, name: &str, script: &str) -> ScriptOutput {
        let call = Call::RunScript {
            lab_id: lab_id(name),
            host: host.to_owned(),
            script: script.to_owned(),
            env: BTreeMap::new(),
            timeout_ms: 60_000,
        };
        match self.call(call) {
            Ok(CallResult::Script(output)) => output,
            other => panic!("unexpected {other:?}"),
        }
    }

    pub fn attach(&mut self, name: &str, terminal: u8, size: TerminalSize) {
        self.say(&ClientMessage::Attach {
            lab_id: lab_id(name),
            host: "lab".to_owned(),
            terminal,
            size,
        });
        assert_eq!(self.message(), Some(RunnerMessage::Attached));
    }

    pub fn acknowledge(&mut self, bytes: usize) {
        let bytes = u64::try_from(bytes).unwrap();
        let frame = encode_message(&ClientMessage::Ack { bytes }).unwrap();
        // The runner may have closed the connection after its last message.
        let _ = self.stream.write_all(&frame);
    }

    /// Reads and acknowledges output until it holds the text.
    pub fn read_until(&mut self, text: &str) -> String {
        let mut output = String::new();
        while !output.contains(text) {
            match self.frame() {
                Some(Frame::Bytes(bytes)) => {
                    output.push_str(&String::from_utf8_lossy(&bytes));
                    self.acknowledge(bytes.len());
                }
                other => panic!("unexpected {other:?} after {output:?}"),
            }
        }
        output
    }
}
