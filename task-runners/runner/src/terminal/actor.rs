//! The task that owns a terminal.

use std::collections::VecDeque;
use std::future;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use task_protocol::{LabId, TerminalSize, UNACKNOWLEDGED_BYTES_MAX};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use super::filter::Filter;
use super::screen::Screen;
use super::shell::Shell;
use super::{Command, Event};
use crate::recording::Tape;
use crate::sandbox::{Driver, SandboxError};

const READ_LENGTH: usize = 32 * 1024;
/// Keys that wait for a program that does not read; more are dropped, as a real terminal does.
const INPUT_LENGTH_MAX: usize = 1024 * 1024;
/// Pause after a read while nobody looks on, so that `yes` does not take a processor of the host.
const UNWATCHED_PAUSE: Duration = Duration::from_millis(10);

/// Where a terminal's shells run.
#[derive(Clone)]
pub(super) struct Place {
    pub lab_id: LabId,
    pub host: String,
}

/// How much is read at once while somebody looks on, and each second after that: more than a person
/// follows, and little enough that a flood leaves other terminals their share of the processors.
const BURST_LENGTH: usize = 512 * 1024;
const LENGTH_PER_SECOND: usize = 2 * 1024 * 1024;

pub(super) struct Actor {
    driver: Arc<dyn Driver>,
    place: Place,
    commands: mpsc::UnboundedReceiver<Command>,
    filter: Filter,
    screen: Screen,
    tape: Tape,
    state: State,
    input: VecDeque<u8>,
    viewer: Option<Viewer>,
    read_again_at: Instant,
    /// How much may be read at once, as of a moment.
    allowance: (Instant, usize),
}

enum State {
    /// No shell; the next viewer or key starts one.
    Idle,
    Starting(JoinHandle<Result<OwnedFd, SandboxError>>),
    Running(Shell),
    /// The lab is away.
    Suspended,
}

struct Viewer {
    id: u64,
    events: mpsc::UnboundedSender<Event>,
    unacknowledged: usize,
    /// The rest of the restored screen, sent as acknowledgements come in.
    outbox: VecDeque<u8>,
}

impl Viewer {
    fn room(&self) -> usize {
        UNACKNOWLEDGED_BYTES_MAX.saturating_sub(self.unacknowledged)
    }

    fn send(&self, event: Event) {
        // A viewer that is gone detaches.
        let _ = self.events.send(event);
    }

    fn send_bytes(&mut self, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            self.unacknowledged += bytes.len();
            self.send(Event::Bytes(bytes));
        }
    }

    fn flush(&mut self) {
        let length = self.room().min(self.outbox.len());
        let bytes = self.outbox.drain(..length).collect();
        self.send_bytes(bytes);
    }
}

/// What woke the task.
enum Wake {
    Command(Option<Command>),
    Output(std::io::Result<usize>),
    Written(std::io::Result<usize>),
    Started(Result<OwnedFd, SandboxError>),
}

impl Actor {
    pub(super) fn new(
        driver: Arc<dyn Driver>,
        place: Place,
        tape: Tape,
        commands: mpsc::UnboundedReceiver<Command>,
    ) -> Self {
        Self {
            driver,
            place,
            commands,
            filter: Filter::new(),
            tape,
            screen: Screen::new(TerminalSize::default()),
            state: State::Idle,
            input: VecDeque::new(),
            viewer: None,
            read_again_at: Instant::now(),
            allowance: (Instant::now(), BURST_LENGTH),
        }
    }

    pub(super) async fn run(mut self) {
        let mut buffer = vec![0; READ_LENGTH];
        loop {
            match self.wait(&mut buffer).await {
                Wake::Command(None | Some(Command::End)) => return,
                Wake::Command(Some(command)) => self.obey(command).await,
                Wake::Output(Ok(length)) => self.show(&buffer[..length]),
                Wake::Written(Ok(length)) => drop(self.input.drain(..length)),
                Wake::Output(Err(_)) | Wake::Written(Err(_)) => self.shell_ended(),
                Wake::Started(result) => self.shell_started(result),
            }
        }
    }

    /// Waits for what comes next. Commands first: acknowledgements and Ctrl-C must not wait behind
    /// a flood of output.
    async fn wait(&mut self, buffer: &mut [u8]) -> Wake {
        let room = match &self.viewer {
            None => buffer.len(),
            Some(viewer) if viewer.outbox.is_empty() => viewer.room().min(buffer.len()),
            Some(_) => 0,
        };
        let read_at = Some(self.read_again_at).filter(|at| *at > Instant::now());
        let (input, state) = (&mut self.input, &mut self.state);
        let (read, write, started) = match state {
            State::Running(shell) => {
                let shell = &*shell;
                let read = async {
                    if room == 0 {
                        return future::pending().await;
                    }
                    if let Some(at) = read_at {
                        sleep_until(at).await;
                    }
                    shell.read(&mut buffer[..room]).await
                };
                let write = async {
                    if input.is_empty() {
                        return future::pending().await;
                    }
                    shell.write(input.make_contiguous()).await
                };
                (Some(read), Some(write), None)
            }
            State::Starting(handle) => (None, None, Some(handle)),
            State::Idle | State::Suspended => (None, None, None),
        };
        tokio::select! {
            biased;
            command = self.commands.recv() => Wake::Command(command),
            result = optional(write) => Wake::Written(result),
            result = optional(started) => Wake::Started(result.unwrap_or_else(|error| {
                Err(SandboxError::system("start a shell")(std::io::Error::other(error)))
            })),
            result = optional(read) => Wake::Output(result),
        }
    }

