//! A keep-alive connection that speaks just enough HTTP/1.1. It costs next to nothing, so that a benchmark on the same
//! processors measures the server, and it sends what it is told to, so that tests can send what no library would.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    /// Status line and headers.
    pub head: String,
    pub text: String,
    /// Null if the body is not JSON.
    pub json: serde_json::Value,
}

impl Answer {
    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers(name).next()
    }

    /// All values of a header.
    pub fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .filter(move |(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }

    /// Status and the code of a problem document, or the status alone.
    pub fn code(&self) -> String {
        match self.json["code"].as_str() {
            Some(code) if self.status >= 400 => format!("{} {code}", self.status),
            _ => self.status.to_string(),
        }
    }
}

/// One connection.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// Nobody listens there.
    pub async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: vec![0; 4096],
            filled: 0,
        })
    }

    /// Sends a request and reads the whole answer. Returns the status and where the body begins in the bytes read.
    ///
    /// # Errors
    /// The connection broke before the answer was complete, or the answer is not what this client understands.
    pub async fn exchange(&mut self, request: &[u8]) -> io::Result<(u16, usize)> {
        // The answer may come before the request was sent as a whole: a refusal of what is too large does.
        let Self {
            stream,
            buffer,
            filled,
        } = self;
        *filled = 0;
        if request.len() <= 16 * 1024 {
            stream.write_all(request).await?;
            return read_answer(stream, buffer, filled).await;
        }
        let (mut reader, mut writer) = stream.split();
        tokio::select! {
            biased;
            answer = read_answer(&mut reader, buffer, filled) => answer,
            Err(error) = async {
                writer.write_all(request).await?;
                std::future::pending::<io::Result<()>>().await
            } => Err(error),
        }
    }

    /// The body of the last answer.
    pub fn body(&self, from: usize) -> &[u8] {
        self.buffer.get(from..self.filled).unwrap_or_default()
    }

    /// Sends a request and gives the answer with all its parts.
    ///
    /// # Errors
    /// As for `exchange`.
    pub async fn call(&mut self, request: &[u8]) -> io::Result<Answer> {
        let (status, from) = self.exchange(request).await?;
        let text = String::from_utf8_lossy(self.body(from)).into_owned();
        let head = String::from_utf8_lossy(&self.buffer[..from]).into_owned();
        Ok(Answer {
            status,
            head,
            json: serde_json::from_str(&text).unwrap_or_default(),
            text,
        })
    }
}

async fn read_answer(
    stream: &mut (impl AsyncReadExt + Unpin),
    buffer: &mut Vec<u8>,
    filled: &mut usize,
) -> io::Result<(u16, usize)> {
    loop {
        if *filled == buffer.len() {
            buffer.resize(buffer.len() * 2, 0);
        }
        let count = stream.read(&mut buffer[*filled..]).await?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        *filled += count;
        let Some(end) = buffer[..*filled]
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
        else {
            continue;
        };
        let from = end + 4;
        let (status, length) = read_head(&buffer[..from]).ok_or(io::ErrorKind::InvalidData)?;
        let whole = from + length;
        if buffer.len() < whole {
            buffer.resize(whole, 0);
        }
        if *filled < whole {
            stream.read_exact(&mut buffer[*filled..whole]).await?;
            *filled = whole;
        }
        return Ok((status, from));
    }
}

fn read_head(head: &[u8]) -> Option<(u16, usize)> {
    let status = std::str::from_utf8(head.get(9..12)?).ok()?.parse().ok()?;
    let name = b"\r\ncontent-length: ";
    let value = head
        .windows(name.len())
        .position(|part| part.eq_ignore_ascii_case(name));
    let digits = match value {
        Some(at) => head[at + name.len()..]
            .split(|byte| *byte == b'\r')
            .next()?,
        None => b"0",
    };
    let length = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some((status, length))
}
