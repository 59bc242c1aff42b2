//! Who answers what: paths to services, services to the addresses of their replicas.

use std::{collections::BTreeMap, str::FromStr, sync::Arc};

use platform::{Error, Result};

use crate::settings::Settings;

/// The routing table. Built once, before the gateway starts.
///
/// ```
/// # use gateway::Table;
/// let table = Table::new()
///     .route("/", "web")
///     .route("/api/v1/doctors", "directory")
///     .route("/api/v1/doctors/{}/free-times", "scheduling")
///     .service("web", &["127.0.0.1:8081"])?
///     .service("directory", &["127.0.0.1:8082"])?
///     .service("scheduling", &["127.0.0.1:8083", "127.0.0.1:8084"])?;
/// assert_eq!(table.service_of("/api/v1/doctors/doc_1/free-times"), Some("scheduling"));
/// # Ok::<(), platform::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Table {
    routes: Vec<Route>,
    services: BTreeMap<String, Vec<Address>>,
}

/// One line of the table.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    /// As written; names the route in numbers.
    pub pattern: Arc<str>,
    /// Who answers.
    pub service: Arc<str>,
    segments: Vec<Segment>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Word(String),
    Any,
}

/// Where replicas of a service are: `host:port`, or `host:port/port` where `/readyz` has a port of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) ready_port: u16,
}

impl Table {
    /// A table in which nothing is found.
    pub fn new() -> Self {
        Self::default()
    }

    /// The table of `gateway.routes` and `gateway.services`.
    pub fn of(settings: &Settings) -> Result<Self> {
        let routed = settings.routes.iter().fold(Self::new(), |table, (path, service)| table.route(path, service));
        settings.services.iter().try_fold(routed, |table, (name, addresses)| table.service(name, addresses))
    }

    /// The service answers this path and everything below it; `{}` or `{name}` is any one segment. Of several that
    /// fit, the longest counts, then the one with more words.
    #[must_use]
    pub fn route(mut self, pattern: &str, service: &str) -> Self {
        self.routes.push(Route { pattern: pattern.into(), service: service.into(), segments: segments(pattern) });
        self.routes.sort_by_key(|route| std::cmp::Reverse((route.segments.len(), route.words())));
        self
    }

    /// Where the service's replicas are. Fails where an address cannot be read.
    pub fn service(mut self, name: &str, addresses: &[impl AsRef<str>]) -> Result<Self> {
        let addresses = addresses.iter().map(|text| text.as_ref().parse()).collect::<Result<_>>()?;
        self.services.insert(name.to_owned(), addresses);
        Ok(self)
    }

    /// Who answers this path.
    pub fn service_of(&self, path: &str) -> Option<&str> {
        self.find(path).map(|route| &*route.service)
    }

    pub(crate) fn find(&self, path: &str) -> Option<&Route> {
        self.routes.iter().find(|route| route.fits(path))
    }

    pub(crate) fn services(&self) -> impl Iterator<Item = (&str, &[Address])> {
        self.services.iter().map(|(name, addresses)| (name.as_str(), addresses.as_slice()))
    }

    /// Fails naming a route whose service has no address.
    pub(crate) fn check(&self) -> Result<()> {
        let homeless = self.routes.iter().find(|route| !self.services.contains_key(&*route.service));
        homeless.map_or(Ok(()), |route| {
            Err(Error::internal(format_args!("route {}: service {} has no address", route.pattern, route.service)))
        })
    }
}

impl Route {
    fn fits(&self, path: &str) -> bool {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        self.segments.iter().all(|segment| match (segment, parts.next()) {
            (Segment::Word(word), Some(part)) => word == part,
            (Segment::Any, Some(_)) => true,
            (_, None) => false,
        })
    }

    fn words(&self) -> usize {
        self.segments.iter().filter(|segment| **segment != Segment::Any).count()
    }
}

fn segments(pattern: &str) -> Vec<Segment> {
    let read = |part: &str| if part.starts_with('{') { Segment::Any } else { Segment::Word(part.to_owned()) };
    pattern.split('/').filter(|part| !part.is_empty()).map(read).collect()
}

impl FromStr for Address {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || Error::internal(format_args!("{text} is no address such as host:port or host:port/port"));
        let (address, ready) = text.split_once('/').map_or((text, None), |(address, ready)| (address, Some(ready)));
        let (host, port) = address.rsplit_once(':').ok_or_else(wrong)?;
        let port = port.parse().map_err(|_| wrong())?;
        let ready_port = ready.map_or(Ok(port), str::parse).map_err(|_| wrong())?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() { Err(wrong()) } else { Ok(Self { host: host.to_owned(), port, ready_port }) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, Table};

    #[test]
    fn the_longest_route_wins_and_words_beat_wildcards() {
        let table = Table::new()
            .route("/", "web")
            .route("/api/v1/doctors", "directory")
            .route("/api/v1/doctors/{id}/free-times", "scheduling")
            .route("/api/v1/doctors/best/free-times", "directory");
        let found = |path| table.service_of(path).unwrap_or_default();
        assert_eq!(found("/"), "web");
        assert_eq!(found("/api/v1/doctorsandmore"), "web", "a prefix ends where a segment ends");
        assert_eq!(found("/api/v1/doctors"), "directory");
        assert_eq!(found("/api/v1/doctors/doc_1"), "directory");
        assert_eq!(found("/api/v1/doctors/doc_1/free-times/next"), "scheduling");
        assert_eq!(found("/api/v1/doctors/best/free-times"), "directory");
        assert_eq!(Table::new().service_of("/"), None);
        assert!(table.check().is_err(), "no service has an address");
    }

    #[test]
    fn addresses_name_host_port_and_the_port_of_readiness() {
        let read = |text: &str| text.parse::<Address>().ok().map(|a| (a.host, a.port, a.ready_port));
        assert_eq!(read("10.0.0.1:80"), Some(("10.0.0.1".to_owned(), 80, 80)));
        assert_eq!(read("[::1]:80/81"), Some(("::1".to_owned(), 80, 81)));
        assert_eq!(read("scheduling:8080"), Some(("scheduling".to_owned(), 8080, 8080)));
        assert!(["", "host", ":80", "host:x", "host:80/x"].into_iter().all(|text| read(text).is_none()));
    }
}
