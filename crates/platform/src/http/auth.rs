//! Who sends the request: decided above this crate, asked for here.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{
    cx::{Actor, PermissionSet},
    error::{Error, Result},
    i18n::Locale,
};

/// What a request shows to say who sends it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Credential<'a> {
    /// The token of an `Authorization: Bearer` header.
    Bearer(&'a str),
    /// The value of the session cookie.
    Cookie(&'a str),
}

/// Whom a credential stands for.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The actor, normally [`Actor::Account`].
    pub actor: Actor,
    /// What they may do.
    pub permissions: PermissionSet,
    /// Facilities whose staff they are; `None` means every facility.
    pub facilities: Option<Arc<[String]>>,
    /// The language kept with the account.
    pub locale: Option<Locale>,
    /// What forgery tokens are bound to; the session's identifier where `None`.
    pub csrf: Option<String>,
}

/// Turns credentials into identities.
#[async_trait]
pub trait Authenticator: Send + Sync {
    /// Whom the credential stands for. 401 where it stands for nobody (any more): a cookie then counts as a guest's,
    /// a bearer token is refused.
    async fn identify(&self, credential: Credential<'_>) -> Result<Identity>;
}

/// Knows nobody: every visitor is a guest.
#[async_trait]
impl Authenticator for () {
    async fn identify(&self, _: Credential<'_>) -> Result<Identity> {
        Err(Error::Unauthenticated("bad-token"))
    }
}
