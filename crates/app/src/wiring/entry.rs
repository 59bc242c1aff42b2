//! The gateway's role: its table follows from who answers what.

use std::net::SocketAddr;

use gateway::{Gateway, Handle, Parts, Table};
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
            limit: None,
        };
        Gateway::start(self.settings.gateway.clone(), self.table(own)?, parts).await.map(Some)
    }

    /// Who answers what: the API's paths belong to their contexts, everything else to the pages. What the settings say
    /// comes on top.
    fn table(&self, own: Option<SocketAddr>) -> Result<Table> {
        let mut table = Table::of(&self.settings.gateway)?;
        for (path, part) in self.api(None).paths() {
            table = table.route(path, part.word());
        }
        table = table.route("/api/v1/system", Part::Auth.word());
        for context in Part::CONTEXTS {
            table = table.route(&format!("/api/v1/system/parked/{context}"), context.word());
        }
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
