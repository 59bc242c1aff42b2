//! What a context does when it hears.

use std::{collections::HashMap, marker::PhantomData, sync::Arc};

use futures_util::future::BoxFuture;

use super::event::{ANY_SOURCE, Class, Envelope, Event, Heard};
use crate::{
    Cx, Error, Result,
    db::{Db, Tx},
};

/// What a context does when it hears, with the database it does it in. A database has one hearer.
pub struct Reactions {
    hearer: &'static str,
    pub(super) db: Db,
    bindings: Vec<Binding>,
    by_kind: HashMap<&'static str, Vec<Named>>,
}

/// Which events are listened to.
struct Binding {
    source: &'static str,
    class: Class,
    kind: &'static str,
}

struct Named {
    name: &'static str,
    reaction: Arc<dyn Reaction>,
}

/// A reaction without the type of its event.
trait Reaction: Send + Sync {
    /// Reacts to events in their order: to one, unless it takes many.
    fn apply<'t>(&'t self, tx: &'t mut Tx, cx: &'t Cx, envelopes: &'t [&'t Envelope]) -> BoxFuture<'t, Result<()>>;

    /// Whether it reacts to many events at once.
    fn takes_many(&self) -> bool;
}

struct Typed<E, F> {
    react: F,
    event: PhantomData<fn() -> E>,
}

impl<E, F> Reaction for Typed<E, F>
where
    E: Event,
    F: for<'t> Fn(&'t mut Tx, &'t Cx, &'t E, &'t Heard) -> BoxFuture<'t, Result<()>> + Send + Sync + 'static,
{
    fn apply<'t>(&'t self, tx: &'t mut Tx, cx: &'t Cx, envelopes: &'t [&'t Envelope]) -> BoxFuture<'t, Result<()>> {
        Box::pin(async move {
            for envelope in envelopes {
                (self.react)(tx, cx, &read::<E>(envelope)?, &envelope.heard()).await?;
            }
            Ok(())
        })
    }

    fn takes_many(&self) -> bool {
        false
    }
}

struct Many<E, F> {
    react: F,
    event: PhantomData<fn() -> E>,
}

impl<E, F> Reaction for Many<E, F>
where
    E: Event,
    F: for<'t> Fn(&'t mut Tx, &'t Cx, &'t [(E, Heard)]) -> BoxFuture<'t, Result<()>> + Send + Sync + 'static,
{
    fn apply<'t>(&'t self, tx: &'t mut Tx, cx: &'t Cx, envelopes: &'t [&'t Envelope]) -> BoxFuture<'t, Result<()>> {
        Box::pin(async move {
            let events = envelopes.iter().map(|envelope| Ok((read::<E>(envelope)?, envelope.heard())));
            let events = events.collect::<Result<Vec<_>>>()?;
            (self.react)(tx, cx, &events).await
        })
    }

    fn takes_many(&self) -> bool {
        true
    }
}

fn read<E: Event>(envelope: &Envelope) -> Result<E> {
    // The error of the parser could quote the content, which is of people.
    serde_json::from_str(&envelope.payload).map_err(|_| Error::Internal(format!("an event {} cannot be read", E::KIND)))
}

impl Reactions {
    /// No reactions yet, of the context `hearer`, which keeps what it heard in `db`.
    pub fn new(hearer: &'static str, db: Db) -> Self {
        Self { hearer, db, bindings: Vec::new(), by_kind: HashMap::new() }
    }

    /// Does `reaction` for each event of a kind, once, in one transaction with the note that it was heard. It awaits
    /// the database only; what must follow the commit goes to [`Tx::after_commit`]. An error rolls it back and has it
    /// tried again later: [`not_yet`](super::not_yet) for long, others a few times until the event is parked. `name`
    /// is for logs. Several reactions to a kind are done in the order they were given.
    pub fn hear<E: Event>(
        &mut self,
        name: &'static str,
        reaction: impl for<'t> Fn(&'t mut Tx, &'t Cx, &'t E, &'t Heard) -> BoxFuture<'t, Result<()>> + Send + Sync + 'static,
    ) -> &mut Self {
        self.bindings.push(Binding { source: E::SOURCE, class: E::CLASS, kind: E::KIND });
        let reaction = Arc::new(Typed::<E, _> { react: reaction, event: PhantomData });
        self.by_kind.entry(E::KIND).or_default().push(Named { name, reaction });
        self
    }

    /// As [`Reactions::hear`], for events that come by the thousand: `reaction` is given those that came together, in their
    /// order. Where it fails it is given them one by one.
    pub fn hear_many<E: Event>(
        &mut self,
        name: &'static str,
        reaction: impl for<'t> Fn(&'t mut Tx, &'t Cx, &'t [(E, Heard)]) -> BoxFuture<'t, Result<()>> + Send + Sync + 'static,
    ) -> &mut Self {
        self.bindings.push(Binding { source: E::SOURCE, class: E::CLASS, kind: E::KIND });
        let reaction = Arc::new(Many::<E, _> { react: reaction, event: PhantomData });
        self.by_kind.entry(E::KIND).or_default().push(Named { name, reaction });
        self
    }

    /// The context that hears.
    pub(super) fn hearer(&self) -> &'static str {
        self.hearer
    }

    /// Whether the event must come here. Of facts, all of a source do, those without a reaction as well: their numbers
    /// are what shows that none is missing.
    pub(super) fn wants(&self, envelope: &Envelope) -> bool {
        self.listens(envelope.class, &envelope.source, &envelope.kind)
    }

    /// Whether events of a kind must come here, from this source.
    pub(super) fn listens(&self, class: Class, source: &str, kind: &str) -> bool {
        let bound = || self.bindings.iter().any(|b| b.class == class && (b.source == ANY_SOURCE || b.source == source));
        match class {
            Class::Fact => bound(),
            Class::Profile | Class::Log => self.by_kind.contains_key(kind) && bound(),
        }
    }

    /// Class, source and kind of every event that is listened to.
    pub(super) fn heard_kinds(&self) -> impl Iterator<Item = (Class, &'static str, &'static str)> {
        self.bindings.iter().map(|b| (b.class, b.source, b.kind))
    }

    /// Whether events of that kind are given to their reactions many at once.
    pub(super) fn takes_many(&self, kind: &str) -> bool {
        self.by_kind.get(kind).is_some_and(|all| all.iter().all(|named| named.reaction.takes_many()))
    }

    /// Does what is to be done for events of one kind: for one, unless the kind is taken many at once.
    pub(super) async fn apply(&self, tx: &mut Tx, cx: &Cx, envelopes: &[&Envelope]) -> Result<()> {
        let Some(first) = envelopes.first() else { return Ok(()) };
        for named in self.by_kind.get(first.kind.as_str()).into_iter().flatten() {
            named.reaction.apply(tx, cx, envelopes).await.inspect_err(|error| {
                tracing::warn!(hearer = self.hearer, reaction = named.name, event = %first.id, kind = %first.kind, count = envelopes.len(), error = error.word(), "a reaction failed");
            })?;
        }
        Ok(())
    }
}
