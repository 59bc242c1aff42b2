//! Asks every replica whether it is ready, and names for their addresses, again and again.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::future::join_all;
use http::{Request, Uri};
use http_body_util::Empty;
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioTimer},
};
use platform::tls::Mutual;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use crate::{
    numbers,
    replica::{Replica, Service},
    way::Way,
};

/// How often names are resolved anew.
const RESOLVE_EVERY: Duration = Duration::from_secs(5);

/// Looks after the replicas of one service until it is aborted.
pub(crate) async fn watch(service: Arc<Service>, every: Duration, patience: Duration, sure: Option<Arc<Mutual>>) {
    let way = Way::new(patience, sure, std::slice::from_ref(&service));
    let client = Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(way);
    let mut rounds = interval(every);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut resolved = Instant::now();
    loop {
        rounds.tick().await;
        if resolved.elapsed() >= RESOLVE_EVERY {
            service.resolve().await;
            resolved = Instant::now();
        }
        let replicas = service.replicas();
        join_all(replicas.iter().map(|replica| look(&service, replica, &client, patience))).await;
        numbers::replicas(&service);
    }
}

async fn look(service: &Service, replica: &Replica, client: &Client<Way, Empty<Bytes>>, patience: Duration) {
    let ready = matches!(timeout(patience, ask(replica, client)).await, Ok(true));
    if ready != replica.is_up() {
        tracing::warn!(service = %service.name, replica = %replica.address, ready, "a replica changed its state");
    }
    replica.mark(ready);
}

/// Whether the replica says that it is ready. One that knows no such path lives, and takes requests.
async fn ask(replica: &Replica, client: &Client<Way, Empty<Bytes>>) -> bool {
    let Ok(uri) = format!("http://{}/readyz", replica.ready_address).parse::<Uri>() else { return false };
    let mut request = Request::new(Empty::new());
    *request.uri_mut() = uri;
    match client.request(request).await {
        Ok(answer) => !answer.status().is_server_error(),
        Err(_) => false,
    }
}
