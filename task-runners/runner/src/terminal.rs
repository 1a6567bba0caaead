//! Terminals: a shell on a pseudo terminal that belongs to the runner, so that it outlives every
//! viewer and the server. One task per terminal owns everything of it; the rest sends it commands.

use std::sync::Arc;

use task_protocol::{LabId, TerminalSize};
use tokio::sync::{mpsc, oneshot};

use crate::recording::Tape;
use crate::sandbox::Driver;

mod actor;
mod filter;
mod screen;
mod shell;

/// What the task of a terminal is told.
enum Command {
    Attach {
        viewer: u64,
        size: TerminalSize,
        events: mpsc::UnboundedSender<Event>,
    },
    Input {
        viewer: u64,
        bytes: Vec<u8>,
    },
    Resize {
        viewer: u64,
        size: TerminalSize,
    },
    Ack {
        viewer: u64,
        bytes: u64,
    },
    Detach {
        viewer: u64,
    },
    /// Mark this moment on the tape.
    Mark(String),
    /// The lab goes away: let go of the shell and say so.
    Suspend(oneshot::Sender<()>),
    /// The lab is back.
    Resume,
    /// The lab is gone for good.
    End,
}

/// What a viewer is told.
#[derive(Debug)]
pub enum Event {
    /// Draw this.
    Bytes(Vec<u8>),
    /// The shell ended.
    Exited,
    /// Another viewer took over.
    Replaced,
}

/// A terminal of a lab; ends when the last handle is dropped.
#[derive(Debug, Clone)]
pub struct Terminal {
    commands: mpsc::UnboundedSender<Command>,
}

/// A viewer's connection to a terminal; detached when dropped.
#[derive(Debug)]
pub struct Attachment {
    viewer: u64,
    commands: mpsc::UnboundedSender<Command>,
    /// What the viewer is told; closed when the lab ends.
    pub events: mpsc::UnboundedReceiver<Event>,
}

impl Terminal {
    /// A terminal without a shell; the first viewer starts it.
    pub fn new(driver: Arc<dyn Driver>, lab_id: &LabId, host: &str, tape: Tape) -> Self {
        let (commands, receiver) = mpsc::unbounded_channel();
        let place = actor::Place {
            lab_id: lab_id.clone(),
            host: host.to_owned(),
        };
        tokio::spawn(actor::Actor::new(driver, place, tape, receiver).run());
        Self { commands }
    }

    /// Makes the caller the viewer. It gets the screen as it is, then what happens.
    #[must_use]
    pub fn attach(&self, size: TerminalSize) -> Attachment {
        use std::sync::atomic::{AtomicU64, Ordering};
        static VIEWERS: AtomicU64 = AtomicU64::new(0);
        let viewer = VIEWERS.fetch_add(1, Ordering::Relaxed);
        let (sender, events) = mpsc::unbounded_channel();
        // When the task is gone, the events are closed, which the viewer sees.
        let _ = self.commands.send(Command::Attach {
            viewer,
            size,
            events: sender,
        });
        Attachment {
            viewer,
            commands: self.commands.clone(),
            events,
        }
    }

    /// Lets go of the shell before the lab goes away. Input is dropped until [`Self::resume`].
    pub async fn suspend(&self) {
        let (sender, done) = oneshot::channel();
        if self.commands.send(Command::Suspend(sender)).is_ok() {
            // An error means that the task is gone, and the shell with it.
            let _ = done.await;
        }
    }

    /// Marks this moment on the tape, if it has begun.
    pub fn mark(&self, label: &str) {
        let _ = self.commands.send(Command::Mark(label.to_owned()));
    }

    /// Starts anew in a new lab.
    pub fn resume(&self) {
        let _ = self.commands.send(Command::Resume);
    }

    /// Ends the terminal; its viewer's events are closed.
    pub fn end(&self) {
        let _ = self.commands.send(Command::End);
    }
}

impl Attachment {
    fn send(&self, command: Command) {
        // When the task is gone, the events are closed, which the viewer sees.
        let _ = self.commands.send(command);
    }

    /// Sends keys.
    pub fn input(&self, bytes: Vec<u8>) {
        self.send(Command::Input {
            viewer: self.viewer,
            bytes,
        });
    }

    /// Tells the viewer's new size.
    pub fn resize(&self, size: TerminalSize) {
        self.send(Command::Resize {
            viewer: self.viewer,
            size,
        });
    }

    /// Tells that so many bytes more are drawn.
    pub fn acknowledge(&self, bytes: u64) {
        self.send(Command::Ack {
            viewer: self.viewer,
            bytes,
        });
    }
}

impl Drop for Attachment {
    fn drop(&mut self) {
        self.send(Command::Detach {
            viewer: self.viewer,
        });
    }
}
