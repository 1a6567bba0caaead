//! Frames on a byte stream: length of the payload (u32, big-endian), kind (u8), payload.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The longest payload of a frame.
pub const PAYLOAD_LENGTH_MAX: usize = 4 * 1024 * 1024;

const HEADER_LENGTH: usize = 5;
const KIND_MESSAGE: u8 = 0;
const KIND_BYTES: u8 = 1;

/// What a frame carries; `M` is the message type of the sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame<M> {
    /// A JSON message.
    Message(M),
    /// Bytes of a terminal.
    Bytes(Vec<u8>),
}

/// The stream is not what this protocol allows; it cannot be read any further.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// A payload is longer than [`PAYLOAD_LENGTH_MAX`].
    #[error("a frame of {length} bytes is too long")]
    TooLong {
        /// Its length.
        length: usize,
    },
    /// The kind is unknown.
    #[error("a frame is of the unknown kind {kind}")]
    UnknownKind {
        /// The kind.
        kind: u8,
    },
    /// The payload is not a message of the expected type.
    #[error("a message cannot be read: {0}")]
    Message(#[from] serde_json::Error),
}

fn encode(kind: u8, payload: &[u8]) -> Result<Vec<u8>, FrameError> {
    let length = payload.len();
    let field = u32::try_from(length)
        .ok()
        .filter(|_| length <= PAYLOAD_LENGTH_MAX)
        .ok_or(FrameError::TooLong { length })?;
    let mut frame = Vec::with_capacity(HEADER_LENGTH + length);
    frame.extend_from_slice(&field.to_be_bytes());
    frame.push(kind);
    frame.extend_from_slice(payload);
    Ok(frame)
}

/// A message as a frame.
///
/// # Errors
/// The message is too long or does not serialize.
pub fn encode_message<M: Serialize>(message: &M) -> Result<Vec<u8>, FrameError> {
    encode(KIND_MESSAGE, &serde_json::to_vec(message)?)
}

/// Bytes of a terminal as frames; more than one when they are long.
#[must_use]
pub fn encode_bytes(bytes: &[u8]) -> Vec<u8> {
    let mut frames = Vec::with_capacity(bytes.len() + HEADER_LENGTH);
    for chunk in bytes.chunks(PAYLOAD_LENGTH_MAX) {
        // A chunk is never longer than a payload may be.
        if let Ok(frame) = encode(KIND_BYTES, chunk) {
            frames.extend_from_slice(&frame);
        }
    }
    frames
}

/// Takes frames out of a stream, however it is cut into pieces.
#[derive(Debug)]
pub struct Decoder<M> {
    buffer: Vec<u8>,
    consumed: usize,
    message: PhantomData<M>,
}

impl<M> Default for Decoder<M> {
    fn default() -> Self {
        Self {
            buffer: Vec::new(),
            consumed: 0,
            message: PhantomData,
        }
    }
}

impl<M: DeserializeOwned> Decoder<M> {
    /// A decoder at the start of a stream.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next piece of the stream.
    pub fn push(&mut self, piece: &[u8]) {
        self.buffer.drain(..self.consumed);
        self.consumed = 0;
        self.buffer.extend_from_slice(piece);
    }

    /// The next whole frame; none until more is pushed.
    ///
    /// # Errors
    /// The stream breaks the protocol. The header alone decides about a length, so nothing long
    /// is ever collected.
    pub fn next_frame(&mut self) -> Result<Option<Frame<M>>, FrameError> {
        let rest = self.buffer.get(self.consumed..).unwrap_or_default();
        let Some((header, rest)) = rest.split_first_chunk::<HEADER_LENGTH>() else {
            return Ok(None);
        };
        let [a, b, c, d, kind] = *header;
        // A length that does not fit is too long in any case.
        let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
        if length > PAYLOAD_LENGTH_MAX {
            return Err(FrameError::TooLong { length });
        }
        if kind != KIND_MESSAGE && kind != KIND_BYTES {
            return Err(FrameError::UnknownKind { kind });
        }
        let Some(payload) = rest.get(..length) else {
            return Ok(None);
        };
        let frame = if kind == KIND_MESSAGE {
            Frame::Message(serde_json::from_slice(payload)?)
        } else {
            Frame::Bytes(payload.to_vec())
        };
        self.consumed += HEADER_LENGTH + length;
        Ok(Some(frame))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_frame_is_refused_by_its_header() {
        let mut decoder = Decoder::<String>::new();
        decoder.push(&[0xff, 0xff, 0xff, 0xff, 0]);
        assert!(matches!(
            decoder.next_frame(),
            Err(FrameError::TooLong { .. })
        ));
        assert!(matches!(
            encode_message(&"x".repeat(PAYLOAD_LENGTH_MAX)),
            Err(FrameError::TooLong { .. })
        ));
    }

    #[test]
    fn an_unknown_kind_and_a_wrong_message_are_refused() {
        let mut decoder = Decoder::<String>::new();
        decoder.push(&[0, 0, 0, 0, 7]);
        assert!(matches!(
            decoder.next_frame(),
            Err(FrameError::UnknownKind { kind: 7 })
        ));
        let mut decoder = Decoder::<String>::new();
        decoder.push(&encode_message(&1).unwrap());
        assert!(matches!(decoder.next_frame(), Err(FrameError::Message(_))));
    }
}
