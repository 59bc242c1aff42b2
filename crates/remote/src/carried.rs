//! Who asks and how long they wait, on its way to another process. Clock and chance stay where they are: each process
//! has its own.

use std::{net::IpAddr, sync::Arc, time::Duration};

use jiff::SignedDuration;
use platform::{Actor, Clock, Cx, Error, PermissionSet, Result, entropy::Entropy, i18n::Locale, trace::Trace};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

/// How long is waited where nobody said.
const USUAL: Duration = Duration::from_secs(10);
/// The longest a caller may ask a service to go on.
const LONGEST: Duration = Duration::from_mins(1);

/// The context of an operation as it travels.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Carried {
    actor: Actor,
    /// 128 bits in hex: not every reader of JSON has numbers so large.
    permissions: String,
    facilities: Option<Vec<String>>,
    locale: Locale,
    request_id: String,
    address: Option<IpAddr>,
}

/// A whole request.
#[derive(Serialize)]
struct Sent<'a, A> {
    /// Milliseconds the caller still waits.
    remaining: u64,
    cx: Option<Carried>,
    /// Where the call stands in its trace (W3C `traceparent`).
    trace: Option<String>,
    ask: &'a A,
}

/// A request as it arrives, its arguments not read yet.
#[derive(Deserialize)]
pub(crate) struct Arrived<'a> {
    remaining: u64,
    cx: Option<Carried>,
    #[serde(default)]
    trace: Option<String>,
    #[serde(borrow)]
    ask: &'a RawValue,
}

/// How long a caller still waits; nothing where it is too late already.
pub(crate) fn remaining(cx: Option<&Cx>) -> Option<Duration> {
    let Some((cx, deadline)) = cx.and_then(|cx| Some((cx, cx.deadline?))) else { return Some(USUAL) };
    let left = Duration::try_from(deadline.duration_since(cx.now())).ok()?;
    (!left.is_zero()).then_some(left.min(LONGEST))
}

/// Writes a request.
pub(crate) fn write<A: Serialize>(
    cx: Option<&Cx>,
    trace: Option<Trace>,
    remaining: Duration,
    ask: &A,
) -> Result<Vec<u8>> {
    let trace = trace.map(|trace| trace.traceparent());
    let sent = Sent { remaining: remaining.as_millis() as u64, cx: cx.map(Carried::of), trace, ask };
    serde_json::to_vec(&sent).map_err(Error::internal)
}

impl Carried {
    fn of(cx: &Cx) -> Self {
        Self {
            actor: cx.actor.clone(),
            permissions: format!("{:x}", cx.permissions.0),
            facilities: cx.facilities.as_ref().map(|own| own.to_vec()),
            locale: cx.locale,
            request_id: cx.request_id.to_string(),
            address: cx.address,
        }
    }

    fn into_cx(self, remaining: Duration, clock: Clock, entropy: Entropy) -> Result<Cx> {
        let permissions = u128::from_str_radix(&self.permissions, 16).map_err(|_| unreadable("permissions"))?;
        let deadline = SignedDuration::try_from(remaining).ok().and_then(|left| clock.now().checked_add(left).ok());
        Ok(Cx {
            actor: self.actor,
            permissions: PermissionSet(permissions),
            facilities: self.facilities.map(Arc::from),
            locale: self.locale,
            request_id: self.request_id.into(),
            deadline,
            address: self.address,
            clock,
            entropy,
            trace: None,
        })
    }
}

impl<'a> Arrived<'a> {
    /// Reads a request.
    pub(crate) fn read(body: &'a [u8]) -> Result<Self> {
        serde_json::from_slice(body).map_err(|_| unreadable("a service call"))
    }

    /// How long the caller still waits.
    pub(crate) fn remaining(&self) -> Duration {
        Duration::from_millis(self.remaining).min(LONGEST)
    }

    /// Who asks. A call that names nobody is the program's own.
    pub(crate) fn cx(&mut self, caller: &str, clock: Clock, entropy: Entropy) -> Result<Cx> {
        let remaining = self.remaining();
        match self.cx.take() {
            Some(carried) => Ok(Cx { trace: self.trace(), ..carried.into_cx(remaining, clock, entropy)? }),
            None => Ok(Cx { permissions: PermissionSet::default(), ..Cx::system(caller, clock, entropy) }),
        }
    }

    /// Where the call stands in its trace.
    pub(crate) fn trace(&self) -> Option<Trace> {
        self.trace.as_deref().and_then(|text| text.parse().ok())
    }

    /// The arguments, not read yet.
    pub(crate) fn ask(&self) -> &'a str {
        self.ask.get()
    }
}

/// The arguments of a verb.
pub(crate) fn arguments<A: DeserializeOwned>(ask: &str) -> Result<A> {
    // What does not fit comes from another version of this program. The message would quote values.
    serde_json::from_str(ask).map_err(|_| unreadable("the arguments of a service call"))
}

fn unreadable(what: &str) -> Error {
    Error::internal(format_args!("{what} could not be read: is the other service of another version?"))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use platform::{Actor, Clock, Cx, PermissionSet, entropy::Entropy, i18n::Locale};

    use super::{Arrived, remaining, write};

    fn clock() -> Clock {
        Clock::manual("2026-11-24T02:00:00Z".parse().unwrap())
    }

    #[test]
    fn who_asks_arrives_as_they_were() {
        let cx = Cx {
            actor: Actor::Account { id: "acc_1".into(), session: "ses_1".into() },
            permissions: PermissionSet(1 << 127 | 5),
            facilities: Some(["fac_1".to_owned(), "fac_2".to_owned()].into()),
            address: Some("2001:db8::1".parse().unwrap()),
            deadline: Some(clock().now() + SignedDuration::from_millis(1_500)),
            trace: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse().ok(),
            ..Cx::guest("req_1", Locale::En, clock(), Entropy::System)
        };
        let body = write(Some(&cx), cx.trace, remaining(Some(&cx)).unwrap(), &("x",)).unwrap();
        let mut arrived = Arrived::read(&body).unwrap();
        assert_eq!(arrived.ask(), r#"["x"]"#);
        let again = arrived.cx("web", clock(), Entropy::System).unwrap();
        assert_eq!(format!("{again:?}"), format!("{cx:?}"));
    }

    #[test]
    fn who_is_late_is_not_sent_at_all() {
        let cx = Cx { deadline: Some(clock().now()), ..Cx::guest("req_1", Locale::Id, clock(), Entropy::System) };
        assert_eq!(remaining(Some(&cx)), None);
        assert!(remaining(None).is_some());
    }

    /// A call that names nobody may do nothing.
    #[test]
    fn nobody_may_nothing() {
        let body = write(None, None, remaining(None).unwrap(), &()).unwrap();
        let cx = Arrived::read(&body).unwrap().cx("web", clock(), Entropy::System).unwrap();
        assert_eq!(cx.permissions, PermissionSet::default());
    }
}
