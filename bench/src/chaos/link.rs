//! A link between two processes that can be cut, made deaf in one direction, slowed, or led elsewhere: a small TCP proxy.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

/// How a link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Everything goes through.
    Open,
    /// Nobody is there: connections are refused, those that were open are cut.
    Shut,
    /// Connections are taken and nothing goes through, either way: what was sent waits, as on a broken network.
    Silent,
    /// Questions go through, answers wait.
    Deaf,
    /// Everything goes through so much later.
    Slow(Duration),
}

#[derive(Debug, Clone, Copy)]
struct State {
    mode: Mode,
    /// Raised by every cut.
    cuts: u64,
    target: SocketAddr,
}

/// A link, which listens at an address of its own.
pub struct Link {
    /// Where whoever wants the other end connects to.
    pub address: SocketAddr,
    state: watch::Sender<State>,
    listening: JoinHandle<()>,
}

#[derive(Clone, Copy)]
enum Way {
    There,
    Back,
}

impl Link {
    /// To this address.
    pub async fn to(target: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (sender, state) = watch::channel(State { mode: Mode::Open, cuts: 0, target });
        let listening = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                // A connection taken and dropped at once is how a refusal looks through a proxy.
                if state.borrow().mode != Mode::Shut {
                    tokio::spawn(carry(client, state.clone()));
                }
            }
        });
        Ok(Self { address, state: sender, listening })
    }

    /// Cuts what is open; new connections go through.
    pub fn cut(&self) {
        self.state.send_modify(|state| state.cuts += 1);
    }

    /// Becomes so. Shutting cuts what is open.
    pub fn become_(&self, mode: Mode) {
        self.state.send_modify(|state| {
            state.mode = mode;
            state.cuts += u64::from(mode == Mode::Shut);
        });
    }

    /// Leads elsewhere from now on; what is open is cut.
    pub fn lead_to(&self, target: SocketAddr) {
        self.state.send_modify(|state| {
            state.target = target;
            state.cuts += 1;
        });
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn carry(client: TcpStream, state: watch::Receiver<State>) {
    let (cuts, target) = {
        let state = state.borrow();
        (state.cuts, state.target)
    };
    let Ok(server) = TcpStream::connect(target).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let mut cut = state.clone();
    tokio::select! {
        () = pump(from_client, to_server, Way::There, state.clone()) => {}
        () = pump(from_server, to_client, Way::Back, state.clone()) => {}
        _ = cut.wait_for(|state| state.cuts != cuts) => {}
    }
}

/// What was read and when it may go on.
type Piece = (Instant, Vec<u8>);
/// Pieces under way at once on one way of a connection; more wait at their sender.
const UNDER_WAY: usize = 256;

/// Carries one way until either end is done. A stream that is half closed is closed: nobody here goes on after that.
/// Slowness is delay alone: what is sent together arrives together.
async fn pump(from: OwnedReadHalf, to: OwnedWriteHalf, way: Way, state: watch::Receiver<State>) {
    let (sender, pieces) = mpsc::channel(UNDER_WAY);
    // The end of what is read ends the pieces; the rest of them is still passed on.
    tokio::join!(take(from, sender, way, state.clone()), pass_on(pieces, to, way, state));
}

async fn take(mut from: OwnedReadHalf, pieces: mpsc::Sender<Piece>, way: Way, state: watch::Receiver<State>) {
    let mut buffer = vec![0; 32 * 1024];
    loop {
        let read = tokio::select! {
            read = from.read(&mut buffer) => read,
            () = pieces.closed() => return,
        };
        let Ok(read @ 1..) = read else { return };
        let mode = state.borrow().mode;
        let delay = if let (Mode::Slow(by), Way::There) = (mode, way) { by } else { Duration::ZERO };
        if pieces.send((Instant::now() + delay, buffer[..read].to_vec())).await.is_err() {
            return;
        }
    }
}

async fn pass_on(
    mut pieces: mpsc::Receiver<Piece>,
    mut to: OwnedWriteHalf,
    way: Way,
    mut state: watch::Receiver<State>,
) {
    let passes = |state: &State| match state.mode {
        Mode::Silent => false,
        Mode::Deaf => matches!(way, Way::There),
        _ => true,
    };
    while let Some((due, piece)) = pieces.recv().await {
        sleep_until(due).await;
        if state.wait_for(passes).await.is_err() || to.write_all(&piece).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::time::timeout;

    use super::{Link, Mode};

    /// Says back what it hears.
    async fn echo() -> std::net::SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = stream.split();
                    let _ = tokio::io::copy(&mut from, &mut to).await;
                });
            }
        });
        address
    }

    async fn answered(stream: &mut TcpStream) -> bool {
        let mut byte = [0];
        matches!(timeout(Duration::from_millis(300), stream.read(&mut byte)).await, Ok(Ok(1)))
    }

    #[tokio::test]
    async fn a_link_is_silent_then_says_what_waited_and_ends_when_it_is_cut() {
        let link = Link::to(echo().await).await.unwrap();
        let mut stream = TcpStream::connect(link.address).await.unwrap();
        stream.write_all(b"a").await.unwrap();
        assert!(answered(&mut stream).await);
        for mode in [Mode::Silent, Mode::Deaf] {
            link.become_(mode);
            stream.write_all(b"b").await.unwrap();
            assert!(!answered(&mut stream).await, "{mode:?}");
            link.become_(Mode::Open);
            assert!(answered(&mut stream).await, "what waited comes after {mode:?}");
        }
        let by = Duration::from_millis(80);
        link.become_(Mode::Slow(by));
        let begun = tokio::time::Instant::now();
        for _ in 0..4 {
            stream.write_all(b"d").await.unwrap();
        }
        let mut four = [0; 4];
        stream.read_exact(&mut four).await.unwrap();
        assert!(begun.elapsed() >= by, "slow");
        assert!(begun.elapsed() < 3 * by, "but what is sent together is late once: {:?}", begun.elapsed());
        link.become_(Mode::Open);
        link.cut();
        assert_eq!(stream.read(&mut [0]).await.unwrap_or(0), 0, "cut");
        link.become_(Mode::Shut);
        let mut refused = TcpStream::connect(link.address).await.unwrap();
        let _ = refused.write_all(b"c").await;
        assert!(!answered(&mut refused).await);
    }
}
