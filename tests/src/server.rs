//! The real server as a process.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// How long a start may take before the test gives up. Generous: it is no measurement.
const START_MAX: Duration = Duration::from_secs(60);

/// Where the data of a server lives and where it listens, across its restarts.
#[derive(Debug)]
pub struct Home {
    folder: tempfile::TempDir,
    pub address: SocketAddr,
}

impl Home {
    /// An empty data directory and a free port.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        let home = Self { folder, address };
        let text = format!(
            "listen = \"{address}\"\ndata = \"{}\"\n",
            home.data().display()
        );
        std::fs::write(home.config(), text).unwrap();
        home
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The configuration file.
    pub fn config(&self) -> PathBuf {
        self.folder.path().join("server.toml")
    }

    /// Runs another command of the server's binary with the same configuration.
    pub fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(binary());
        command.args(arguments).arg("--config").arg(self.config());
        command.output().unwrap()
    }

    /// Starts the server and waits until it is ready.
    pub fn start(&self) -> Server {
        let log = std::fs::File::create(self.folder.path().join("server.log")).unwrap();
        let started = Instant::now();
        let child = Command::new(binary())
            .args(["serve", "--config"])
            .arg(self.config())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut server = Server {
            child,
            ready_after: Duration::ZERO,
        };
        while !is_ready(self.address) {
            let ended = server.child.try_wait().unwrap();
            assert!(
                ended.is_none() && started.elapsed() < START_MAX,
                "the server does not start ({ended:?}): {}",
                std::fs::read_to_string(self.folder.path().join("server.log")).unwrap()
            );
            std::thread::sleep(Duration::from_millis(2));
        }
        server.ready_after = started.elapsed();
        server
    }
}

impl Default for Home {
    fn default() -> Self {
        Self::new()
    }
}

/// A running server. Dropping it kills it.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// From the start of the process to the first good answer of `/readyz`.
    pub ready_after: Duration,
}

impl Server {
    /// Ends it at once, as a power cut would end the process: no handler runs.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end and waits.
    pub fn stop(mut self) {
        let pid = nix::unistd::Pid::from_raw(self.child.id().try_into().unwrap());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
        self.child.wait().unwrap();
    }

    /// Resident memory in MiB.
    pub fn resident_mib(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.unwrap().trim().trim_end_matches(" kB");
        number.parse::<f64>().unwrap() / 1024.0
    }

    /// The processor time that the process has used so far, in seconds.
    pub fn processor_seconds(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let (_, fields) = stat.rsplit_once(')').unwrap();
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let ticks: f64 = [11, 12]
            .iter()
            .map(|&at: &usize| fields[at].parse::<f64>().unwrap())
            .sum();
        ticks / 100.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _already_ended = self.child.kill();
        let _already_ended = self.child.wait();
    }
}

fn is_ready(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(
            format!("GET /readyz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n")
                .as_bytes(),
        )?;
        let mut status = [0; 12];
        stream.read_exact(&mut status)?;
        Ok(&status == b"HTTP/1.1 200")
    };
    ask().unwrap_or(false)
}

/// The `exam-server` beside this test: `target/debug` for tests, `target/release` for benchmarks.
pub fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap();
    let binary = folder.join("exam-server");
    let flag = if folder.ends_with("release") {
        " --release"
    } else {
        ""
    };
    assert!(
        binary.exists(),
        "{} is missing; run `cargo build{flag} --bins` first",
        binary.display()
    );
    binary
}
