//! Fetching a calendar from an address that somebody typed in: only what the whole world can reach, never this network.
//! A name is resolved once, every address it has must be public, and the connection goes to the address that was looked
//! at, so that a name cannot say something else a moment later. Size, time and redirections are bounded.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::{
    body::{Bytes, Incoming},
    client::conn::http1,
};
use hyper_util::rt::TokioIo;
use platform::tls::to_the_world;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::rustls::pki_types::ServerName;
use url::{Host, Url};

/// The largest calendar.
const MOST_BYTES: usize = 2 << 20;
/// How long everything may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often an address may point to another.
const REDIRECTS: usize = 3;
/// The longest address.
pub const LONGEST: usize = 2_000;

/// Why a calendar was not got: text keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// No address of a calendar: another scheme, a user name in it, no host.
    Address,
    /// It leads into a network that is not public.
    Internal,
    /// Nobody answers there, or not in time.
    Away,
    /// It was answered with something else than a calendar.
    Refused,
    /// It is too large.
    TooLarge,
}

impl Trouble {
    /// The text key.
    pub fn word(self) -> &'static str {
        match self {
            Self::Address => "calendar-address",
            Self::Internal => "calendar-internal",
            Self::Away => "calendar-away",
            Self::Refused => "calendar-refused",
            Self::TooLarge => "calendar-too-large",
        }
    }
}

/// How far addresses may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// Into this network too: for a hospital's own calendar server.
    pub internal: bool,
}

/// The address as it is fetched: `webcal:` is another name of `https:`.
pub fn address(text: &str) -> Result<Url, Trouble> {
    let text = text.trim();
    if text.len() > LONGEST {
        return Err(Trouble::Address);
    }
    let text = match text.split_once(':') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("webcal") => format!("https:{rest}"),
        _ => text.to_owned(),
    };
    let url: Url = text.parse().map_err(|_| Trouble::Address)?;
    let plain = url.username().is_empty() && url.password().is_none() && url.host().is_some();
    if plain && matches!(url.scheme(), "http" | "https") { Ok(url) } else { Err(Trouble::Address) }
}

/// Whether an address can be reached from everywhere and is nobody's in particular.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b)) // carriers' own (RFC 6598)
        || (a == 198 && (18..20).contains(&b)) // trials (RFC 2544)
        || (a, b, c) == (192, 0, 0)
        || (a, b, c) == (192, 88, 99);
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    // What stands for an address of the older kind is not public: mapped and translated ones (RFC 6052) lie outside of
    // what is global, Teredo and 6to4 within it.
    let global = (0x2000..0x4000).contains(&a);
    let special = (a == 0x2001 && (b < 0x0200 || b == 0x0db8)) || a == 0x2002 || a == 0x3fff;
    global && !special
}

/// Gets a calendar.
pub async fn get(url: Url, reach: Reach) -> Result<String, Trouble> {
    timeout(PATIENCE, follow(url, reach)).await.map_err(|_| Trouble::Away)?
}

async fn follow(mut url: Url, reach: Reach) -> Result<String, Trouble> {
    for _ in 0..=REDIRECTS {
        let response = ask(&url, reach).await?;
        let status = response.status();
        if status == StatusCode::OK {
            return read(response).await;
        }
        if !status.is_redirection() {
            return Err(Trouble::Refused);
        }
        let to = response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok()).ok_or(Trouble::Refused)?;
        let next = url.join(to).map_err(|_| Trouble::Refused)?;
        // From a protected address nobody is sent to one in clear.
        if url.scheme() == "https" && next.scheme() != "https" {
            return Err(Trouble::Refused);
        }
        url = address(next.as_str())?;
    }
    Err(Trouble::Refused)
}

async fn read(response: Response<Incoming>) -> Result<String, Trouble> {
    let body = Limited::new(response.into_body(), MOST_BYTES).collect().await;
    let bytes =
        body.map_err(
            |error| if error.is::<http_body_util::LengthLimitError>() { Trouble::TooLarge } else { Trouble::Away },
        )?;
    Ok(String::from_utf8_lossy(&bytes.to_bytes()).into_owned())
}

