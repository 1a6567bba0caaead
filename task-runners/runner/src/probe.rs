//! Questions asked from outside on a live lab: a TCP connection made inside its network namespace.

use std::fs::File;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use nix::sched::{CloneFlags, setns};
use serde::{Deserialize, Serialize};
use task_protocol::Probe;

mod http;

/// Time for one question and its answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a probe may say where its nonce belongs.
pub const NONCE_PLACE: &str = "$nonce";

/// What came back. All but the status is of the candidate's making.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// HTTP status, or `open`, `closed`, `timeout` or `malformed`.
    pub status: String,
    /// Status line and headers.
    pub headers: String,
    /// First part of the body.
    pub body: String,
}

impl Answer {
    fn of(status: &str) -> Self {
        Self {
            status: status.to_owned(),
            ..Self::default()
        }
    }

    /// The answer when there was no conversation.
    fn failed(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Self::of("closed"),
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Self::of("timeout"),
            _ => Self::of("malformed"),
        }
    }
}

/// Connects to a port on the loopback address of the network namespace at `namespace`.
///
/// # Errors
/// The namespace cannot be entered, or nobody listens.
pub fn connect(namespace: &Path, port: u16) -> io::Result<TcpStream> {
    let namespace = File::open(namespace)?;
    thread::scope(|scope| {
        let connecting = scope.spawn(|| {
            setns(&namespace, CloneFlags::CLONE_NEWNET)?;
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            TcpStream::connect_timeout(&address, PATIENCE)
        });
        connecting
            .join()
            .unwrap_or_else(|_panic| Err(io::Error::other("the connection panicked")))
    })
}

/// Asks through the network namespace at `namespace`.
///
/// # Errors
/// The namespace cannot be entered. That nobody answers is an answer.
pub fn ask(namespace: &Path, probe: &Probe, nonce: &str) -> io::Result<Answer> {
    let namespace = File::open(namespace)?;
    // A namespace is entered by a thread; this one ends with the question.
    thread::scope(|scope| {
        let asking = scope.spawn(|| {
            setns(&namespace, CloneFlags::CLONE_NEWNET)?;
            Ok(converse(probe, nonce, Instant::now() + PATIENCE))
        });
        asking
            .join()
            .unwrap_or_else(|_panic| Err(io::Error::other("the probe panicked")))
    })
}

fn converse(probe: &Probe, nonce: &str, deadline: Instant) -> Answer {
    let connect = |port: u16| {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        TcpStream::connect_timeout(&address, PATIENCE)
    };
    match probe {
        Probe::Tcp { port } => match connect(*port) {
            Ok(_stream) => Answer::of("open"),
            Err(error) => Answer::failed(&error),
        },
        Probe::Http { port, path, host } => {
            let path = path.replace(NONCE_PLACE, nonce);
            let host = host.as_deref().unwrap_or("localhost");
            connect(*port)
                .and_then(|stream| http::get(stream, &path, host, *port, deadline))
                .unwrap_or_else(|error| Answer::failed(&error))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use super::*;

    fn own_namespace() -> &'static Path {
        Path::new("/proc/self/ns/net")
    }

    #[test]
    fn a_probe_tells_what_it_met() {
        if !nix::unistd::geteuid().is_root() {
            return;
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1000];
            let length = stream.read(&mut request).unwrap();
            stream
                .write_all(
                    b"HTTP/1.1 404 Not Found\r\nServer: x\r\nContent-Length: 2\r\n\r\nno-more",
                )
                .unwrap();
            String::from_utf8_lossy(&request[..length]).into_owned()
        });
        let probe = Probe::Http {
            port,
            path: "/a?n=$nonce".to_owned(),
            host: Some("shop.example".to_owned()),
        };
        let answer = ask(own_namespace(), &probe, "123").unwrap();
        let request = server.join().unwrap();
        assert!(
            request.starts_with("GET /a?n=123 HTTP/1.1\r\n"),
            "{request}"
        );
        assert!(request.contains("\r\nHost: shop.example"), "{request}");
        assert_eq!(
            (answer.status.as_str(), answer.body.as_str()),
            ("404", "no")
        );
        assert!(answer.headers.contains("Server: x"));
        let closed = ask(own_namespace(), &Probe::Tcp { port }, "123").unwrap();
        assert_eq!(closed.status, "closed");
    }
}
