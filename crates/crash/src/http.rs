//! As much of HTTP/1.1 as customers and the receiver need: one message after the other on a
//! connection, each with its length.
//!
//! Not the client and server that opcx is made of, so that a fault in them cannot hide itself.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

/// A request or a response.
pub(crate) struct Message {
    /// The first line.
    pub(crate) line: String,
    headers: Vec<(String, String)>,
    /// The body.
    pub(crate) body: Vec<u8>,
}

impl Message {
    /// A header by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The status of a response; 0 if it is none.
    pub(crate) fn status(&self) -> u16 {
        self.line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
    }
}

/// Reads the next message.
///
/// # Errors
/// The connection ended or broke.
pub(crate) fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Message> {
    let line = read_line(stream)?;
    let mut headers = Vec::new();
    loop {
        let header = read_line(stream)?;
        if header.is_empty() {
            break;
        }
        if let Some((name, value)) = header.split_once(':') {
            headers.push((name.to_lowercase(), value.trim().to_owned()));
        }
    }
    let mut message = Message { line, headers, body: Vec::new() };
    let length = message.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    message.body = vec![0; length];
    stream.read_exact(&mut message.body)?;
    Ok(message)
}

fn read_line(stream: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut line = String::new();
    // Half a line is what a killed server leaves behind; it says nothing.
    if stream.read_line(&mut line)? == 0 || !line.ends_with('\n') {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end().to_owned())
}

/// Posts JSON, with a key if one is given, and reads the response.
///
/// # Errors
/// The connection broke before the whole response was there.
pub(crate) fn post(
    stream: &mut BufReader<TcpStream>,
    path: &str,
    key: Option<&str>,
    body: &str,
) -> io::Result<Message> {
    let key = key.map(|key| format!("authorization: Bearer {key}\r\n")).unwrap_or_default();
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: opcx\r\n{key}content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.get_mut().write_all((head + body).as_bytes())?;
    read(stream)
}

/// Answers a request with an empty 200.
///
/// # Errors
/// The connection broke.
pub(crate) fn thank(stream: &mut BufReader<TcpStream>) -> io::Result<()> {
    stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
}
