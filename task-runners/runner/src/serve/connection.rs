//! One connection: the handshake, then calls or one terminal.

use std::io;
use std::sync::Arc;

use task_protocol::{
    Call, CallError, CallResult, ClientMessage, Decoder, Frame, PROTOCOL_VERSION, Refusal,
    RunnerMessage, TerminalSize, UNACKNOWLEDGED_BYTES_MAX, encode_bytes, encode_message,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;

use super::Runner;
use crate::terminal::{Event, Terminal};

/// Frames on their way out. Unbounded: replies are as many as calls, terminals have flow control.
type Outgoing = mpsc::UnboundedSender<Vec<u8>>;

/// Why a connection ends.
enum End {
    /// The peer is gone.
    Closed,
    /// It is told why.
    Refused(Refusal),
}

impl From<io::Error> for End {
    fn from(_: io::Error) -> Self {
        Self::Closed
    }
}

fn protocol_fault(detail: impl ToString) -> End {
    End::Refused(Refusal::Protocol {
        detail: detail.to_string(),
    })
}

struct Incoming {
    stream: OwnedReadHalf,
    decoder: Decoder<ClientMessage>,
    piece: Box<[u8]>,
}

impl Incoming {
    /// The next frame. Cancel safe: what was read is in the decoder.
    async fn next(&mut self) -> Result<Frame<ClientMessage>, End> {
        loop {
            if let Some(frame) = self.decoder.next_frame().map_err(protocol_fault)? {
                return Ok(frame);
            }
            match self.stream.read(&mut self.piece).await? {
                0 => return Err(End::Closed),
                length => self.decoder.push(&self.piece[..length]),
            }
        }
    }
}

/// Serves a connection to its end.
pub(super) async fn serve(runner: Arc<Runner>, stream: UnixStream) {
    let (read, write) = stream.into_split();
    let mut incoming = Incoming {
        stream: read,
        decoder: Decoder::new(),
        piece: vec![0; 16 * 1024].into(),
    };
    let (outgoing, frames) = mpsc::unbounded_channel();
    let writer = tokio::spawn(write_frames(write, frames));
    if let Err(End::Refused(refusal)) = converse(&runner, &mut incoming, &outgoing).await {
        tracing::debug!(%refusal, "connection refused");
        say(&outgoing, &RunnerMessage::Refused(refusal));
    }
    // Calls that are still going on hold the channel, and with it the connection's write half.
    drop(outgoing);
    // It only fails when it was aborted.
    let _ = writer.await;
}

async fn write_frames(mut stream: OwnedWriteHalf, mut frames: mpsc::UnboundedReceiver<Vec<u8>>) {
    while let Some(frame) = frames.recv().await {
        if stream.write_all(&frame).await.is_err() {
            return;
        }
    }
}

fn say(outgoing: &Outgoing, message: &RunnerMessage) {
    match encode_message(message) {
        // When the writer is gone, the reader will see the end too.
        Ok(frame) => drop(outgoing.send(frame)),
        Err(error) => tracing::error!(%error, "a message cannot be sent"),
    }
}

async fn converse(
    runner: &Arc<Runner>,
    incoming: &mut Incoming,
    outgoing: &Outgoing,
) -> Result<(), End> {
    match incoming.next().await? {
        Frame::Message(ClientMessage::Hello { version }) if version == PROTOCOL_VERSION => {}
        Frame::Message(ClientMessage::Hello { .. }) => {
            return Err(End::Refused(Refusal::Version {
                version: PROTOCOL_VERSION,
            }));
        }
        _ => return Err(protocol_fault("the first message must be hello")),
    }
    say(
        outgoing,
        &RunnerMessage::Welcome {
            version: PROTOCOL_VERSION,
            runner_id: runner.id.clone(),
        },
    );
    loop {
        match incoming.next().await? {
            Frame::Message(ClientMessage::Call { id, call }) => {
                // Its own task: a call goes on when the server dies meanwhile.
                tokio::spawn(answer(Arc::clone(runner), outgoing.clone(), id, call));
            }
            Frame::Message(ClientMessage::Attach {
                lab_id,
                host,
                terminal,
                size,
            }) => {
                let labs = runner.labs().map_err(protocol_fault)?;
                let terminal = labs.terminal(&lab_id, &host, terminal);
                return view(incoming, outgoing, terminal.map_err(End::Refused)?, size).await;
            }
            Frame::Message(ClientMessage::Forward { lab_id, host, port }) => {
                let labs = runner.labs().map_err(protocol_fault)?;
                let connected = labs.connect(lab_id, host, port).await;
                return forward(incoming, outgoing, connected.map_err(End::Refused)?).await;
            }
            _ => return Err(protocol_fault("a call, attach or forward was expected")),
        }
    }
}

async fn answer(runner: Arc<Runner>, outgoing: Outgoing, id: u64, call: Call) {
    let result = match call {
        Call::Describe => runner.describe().await,
        call => match runner.labs() {
            Ok(labs) => Box::pin(labs.call(call)).await,
            Err(error) => Err(error),
        },
    };
    let reply = RunnerMessage::Reply { id, result };
    let frame = encode_message(&reply).or_else(|error| {
        encode_message(&RunnerMessage::Reply {
            id,
            result: Err::<CallResult, _>(CallError::Sandbox {
                detail: error.to_string(),
            }),
        })
    });
    match frame {
        // The server may have gone meanwhile; it asks again.
        Ok(frame) => drop(outgoing.send(frame)),
        Err(error) => tracing::error!(%error, "a reply cannot be sent"),
    }
}

/// Serves the viewer of a terminal.
async fn view(
    incoming: &mut Incoming,
    outgoing: &Outgoing,
    terminal: Terminal,
    size: TerminalSize,
) -> Result<(), End> {
    let mut attachment = terminal.attach(size);
    // From here on only the lab's own table keeps the terminal alive.
    drop(terminal);
    say(outgoing, &RunnerMessage::Attached);
    loop {
        let frame = tokio::select! {
            frame = incoming.next() => frame?,
            event = attachment.events.recv() => {
                match event {
                    Some(Event::Bytes(bytes)) => drop(outgoing.send(encode_bytes(&bytes))),
                    Some(Event::Exited) => say(outgoing, &RunnerMessage::Exited),
                    Some(Event::Replaced) => {
                        say(outgoing, &RunnerMessage::Replaced);
                        return Ok(());
                    }
                    None => return Err(End::Refused(Refusal::LabEnded)),
                }
                continue;
            }
        };
        match frame {
            Frame::Bytes(bytes) => attachment.input(bytes),
            Frame::Message(ClientMessage::Resize { size }) => attachment.resize(size),
            Frame::Message(ClientMessage::Ack { bytes }) => attachment.acknowledge(bytes),
            Frame::Message(_) => return Err(protocol_fault("this connection is a terminal")),
        }
    }
}

/// Passes bytes between the peer and a port of a lab, to the end of either.
async fn forward(
    incoming: &mut Incoming,
    outgoing: &Outgoing,
    port: std::net::TcpStream,
) -> Result<(), End> {
    port.set_nonblocking(true)?;
    let (mut read, mut write) = tokio::net::TcpStream::from_std(port)?.into_split();
    say(outgoing, &RunnerMessage::Attached);
    let mut piece = vec![0; 16 * 1024];
    let mut unacknowledged = 0_usize;
    let mut is_open = true;
    loop {
        let room = UNACKNOWLEDGED_BYTES_MAX.saturating_sub(unacknowledged);
        let wanted = room.min(piece.len());
        let frame = tokio::select! {
            frame = incoming.next() => frame?,
            length = read.read(&mut piece[..wanted]), if is_open && wanted > 0 => {
                match length {
                    Ok(length) if length > 0 => {
                        unacknowledged += length;
                        drop(outgoing.send(encode_bytes(&piece[..length])));
                    }
                    _ => {
                        is_open = false;
                        say(outgoing, &RunnerMessage::Exited);
                    }
                }
                continue;
            }
        };
        match frame {
            // When it does not take them any more, the other direction ends too.
            Frame::Bytes(bytes) => drop(write.write_all(&bytes).await),
            Frame::Message(ClientMessage::Ack { bytes }) => {
                let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
                unacknowledged = unacknowledged.saturating_sub(bytes);
            }
            Frame::Message(_) => return Err(protocol_fault("this connection is a port")),
        }
    }
}
