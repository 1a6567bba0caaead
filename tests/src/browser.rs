//! A browser: cookies, and the headers that the web client sends.

use std::io;
use std::net::SocketAddr;

use crate::connection::{Answer, Connection};

/// One browser with its cookies and a connection that is opened when it is needed.
#[derive(Debug)]
pub struct Browser {
    address: SocketAddr,
    cookies: Vec<(String, String)>,
    connection: Option<Connection>,
}

/// The same cookies, another connection.
impl Clone for Browser {
    fn clone(&self) -> Self {
        Self {
            address: self.address,
            cookies: self.cookies.clone(),
            connection: None,
        }
    }
}

impl Browser {
    /// A browser with one cookie.
    pub fn new(address: SocketAddr, cookie: &str, value: &str) -> Self {
        Self {
            address,
            cookies: vec![(cookie.to_owned(), value.to_owned())],
            connection: None,
        }
    }

    /// A browser that nobody has signed in with.
    pub fn stranger(address: SocketAddr) -> Self {
        Self {
            address,
            cookies: Vec::new(),
            connection: None,
        }
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The bytes of a request as a browser sends it.
    pub fn request(&self, method: &str, path: &str, body: &str) -> Vec<u8> {
        let address = self.address;
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        format!(
            "{method} /api/v1{path} HTTP/1.1\r\nhost: {address}\r\nconnection: keep-alive\r\n\
             content-length: {}\r\nuser-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
             Chrome/140.0.0.0 Safari/537.36\r\naccept: */*\r\ncontent-type: application/json\r\n\
             x-requested-with: assay\r\norigin: http://{address}\r\nsec-fetch-site: same-origin\r\n\
             sec-fetch-mode: cors\r\nsec-fetch-dest: empty\r\nreferer: http://{address}/candidate/\r\n\
             accept-encoding: gzip, deflate, br\r\naccept-language: en-US,en;q=0.9\r\ncookie: {}\r\n\r\n{body}",
            body.len(),
            cookies.join("; "),
        )
        .into_bytes()
    }

    /// Sends a request and keeps the cookies that come back.
    ///
    /// # Errors
    /// The connection cannot be opened, or breaks before the answer is complete.
    pub async fn send(&mut self, method: &str, path: &str, body: &str) -> io::Result<Answer> {
        let request = self.request(method, path, body);
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(self.address).await?,
        };
        let answer = connection.call(&request).await?;
        for cookie in answer.headers("set-cookie") {
            let pair = cookie.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies.retain(|(known, _)| known != name);
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        if answer.header("connection") != Some("close") {
            self.connection = Some(connection);
        }
        Ok(answer)
    }

    /// # Errors
    /// As for `send`.
    pub async fn get(&mut self, path: &str) -> io::Result<Answer> {
        self.send("GET", path, "").await
    }

    /// # Errors
    /// As for `send`.
    pub async fn post(&mut self, path: &str, body: &str) -> io::Result<Answer> {
        self.send("POST", path, body).await
    }

    /// # Errors
    /// As for `send`.
    pub async fn put(&mut self, path: &str, body: &str) -> io::Result<Answer> {
        self.send("PUT", path, body).await
    }
}
