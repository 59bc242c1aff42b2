//! What all processes tell, put together.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    sync::Arc,
};

use async_trait::async_trait;
use contracts::{
    Permission,
    system::{ContextJobs, Gathered, LogLine, ParkedEvent, Process, ProcessState, ServiceState, System},
};
use futures_util::future::{join, join_all};
use jiff::Timestamp;
use platform::{Cx, Error, Result};

use super::{log::Sought, own::Own};
use crate::wiring::Part;

/// Lines of the log told at most.
const LINES: usize = 500;

/// A place where a process lives, or should.
#[derive(Clone)]
pub struct Place {
    /// Where.
    pub address: String,
    /// The parts it is to answer for.
    pub parts: Vec<Part>,
    /// What answers there; nothing where the name cannot be looked up.
    pub process: Option<Arc<dyn Process>>,
}

/// Finds out where the others are, anew each time: replicas come and go.
#[async_trait]
pub trait Asked: Send + Sync {
    /// The places of all processes, this one perhaps among them; none where it is alone.
    async fn places(&self) -> Vec<Place>;
}

/// The whole house as this process sees it.
pub struct House {
    own: Arc<Own>,
    others: Option<Box<dyn Asked>>,
}

/// What one place has answered.
struct Told<T> {
    place: Place,
    answer: Result<T>,
}

impl House {
    /// This process, and the others where there are any.
    pub fn new(own: Arc<Own>, others: Option<Box<dyn Asked>>) -> Self {
        Self { own, others }
    }

    async fn places(&self) -> Vec<Place> {
        match &self.others {
            Some(others) => others.places().await,
            None => Vec::new(),
        }
    }

    /// Asks this process, and all others at once.
    async fn ask<T, F>(&self, ask: impl Fn(Arc<dyn Process>) -> F) -> (Result<T>, Vec<Told<T>>)
    where
        F: Future<Output = Result<T>>,
    {
        let places = self.places().await;
        let others = places.into_iter().map(|place| {
            let asking = place.process.clone().map(&ask);
            async move {
                let answer = match asking {
                    Some(asking) => asking.await,
                    None => Err(Error::Unavailable("process")),
                };
                Told { place, answer }
            }
        });
        join(ask(self.own.clone()), join_all(others)).await
    }

    /// What each context told. Its replicas tell the same, so that the first of a key counts; where nobody of a part
    /// answered it is named.
    async fn of_contexts<T, K: Ord, F>(
        &self,
        ask: impl Fn(Arc<dyn Process>) -> F,
        key: impl Fn(&T) -> K,
    ) -> Result<Gathered<T>>
    where
        F: Future<Output = Result<Vec<T>>>,
    {
        let (own, others) = self.ask(ask).await;
        let mut silent: BTreeSet<&str> = Part::CONTEXTS.iter().map(|part| part.word()).collect();
        let mut found = BTreeMap::new();
        let mut keep = |items: Vec<T>| {
            for item in items {
                found.entry(key(&item)).or_insert(item);
            }
        };
        match own {
            Ok(items) => {
                keep(items);
                silent.retain(|part| !self.own.has(part));
            }
            // What this process itself may not, or cannot, is no silence of others.
            Err(error) if others.is_empty() || error.status() < 500 => return Err(error),
            Err(_) => {}
        }
        for Told { place, answer } in others {
            if let Ok(items) = answer {
                keep(items);
                silent.retain(|part| place.parts.iter().all(|known| known.word() != *part));
            }
        }
        let silent = silent.into_iter().map(ToOwned::to_owned).collect();
        Ok(Gathered { items: found.into_values().collect(), silent })
    }

    /// Has it done where that context lives: here, or by the first of its replicas that begins.
    async fn at_context<F>(
        &self,
        context: &str,
        missing: &'static str,
        act: impl Fn(Arc<dyn Process>) -> F,
    ) -> Result<()>
    where
        F: Future<Output = Result<()>>,
    {
        if self.own.has(context) {
            return act(self.own.clone()).await;
        }
        let part = Part::CONTEXTS.into_iter().find(|part| part.word() == context).ok_or(Error::NotFound(missing))?;
        let places = self.places().await.into_iter().filter(|place| place.parts.contains(&part));
        for process in places.filter_map(|place| place.process) {
            match act(process).await {
                Err(Error::Unavailable(_)) => {}
                done => return done,
            }
        }
        Err(Error::Unavailable("process"))
    }
}

