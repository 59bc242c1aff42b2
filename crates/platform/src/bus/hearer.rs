//! The hearing end: takes events in any order, any number of times, and applies each once, in its subject's order.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};

use super::{
    event::{Class, Envelope},
    failure::Failure,
    order::{self, AtHand, Beginning, Place, Plan},
    parked,
    reactions::Reactions,
    retention,
    waiting::{self, Parked},
};
use crate::{
    Cx, Error, Result,
    db::{Db, DbError, Pair, Tx, Value, json_list},
    ids, listed,
    trace::{Kind, Span, Trace},
};

const JOIN: &str = "insert into joined (source, at) values ($1, $2) on conflict (source) do nothing";
const JOINED: &str = "select at from joined where source = $1";

/// PostgreSQL looks up subject by subject: it takes the first two columns of the key for telling, and would read all that was
/// ever heard of a source.
const LAST: Pair = Pair {
    sqlite: "select subject, epoch, n from heard
        where source = $1 and class = $2 and subject in (select value from json_each($3))",
    postgres: "select h.subject, h.epoch, h.n from jsonb_array_elements_text(($3::text)::jsonb) as asked (subject)
        cross join lateral (
            select subject, epoch, n from heard where source = $1 and class = $2 and subject = asked.subject offset 0
        ) h",
};

/// Both write nothing where another replica has begun the subject, or moved it on, meanwhile; then the whole unit is
/// rolled back.
const BEGIN: &str = "
    insert into heard (source, class, subject, epoch, n, at) values ($1, $2, $3, $4, $5, $6)
    on conflict (class, source, subject) do nothing";
const MOVE_ON: &str = "
    update heard set epoch = $4, n = $5, at = $6
    where source = $1 and class = $2 and subject = $3 and epoch = $7 and n = $8";

/// How often others may be quicker before the sender has to come again.
const OVERTAKEN: usize = 5;

/// The clocks of two machines may differ by so much, with room to spare.
const CLOCKS_APART: SignedDuration = SignedDuration::from_secs(5);

const LINES: Pair = listed!("select id from heard_log where id ", "$1", "");
const NOTE_LINE: &str = "insert into heard_log (id) values ($1) on conflict (id) do nothing";

/// A context that hears.
pub struct Hearer {
    reactions: Reactions,
    cx: Cx,
    joined: Mutex<HashMap<String, Timestamp>>,
}

/// What one unit of work was stopped by.
struct Stopped {
    error: Error,
    at: UnderWay,
}

/// Whose reaction is under way, or failed.
#[derive(Default)]
enum UnderWay {
    /// No event's: the database itself failed.
    #[default]
    Nobodys,
    /// That of the event with this turn and id.
    Of(usize, String),
    /// That of many events at once.
    OfMany,
}

/// What one unit of work is given.
struct Take {
    hearer: Arc<Hearer>,
    events: Vec<Arc<Envelope>>,
    /// Kept events that are to be tried again now.
    again: Arc<HashSet<String>>,
    failed: Vec<Failure>,
    joined: HashMap<String, Timestamp>,
    /// Whether reactions that could be given many events are given them one by one, for one of them failed.
    one_by_one: bool,
    under_way: Arc<Mutex<UnderWay>>,
}

/// Everything one unit has to do, over all subjects.
#[derive(Default)]
struct Todo {
    plan: Plan,
    begin: Vec<Vec<Value>>,
    move_on: Vec<Vec<Value>>,
    lines: Vec<Vec<Value>>,
}

impl Hearer {
    /// The hearing end of these reactions, acting as `cx`.
    pub fn new(reactions: Reactions, cx: Cx) -> Self {
        Self { reactions, cx, joined: Mutex::default() }
    }

