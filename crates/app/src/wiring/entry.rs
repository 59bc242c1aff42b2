//! The gateway's role: its table follows from who answers what.

use std::{net::SocketAddr, sync::Arc};

use gateway::{Buckets, Gateway, Handle, Parts, RateLimit, Table};
use platform::{Result, http::health::Check};

use super::{House, Part};

impl House {
    /// Whether the gateway forwards from here.
    pub fn has_gateway(&self) -> bool {
        !self.roles.is_whole() && self.roles.has(Part::Gateway)
    }

    /// Starts the gateway, where it lives here. `own` is where the other parts of this process answer.
    pub async fn start_gateway(&self, own: Option<SocketAddr>) -> Result<Option<Handle>> {
        if !self.has_gateway() {
            return Ok(None);
        }
        let parts = Parts {
            clock: self.world.clock.clone(),
            entropy: self.world.entropy.clone(),
            texts: self.texts.clone(),
            limit: self.rate_limit(),
        };
        Gateway::start_over(self.settings.gateway.clone(), self.table(own)?, parts, self.tls()).await.map(Some)
    }

    /// Gateways that share Redis count together; one that shares nothing counts by itself, as its settings say.
    fn rate_limit(&self) -> Option<Arc<dyn RateLimit>> {
        let settings = &self.settings.gateway;
        let together = || {
            let buckets = Buckets::new(settings.rate_per_second, settings.rate_burst, self.world.clock.clone());
            Arc::new(buckets.shared(&self.shared)) as Arc<dyn RateLimit>
        };
        self.shared.is_used().then(together)
    }

    /// Who answers what: the API's paths belong to their contexts, everything else to the pages. What the settings say
    /// comes on top.
    fn table(&self, own: Option<SocketAddr>) -> Result<Table> {
        let mut table = Table::of(&self.settings.gateway)?;
        for (path, part) in self.api().paths() {
            table = table.route(path, part.word());
        }
        // The pages have no database that could be away: they tell of the house whatever part of it is down.
        table = table.route("/api/v1/system", Part::Web.word());
        table = table.route("/api/docs", Part::Web.word()).route("/", Part::Web.word());
        for part in Part::ALL.iter().filter(|part| **part != Part::Gateway) {
            let addresses = match own.filter(|_| self.roles.has(*part)) {
                Some(own) => vec![own.to_string()],
                None => self.settings.services.forwarded(*part),
            };
            table = table.service(part.word(), &addresses)?;
        }
        Ok(table)
    }
}

/// What must hold for a gateway to be sent requests.
pub fn checks(handle: Option<&Handle>) -> Vec<Check> {
    handle.map(Handle::checks).unwrap_or_default()
}
