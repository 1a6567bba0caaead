//! The JSON messages on a connection.

use serde::{Deserialize, Serialize};

use crate::{Call, CallError, CallResult, LabId, LabState, TerminalSize};

/// Version of this protocol. Both sides must speak the same.
pub const PROTOCOL_VERSION: u32 = 2;

/// From the server to the runner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientMessage {
    /// First message of every connection.
    Hello {
        /// The version that the server speaks.
        version: u32,
    },
    /// A call; the reply carries the same id and may overtake others.
    Call {
        /// Chosen by the server, unique on the connection.
        id: u64,
        /// What is asked for.
        call: Call,
    },
    /// Makes this connection the viewer of a terminal. An older viewer is told
    /// [`RunnerMessage::Replaced`].
    Attach {
        /// The lab.
        lab_id: LabId,
        /// The host.
        host: String,
        /// Which terminal of the host, from 1.
        terminal: u8,
        /// Size of the viewer.
        size: TerminalSize,
    },
    /// Makes this connection one to a TCP port on the loopback address of a host: bytes go both
    /// ways, those to the server with acknowledgements as a terminal's. Answered by
    /// [`RunnerMessage::Attached`]; [`RunnerMessage::Exited`] is its end.
    Forward {
        /// The lab.
        lab_id: LabId,
        /// The host.
        host: String,
        /// The port.
        port: u16,
    },
    /// The viewer's size changed.
    Resize {
        /// The new size.
        size: TerminalSize,
    },
    /// The viewer has drawn so many bytes more.
    Ack {
        /// How many.
        bytes: u64,
    },
}

/// From the runner to the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RunnerMessage {
    /// Answer to [`ClientMessage::Hello`].
    Welcome {
        /// The version that the runner speaks.
        version: u32,
        /// Name of this process; another one after a restart, when all labs are gone.
        runner_id: String,
    },
    /// The connection is of no use; the runner closes it after this message.
    Refused(Refusal),
    /// The outcome of a call.
    Reply {
        /// Id of the call.
        id: u64,
        /// What it came to.
        result: Result<CallResult, CallError>,
    },
    /// The terminal is attached; bytes follow, first the restored screen.
    Attached,
    /// The shell ended; the next key starts a new one.
    Exited,
    /// Another viewer took the terminal; the runner closes the connection.
    Replaced,
}

/// Why the runner does not go on with a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    /// Another version of the protocol is spoken.
    #[error("the runner speaks protocol version {version}")]
    Version {
        /// The version that the runner speaks.
        version: u32,
    },
    /// The peer sent what the protocol does not allow at this point.
    #[error("protocol fault: {detail}")]
    Protocol {
        /// What is wrong.
        detail: String,
    },
    /// There is no such lab.
    #[error("there is no lab {lab_id}")]
    UnknownLab {
        /// The id asked for.
        lab_id: LabId,
    },
    /// The lab has no such host.
    #[error("the lab has no host {host}")]
    UnknownHost {
        /// The name asked for.
        host: String,
    },
    /// Nobody listens on the port.
    #[error("nothing answers on port {port}")]
    PortClosed {
        /// The port.
        port: u16,
    },
    /// There is no such terminal.
    #[error("each host of the lab has {terminals} terminals")]
    UnknownTerminal {
        /// How many there are.
        terminals: u8,
    },
    /// The lab cannot be worked in now.
    #[error("the lab is {state:?}")]
    LabState {
        /// Where it is in its life.
        state: LabState,
    },
    /// The lab ended while the terminal was attached.
    #[error("the lab has ended")]
    LabEnded,
}