/// Asks at an address that was looked at.
async fn ask(url: &Url, reach: Reach) -> Result<Response<Incoming>, Trouble> {
    let host = url.host().ok_or(Trouble::Address)?.to_owned();
    let port = url.port_or_known_default().ok_or(Trouble::Address)?;
    let places: Vec<SocketAddr> = match &host {
        Host::Ipv4(v4) => vec![SocketAddr::from((*v4, port))],
        Host::Ipv6(v6) => vec![SocketAddr::from((*v6, port))],
        Host::Domain(name) => lookup_host((name.as_str(), port)).await.map_err(|_| Trouble::Away)?.take(16).collect(),
    };
    if !reach.internal && places.iter().any(|place| !is_public(place.ip())) {
        return Err(Trouble::Internal);
    }
    let path = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let named = match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_string(),
    };
    let request = Request::builder()
        .uri(path)
        .header(header::HOST, named)
        .header(header::ACCEPT, "text/calendar, */*;q=0.1")
        .header(header::USER_AGENT, "Mediverse")
        .body(Empty::<Bytes>::new())
        .map_err(|_| Trouble::Address)?;
    let mut stream = Err(Trouble::Away);
    for place in places {
        stream = TcpStream::connect(place).await.map_err(|_| Trouble::Away);
        if stream.is_ok() {
            break;
        }
    }
    let stream = stream?;
    if url.scheme() == "http" {
        return exchange(stream, request).await;
    }
    let name = match host {
        Host::Domain(name) => ServerName::try_from(name).map_err(|_| Trouble::Address)?,
        Host::Ipv4(v4) => ServerName::from(IpAddr::V4(v4)),
        Host::Ipv6(v6) => ServerName::from(IpAddr::V6(v6)),
    };
    let world = to_the_world().map_err(|_| Trouble::Away)?;
    let stream = world.connect(name, stream).await.map_err(|_| Trouble::Away)?;
    exchange(stream, request).await
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Empty<Bytes>>,
) -> Result<Response<Incoming>, Trouble> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|_| Trouble::Away)?;
    // It ends with the answer, or with the time there is.
    tokio::spawn(async move { timeout(PATIENCE, connection).await.map(drop) });
    sender.send_request(request).await.map_err(|_| Trouble::Away)
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::{MOST_BYTES, Reach, Trouble, address, get, is_public};

    const ANYWHERE: Reach = Reach { internal: true };
    const WORLD: Reach = Reach { internal: false };

    /// C10
    #[test]
    fn only_addresses_of_calendars_are_taken() {
        assert_eq!(address("webcal://p1.example/x.ics").unwrap().as_str(), "https://p1.example/x.ics");
        assert_eq!(address(" https://calendar.example/a?b=c ").unwrap().as_str(), "https://calendar.example/a?b=c");
        for wrong in [
            "",
            "file:///etc/passwd",
            "ftp://a/b",
            "gopher://a",
            "https://user:pw@a/b",
            "https://",
            "javascript:1",
            "data:text/plain,x",
        ] {
            assert_eq!(address(wrong), Err(Trouble::Address), "{wrong}");
        }
        assert_eq!(address(&format!("https://a/{}", "x".repeat(2_000))), Err(Trouble::Address));
    }

    /// C10
    #[test]
    fn nothing_of_this_network_is_public_however_it_is_written() {
        for inside in [
            "127.0.0.1",
            "127.9.9.9",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "192.0.2.1",
            "192.0.0.1",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001::1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "2001:db8::1",
            "100::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2404:6800:4003::1"] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }

    /// Answers each connection with the next of these.
    async fn server(answers: Vec<String>) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut head = [0; 4096];
                let _ = stream.read(&mut head).await;
                let _ = stream.write_all(answer.replace("PORT", &port.to_string()).as_bytes()).await;
            }
        });
        port
    }

    fn ok(body: &str) -> String {
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
    }

    async fn got(answers: Vec<String>, host: &str, reach: Reach) -> Result<String, Trouble> {
        let port = server(answers).await;
        get(address(&format!("http://{host}:{port}/x.ics")).unwrap(), reach).await
    }

    fn moved(to: &str) -> String {
        format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    }

    /// C10
    #[tokio::test]
    async fn an_address_inside_is_never_asked_not_by_name_nor_by_redirection() {
        for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"] {
            assert_eq!(got(vec![ok("secret")], host, WORLD).await, Err(Trouble::Internal), "{host}");
        }
        let twice = vec![moved("http://127.0.0.1:PORT/y.ics"), ok("BEGIN:VCALENDAR")];
        assert_eq!(got(twice, "localhost", ANYWHERE).await.as_deref(), Ok("BEGIN:VCALENDAR"), "where it is allowed");
        assert_eq!(got(vec![moved("file:///etc/passwd")], "localhost", ANYWHERE).await, Err(Trouble::Address));
    }

    /// C10
    #[tokio::test]
    async fn what_is_too_much_is_refused() {
        let endless = vec![moved("/x.ics"); 9];
        assert_eq!(got(endless, "127.0.0.1", ANYWHERE).await, Err(Trouble::Refused));
        let large = vec![ok(&"x".repeat(MOST_BYTES + 1))];
        assert_eq!(got(large, "127.0.0.1", ANYWHERE).await, Err(Trouble::TooLarge));
        let gone = vec!["HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned()];
        assert_eq!(got(gone, "127.0.0.1", ANYWHERE).await, Err(Trouble::Refused));
    }
}
