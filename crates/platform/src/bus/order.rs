//! What is to be done now with the events of one subject: pure, so that it can be read and tried without a database.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;

use super::event::Envelope;

/// Where an event stands among those of its subject: (epoch, number).
pub(super) type Place = (i64, i64);

/// An event at hand: just come, or kept from before.
#[derive(Debug, Clone)]
pub(super) struct AtHand {
    pub(super) envelope: Arc<Envelope>,
    /// Whether it lies in `waiting`.
    pub(super) kept: bool,
    /// Whether it failed and is not to be tried now, so that those after it wait.
    pub(super) blocked: bool,
    /// Its turn among everything that came along with it.
    pub(super) turn: usize,
}

/// What is to be done.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// To be applied, in this order.
    pub(super) apply: Vec<AtHand>,
    /// To be kept until their turn comes.
    pub(super) keep: Vec<Arc<Envelope>>,
    /// Kept, and of no use any more.
    pub(super) drop: Vec<Arc<Envelope>>,
    /// The last place once this is done, where it moved.
    pub(super) last: Option<Place>,
}

/// Which numbers may stand first, where nothing of a subject has been heard: 1, or any where the subject began before
/// the hearer listened, or so long ago that the note of what was heard is gone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Beginning {
    pub(super) joined: Timestamp,
    pub(super) forgotten_before: Timestamp,
}

impl Beginning {
    fn allows(self, envelope: &Envelope) -> bool {
        envelope.n == 1 || envelope.began < self.joined || envelope.began < self.forgotten_before
    }
}

/// Facts: each, one after another without a gap.
pub(super) fn facts(last: Option<Place>, at_hand: Vec<AtHand>, beginning: Beginning) -> Plan {
    let mut plan = Plan::default();
    let (mut last, mut turn, mut held) = (last, 0, None);
    for mut event in by_place(at_hand) {
        let place = event.envelope.place();
        let next = match last {
            None => beginning.allows(&event.envelope),
            Some(last) if place <= last => {
                plan.drop_kept(event);
                continue;
            }
            Some((epoch, n)) => place == (epoch, n + 1) || (place.0 > epoch && place.1 == 1),
        };
        if next && event.blocked {
            held = Some(event.envelope.epoch);
        }
        if next && held != Some(event.envelope.epoch) {
            last = Some(place);
            plan.last = last;
            // One that was kept is applied in the turn of the one it waited for.
            turn = turn.max(event.turn);
            event.turn = turn;
            plan.apply.push(event);
        } else if !event.kept {
            plan.keep.push(event.envelope);
        }
    }
    plan
}

/// Profiles: the newest.
pub(super) fn profile(last: Option<Place>, at_hand: Vec<AtHand>) -> Plan {
    let mut plan = Plan::default();
    let mut newest = None;
    for event in by_place(at_hand) {
        if last.is_some_and(|last| event.envelope.place() <= last) {
            plan.drop_kept(event);
        } else if let Some(older) = newest.replace(event) {
            plan.drop_kept(older);
        }
    }
    match newest {
        Some(event) if !event.blocked => {
            plan.last = Some(event.envelope.place());
            plan.apply.push(event);
        }
        Some(event) if !event.kept => plan.keep.push(event.envelope),
        _ => {}
    }
    plan
}

impl Plan {
    fn drop_kept(&mut self, event: AtHand) {
        if event.kept {
            self.drop.push(event.envelope);
        }
    }
}

/// In order, each place once; what is kept knows more than what comes again.
fn by_place(at_hand: Vec<AtHand>) -> impl Iterator<Item = AtHand> {
    let mut places: BTreeMap<Place, AtHand> = BTreeMap::new();
    for event in at_hand {
        let place = event.envelope.place();
        if event.kept || !places.contains_key(&place) {
            places.insert(place, event);
        }
    }
    places.into_values()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bus::Class;

    const T: fn(i64) -> Timestamp = |s| Timestamp::from_second(s).unwrap();
    const BEGINNING: Beginning = Beginning { joined: Timestamp::UNIX_EPOCH, forgotten_before: Timestamp::UNIX_EPOCH };

    fn event(epoch: i64, n: i64) -> AtHand {
        let envelope = Envelope {
            id: format!("evt_{epoch}_{n}"),
            source: "here".into(),
            epoch,
            subject: "s".into(),
            n,
            kind: "k".into(),
            class: Class::Fact,
            payload: String::new(),
            at: T(10),
            began: T(10),
            trace: None,
        };
        AtHand { envelope: Arc::new(envelope), kept: false, blocked: false, turn: 0 }
    }

    fn kept(epoch: i64, n: i64, blocked: bool) -> AtHand {
        AtHand { kept: true, blocked, ..event(epoch, n) }
    }

    fn places(events: &[AtHand]) -> Vec<Place> {
        events.iter().map(|e| e.envelope.place()).collect()
    }

    #[test]
    fn facts_are_applied_without_a_gap_and_the_others_kept() {
        let plan = facts(Some((1, 3)), vec![event(1, 6), event(1, 4), event(1, 3), event(1, 4)], BEGINNING);
        assert_eq!((places(&plan.apply), plan.last), (vec![(1, 4)], Some((1, 4))));
        assert_eq!(plan.keep.len(), 1);
        assert_eq!(plan.keep[0].n, 6);
    }

    #[test]
    fn what_was_kept_follows_the_one_it_waited_for() {
        let plan = facts(Some((1, 3)), vec![kept(1, 5, false), kept(1, 6, false), event(1, 4)], BEGINNING);
        assert_eq!(places(&plan.apply), [(1, 4), (1, 5), (1, 6)]);
        assert!(plan.keep.is_empty());
    }

    #[test]
    fn a_failing_fact_holds_those_after_it() {
        let late = Beginning { joined: T(11), ..BEGINNING };
        for (last, beginning) in [(Some((1, 3)), BEGINNING), (None, late)] {
            let plan = facts(last, vec![kept(1, 4, true), event(1, 5)], beginning);
            assert_eq!((places(&plan.apply), plan.keep.len(), plan.last), (vec![], 1, None));
        }
    }

    #[test]
    fn a_first_fact_is_number_one_unless_the_subject_is_older_than_the_listening() {
        assert!(facts(None, vec![event(1, 2)], BEGINNING).apply.is_empty());
        let late = Beginning { joined: T(11), ..BEGINNING };
        assert_eq!(places(&facts(None, vec![event(1, 8), event(1, 7)], late).apply), [(1, 7), (1, 8)]);
    }

    #[test]
    fn a_restored_source_begins_again_at_one() {
        let plan = facts(Some((1, 9)), vec![event(1, 4), event(2, 1), event(2, 2)], BEGINNING);
        assert_eq!((places(&plan.apply), plan.last), (vec![(2, 1), (2, 2)], Some((2, 2))));
        assert!(facts(Some((2, 1)), vec![event(1, 10)], BEGINNING).keep.is_empty());
    }

    #[test]
    fn of_a_profile_the_newest_wins_and_older_ones_are_dropped() {
        let plan = profile(Some((1, 3)), vec![event(1, 2), kept(1, 5, true), event(1, 9)]);
        assert_eq!((places(&plan.apply), plan.drop.len(), plan.last), (vec![(1, 9)], 1, Some((1, 9))));
    }
}