    async fn obey(&mut self, command: Command) {
        match command {
            Command::Attach {
                viewer,
                size,
                events,
            } => self.attach(viewer, size, events),
            Command::Mark(label) => self.tape.mark(&label),
            Command::Suspend(done) => {
                self.suspend().await;
                self.tape.close_part();
                // Whoever asked may have given up.
                let _ = done.send(());
            }
            Command::Resume => {
                self.state = State::Idle;
                let reset = self.screen.reset();
                if let Some(viewer) = &mut self.viewer {
                    viewer.outbox.clear();
                    viewer.send_bytes(reset.to_vec());
                    self.start_shell();
                }
            }
            Command::Input { viewer, bytes } => {
                if self.is_viewer(viewer) {
                    self.take_input(&bytes);
                }
            }
            Command::Resize { viewer, size } => {
                if self.is_viewer(viewer) {
                    self.resize(size);
                }
            }
            Command::Ack { viewer: id, bytes } => {
                if let Some(viewer) = self.viewer.as_mut().filter(|viewer| viewer.id == id) {
                    let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
                    viewer.unacknowledged = viewer.unacknowledged.saturating_sub(bytes);
                    viewer.flush();
                }
            }
            // The loop has ended by then.
            Command::End => {}
            Command::Detach { viewer } => {
                if self.is_viewer(viewer) {
                    self.viewer = None;
                }
            }
        }
    }

    fn is_viewer(&self, id: u64) -> bool {
        self.viewer.as_ref().is_some_and(|viewer| viewer.id == id)
    }

    fn attach(&mut self, id: u64, size: TerminalSize, events: mpsc::UnboundedSender<Event>) {
        if let Some(old) = self.viewer.take() {
            old.send(Event::Replaced);
        }
        self.resize(size);
        let mut viewer = Viewer {
            id,
            events,
            unacknowledged: 0,
            outbox: self.screen.restored().into(),
        };
        viewer.flush();
        self.viewer = Some(viewer);
        self.start_shell();
    }

    fn take_input(&mut self, bytes: &[u8]) {
        if matches!(self.state, State::Suspended) {
            return;
        }
        let room = INPUT_LENGTH_MAX.saturating_sub(self.input.len());
        let was_idle = matches!(self.state, State::Idle);
        self.start_shell();
        // The key that starts a shell is no input for it.
        if !was_idle {
            self.input.extend(bytes.iter().take(room));
        }
    }

    fn resize(&mut self, size: TerminalSize) {
        if size == self.screen.size() {
            return;
        }
        self.screen.resize(size);
        self.tape.resize(size);
        if let State::Running(shell) = &self.state {
            shell.resize(size);
        }
    }

    /// Starts a shell if there is none.
    fn start_shell(&mut self) {
        if !matches!(self.state, State::Idle) {
            return;
        }
        let (driver, place, size) = (
            Arc::clone(&self.driver),
            self.place.clone(),
            self.screen.size(),
        );
        self.state = State::Starting(tokio::task::spawn_blocking(move || {
            driver.open_shell(&place.lab_id, &place.host, size)
        }));
    }

    fn shell_started(&mut self, result: Result<OwnedFd, SandboxError>) {
        let shell = result
            .and_then(|master| Shell::new(master).map_err(SandboxError::system("use a terminal")));
        match shell {
            Ok(shell) => {
                // The size may have changed while it started.
                shell.resize(self.screen.size());
                self.state = State::Running(shell);
            }
            Err(error) => {
                tracing::warn!(%error, lab_id = %self.place.lab_id, "no shell");
                self.shell_ended();
            }
        }
    }

    fn shell_ended(&mut self) {
        self.state = State::Idle;
        // A sequence that it did not end must not swallow what the next one says.
        self.filter = Filter::new();
        self.input.clear();
        if let Some(viewer) = &self.viewer {
            viewer.send(Event::Exited);
        }
    }

    async fn suspend(&mut self) {
        let state = std::mem::replace(&mut self.state, State::Suspended);
        if let State::Starting(handle) = state {
            // The lab must not go away under the driver's hands.
            let _ = handle.await;
        }
        self.input.clear();
    }

    /// Counts what was read; when it is more than is allowed at once, the rest waits.
    fn count(&mut self, length: usize) {
        let now = Instant::now();
        let (as_of, allowed) = self.allowance;
        let grown = now.duration_since(as_of).as_secs_f64() * LENGTH_PER_SECOND as f64;
        let allowed = (allowed + grown as usize).min(BURST_LENGTH);
        self.allowance = (now, allowed.saturating_sub(length));
        if let Some(over @ 1..) = length.checked_sub(allowed) {
            let wait = over as f64 / LENGTH_PER_SECOND as f64;
            self.read_again_at = now + Duration::from_secs_f64(wait);
        }
    }

    fn show(&mut self, bytes: &[u8]) {
        let length = bytes.len();
        let bytes = self.filter.pass(bytes);
        self.screen.process(&bytes);
        self.tape.output(&bytes, self.screen.size());
        if let Some(viewer) = &mut self.viewer {
            viewer.send_bytes(bytes);
            self.count(length);
        } else {
            self.read_again_at = Instant::now() + UNWATCHED_PAUSE;
        }
    }
}

/// Waits for ever when there is nothing to wait for.
async fn optional<F: Future>(future: Option<F>) -> F::Output {
    match future {
        Some(future) => future.await,
        None => future::pending().await,
    }
}
