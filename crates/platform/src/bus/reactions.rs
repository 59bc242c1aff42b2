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
}

struct Named {
    name: &'static str,
    reaction: Arc<dyn Reaction>,
}

/// A reaction without the type of its event.
trait Reaction: Send + Sync {
    fn apply<'t>(&'t self, tx: &'t mut Tx, cx: &'t Cx, envelope: &'t Envelope) -> BoxFuture<'t, Result<()>>;
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
    fn apply<'t>(&'t self, tx: &'t mut Tx, cx: &'t Cx, envelope: &'t Envelope) -> BoxFuture<'t, Result<()>> {
        Box::pin(async move {
            // The error of the parser could quote the content, which is of people.
            let event: E = serde_json::from_str(&envelope.payload)
                .map_err(|_| Error::Internal(format!("an event {} cannot be read", E::KIND)))?;
            (self.react)(tx, cx, &event, &envelope.heard()).await
        })
    }
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
        self.bindings.push(Binding { source: E::SOURCE, class: E::CLASS });
        let reaction = Arc::new(Typed::<E, _> { react: reaction, event: PhantomData });
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
        let bound = || {
            self.bindings
                .iter()
                .any(|b| b.class == envelope.class && (b.source == ANY_SOURCE || *b.source == *envelope.source))
        };
        match envelope.class {
            Class::Fact => bound(),
            Class::Profile | Class::Log => self.by_kind.contains_key(envelope.kind.as_str()) && bound(),
        }
    }

    /// Does what is to be done for an event.
    pub(super) async fn apply(&self, tx: &mut Tx, cx: &Cx, envelope: &Envelope) -> Result<()> {
        for named in self.by_kind.get(envelope.kind.as_str()).into_iter().flatten() {
            named.reaction.apply(tx, cx, envelope).await.inspect_err(|error| {
                tracing::warn!(hearer = self.hearer, reaction = named.name, event = %envelope.id, kind = %envelope.kind, error = error.word(), "a reaction failed");
            })?;
        }
        Ok(())
    }
}
