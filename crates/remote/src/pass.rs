//! The proof that a call comes from a service of this installation: a short-lived word, sealed, that names who calls and
//! whom. Shown as `Authorization: Service <pass>`.
//!
//! Sealed with the key of each role ([`ServiceKeys`]), where `services.keys` names a folder of them: a process can prove
//! no other role than its own. Else with one key derived from that of the house, which proves that somebody is of the
//! house and takes their word for which role they have: good enough where one person keeps all processes.

mod keys;
mod peers;

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::Timestamp;
use platform::{
    Clock, Error, Result,
    crypto::{MasterKey, equal, hmac_sha256},
};

pub use self::keys::{ServiceKeys, make_keys};
use self::peers::Peers;

/// Seconds a pass is good.
const LIFE: i64 = 60;
/// Seconds before its end a pass is made anew.
const RENEW: i64 = 30;
/// Seconds by which the clocks of two machines may differ.
const APART: i64 = 5;
/// The versions of the form: sealed by the house, or by each role.
const SHARED: &str = "mv1";
const OWN: &str = "mv2";
/// The longest pass: all roles in one process.
const LONGEST: usize = 2_048;
/// Passes that were found good are remembered until they end: a signature costs more to check than a call to serve.
const REMEMBERED: usize = 1_024;

/// Why a call is refused at the door.
pub(crate) const REFUSED: Error = Error::Unauthenticated("service-pass");

/// Who calls, once it is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    /// The roles of the calling process, joined by `+`: `gateway+web`.
    pub caller: String,
}

impl Pass {
    /// Whether the caller may act as the program itself: a process that runs a context may, one that only shows pages
    /// or forwards has no business to.
    pub fn may_act_as_program(&self) -> bool {
        self.caller.split('+').any(|role| !matches!(role, "web" | "gateway"))
    }
}

/// Passes made before, by whom they are shown to: until which second they are good for another, and their text.
type Made = HashMap<&'static str, (i64, Arc<str>)>;

/// What proves a pass.
#[derive(Clone)]
enum Proof {
    /// One key of the house.
    Shared([u8; 32]),
    /// A key of each role.
    Own(Arc<ServiceKeys>),
}

/// Makes and checks passes. Cheap to clone.
#[derive(Clone)]
pub struct Passes {
    proof: Proof,
    caller: Arc<str>,
    clock: Clock,
    made: Arc<Mutex<Made>>,
    found_good: Arc<Mutex<HashMap<String, i64>>>,
    peers: Peers,
}

impl std::fmt::Debug for Passes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Passes({})", self.caller)
    }
}

impl Passes {
    /// Passes of the process with these roles, joined by `+`, proven by the one key of the house.
    pub fn new(master: &MasterKey, caller: &str, clock: Clock) -> Self {
        Self::by(Proof::Shared(master.derive("service-pass:1")), caller, clock)
    }

    /// Passes of the process with these roles, proven by the key of each: those that `keys` was read for, in that order.
    pub fn signed(keys: ServiceKeys, caller: &str, clock: Clock) -> Self {
        Self::by(Proof::Own(Arc::new(keys)), caller, clock)
    }

    fn by(proof: Proof, caller: &str, clock: Clock) -> Self {
        let (made, found_good) = (Arc::default(), Arc::default());
        Self { proof, caller: caller.into(), clock, made, found_good, peers: Peers::default() }
    }

    /// A pass for calls of that service.
    pub fn show(&self, service: &'static str) -> Arc<str> {
        let now = self.clock.now().as_second();
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((ends, pass)) = made.get(service)
            && (now + RENEW..=now + LIFE).contains(ends)
        {
            return pass.clone();
        }
        let ends = now + LIFE;
        let said = format!("{}.{}.{service}.{ends}", self.form(), self.caller);
        let seal = match &self.proof {
            Proof::Shared(key) => seal(key, &said),
            Proof::Own(keys) => keys.sign(&said),
        };
        let pass: Arc<str> = format!("{said}.{seal}").into();
        made.insert(service, (ends, pass.clone()));
        pass
    }

    /// Who shows this pass to that service; 401 where it is forged, for another, or over.
    pub fn check(&self, pass: &str, service: &str) -> Result<Pass> {
        if pass.len() > LONGEST {
            return Err(REFUSED);
        }
        let (said, seal) = pass.rsplit_once('.').ok_or(REFUSED)?;
        let mut parts = said.split('.');
        let (Some(form), Some(caller), Some(audience), Some(ends), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(REFUSED);
        };
        let ends: i64 = ends.parse().map_err(|_| REFUSED)?;
        let now = self.clock.now().as_second();
        let in_time = now - APART < ends && ends <= now + LIFE + APART;
        // A pass of the other form is refused: else whoever holds the key of the house could go on without their own.
        let fits = form == self.form() && audience == service && in_time;
        if fits && self.is_sealed(pass, caller, said, seal, (ends, now)) {
            Ok(Pass { caller: caller.to_owned() })
        } else {
            Err(REFUSED)
        }
    }

    /// What a peer's clock said in an answer that took so long.
    pub(crate) fn note_clock(&self, peer: SocketAddr, said: Timestamp, took: Duration) {
        self.peers.note(peer, said, took);
    }

