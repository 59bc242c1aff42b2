//! What may be set about the gateway.

use std::{collections::BTreeMap, time::Duration};

use http::HeaderName;
use platform::{Error, Result, http::Network, settings};

settings! {
    /// The single entry of a network of services.
    pub struct Settings in "gateway" {
        /// Address and port to listen at.
        listen: String = "127.0.0.1:8080",
        /// File of the certificate chain in PEM; with it, gateway.listen speaks TLS. Read again when it changes.
        certificate: String = "",
        /// File of the certificate's private key in PEM.
        private_key: String = "",
        /// Seconds between looks at both files, and at whether a certificate is to be ordered.
        reload_seconds: u64 = 30,
        /// Address and port for plain HTTP, which sends everybody to HTTPS; empty: none.
        redirect_listen: String = "",
        /// Directory of an authority that speaks ACME, such as https://acme-v02.api.letsencrypt.org/directory: certificates are ordered there, and its terms agreed to. Empty: they come from gateway.certificate.
        acme_directory: String = "",
        /// Mail address the authority may write to; empty: none.
        acme_contact: String = "",
        /// Names the certificate is for; empty: those of gateway.hosts.
        acme_names: Vec<String> = [],
        /// Folder that all gateways share for the account's key, the certificate and answers to http-01, which gateway.redirect_listen serves. Without gateway.acme_directory: the folder in which another ACME client puts such answers; empty: none.
        acme_folder: String = "",
        /// File in PEM of an authority that the directory's own certificate may come from, beside those the machine trusts.
        acme_trust: String = "",
        /// Port people reach HTTPS at.
        https_port: u16 = 443,
        /// Seconds browsers remember to come by HTTPS only (HSTS); 0: not said.
        hsts_seconds: u64 = 31536000,
        /// Address and port for the gateway's own /livez, /readyz and /metrics; empty: none.
        operations_listen: String = "",
        /// Names people reach us by; a request for another is refused. Empty: any.
        hosts: Vec<String> = [],
        /// Addresses or ranges of proxies in front of us whose X-Forwarded-* and X-Request-Id are believed.
        trusted_proxies: Vec<String> = [],
        /// Which service answers a path and what lies below it; {} stands for any one segment, the longest wins.
        routes: BTreeMap<String, String> = {},
        /// Replicas of each service as host:port; a name stands for all its addresses. /readyz may have a port of its own: host:port/port.
        services: BTreeMap<String, Vec<String>> = {},
        /// Paths that are never forwarded, with everything below them.
        internal_paths: Vec<String> = ["/internal", "/metrics", "/livez", "/readyz"],
        /// More headers that only services may send to each other: dropped from every request, as their passes are.
        private_headers: Vec<String> = [],
        /// Seconds until the head of a request must be there, and until the TLS handshake must be done.
        header_seconds: u64 = 10,
        /// Seconds without a byte after which the upload of a body counts as broken off.
        body_idle_seconds: u64 = 15,
        /// Seconds until a body must be there as a whole.
        body_seconds: u64 = 120,
        /// Largest request body in bytes; services have narrower bounds of their own.
        body_limit_bytes: u64 = 33554432,
        /// Seconds until the head of the answer must be there.
        time_limit_seconds: u64 = 30,
        /// Seconds a connection without a request is kept.
        keep_alive_seconds: u64 = 60,
        /// Seconds without a byte after which an answer, an event stream or a WebSocket counts as dead.
        stream_idle_seconds: u64 = 120,
        /// Connections at the same time; more wait.
        connections: usize = 20000,
        /// Connections of one client at the same time; more are closed. 0: no bound.
        connections_per_client: usize = 500,
        /// Requests at the same time; more are told to come back.
        requests: usize = 5000,
        /// Requests of one client at the same time, streams among them; more are told to come back. 0: no bound.
        requests_per_client: usize = 1000,
        /// Requests a second of one client in the long run; 0: no bound. Many people share one address behind a mobile network.
        rate_per_second: u32 = 100,
        /// Requests of one client at once.
        rate_burst: u32 = 400,
        /// Milliseconds until a replica must have taken a connection.
        connect_ms: u64 = 1000,
        /// Milliseconds an idle connection to a replica is kept; less than the replica keeps it.
        pool_idle_ms: u64 = 5000,
        /// Idle connections kept to one replica.
        pool_size: usize = 128,
        /// Milliseconds between questions for /readyz.
        probe_interval_ms: u64 = 500,
        /// Milliseconds until /readyz must be answered.
        probe_limit_ms: u64 = 1000,
        /// Paths at which a POST that carries Idempotency-Key is done once however often it is sent, so that it may be sent to another replica; no others, for services that do not know the key would do it twice.
        keyed_paths: Vec<String> = ["/api/v1/appointments", "/bookings"],
        /// Largest body in bytes that is kept, so that the request can be sent to another replica.
        replay_bytes: u64 = 65536,
        /// Whether answers are compressed here.
        compression: bool = true,
        /// Milliseconds between "not ready" and the end of accepting, so that who sends us requests has seen it.
        drain_delay_ms: u64 = 2000,
        /// Seconds requests and streams may go on after that.
        drain_seconds: u64 = 15,
    }
}

impl Settings {
    /// What is in force where nothing is set.
    pub fn defaults() -> Result<Self> {
        Self::of(&platform::config::Config::builder(&[Self::SETTINGS]).build()?)
    }

    /// The proxies that are believed. Fails naming one that is no address.
    pub(crate) fn proxies(&self) -> Result<Vec<Network>> {
        let read = |text: &String| {
            text.parse().map_err(|e| Error::internal(format_args!("setting gateway.trusted_proxies: {text}: {e}")))
        };
        self.trusted_proxies.iter().map(read).collect()
    }

    /// The headers that only services may send.
    pub(crate) fn private_header_names(&self) -> Result<Vec<HeaderName>> {
        let read = |text: &String| {
            text.parse()
                .map_err(|_| Error::internal(format_args!("setting gateway.private_headers: {text} is no header")))
        };
        self.private_headers.iter().map(read).collect()
    }

    /// The bounds of time.
    pub(crate) fn times(&self) -> Times {
        Times {
            head: Duration::from_secs(self.header_seconds),
            body_idle: Duration::from_secs(self.body_idle_seconds),
            body: Duration::from_secs(self.body_seconds),
            answer: Duration::from_secs(self.time_limit_seconds),
            keep_alive: Duration::from_secs(self.keep_alive_seconds),
            stream_idle: Duration::from_secs(self.stream_idle_seconds),
        }
    }
}

/// The bounds of time on a connection and on a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    /// Until the head of a request is there.
    pub head: Duration,
    /// Between two pieces of a body.
    pub body_idle: Duration,
    /// Until the body is there.
    pub body: Duration,
    /// Until the head of the answer is there.
    pub answer: Duration,
    /// Without a request.
    pub keep_alive: Duration,
    /// Between two pieces of an answer.
    pub stream_idle: Duration,
}
