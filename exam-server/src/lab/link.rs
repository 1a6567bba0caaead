//! The way to the task runner: one connection for all calls, made when it is first needed and made again after it broke,
//! and one connection for each terminal.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use task_protocol::{
    Call, CallError, CallResult, ClientMessage, Decoder, Frame, FrameError, LabId,
    PROTOCOL_VERSION, Refusal, RunnerMessage, TerminalSize, encode_message,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{mpsc, oneshot};

/// Time for connecting and the handshake.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Calls that wait for the socket at once; more of them wait for room.
const OUTGOING_MAX: usize = 64;

/// Why the runner did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// Nobody listens, or the socket is not ours.
    #[error("no runner answers on {socket}")]
    Unreachable {
        /// Where.
        socket: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The connection broke before the answer came.
    #[error("the connection to the runner broke")]
    Lost,
    /// No answer in time. The runner may still do what was asked.
    #[error("the runner did not answer within {} s", .0.as_secs())]
    TimedOut(Duration),
    /// The runner does not go on with the connection.
    #[error("the runner refused: {0}")]
    Refused(#[from] Refusal),
    /// The peer does not speak the protocol.
    #[error("the runner is not understood")]
    Frame(#[from] FrameError),
    /// The peer said something else than the protocol expects here.
    #[error("the runner said something unexpected")]
    Unexpected,
    /// The runner understood and refused, or failed.
    #[error(transparent)]
    Call(#[from] CallError),
}

impl LinkError {
    /// Whether the same call may go well later although nobody changes anything about the lab.
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Lost | Self::TimedOut(_) | Self::Refused(_) => true,
            Self::Frame(_) | Self::Unexpected => true,
            Self::Call(error) => matches!(
                error,
                CallError::Stopping
                    | CallError::Unavailable { .. }
                    | CallError::TooManyLabs { .. }
                    | CallError::UnknownImage { .. }
            ),
        }
    }
}

type Reply = Result<CallResult, CallError>;

/// The link. Cheap to hold: it connects when it is used.
#[derive(Debug)]
pub struct RunnerLink {
    socket: PathBuf,
    current: tokio::sync::Mutex<Option<Arc<Connection>>>,
}

#[derive(Debug)]
struct Connection {
    outgoing: mpsc::Sender<Vec<u8>>,
    waiting: Mutex<HashMap<u64, oneshot::Sender<Reply>>>,
    next_id: AtomicU64,
    is_closed: AtomicBool,
}

impl Connection {
    fn waiting(&self) -> std::sync::MutexGuard<'_, HashMap<u64, oneshot::Sender<Reply>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Marks a connection as closed, whichever way its task ends; who waits is told at once.
struct Closing(Arc<Connection>);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.is_closed.store(true, Ordering::SeqCst);
        self.0.waiting().clear();
    }
}

/// Forgets a call that nobody waits for any more.
struct Pending<'a>(&'a Connection, u64);

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        self.0.waiting().remove(&self.1);
    }
}

impl RunnerLink {
    /// A link to the runner that listens there, now or later.
    pub fn new(socket: PathBuf) -> Self {
        Self {
            socket,
            current: tokio::sync::Mutex::default(),
        }
    }

    /// Where the runner listens.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Makes a call and waits for its answer.
    pub async fn call(&self, call: Call, timeout: Duration) -> Result<CallResult, LinkError> {
        tokio::time::timeout(timeout, self.call_untimed(call))
            .await
            .unwrap_or(Err(LinkError::TimedOut(timeout)))
    }

    async fn call_untimed(&self, call: Call) -> Result<CallResult, LinkError> {
        let connection = self.connection().await?;
        let id = connection.next_id.fetch_add(1, Ordering::Relaxed);
        let frame = encode_message(&ClientMessage::Call { id, call })?;
        let (sender, reply) = oneshot::channel();
        connection.waiting().insert(id, sender);
        let _pending = Pending(&connection, id);
        // Checked after the entry was made: a connection that closed before has cleared its table already.
        if connection.is_closed.load(Ordering::SeqCst) {
            return Err(LinkError::Lost);
        }
        let sent = connection.outgoing.send(frame).await;
        sent.map_err(|_closed| LinkError::Lost)?;
        let reply = reply.await.map_err(|_closed| LinkError::Lost)?;
        Ok(reply?)
    }

    async fn connection(&self) -> Result<Arc<Connection>, LinkError> {
        let mut current = self.current.lock().await;
        if let Some(connection) = current.as_ref()
            && !connection.is_closed.load(Ordering::SeqCst)
        {
            return Ok(Arc::clone(connection));
        }
        let peer = Peer::connect(&self.socket).await?;
        let (outgoing, frames) = mpsc::channel(OUTGOING_MAX);
        let connection = Arc::new(Connection {
            outgoing,
            waiting: Mutex::default(),
            next_id: AtomicU64::new(1),
            is_closed: AtomicBool::new(false),
        });
        tokio::spawn(converse(Closing(Arc::clone(&connection)), peer, frames));
        *current = Some(Arc::clone(&connection));
        Ok(connection)
    }