    /// The context that hears.
    pub fn name(&self) -> &'static str {
        self.reactions.hearer()
    }

    /// Notes from when on a source is listened to; what began before may be heard from its middle on.
    pub async fn join(&self, source: &str) -> Result<()> {
        self.joined_at(source).await.map(|_| ())
    }

    /// Takes events; `Ok` once each is applied, known, or kept here for later, so that the sender may forget it.
    /// At most about 500 at once.
    pub async fn take(self: &Arc<Self>, events: &[Arc<Envelope>]) -> Result<usize> {
        let wanted: Vec<_> = events.iter().filter(|e| self.reactions.wants(e)).cloned().collect();
        self.apply(wanted, HashSet::new()).await
    }

    /// Tries again what failed and is due by now, and what has become ready; answers how many events were applied.
    pub async fn retry(self: &Arc<Self>) -> Result<usize> {
        self.retry_due(self.cx.now()).await
    }

    /// Tries all again that failed and is not parked, due or not.
    pub(super) async fn retry_all(self: &Arc<Self>) -> Result<usize> {
        self.retry_due(Timestamp::from_second(253_402_000_000).unwrap_or(Timestamp::MAX)).await
    }

    async fn retry_due(self: &Arc<Self>, now: Timestamp) -> Result<usize> {
        let due = self
            .db()
            .read(async move |tx| if waiting::any(tx).await? { waiting::due(tx, now).await } else { Ok(Vec::new()) })
            .await?;
        let again = due.iter().map(|e| e.id.clone()).collect();
        self.apply(due, again).await
    }

    /// At most `limit` events that failed for good, the oldest first.
    pub async fn parked(&self, limit: i64) -> Result<Vec<Parked>> {
        self.db().read(async move |tx| waiting::parked(tx, limit).await).await
    }

    /// Has a parked event tried again.
    pub async fn retry_parked(&self, id: &str) -> Result<()> {
        let (id, now) = (id.to_owned(), self.cx.now());
        self.db().write(async move |tx| parked::retry_parked(tx, &id, now).await).await
    }

    /// Lets a parked event go without its reaction, so that those after it follow.
    pub async fn drop_parked(&self, id: &str) -> Result<()> {
        let (id, now) = (id.to_owned(), self.cx.now());
        self.db().write(async move |tx| parked::drop_parked(tx, &id, now).await).await
    }

    /// How many events were heard and are neither applied nor parked.
    pub async fn waiting(&self) -> Result<i64> {
        self.db().read(async move |tx| waiting::open(tx).await).await
    }

    /// Deletes the notes of what was heard long ago.
    pub async fn tidy(&self) -> Result<()> {
        retention::forget_heard(self.db(), self.cx.now()).await
    }

    /// The kinds of event that wait and of the errors they wait for, a few of them.
    pub(super) async fn reasons(&self) -> Result<Vec<String>> {
        self.db().read(async move |tx| waiting::reasons(tx).await).await
    }

    /// Tells of events whose predecessor has not come for a minute.
    pub(super) async fn look_after(&self) -> Result<()> {
        let now = self.cx.now();
        let overdue =
            self.db().read(async move |tx| waiting::overdue(tx, now - SignedDuration::from_mins(1)).await).await?;
        metrics::gauge!("bus_waiting_overdue", "hearer" => self.name()).set(overdue as f64);
        if overdue > 0 {
            tracing::warn!(
                hearer = self.name(),
                overdue,
                "events have waited for their predecessors for more than a minute"
            );
        }
        Ok(())
    }

    pub(super) fn db(&self) -> &Db {
        &self.reactions.db
    }

    /// What is done when something is heard.
    pub(super) fn reactions(&self) -> &Reactions {
        &self.reactions
    }

    /// Since when a source is listened to; none where it is not yet.
    pub(super) async fn joined_since(&self, source: &str) -> Result<Option<Timestamp>> {
        let source = source.to_owned();
        let since = self.db().read(async move |tx| tx.one::<(Timestamp,)>(JOINED, &[&source]).await).await?;
        Ok(since.map(|(at,)| at))
    }

    /// Parks what came and is no event, so that somebody sees it.
    pub(super) async fn park_unreadable(&self, id: Option<String>, source: &str, kind: &str) -> Result<()> {
        let now = self.cx.now();
        let id = id.unwrap_or_else(|| ids::encode("evt", now, self.cx.entropy.bytes()));
        let (source, kind) = (source.to_owned(), kind.to_owned());
        self.db().write(async move |tx| waiting::park_unreadable(tx, &id, &source, &kind, now).await).await
    }

    /// The step of a trace in which this context hears an event.
    fn span(&self, envelope: &Envelope, parent: Trace) -> Span {
        let name = format!("{} hears {}", self.name(), envelope.kind);
        let mut span = Span::begin(Kind::Consumer, name, Some(parent), &self.cx.clock);
        span.note("messaging.message.id", envelope.id.clone());
        span
    }

    async fn joined_at(&self, source: &str) -> Result<Timestamp> {
        if let Some(at) = self.lock_joined().get(source) {
            return Ok(*at);
        }
        let (name, now) = (source.to_owned(), self.cx.now());
        let at = self.db().write(async move |tx| {
            tx.exec(JOIN, &[&name, &now]).await?;
            Ok(tx.one::<(Timestamp,)>(JOINED, &[&name]).await?.map_or(now, |(at,)| at))
        });
        let at = at.await?;
        self.lock_joined().insert(source.to_owned(), at);
        Ok(at)
    }

    fn lock_joined(&self) -> std::sync::MutexGuard<'_, HashMap<String, Timestamp>> {
        self.joined.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Applies as many in one unit as go well. Where a reaction fails, those before it are done in a unit that keeps the
    /// failing one for later, and the rest goes on after it: nothing is tried more than twice.
    async fn apply(self: &Arc<Self>, events: Vec<Arc<Envelope>>, again: HashSet<String>) -> Result<usize> {
        for source in events.iter().map(|e| &e.source).collect::<HashSet<_>>() {
            self.joined_at(source).await?;
        }
        let again = Arc::new(again);
        let (mut rest, mut end, mut applied) = (&events[..], events.len(), 0);
        let mut failed: Vec<Failure> = Vec::new();
        let (mut overtaken, mut one_by_one) = (0, false);
        while !rest.is_empty() {
            match self.unit(&rest[..end], &again, &failed, one_by_one).await {
                Ok(count) => {
                    applied += count;
                    rest = &rest[end..];
                    end = rest.len();
                    failed.clear();
                }
                Err(Stopped { error, at: UnderWay::OfMany }) if !is_of_the_database(&error) => one_by_one = true,
                Err(Stopped { error, at: UnderWay::Of(turn, id) })
                    if !is_of_the_database(&error) && failed.iter().all(|f| f.event != id) =>
                {
                    end = end.min(turn + 1);
                    failed.push(Failure::of(id, &error));
                }
                // Another was quicker with one of the subjects; what is to be done now is decided anew.
                Err(Stopped { error: Error::Stale, at: UnderWay::Nobodys }) if overtaken < OVERTAKEN => overtaken += 1,
                Err(stopped) => return Err(stopped.error),
            }
        }
        Ok(applied)
    }

    async fn unit(
        self: &Arc<Self>,
        events: &[Arc<Envelope>],
        again: &Arc<HashSet<String>>,
        failed: &[Failure],
        one_by_one: bool,
    ) -> Result<usize, Stopped> {
        let under_way = Arc::<Mutex<_>>::default();
        let take = Take {
            hearer: self.clone(),
            events: events.to_vec(),
            again: again.clone(),
            failed: failed.to_vec(),
            joined: self.lock_joined().clone(),
            one_by_one,
            under_way: under_way.clone(),
        };
        let done = self.db().write(async move |tx| take.run(tx).await).await;
        done.map_err(|error| Stopped {
            error,
            at: std::mem::take(&mut *under_way.lock().unwrap_or_else(PoisonError::into_inner)),
        })
    }
}

