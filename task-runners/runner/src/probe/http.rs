//! As much of an HTTP/1.1 client as a probe needs, wary of what answers.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Instant;

use super::Answer;

/// How much of the status line and headers is read.
const HEADERS_LENGTH_MAX: usize = 16 * 1024;
/// How much of the body is read.
const BODY_LENGTH_MAX: usize = 64 * 1024;

/// Asks for a page and reads the answer until its end, a bound or the deadline.
pub(super) fn get(
    mut stream: TcpStream,
    path: &str,
    host: &str,
    port: u16,
    deadline: Instant,
) -> io::Result<Answer> {
    let host = if port == 80 {
        host.to_owned()
    } else {
        format!("{host}:{port}")
    };
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: assay-probe\r\n\
         Accept: */*\r\nConnection: close\r\n\r\n"
    );
    stream.set_write_timeout(Some(rest(deadline)?))?;
    stream.write_all(request.as_bytes())?;
    let mut bytes = Vec::new();
    let body_start = loop {
        if let Some(place) = find(&bytes, b"\r\n\r\n") {
            break place + 4;
        }
        if bytes.len() > HEADERS_LENGTH_MAX || !read_some(&mut stream, &mut bytes, deadline)? {
            return Ok(Answer::of("malformed"));
        }
    };
    let headers = String::from_utf8_lossy(&bytes[..body_start - 2]).into_owned();
    let mut body = bytes.split_off(body_start);
    let Some(status) = status(&headers) else {
        return Ok(Answer::of("malformed"));
    };
    let framing = Framing::of(&headers);
    // A body that breaks off is still what was said: the judge sees it.
    while body.len() < BODY_LENGTH_MAX && !framing.is_complete(&body) {
        match read_some(&mut stream, &mut body, deadline) {
            Ok(true) => {}
            Ok(false) | Err(_) => break,
        }
    }
    Ok(Answer {
        status: status.to_owned(),
        body: String::from_utf8_lossy(&framing.content(&body)).into_owned(),
        headers,
    })
}

fn rest(deadline: Instant) -> io::Result<std::time::Duration> {
    let rest = deadline.saturating_duration_since(Instant::now());
    if rest.is_zero() {
        return Err(io::ErrorKind::TimedOut.into());
    }
    Ok(rest)
}

/// Reads what is there; false at the end.
fn read_some(stream: &mut TcpStream, into: &mut Vec<u8>, deadline: Instant) -> io::Result<bool> {
    stream.set_read_timeout(Some(rest(deadline)?))?;
    let mut piece = [0; 8192];
    let length = stream.read(&mut piece)?;
    into.extend_from_slice(&piece[..length]);
    Ok(length > 0)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|part| part == wanted)
}

/// The three digits of the status line.
fn status(headers: &str) -> Option<&str> {
    let (version, rest) = headers.split_once(' ')?;
    let code = rest.get(..3)?;
    let is_code = version.starts_with("HTTP/1.") && code.bytes().all(|b| b.is_ascii_digit());
    is_code.then_some(code)
}

/// How the end of a body is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    Length(usize),
    Chunked,
    UntilClosed,
}

impl Framing {
    fn of(headers: &str) -> Self {
        let value = |wanted: &str| {
            headers.lines().skip(1).find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.trim()
                    .eq_ignore_ascii_case(wanted)
                    .then(|| value.trim())
            })
        };
        if value("transfer-encoding").is_some_and(|v| v.to_ascii_lowercase().ends_with("chunked")) {
            return Self::Chunked;
        }
        match value("content-length").map(str::parse) {
            Some(Ok(length)) => Self::Length(length),
            _ => Self::UntilClosed,
        }
    }

    fn is_complete(self, body: &[u8]) -> bool {
        match self {
            Self::Length(length) => body.len() >= length,
            Self::Chunked => chunks(body).1,
            Self::UntilClosed => false,
        }
    }

    fn content(self, body: &[u8]) -> Vec<u8> {
        let mut content = match self {
            Self::Length(length) => body[..length.min(body.len())].to_vec(),
            Self::Chunked => chunks(body).0,
            Self::UntilClosed => body.to_vec(),
        };
        content.truncate(BODY_LENGTH_MAX);
        content
    }
}

/// The content of the chunks that are there, and whether the last one is among them.
fn chunks(mut body: &[u8]) -> (Vec<u8>, bool) {
    let mut content = Vec::new();
    while let Some(end) = find(body, b"\r\n") {
        let line = String::from_utf8_lossy(&body[..end]);
        let size = line.split(';').next().unwrap_or_default().trim();
        let Ok(size) = usize::from_str_radix(size, 16) else {
            return (content, true);
        };
        if size == 0 {
            return (content, true);
        }
        let start = end + 2;
        let stop = start.saturating_add(size).min(body.len());
        content.extend_from_slice(&body[start..stop]);
        let next = start.saturating_add(size).saturating_add(2);
        if next > body.len() {
            return (content, false);
        }
        body = &body[next..];
    }
    (content, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_joined() {
        let (content, is_complete) = chunks(b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n");
        assert_eq!(
            (content.as_slice(), is_complete),
            (b"abcde".as_slice(), true)
        );
        let (content, is_complete) = chunks(b"a\r\nabc");
        assert_eq!(
            (content.as_slice(), is_complete),
            (b"abc".as_slice(), false)
        );
        // Sizes without sense end the body.
        assert!(chunks(b"ffffffffffffffff1\r\nabc").1);
        assert!(!chunks(b"ffffffffffffffff\r\nabc").1);
    }

    #[test]
    fn only_http_has_a_status() {
        assert_eq!(status("HTTP/1.1 200 OK\r\n"), Some("200"));
        assert_eq!(status("HTTP/1.0 502\r\n"), Some("502"));
        for bad in [
            "SSH-2.0 x\r\n",
            "HTTP/1.1 2x0 OK",
            "HTTP/1.1",
            "HTTP/1.1 20",
        ] {
            assert_eq!(status(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_body_ends_where_the_headers_say() {
        let headers = "HTTP/1.1 200 OK\r\nContent-length: 3\r\n";
        assert_eq!(Framing::of(headers), Framing::Length(3));
        assert_eq!(Framing::Length(3).content(b"abcdef"), b"abc");
        let headers = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n";
        assert_eq!(Framing::of(headers), Framing::Chunked);
        assert_eq!(Framing::of("HTTP/1.1 200 OK\r\n"), Framing::UntilClosed);
    }
}
