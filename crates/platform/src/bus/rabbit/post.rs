//! The sending side: many messages under way at once, each confirmed.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use futures_util::future::try_join_all;
use lapin::{
    Channel, Connection, ExchangeKind,
    options::{BasicPublishOptions, ConfirmSelectOptions, ExchangeDeclareOptions},
    types::FieldTable,
};
use tokio::{
    sync::{Mutex, watch},
    time::timeout,
};

use super::{
    Broker,
    connection::{answered, away, close, open},
    message, names,
};
use crate::{
    Error, Result,
    bus::{event::Envelope, transport::Transport},
};

/// How long the broker may take to give a channel, and to confirm a batch: less than a relay's lease lasts.
const CONFIRM_WITHIN: Duration = Duration::from_secs(5);
/// How long a batch waits for the hearers' queues: they are there soon after the start, if the broker is.
const QUEUES_WITHIN: Duration = Duration::from_secs(1);

/// Publishes what relays hand in. It connects when there is something to send, and anew after every failure.
pub(in crate::bus) struct Post {
    broker: Broker,
    exchange: String,
    /// How many hearers of this process have no queues yet; what is sent before would miss them.
    queues: watch::Receiver<usize>,
    line: Mutex<Option<Line>>,
}

/// A connection with the channels nobody uses now. A channel serves one batch at a time, for it counts confirmations.
struct Line {
    connection: Arc<Connection>,
    idle: Vec<Channel>,
}

impl Post {
    /// To this broker, once `queues` has come to nothing.
    pub(in crate::bus) fn new(broker: Broker, queues: watch::Receiver<usize>) -> Self {
        let exchange = names::exchange(&broker);
        Self { broker, exchange, queues, line: Mutex::default() }
    }

    async fn has_queues(&self) -> bool {
        let mut queues = self.queues.clone();
        matches!(timeout(QUEUES_WITHIN, queues.wait_for(|missing| *missing == 0)).await, Ok(Ok(_)))
    }

    /// A channel that nobody else uses now. A line that does not even give one is given up by whoever tried it, and not
    /// by those who only waited for them.
    async fn channel(&self) -> Result<(Arc<Connection>, Channel)> {
        let waited = timeout(CONFIRM_WITHIN, self.line.lock()).await;
        let mut line = waited.map_err(|_| Error::Unavailable("broker"))?;
        let opened = timeout(CONFIRM_WITHIN, self.open_channel(&mut line)).await;
        let opened = opened.unwrap_or(Err(Error::Unavailable("broker")));
        if opened.is_err() {
            *line = None;
        }
        opened
    }

    async fn open_channel(&self, line: &mut Option<Line>) -> Result<(Arc<Connection>, Channel)> {
        if line.as_ref().is_none_or(|line| !line.connection.status().connected()) {
            let connection = Arc::new(open(&self.broker, "events out").await?);
            *line = Some(Line { connection, idle: Vec::new() });
        }
        let line = line.as_mut().ok_or(Error::Unavailable("broker"))?;
        if let Some(channel) = line.idle.pop() {
            return Ok((line.connection.clone(), channel));
        }
        let channel = line.connection.create_channel().await.map_err(away)?;
        channel.confirm_select(ConfirmSelectOptions::default()).await.map_err(away)?;
        declare(&channel, &self.exchange).await?;
        Ok((line.connection.clone(), channel))
    }

    async fn publish(&self, channel: &Channel, events: &[Arc<Envelope>]) -> Result<()> {
        try_join_all(events.iter().map(|event| self.publish_one(channel, event))).await.map(drop)
    }

    async fn publish_one(&self, channel: &Channel, event: &Envelope) -> Result<()> {
        let (body, properties) = message::of(event)?;
        let key = names::routing_key(event.class, &event.source, &event.kind);
        let options = BasicPublishOptions::default();
        let sent = channel.basic_publish(self.exchange.as_str().into(), key.into(), options, &body, properties);
        let confirmed = sent.await.map_err(away)?.await.map_err(away)?;
        if confirmed.is_ack() { Ok(()) } else { Err(Error::Unavailable("broker")) }
    }

    /// Gives up a connection on which something went wrong.
    async fn hang_up(&self, connection: Arc<Connection>) {
        let mut line = self.line.lock().await;
        if line.as_ref().is_some_and(|line| Arc::ptr_eq(&line.connection, &connection)) {
            *line = None;
        }
        tokio::spawn(async move { close(&connection).await });
    }
}

#[async_trait]
impl Transport for Post {
    async fn send(&self, events: &[Arc<Envelope>]) -> Result<()> {
        if !self.has_queues().await {
            return Err(Error::Unavailable("broker"));
        }
        let (connection, channel) = self.channel().await?;
        let published = timeout(CONFIRM_WITHIN, self.publish(&channel, events)).await;
        if let Ok(Ok(())) = published {
            if let Some(line) = self.line.lock().await.as_mut().filter(|l| Arc::ptr_eq(&l.connection, &connection)) {
                line.idle.push(channel);
            }
            return Ok(());
        }
        self.hang_up(connection).await;
        published.unwrap_or(Err(Error::Unavailable("broker")))
    }
}

/// The exchange, for whoever comes first.
pub(super) async fn declare(channel: &Channel, exchange: &str) -> Result<()> {
    let durable = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
    answered(channel.exchange_declare(exchange.into(), ExchangeKind::Topic, durable, FieldTable::default())).await
}
