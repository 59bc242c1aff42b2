//! How many of something one client has at the same time: connections, requests.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

/// Clients and how many each has. Who has none is not remembered.
pub(crate) struct Crowd {
    most: usize,
    clients: Mutex<HashMap<IpAddr, usize>>,
}

/// One of a client's; given back when it is dropped.
pub(crate) struct Guest(Option<(Arc<Crowd>, IpAddr)>);

impl Crowd {
    /// At most so many of one client; 0: any number.
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, clients: Mutex::default() })
    }

    /// One more of this client; `None` where it has too many.
    pub fn enter(self: &Arc<Self>, client: IpAddr) -> Option<Guest> {
        if self.most == 0 {
            return Some(Guest::uncounted());
        }
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let has = clients.entry(client).or_default();
        if *has >= self.most {
            return None;
        }
        *has += 1;
        Some(Guest(Some((self.clone(), client))))
    }
}

impl Guest {
    /// One of a client that may have any number.
    pub fn uncounted() -> Self {
        Self(None)
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let Some((crowd, client)) = &self.0 else { return };
        let mut clients = crowd.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(has) = clients.get_mut(client) {
            *has -= 1;
            if *has == 0 {
                clients.remove(client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Crowd;

    #[test]
    fn each_client_has_its_share_and_nobody_is_remembered() {
        let crowd = Crowd::new(2);
        let (one, other) = ("203.0.113.9".parse().unwrap(), "203.0.113.10".parse().unwrap());
        let held = [crowd.enter(one).unwrap(), crowd.enter(one).unwrap()];
        assert!(crowd.enter(one).is_none());
        assert!(crowd.enter(other).is_some());
        drop(held);
        assert!(crowd.enter(one).is_some());
        assert!(crowd.clients.lock().unwrap().is_empty());
        let unbounded = Crowd::new(0);
        let all: Vec<_> = (0..10).map(|_| unbounded.enter(one)).collect();
        assert!(all.iter().all(Option::is_some));
    }
}
