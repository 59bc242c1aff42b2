//! The context of an operation. It travels through every call, so that who asks, on whose behalf, for what purpose,
//! in which language, until when and at what time are never globals (ARCHITECTURE.md §6).

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    clock::Clock,
    entropy::Entropy,
    error::{Error, Result},
    i18n::Locale,
    ids::Id,
    trace::Trace,
};

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Actor {
    /// Nobody is signed in.
    Guest,
    /// A signed-in account, in one of its sessions.
    Account {
        /// The account's identifier.
        id: Arc<str>,
        /// The session's identifier.
        session: Arc<str>,
    },
    /// A part of the program itself: a job, a reaction to an event, the command line.
    System(Arc<str>),
}

/// A permission as the set knows it: a small number. The names are declared above this crate.
pub trait Permission: Copy {
    /// Position in the set, below 128.
    fn bit(self) -> u8;
    /// The name shown when it is missing.
    fn name(self) -> &'static str;
}

/// What an actor may do. 128 permissions at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PermissionSet(pub u128);

impl PermissionSet {
    /// Everything.
    pub const ALL: Self = Self(u128::MAX);

    /// The set of these.
    pub fn of<P: Permission>(permissions: &[P]) -> Self {
        Self(permissions.iter().fold(0, |set, p| set | 1 << p.bit()))
    }

    /// Whether it is in the set.
    pub fn has(self, permission: impl Permission) -> bool {
        self.0 >> permission.bit() & 1 == 1
    }

    /// Both sets together.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The context of an operation.
#[derive(Debug, Clone)]
pub struct Cx {
    /// Who asks.
    pub actor: Actor,
    /// What they may do.
    pub permissions: PermissionSet,
    /// Facilities whose staff they are; `None` means every facility.
    pub facilities: Option<Arc<[String]>>,
    /// The language to answer in.
    pub locale: Locale,
    /// Names this request in logs and error answers.
    pub request_id: Arc<str>,
    /// Where it stands in its trace, to be handed on to whoever goes on with it.
    pub trace: Option<Trace>,
    /// When the caller stops waiting.
    pub deadline: Option<Timestamp>,
    /// Where the request came from, for throttling only: an address, never logged with health data.
    pub address: Option<std::net::IpAddr>,
    /// Where "now" comes from.
    pub clock: Clock,
    /// Where chance comes from.
    pub entropy: Entropy,
}

impl Cx {
    /// A part of the program acting by itself, allowed everything.
    pub fn system(name: &str, clock: Clock, entropy: Entropy) -> Self {
        Self {
            actor: Actor::System(name.into()),
            permissions: PermissionSet::ALL,
            facilities: None,
            locale: Locale::Id,
            request_id: name.into(),
            trace: None,
            deadline: None,
            address: None,
            clock,
            entropy,
        }
    }

    /// A guest without any permission.
    pub fn guest(request_id: &str, locale: Locale, clock: Clock, entropy: Entropy) -> Self {
        Self {
            actor: Actor::Guest,
            permissions: PermissionSet::default(),
            facilities: Some(Arc::new([])),
            locale,
            request_id: request_id.into(),
            trace: None,
            deadline: None,
            address: None,
            clock,
            entropy,
        }
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new identifier.
    pub fn new_id<I: Id>(&self) -> I {
        I::from_parts(self.now(), self.entropy.bytes())
    }

    /// The signed-in account, or 401.
    pub fn account(&self) -> Result<&str> {
        match &self.actor {
            Actor::Account { id, .. } => Ok(id),
            Actor::Guest | Actor::System(_) => Err(Error::Unauthenticated("sign-in-needed")),
        }
    }

    /// Whether the actor may.
    pub fn may(&self, permission: impl Permission) -> bool {
        self.permissions.has(permission)
    }

    /// `Ok` where the actor may; 401 for a guest, 403 for others.
    pub fn require(&self, permission: impl Permission) -> Result<()> {
        if self.may(permission) {
            Ok(())
        } else if self.actor == Actor::Guest {
            Err(Error::Unauthenticated("sign-in-needed"))
        } else {
            Err(Error::Forbidden(permission.name()))
        }
    }

    /// Whether the actor works for that facility (every facility, for some).
    pub fn serves(&self, facility: &str) -> bool {
        self.facilities.as_ref().is_none_or(|own| own.iter().any(|f| f == facility))
    }

    /// How the actor is written into histories and audit rows.
    pub fn actor_text(&self) -> String {
        match &self.actor {
            Actor::Guest => "guest".to_owned(),
            Actor::Account { id, .. } => id.to_string(),
            Actor::System(name) => format!("system:{name}"),
        }
    }
}