impl Take {
    async fn run(self, tx: &mut Tx) -> Result<usize> {
        let mut todo = self.plan(tx).await?;
        if tx.insert_many(BEGIN, &todo.begin).await? != todo.begin.len() as u64
            || tx.exec_many(MOVE_ON, &todo.move_on).await? != todo.move_on.len() as u64
            || tx.insert_many(NOTE_LINE, &todo.lines).await? != todo.lines.len() as u64
        {
            return Err(Error::Stale);
        }
        let cx = &self.hearer.cx;
        let done = todo.plan.apply.iter().filter(|e| e.kept).map(|e| &e.envelope).chain(&todo.plan.drop);
        let done = waiting::ids(done);
        if done != "[]" {
            waiting::drop(tx, &done).await?;
        }
        waiting::keep(tx, cx, &todo.plan.keep, &self.failed).await?;
        for failure in self.failed.iter().filter(|f| todo.plan.keep.iter().all(|e| e.id != f.event)) {
            waiting::failed_again(tx, cx, failure).await?;
        }
        todo.plan.apply.sort_by_key(|e| e.turn);
        let mut spans = Vec::new();
        let reactions = &self.hearer.reactions;
        let go_together = |a: &AtHand, b: &AtHand| {
            !self.one_by_one && a.envelope.kind == b.envelope.kind && reactions.takes_many(&a.envelope.kind)
        };
        for some in todo.plan.apply.chunk_by(go_together) {
            let envelopes: Vec<&Envelope> = some.iter().map(|event| &*event.envelope).collect();
            let first = spans.len();
            spans.extend(envelopes.iter().filter_map(|envelope| self.span(envelope)));
            if let ([event], span) = (some, spans.get(first)) {
                self.note(UnderWay::Of(event.turn, event.envelope.id.clone()));
                // What comes of it belongs to its trace.
                let traced = span.map(|span| Cx { trace: Some(span.trace()), ..cx.clone() });
                reactions.apply(tx, traced.as_ref().unwrap_or(cx), &envelopes).await?;
            } else {
                self.note(UnderWay::OfMany);
                reactions.apply(tx, cx, &envelopes).await?;
            }
        }
        self.note(UnderWay::Nobodys);
        let (hearer, now) = (self.hearer.name(), cx.now());
        let waited: Vec<_> = todo.plan.apply.iter().map(|e| now.duration_since(e.envelope.at).as_secs_f64()).collect();
        tx.after_commit(move || {
            let effect = metrics::histogram!("bus_effect_seconds", "hearer" => hearer);
            for seconds in waited {
                effect.record(seconds.max(0.0));
            }
            for span in spans {
                span.end(false);
            }
        });
        Ok(todo.plan.apply.len())
    }

