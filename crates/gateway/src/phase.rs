//! How far the gateway is on its way out, and who is still inside.

use std::{net::IpAddr, sync::Arc};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::crowd::{Crowd, Guest};

/// From opening to the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(crate) enum Phase {
    /// Everybody is welcome.
    Open,
    /// Not ready any more, but still serving: whoever sends us requests is told to go elsewhere.
    Leaving,
    /// Nobody new is let in; what was begun is finished.
    Closing,
    /// What is not finished now is cut off.
    Over,
}

/// Tells when the phase changes. One that is seen first is a change too.
#[derive(Clone)]
pub(crate) struct Phases {
    receiver: watch::Receiver<Phase>,
    seen: Phase,
}

impl Phases {
    pub fn new(receiver: watch::Receiver<Phase>) -> Self {
        Self { receiver, seen: Phase::Open }
    }

    /// The next phase; the sender's end is an end too.
    pub async fn changed(&mut self) -> Phase {
        let seen = self.seen;
        let next = self.receiver.wait_for(|phase| *phase > seen).await.map_or(Phase::Over, |phase| *phase);
        self.seen = next;
        next
    }

    /// Resolves when this phase, or a later one, is reached.
    pub async fn reached(&mut self, phase: Phase) {
        // The sender's end is an end too.
        let _ = self.receiver.wait_for(|now| *now >= phase).await;
    }
}

/// The connections there may be: together, and of one client.
pub(crate) struct Room {
    places: Arc<Semaphore>,
    size: u32,
    crowd: Arc<Crowd>,
}

/// A connection's place; given back when it is dropped.
pub(crate) struct Place {
    _permit: OwnedSemaphorePermit,
    _guest: Guest,
}

impl Room {
    pub fn new(size: usize, per_client: usize) -> Arc<Self> {
        let size = size.clamp(1, u32::MAX as usize >> 4);
        let places = Arc::new(Semaphore::new(size));
        Arc::new(Self { places, size: size as u32, crowd: Crowd::new(per_client) })
    }

    /// Waits until there is room.
    pub async fn permit(&self) -> OwnedSemaphorePermit {
        self.places.clone().acquire_owned().await.expect("the semaphore is never closed")
    }

    /// A place for a connection of this client; `None` where it has too many. A client that is not counted (a proxy) has as many as it likes.
    pub fn place(&self, permit: OwnedSemaphorePermit, client: Option<IpAddr>) -> Option<Place> {
        let guest = match client {
            Some(client) => self.crowd.enter(client)?,
            None => Guest::uncounted(),
        };
        Some(Place { _permit: permit, _guest: guest })
    }

    /// Resolves when nobody is inside.
    pub async fn emptied(&self) {
        // The semaphore is never closed.
        let _ = self.places.acquire_many(self.size).await;
    }
}

#[cfg(test)]
mod tests {
    use super::Room;

    #[tokio::test]
    async fn one_client_cannot_take_every_place() {
        let room = Room::new(10, 2);
        let client = Some("203.0.113.9".parse().unwrap());
        let one = room.place(room.permit().await, client);
        let two = room.place(room.permit().await, client);
        assert!(one.is_some() && two.is_some());
        assert!(room.place(room.permit().await, client).is_none());
        assert!(room.place(room.permit().await, None).is_some(), "a proxy is not counted");
        drop(one);
        assert!(room.place(room.permit().await, client).is_some());
        drop(two);
        room.emptied().await;
    }
}
