//! What happens, told as it happens: a stream of JSON lines from every replica, joined into one channel. Hints only:
//! what was said while a connection was broken is not said again.

use std::{collections::HashSet, convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use axum::body::{Body, Bytes};
use futures_util::{FutureExt as _, StreamExt as _, stream::FuturesUnordered};
use http_body_util::BodyExt as _;
use serde::{Serialize, de::DeserializeOwned};
use tokio::{sync::broadcast, time::timeout};
use tokio_stream::wrappers::BroadcastStream;

use crate::{Caller, connection::Failed, upstream::Replica};

/// How long a silent stream goes without a sign of life, and how long it is believed without one.
const SIGN: Duration = Duration::from_secs(1);
const SILENCE: Duration = Duration::from_secs(4);
/// How soon a broken stream is opened again, and replicas are looked for.
const AGAIN: Duration = Duration::from_millis(300);
/// The longest line that is read.
const LONGEST: usize = 64 << 10;

/// The sending end: a line for each, an empty line now and then.
pub(crate) fn tell<T: Serialize + Clone + Send + 'static>(from: broadcast::Receiver<T>) -> Body {
    let lines = tokio_stream::StreamExt::timeout_repeating(BroadcastStream::new(from), tokio::time::interval(SIGN))
        .map(|said| {
            let mut line = match said {
                Ok(Ok(said)) => serde_json::to_vec(&said).unwrap_or_default(),
                // Missed some, or nothing happened.
                Ok(Err(_)) | Err(_) => Vec::new(),
            };
            line.push(b'\n');
            Ok::<_, Infallible>(Bytes::from(line))
        });
    Body::from_stream(lines)
}

/// The hearing end: follows every replica there is, or one of them at a time where each tells everything, until it is
/// dropped.
pub(crate) async fn follow<T: DeserializeOwned + Send>(
    caller: &Caller,
    method: &'static str,
    one_tells_all: bool,
    to: &broadcast::Sender<T>,
) {
    let mut followed: HashSet<SocketAddr> = HashSet::new();
    let mut streams = FuturesUnordered::new();
    loop {
        for replica in caller.replicas().await {
            if (followed.is_empty() || !one_tells_all) && followed.insert(replica.address) {
                streams.push(one(caller, replica, method, to).boxed());
            }
        }
        if let Ok(Some(ended)) = timeout(AGAIN, streams.next()).await {
            followed.remove(&ended);
            let _ = timeout(AGAIN, std::future::pending::<()>()).await;
        } else if streams.is_empty() {
            let _ = timeout(AGAIN, std::future::pending::<()>()).await;
        }
    }
}

/// Follows one replica until its stream ends.
async fn one<T: DeserializeOwned + Send>(
    caller: &Caller,
    replica: Arc<Replica>,
    method: &'static str,
    to: &broadcast::Sender<T>,
) -> SocketAddr {
    if let Err(failed) = read(caller, &replica, method, to).await {
        tracing::debug!(called = caller.service(), replica = %replica.address, why = failed.why, "a stream broke off");
        replica.connection.forget().await;
    }
    replica.address
}

async fn read<T: DeserializeOwned + Send>(
    caller: &Caller,
    replica: &Replica,
    method: &'static str,
    to: &broadcast::Sender<T>,
) -> Result<(), Failed> {
    let mut stream = caller.stream(replica, method).await?;
    let mut begun = Vec::new();
    loop {
        let frame = timeout(SILENCE, stream.frame()).await.map_err(Failed::after)?;
        let Some(frame) = frame else { return Ok(()) };
        let Ok(data) = frame.map_err(Failed::after)?.into_data() else { continue };
        begun.extend_from_slice(&data);
        while let Some(end) = begun.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = begun.drain(..=end).collect();
            if let Ok(said) = serde_json::from_slice(&line) {
                let _ = to.send(said); // nobody need be watching
            }
        }
        if begun.len() > LONGEST {
            return Err(Failed::after("a line without end"));
        }
    }
}
