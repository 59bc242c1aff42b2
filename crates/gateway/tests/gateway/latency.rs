//! How much later an answer comes for going through the gateway. A measurement, not a check:
//! `cargo nextest run --release -p gateway --run-ignored only latency --no-capture`.

use std::time::{Duration, Instant};

use http::Method;

use crate::world::{Browser, Replica, before, browser, told};

const WARM_UP: usize = 500;
const ROUNDS: usize = 5_000;

async fn once(browser: &Browser, address: std::net::SocketAddr) -> Duration {
    let began = Instant::now();
    let told = told(browser, address, Method::GET, "/api/v1/doctors", &[], b"").await.unwrap();
    assert_eq!(told.status, 200);
    began.elapsed()
}

fn at(sorted: &[Duration], share: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e6
}

/// One request after another, direct and through the gateway by turns, so that both see the same machine.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement: needs a quiet machine and a release build"]
async fn latency_added_by_the_gateway() {
    let replica = Replica::saying("{\"doctors\":[]}").await;
    let gateway = before(&replica, |settings| {
        settings.rate_per_second = 1_000_000;
        settings.rate_burst = 1_000_000;
    })
    .await;
    let browser = browser();
    let (mut direct, mut through) = (Vec::new(), Vec::new());
    for round in 0..WARM_UP + ROUNDS {
        let (one, other) = (once(&browser, replica.address).await, once(&browser, gateway.address()).await);
        if round >= WARM_UP {
            direct.push(one);
            through.push(other);
        }
    }
    direct.sort();
    through.sort();
    println!("µs        p50     p90     p99");
    for (name, times) in [("direct", &direct), ("gateway", &through)] {
        println!("{name:8}{:7.0} {:7.0} {:7.0}", at(times, 0.5), at(times, 0.9), at(times, 0.99));
    }
    println!("added p50: {:.3} ms (aim: 0.5)", (at(&through, 0.5) - at(&direct, 0.5)) / 1000.0);
}