    /// The step of the event's trace, where it was said in one.
    fn span(&self, envelope: &Envelope) -> Option<Span> {
        let parent = envelope.trace.as_ref()?.parse().ok()?;
        Some(self.hearer.span(envelope, parent))
    }

    fn note(&self, under_way: UnderWay) {
        *self.under_way.lock().unwrap_or_else(PoisonError::into_inner) = under_way;
    }

    /// Decides for every subject what is to be done.
    async fn plan(&self, tx: &mut Tx) -> Result<Todo> {
        let mut groups: BTreeMap<(Class, Arc<str>), Vec<AtHand>> = BTreeMap::new();
        for (turn, envelope) in self.events.iter().enumerate() {
            let event =
                AtHand { blocked: self.has_failed(&envelope.id), envelope: envelope.clone(), kept: false, turn };
            groups.entry((envelope.class, envelope.source.clone())).or_default().push(event);
        }
        let anything_waits = waiting::any(tx).await?;
        let mut todo = Todo::default();
        for ((class, source), events) in groups {
            match class {
                Class::Log => self.plan_lines(tx, events, anything_waits, &mut todo).await?,
                Class::Fact | Class::Profile => {
                    self.plan_subjects(tx, class, &source, events, anything_waits, &mut todo).await?
                }
            }
        }
        Ok(todo)
    }

