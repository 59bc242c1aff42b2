//! Tells the edge who sends a request.

use std::sync::Arc;

use async_trait::async_trait;
use contracts::auth::Auth;
use platform::{
    Result,
    http::{Authenticator, Credential, Identity},
};

/// The edge's door: asks auth whom a credential stands for.
pub struct Gate(pub Arc<dyn Auth>);

#[async_trait]
impl Authenticator for Gate {
    async fn identify(&self, credential: Credential<'_>) -> Result<Identity> {
        match credential {
            Credential::Bearer(token) => self.0.identify_bearer(token).await,
            Credential::Cookie(cookie) => self.0.identify_cookie(cookie).await,
        }
        .map(shown)
    }
}

/// As the edge wants to know it.
pub(crate) fn shown(known: contracts::auth::Identity) -> Identity {
    Identity {
        actor: known.actor,
        permissions: known.permissions,
        facilities: known.facilities,
        locale: Some(known.locale),
        csrf: None,
    }
}
