//! The proof that a call comes from a service of this installation: a short-lived word, signed with a key derived from
//! the key of the house, that names who calls and whom. Shown as `Authorization: Service <pass>`.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use platform::{
    Clock, Error, Result,
    crypto::{MasterKey, equal, hmac_sha256},
};

/// Seconds a pass is good.
const LIFE: i64 = 60;
/// Seconds before its end a pass is made anew.
const RENEW: i64 = 30;
/// Seconds by which the clocks of two machines may differ.
const APART: i64 = 5;
/// The version of the form.
const FORM: &str = "mv1";

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

/// Makes and checks passes. Cheap to clone.
#[derive(Clone)]
pub struct Passes {
    key: [u8; 32],
    caller: Arc<str>,
    clock: Clock,
    made: Arc<Mutex<Made>>,
}

impl std::fmt::Debug for Passes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Passes({})", self.caller)
    }
}

impl Passes {
    /// Passes of the process with these roles, joined by `+`.
    pub fn new(master: &MasterKey, caller: &str, clock: Clock) -> Self {
        Self { key: master.derive("service-pass:1"), caller: caller.into(), clock, made: Arc::default() }
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
        let said = format!("{FORM}.{}.{service}.{ends}", self.caller);
        let pass: Arc<str> = format!("{said}.{}", self.seal(&said)).into();
        made.insert(service, (ends, pass.clone()));
        pass
    }

    /// Who shows this pass to that service; 401 where it is forged, for another, or over.
    pub fn check(&self, pass: &str, service: &str) -> Result<Pass> {
        let (said, seal) = pass.rsplit_once('.').ok_or(REFUSED)?;
        if !equal(seal.as_bytes(), self.seal(said).as_bytes()) {
            return Err(REFUSED);
        }
        let mut parts = said.split('.');
        let (Some(FORM), Some(caller), Some(audience), Some(ends), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(REFUSED);
        };
        let ends: i64 = ends.parse().map_err(|_| REFUSED)?;
        let now = self.clock.now().as_second();
        let in_time = now - APART < ends && ends <= now + LIFE + APART;
        if audience == service && in_time { Ok(Pass { caller: caller.to_owned() }) } else { Err(REFUSED) }
    }

    fn seal(&self, said: &str) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(hmac_sha256(&self.key, &[said.as_bytes()]))
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use platform::{Clock, crypto::MasterKey, entropy::Entropy};

    use super::Passes;

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
}
