//! The least that can speak HTTP/1.1 to one server: the load must cost less than what it measures.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A kept-alive connection.
pub struct Connection {
    stream: TcpStream,
    port: u16,
    buffer: Vec<u8>,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub body: String,
    head: String,
}

impl Answer {
    /// The value of a cookie that the answer sets.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let mut set = lines.filter(|(header, _)| header.eq_ignore_ascii_case("set-cookie"));
        set.find_map(|(_, cookie)| {
            let value = cookie.strip_prefix(name)?.strip_prefix('=')?;
            Some(value.split(';').next().unwrap_or_default().to_owned())
        })
    }
}

impl Connection {
    /// Connects to the server on this machine.
    pub async fn open(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            port,
            buffer: Vec::with_capacity(8192),
        }
    }

    /// Sends a request and waits for its answer.
    pub async fn send(&mut self, method: &str, path: &str, cookie: &str, body: &str) -> Answer {
        let port = self.port;
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nX-Requested-With: assay\r\nCookie: {cookie}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        self.stream.write_all(request.as_bytes()).await.unwrap();
        self.buffer.clear();
        loop {
            let read = self.stream.read_buf(&mut self.buffer).await.unwrap();
            assert!(read > 0, "the server closed the connection");
            let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") else {
                continue;
            };
            let (head, rest) = self.buffer.split_at(end + 4);
            let head = std::str::from_utf8(head).unwrap();
            let headers = head.lines().filter_map(|line| line.split_once(": "));
            let mut lengths =
                headers.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
            let length: usize = lengths
                .next()
                .map_or(0, |(_, value)| value.parse().unwrap());
            if rest.len() >= length {
                return Answer {
                    status: head.get(9..12).unwrap_or_default().parse().unwrap(),
                    body: String::from_utf8_lossy(rest).into_owned(),
                    head: head.to_owned(),
                };
            }
        }
    }
}