    async fn plan_subjects(
        &self,
        tx: &mut Tx,
        class: Class,
        source: &str,
        events: Vec<AtHand>,
        anything_waits: bool,
        todo: &mut Todo,
    ) -> Result<()> {
        let mut subjects: BTreeMap<String, Vec<AtHand>> = BTreeMap::new();
        for event in events {
            subjects.entry(event.envelope.subject.clone()).or_default().push(event);
        }
        let names = json_list(subjects.keys().map(String::as_str));
        let last = tx.all::<(String, i64, i64)>(LAST.on(tx.engine()), &[&source, &class, &names]).await?;
        let last: HashMap<String, Place> = last.into_iter().map(|(subject, epoch, n)| (subject, (epoch, n))).collect();
        if anything_waits {
            for kept in waiting::of_subjects(tx, source, class, &names).await? {
                let event = self.kept(kept, None);
                subjects.entry(event.envelope.subject.clone()).or_default().push(event);
            }
        }
        let now = self.hearer.cx.now();
        let beginning = Beginning {
            joined: self.joined.get(source).copied().unwrap_or(now) - CLOCKS_APART,
            forgotten_before: now - retention::KEPT,
        };
        for (subject, events) in subjects {
            let before = last.get(&subject).copied();
            let plan = match class {
                Class::Fact => order::facts(before, events, beginning),
                Class::Profile | Class::Log => order::profile(before, events),
            };
            if let Some((epoch, n)) = plan.last {
                let mut row: Vec<Value> =
                    vec![source.into(), class.into(), subject.into(), epoch.into(), n.into(), now.into()];
                if let Some((from_epoch, from_n)) = before {
                    row.extend([from_epoch.into(), from_n.into()]);
                    todo.move_on.push(row);
                } else {
                    todo.begin.push(row);
                }
            }
            todo.add(plan);
        }
        Ok(())
    }

    /// Lines of a log: each by itself.
    async fn plan_lines(&self, tx: &mut Tx, events: Vec<AtHand>, anything_waits: bool, todo: &mut Todo) -> Result<()> {
        let ids = waiting::ids(events.iter().map(|e| &e.envelope));
        let mut known: HashSet<String> =
            tx.all::<(String,)>(LINES.on(tx.engine()), &[&ids]).await?.into_iter().map(|(id,)| id).collect();
        let mut at_hand: BTreeMap<String, AtHand> = events.into_iter().map(|e| (e.envelope.id.clone(), e)).collect();
        if anything_waits {
            for kept in waiting::of_ids(tx, &ids).await? {
                let event = self.kept(kept, Some(&at_hand));
                at_hand.insert(event.envelope.id.clone(), event);
            }
        }
        let mut plan = Plan::default();
        for (id, event) in at_hand {
            match (known.remove(&id), event.blocked, event.kept) {
                (true, _, true) => plan.drop.push(event.envelope),
                (false, false, _) => {
                    todo.lines.push(vec![id.into()]);
                    plan.apply.push(event);
                }
                (false, true, false) => plan.keep.push(event.envelope),
                (true, _, false) | (false, true, true) => {}
            }
        }
        todo.add(plan);
        Ok(())
    }

    fn kept(&self, kept: waiting::Waiting, beside: Option<&BTreeMap<String, AtHand>>) -> AtHand {
        let failed_before = kept.attempts > 0;
        let envelope = kept.envelope();
        let blocked = self.has_failed(&envelope.id) || failed_before && !self.again.contains(&envelope.id);
        let turn = beside.and_then(|events| events.get(&envelope.id)).map(|e| e.turn);
        let turn = turn.or_else(|| self.events.iter().position(|e| e.id == envelope.id)).unwrap_or(0);
        AtHand { envelope, kept: true, blocked, turn }
    }

    fn has_failed(&self, id: &str) -> bool {
        self.failed.iter().any(|f| f.event == id)
    }
}

impl Todo {
    fn add(&mut self, plan: Plan) {
        self.plan.apply.extend(plan.apply);
        self.plan.keep.extend(plan.keep);
        self.plan.drop.extend(plan.drop);
    }
}

/// Whether it is the database's trouble, not the event's: then nothing is taken, and the sender comes again.
fn is_of_the_database(error: &Error) -> bool {
    matches!(error, Error::Db(e) if e.is_unavailable() || *e == DbError::Poisoned)
}