    /// Opens a terminal of a lab as its viewer.
    pub async fn attach(
        &self,
        lab_id: LabId,
        host: String,
        terminal: u8,
        size: TerminalSize,
    ) -> Result<Peer, LinkError> {
        let mut peer = Peer::connect(&self.socket).await?;
        let attach = ClientMessage::Attach {
            lab_id,
            host,
            terminal,
            size,
        };
        peer.send(&encode_message(&attach)?).await?;
        match peer.next().await? {
            Frame::Message(RunnerMessage::Attached) => Ok(peer),
            Frame::Message(RunnerMessage::Refused(refusal)) => Err(refusal.into()),
            _ => Err(LinkError::Unexpected),
        }
    }
}

impl RunnerLink {
    /// Opens a connection to a port of a lab's host.
    pub async fn forward(&self, lab_id: LabId, host: String, port: u16) -> Result<Peer, LinkError> {
        let mut peer = Peer::connect(&self.socket).await?;
        let forward = ClientMessage::Forward { lab_id, host, port };
        peer.send(&encode_message(&forward)?).await?;
        match peer.next().await? {
            Frame::Message(RunnerMessage::Attached) => Ok(peer),
            Frame::Message(RunnerMessage::Refused(refusal)) => Err(refusal.into()),
            _ => Err(LinkError::Unexpected),
        }
    }
}

async fn converse(closing: Closing, peer: Peer, mut frames: mpsc::Receiver<Vec<u8>>) {
    let Peer {
        mut incoming,
        mut outgoing,
    } = peer;
    let writing = async {
        while let Some(frame) = frames.recv().await {
            if outgoing.write_all(&frame).await.is_err() {
                return;
            }
        }
    };
    let reading = async {
        loop {
            match incoming.next().await {
                Ok(Frame::Message(RunnerMessage::Reply { id, result })) => {
                    if let Some(waiting) = closing.0.waiting().remove(&id) {
                        // Whoever asked may have given up.
                        let _given_up = waiting.send(result);
                    }
                }
                Ok(_) => tracing::warn!("the runner said something that is no reply"),
                Err(error) => {
                    tracing::warn!(%error, "the connection to the runner ended");
                    return;
                }
            }
        }
    };
    tokio::select! {
        () = writing => {}
        () = reading => {}
    }
}

/// One connection after its handshake.
#[derive(Debug)]
pub struct Peer {
    incoming: Incoming,
    outgoing: OwnedWriteHalf,
}

#[derive(Debug)]
struct Incoming {
    stream: OwnedReadHalf,
    decoder: Decoder<RunnerMessage>,
    piece: Box<[u8]>,
}

impl Incoming {
    async fn next(&mut self) -> Result<Frame<RunnerMessage>, LinkError> {
        loop {
            if let Some(frame) = self.decoder.next_frame()? {
                return Ok(frame);
            }
            let read = self.stream.read(&mut self.piece).await;
            match read.map_err(|_broken| LinkError::Lost)? {
                0 => return Err(LinkError::Lost),
                length => self
                    .decoder
                    .push(self.piece.get(..length).unwrap_or_default()),
            }
        }
    }
}

impl Peer {
    async fn connect(socket: &Path) -> Result<Self, LinkError> {
        tokio::time::timeout(CONNECT_TIMEOUT, Self::greet(socket))
            .await
            .unwrap_or(Err(LinkError::TimedOut(CONNECT_TIMEOUT)))
    }

    async fn greet(socket: &Path) -> Result<Self, LinkError> {
        let stream =
            UnixStream::connect(socket)
                .await
                .map_err(|source| LinkError::Unreachable {
                    socket: socket.to_owned(),
                    source,
                })?;
        let (read, write) = stream.into_split();
        let mut peer = Self {
            incoming: Incoming {
                stream: read,
                decoder: Decoder::new(),
                piece: vec![0; 16 * 1024].into(),
            },
            outgoing: write,
        };
        let hello = ClientMessage::Hello {
            version: PROTOCOL_VERSION,
        };
        peer.send(&encode_message(&hello)?).await?;
        match peer.next().await? {
            Frame::Message(RunnerMessage::Welcome { version, .. })
                if version == PROTOCOL_VERSION =>
            {
                Ok(peer)
            }
            Frame::Message(RunnerMessage::Refused(refusal)) => Err(refusal.into()),
            _ => Err(LinkError::Unexpected),
        }
    }

    /// The next frame. Cancel safe: what was read is kept.
    pub async fn next(&mut self) -> Result<Frame<RunnerMessage>, LinkError> {
        self.incoming.next().await
    }

    /// Sends encoded frames.
    pub async fn send(&mut self, frames: &[u8]) -> Result<(), LinkError> {
        let written = self.outgoing.write_all(frames).await;
        written.map_err(|_broken| LinkError::Lost)
    }
}