    /// Whether our clock stands so that most peers take our passes. To be asked before work is taken.
    pub fn clock_agrees(&self) -> Result<()> {
        if self.peers.agree(self.clock.now()) { Ok(()) } else { Err(Error::Unavailable("clock")) }
    }

    fn form(&self) -> &'static str {
        match &self.proof {
            Proof::Shared(_) => SHARED,
            Proof::Own(_) => OWN,
        }
    }

    fn is_sealed(&self, pass: &str, caller: &str, said: &str, shown: &str, (ends, now): (i64, i64)) -> bool {
        let keys = match &self.proof {
            Proof::Shared(key) => return equal(shown.as_bytes(), seal(key, said).as_bytes()),
            Proof::Own(keys) => keys,
        };
        let found_good = || self.found_good.lock().unwrap_or_else(PoisonError::into_inner);
        if found_good().contains_key(pass) {
            return true;
        }
        if !keys.is_signed(caller, said, shown) {
            return false;
        }
        let mut found_good = found_good();
        if found_good.len() >= REMEMBERED {
            found_good.retain(|_, ends| *ends > now - APART);
        }
        if found_good.len() < REMEMBERED {
            found_good.insert(pass.to_owned(), ends);
        }
        true
    }
}

fn seal(key: &[u8; 32], said: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(hmac_sha256(key, &[said.as_bytes()]))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use platform::{Clock, crypto::MasterKey, entropy::Entropy};

    use super::{Passes, ServiceKeys, make_keys};

    fn clock() -> Clock {
        Clock::manual("2026-11-24T02:00:00Z".parse().unwrap())
    }

    /// Service-to-service calls: identity proved by a signed, short-lived pass.
    #[test]
    fn a_pass_is_good_for_a_minute_for_one_service_of_one_house() {
        let (master, clock) = (MasterKey::generate(&Entropy::seeded(1)), clock());
        let passes = Passes::new(&master, "gateway+web", clock.clone());
        let pass = passes.show("scheduling");
        assert_eq!(passes.check(&pass, "scheduling").unwrap().caller, "gateway+web");
        assert!(passes.check(&pass, "people").is_err(), "another service");
        let stranger = Passes::new(&MasterKey::generate(&Entropy::seeded(2)), "web", clock.clone());
        assert!(stranger.check(&pass, "scheduling").is_err(), "another house");
        for forged in ["", ".", "mv1.web.scheduling.9999999999.", &pass.replace("web", "auth"), &pass[1..]] {
            assert!(passes.check(forged, "scheduling").is_err(), "{forged}");
        }
        clock.advance(SignedDuration::from_secs(40));
        assert_ne!(passes.show("scheduling"), pass, "made anew before it ends");
        clock.advance(SignedDuration::from_secs(26));
        assert!(passes.check(&pass, "scheduling").is_err(), "over");
        clock.advance(SignedDuration::from_secs(-3_600));
        assert!(passes.check(&pass, "scheduling").is_err(), "from a future that no pass reaches");
    }

    #[test]
    fn only_who_runs_a_context_acts_as_the_program() {
        let master = MasterKey::generate(&Entropy::seeded(1));
        for (caller, may) in [("web", false), ("gateway+web", false), ("scheduling", true), ("web+people", true)] {
            let passes = Passes::new(&master, caller, clock());
            assert_eq!(passes.check(&passes.show("people"), "people").unwrap().may_act_as_program(), may, "{caller}");
        }
    }

    /// Service identity: a process that was taken over can pass as nobody but itself, though it has the key of the house.
    #[test]
    fn a_pass_proves_the_role_where_each_has_a_key_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        make_keys(folder.path(), &["web", "people", "scheduling"], false, &Entropy::seeded(1)).unwrap();
        let clock = clock();
        let of = |role: &str| Passes::signed(ServiceKeys::read(folder.path(), &[role]).unwrap(), role, clock.clone());
        let (web, people, scheduling) = (of("web"), of("people"), of("scheduling"));
        let pass = scheduling.show("people");
        assert!(people.check(&pass, "people").unwrap().may_act_as_program());
        assert!(people.check(&pass, "people").is_ok(), "and again, from memory");
        assert!(people.check(&pass, "auth").is_err(), "another service");
        assert_eq!(people.check(&web.show("people"), "people").unwrap().caller, "web");
        // What a stolen web can make up.
        let forged = web.show("people").replace(".web.", ".scheduling.");
        assert!(people.check(&forged, "people").is_err());
        let claims = Passes::signed(ServiceKeys::read(folder.path(), &["web"]).unwrap(), "scheduling", clock.clone());
        assert!(people.check(&claims.show("people"), "people").is_err());
        let house = Passes::new(&MasterKey::generate(&Entropy::seeded(1)), "scheduling", clock.clone());
        assert!(people.check(&house.show("people"), "people").is_err(), "the key of the house is no proof any more");
        assert!(house.check(&pass, "people").is_err());
        clock.advance(SignedDuration::from_secs(66));
        assert!(people.check(&pass, "people").is_err(), "over, remembered or not");
    }
}
