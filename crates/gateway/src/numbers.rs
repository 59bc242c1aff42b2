//! What operators see of the gateway: rate, errors and duration by line of the routing table and by service, and what
//! it did by itself. Labels come from the table, never from a request.

use std::time::Duration;

use http::{Method, StatusCode};
use jiff::Timestamp;

use crate::{life::Life, replica::Service, table::Route};

/// Says what the numbers mean.
pub(crate) fn describe() {
    metrics::describe_counter!("gateway_requests_total", "Requests answered, by route, service and status.");
    metrics::describe_histogram!("gateway_request_seconds", "Time until the head of the answer, by route and service.");
    metrics::describe_counter!("gateway_refused_total", "Requests the gateway answered itself, by reason.");
    metrics::describe_counter!("gateway_repeated_total", "Requests sent to another replica, by service and reason.");
    metrics::describe_gauge!("gateway_replicas_up", "Replicas that take requests, by service.");
    metrics::describe_gauge!("gateway_replicas", "Replicas known, by service.");
    metrics::describe_gauge!("gateway_connections", "Connections open.");
    metrics::describe_gauge!("gateway_tunnels", "WebSockets open.");
    metrics::describe_gauge!("gateway_certificate_reload_failed", "1 while the certificate's files cannot be read.");
    metrics::describe_gauge!(
        "gateway_certificate_days_left",
        "Days until the certificate ends; 0 while there is none."
    );
    metrics::describe_gauge!("gateway_certificate_life_left", "Share of the certificate's life that is left, 1 to 0.");
    metrics::describe_counter!("gateway_certificate_orders_total", "Certificates ordered by ACME, by outcome.");
}

/// Counts an answered request.
pub(crate) fn request(route: Option<&Route>, method: &Method, status: StatusCode, took: Duration) {
    let (pattern, service) =
        route.map_or_else(|| ("none".into(), "gateway".into()), |route| (route.pattern.clone(), route.service.clone()));
    let method = method_name(method);
    metrics::histogram!("gateway_request_seconds", "route" => pattern.clone(), "service" => service.clone())
        .record(took.as_secs_f64());
    metrics::counter!("gateway_requests_total", "route" => pattern, "service" => service, "method" => method, "status" => status.as_str().to_owned())
        .increment(1);
}

/// The method, where it is one of those that are usual: others are chosen by callers, and without number.
pub(crate) fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

/// Counts a request that the gateway answered itself.
pub(crate) fn refused(kind: &'static str) {
    metrics::counter!("gateway_refused_total", "reason" => kind).increment(1);
}

/// Counts a request that was sent again.
pub(crate) fn repeated(service: &Service, why: &'static str) {
    metrics::counter!("gateway_repeated_total", "service" => service.name.clone(), "reason" => why).increment(1);
}

/// Tells how many replicas a service has.
pub(crate) fn replicas(service: &Service) {
    let replicas = service.replicas();
    let up = replicas.iter().filter(|replica| replica.is_up()).count();
    metrics::gauge!("gateway_replicas_up", "service" => service.name.clone()).set(up as f64);
    metrics::gauge!("gateway_replicas", "service" => service.name.clone()).set(replicas.len() as f64);
}

/// Tells whether the certificate's files could be read.
pub(crate) fn certificate(failed: bool) {
    metrics::gauge!("gateway_certificate_reload_failed").set(f64::from(u8::from(failed)));
}

/// Tells how long the certificate is good for; `None` where there is none.
pub(crate) fn life(life: Option<&Life>, now: Timestamp) {
    metrics::gauge!("gateway_certificate_days_left").set(life.map_or(0.0, |life| life.days_left(now)));
    metrics::gauge!("gateway_certificate_life_left").set(life.map_or(0.0, |life| life.share_left(now)));
}

/// Counts a certificate that was ordered, or was not: `done` or `failed`.
pub(crate) fn ordered(outcome: &'static str) {
    metrics::counter!("gateway_certificate_orders_total", "outcome" => outcome).increment(1);
}

/// An open connection, counted until it is dropped.
pub(crate) struct Connection;

impl Connection {
    pub fn open() -> Self {
        metrics::gauge!("gateway_connections").increment(1.0);
        Self
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        metrics::gauge!("gateway_connections").decrement(1.0);
    }
}

/// An open WebSocket, counted until it is dropped.
pub(crate) struct Tunnel;

impl Tunnel {
    pub fn open() -> Self {
        metrics::gauge!("gateway_tunnels").increment(1.0);
        Self
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        metrics::gauge!("gateway_tunnels").decrement(1.0);
    }
}
