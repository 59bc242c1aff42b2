//! What things are called at the broker.

use super::Broker;
use crate::bus::event::{ANY_SOURCE, Class};

/// A hearer's queues: facts and lines stay until they are taken, profiles for a day at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    Lasting,
    Passing,
}

impl Lane {
    pub(super) const ALL: [Self; 2] = [Self::Lasting, Self::Passing];

    /// The lane of a class.
    pub(super) fn of(class: Class) -> Self {
        match class {
            Class::Fact | Class::Log => Self::Lasting,
            Class::Profile => Self::Passing,
        }
    }
}

/// The exchange of every event.
pub(super) fn exchange(broker: &Broker) -> String {
    format!("{}.events", broker.prefix)
}

/// A queue of a hearer.
pub(super) fn queue(broker: &Broker, hearer: &str, lane: Lane) -> String {
    let what = match lane {
        Lane::Lasting => "facts",
        Lane::Passing => "profiles",
    };
    format!("{}.{hearer}.{what}", broker.prefix)
}

/// Where an event goes: `fact.shop.order.placed`. It names no one.
pub(super) fn routing_key(class: Class, source: &str, kind: &str) -> String {
    format!("{}.{source}.{kind}", class.word())
}

/// What a hearer's queue is bound to: of facts all kinds of a source, so that their numbers have no gap.
pub(super) fn pattern(class: Class, source: &str, kind: &str) -> String {
    let source = if source == ANY_SOURCE { "*" } else { source };
    // A kind may be several words.
    let kind = if class == Class::Fact { "#" } else { kind };
    routing_key(class, source, kind)
}

#[cfg(test)]
mod tests {
    use super::{Class, pattern, routing_key};

    #[test]
    fn a_pattern_takes_every_kind_of_fact_and_single_kinds_of_the_others() {
        assert_eq!(routing_key(Class::Fact, "shop", "order.placed"), "fact.shop.order.placed");
        assert_eq!(pattern(Class::Fact, "shop", "order.placed"), "fact.shop.#");
        assert_eq!(pattern(Class::Profile, "shop", "seller"), "profile.shop.seller");
        assert_eq!(pattern(Class::Log, "*", "line"), "log.*.line");
    }
}