#[async_trait]
impl System for House {
    async fn services(&self, cx: &Cx) -> Result<Vec<ServiceState>> {
        cx.require(Permission::SystemRead)?;
        let (own, others) = self.ask(|process| async move { process.state(cx).await }).await;
        let mut found: Vec<ServiceState> = Vec::new();
        for Told { place, answer } in others {
            let parts: Vec<String> = place.parts.iter().map(ToString::to_string).collect();
            let state = answer.ok();
            // One process may be reached at several addresses.
            let is_known = |known: &&mut ServiceState| same(known.state.as_ref(), state.as_ref());
            match found.iter_mut().find(is_known) {
                Some(known) => known.parts.extend(parts),
                None => found.push(ServiceState { address: Some(place.address), parts, state }),
            }
        }
        let own = own?;
        match found.iter_mut().find(|known| same(known.state.as_ref(), Some(&own))) {
            Some(known) => known.state = Some(own),
            None => found.push(ServiceState { address: None, parts: own.roles.clone(), state: Some(own) }),
        }
        for service in &mut found {
            service.parts.sort_unstable();
            service.parts.dedup();
        }
        found.sort_by(|a, b| (&a.parts, &a.address).cmp(&(&b.parts, &b.address)));
        Ok(found)
    }

    async fn parked(&self, cx: &Cx) -> Result<Gathered<ParkedEvent>> {
        cx.require(Permission::SystemRead)?;
        let ask = |process: Arc<dyn Process>| async move { process.parked(cx).await };
        let mut found = self.of_contexts(ask, |event| (event.hearer.clone(), event.id.clone())).await?;
        found.items.sort_by(|a, b| (a.parked_at, &a.id).cmp(&(b.parked_at, &b.id)));
        Ok(found)
    }

    async fn retry_parked(&self, cx: &Cx, hearer: &str, id: &str) -> Result<()> {
        cx.require(Permission::SystemManage)?;
        self.at_context(hearer, "hearer", |process| async move { process.retry_parked(cx, hearer, id).await }).await
    }

    async fn drop_parked(&self, cx: &Cx, hearer: &str, id: &str, reason: &str) -> Result<()> {
        cx.require(Permission::SystemManage)?;
        self.at_context(hearer, "hearer", |process| async move { process.drop_parked(cx, hearer, id, reason).await })
            .await
    }

    async fn jobs(&self, cx: &Cx) -> Result<Gathered<ContextJobs>> {
        cx.require(Permission::SystemRead)?;
        let ask = |process: Arc<dyn Process>| async move { process.jobs(cx).await };
        self.of_contexts(ask, |jobs| jobs.context.clone()).await
    }

    async fn retry_job(&self, cx: &Cx, context: &str, id: &str) -> Result<()> {
        cx.require(Permission::SystemManage)?;
        self.at_context(context, "context", |process| async move { process.retry_job(cx, context, id).await }).await
    }

    async fn drop_job(&self, cx: &Cx, context: &str, id: &str, reason: &str) -> Result<()> {
        cx.require(Permission::SystemManage)?;
        self.at_context(context, "context", |process| async move { process.drop_job(cx, context, id, reason).await })
            .await
    }

    async fn logs(&self, cx: &Cx, trace: Option<String>) -> Result<Gathered<LogLine>> {
        cx.require(Permission::SystemRead)?;
        Sought::of(trace.as_deref())?;
        let ask = |process: Arc<dyn Process>| {
            let trace = trace.clone();
            async move { process.logs(cx, trace).await }
        };
        let (own, others) = self.ask(ask).await;
        let mut found: Vec<LogLine> = own?;
        let mut silent = Vec::new();
        for Told { place, answer } in others {
            match answer {
                Ok(lines) => found.extend(lines),
                Err(_) => silent.push(place.address),
            }
        }
        found.sort_by_cached_key(|line| {
            (line.at.parse::<Timestamp>().ok(), line.service.clone(), line.target.clone(), line.message.clone())
        });
        // This process is asked here and at its address; a line has one moment, to the nanosecond.
        found.dedup();
        let excess = found.len().saturating_sub(LINES);
        found.drain(..excess);
        Ok(Gathered { items: found, silent })
    }
}

fn same(one: Option<&ProcessState>, other: Option<&ProcessState>) -> bool {
    one.zip(other).is_some_and(|(one, other)| one.instance == other.instance)
}
