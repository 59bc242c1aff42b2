//! A connection to the program under test: HTTP/1.1, kept alive, one request at a time. It shares two cores with the
//! server, so it does little: the request goes out in one write, the answer is cut out of one buffer.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long an answer may take before it counts as none.
const PATIENCE: Duration = Duration::from_mins(1);
/// The server closes a connection that was idle for longer; it is opened anew before that.
const IDLE: Duration = Duration::from_secs(5);
/// The longest answer that is read.
const LONGEST: usize = 16 << 20;

/// A kept-alive connection.
pub struct Wire {
    address: SocketAddr,
    stream: Option<TcpStream>,
    used: Instant,
    buffer: Vec<u8>,
}

/// An answer, in the buffer of its connection.
pub struct Answer<'w> {
    /// The HTTP status.
    pub status: u16,
    head: &'w [u8],
    /// The body.
    pub body: &'w [u8],
}

impl Answer<'_> {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(self.head, name)
    }

    /// The values of a header that comes more than once.
    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        headers(self.head, name)
    }

    /// The body as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(self.body).with_context(|| format!("status {}: {}", self.status, self.start()))
    }

    /// The start of the body, for messages.
    pub fn start(&self) -> String {
        String::from_utf8_lossy(&self.body[..self.body.len().min(600)]).into_owned()
    }

    /// The last part of a problem's `type`: `slot-taken`.
    pub fn problem(&self) -> String {
        let kind = serde_json::from_slice::<serde_json::Value>(self.body).ok();
        let kind = kind.and_then(|problem| problem["type"].as_str().map(str::to_owned)).unwrap_or_default();
        kind.rsplit('/').next().unwrap_or_default().to_owned()
    }
}

/// Where the parts of an answer lie in the buffer.
#[derive(Clone, Copy)]
struct Extent {
    status: u16,
    head: usize,
    length: usize,
}

impl Wire {
    /// A connection that opens with its first request.
    pub fn new(address: SocketAddr) -> Self {
        Self { buffer: Vec::with_capacity(8192), ..Self::small(address) }
    }

    /// The same, one of thousands: it takes no memory before its first answer.
    pub fn small(address: SocketAddr) -> Self {
        Self { address, stream: None, used: Instant::now(), buffer: Vec::new() }
    }

    /// Where the other end is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends a request made by [`request`] and waits for the whole answer. After an error the connection opens anew.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        let extent = match timeout(PATIENCE, self.talk(request)).await {
            Ok(Ok(extent)) => extent,
            Ok(Err(error)) => {
                self.stream = None;
                return Err(error);
            }
            Err(_) => {
                self.stream = None;
                bail!("no answer in {} s", PATIENCE.as_secs());
            }
        };
        let (head, body) = self.buffer.split_at(extent.head);
        Ok(Answer { status: extent.status, head, body: &body[..extent.length] })
    }

    async fn talk(&mut self, request: &[u8]) -> Result<Extent> {
        let fresh = self.stream.is_some() && self.used.elapsed() < IDLE;
        let mut stream = match self.stream.take() {
            Some(stream) if fresh => stream,
            _ => {
                let stream = TcpStream::connect(self.address).await?;
                stream.set_nodelay(true)?;
                stream
            }
        };
        stream.write_all(request).await?;
        self.buffer.clear();
        let mut extent = None;
        loop {
            if extent.is_none() {
                extent = cut(&self.buffer)?;
            }
            if let Some(found) = extent
                && self.buffer.len() >= found.head + found.length
            {
                if !header(&self.buffer[..found.head], "connection")
                    .is_some_and(|word| word.eq_ignore_ascii_case("close"))
                {
                    self.stream = Some(stream);
                    self.used = Instant::now();
                }
                return Ok(found);
            }
            if self.buffer.len() > LONGEST {
                bail!("the answer is longer than {LONGEST} bytes");
            }
            if stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the connection ended in the middle of an answer");
            }
        }
    }
}

/// Finds the head of an answer and how long its body is; `None` while the head is not whole.
fn cut(buffer: &[u8]) -> Result<Option<Extent>> {
    let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let head = &buffer[..end + 4];
    let status = head.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
    let status: u16 = status.context("the answer has no status")?;
    let length = match header(head, "content-length") {
        Some(length) => length.parse().context("content-length")?,
        None if status == 204 || status == 304 => 0,
        None => bail!("the answer ({status}) does not say how long it is"),
    };
    Ok(Some(Extent { status, head: head.len(), length }))
}

fn header<'h>(head: &'h [u8], name: &str) -> Option<&'h str> {
    headers(head, name).next()
}

fn headers<'h>(head: &'h [u8], name: &str) -> impl Iterator<Item = &'h str> {
    head.split(|byte| *byte == b'\n').skip(1).filter_map(move |line| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let (found, value) = line.split_at(colon);
        found.eq_ignore_ascii_case(name.as_bytes()).then(|| std::str::from_utf8(&value[1..]).ok().map(str::trim))?
    })
}

/// Writes a request into `into`, in place of what was there. `more` are further header lines, each ended by CRLF.
pub fn request(into: &mut Vec<u8>, method: &str, path: &str, token: &str, more: &str, body: &[u8]) {
    into.clear();
    let accept = if more.contains("accept: ") { "" } else { "accept: application/json\r\n" };
    for part in [method, " ", path, " HTTP/1.1\r\nhost: localhost\r\n", accept, more] {
        into.extend_from_slice(part.as_bytes());
    }
    if !token.is_empty() {
        for part in ["authorization: Bearer ", token, "\r\n"] {
            into.extend_from_slice(part.as_bytes());
        }
    }
    if !body.is_empty() && !more.contains("content-type") {
        into.extend_from_slice(b"content-type: application/json\r\n");
    }
    into.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
    into.extend_from_slice(body);
}

#[cfg(test)]
mod tests {
    use super::{cut, header};

    #[test]
    fn an_answer_is_cut_where_its_body_ends() {
        let whole = b"HTTP/1.1 201 Created\r\nETag: \"1\"\r\nContent-Length: 2\r\n\r\n{}";
        let extent = cut(whole).unwrap().unwrap();
        assert_eq!((extent.status, extent.length, whole.len() - extent.head), (201, 2, 2));
        assert_eq!(header(whole, "etag"), Some("\"1\""));
        assert!(cut(&whole[..30]).unwrap().is_none());
        assert!(cut(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
    }
}
