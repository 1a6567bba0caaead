//! The master of a pseudo terminal, read and written without blocking.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::unistd::{read, write};
use task_protocol::TerminalSize;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::sys;

/// A shell that runs.
pub(super) struct Shell {
    master: AsyncFd<OwnedFd>,
}

impl Shell {
    pub(super) fn new(master: OwnedFd) -> io::Result<Self> {
        let flags = OFlag::from_bits_retain(fcntl(&master, FcntlArg::F_GETFL)?);
        fcntl(&master, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
        Ok(Self {
            master: sys::watch(master)?,
        })
    }

    /// Reads what there is. Cancel safe.
    ///
    /// # Errors
    /// The shell has ended (the end of the file counts as an error too).
    pub(super) async fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self
            .master
            .async_io(Interest::READABLE, |master| {
                Ok(read(master.as_fd(), buffer)?)
            })
            .await?;
        if length == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(length)
    }

    /// Writes as much as fits. Cancel safe.
    ///
    /// # Errors
    /// The shell has ended.
    pub(super) async fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        self.master
            .async_io(Interest::WRITABLE, |master| {
                Ok(write(master.as_fd(), bytes)?)
            })
            .await
    }

    pub(super) fn resize(&self, size: TerminalSize) {
        if let Err(error) = sys::set_terminal_size(self.master.get_ref(), size) {
            tracing::debug!(%error, "cannot resize a terminal");
        }
    }
}
