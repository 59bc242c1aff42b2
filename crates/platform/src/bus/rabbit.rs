//! Events between processes, over RabbitMQ.
//!
//! A source's relay publishes to one durable topic exchange and notes an event as sent only once the broker has
//! confirmed that a majority of its nodes has it. Every hearer has two durable quorum queues, one for facts and lines,
//! one for profiles, which the broker forgets after a day; replicas of a hearer share them. What was taken is
//! acknowledged after the hearer's transaction. Nothing relies on the broker's order, and nothing is lost when it
//! delivers twice: hearers know what they have heard.

mod connection;
mod mailbox;
mod message;
mod names;
mod post;

pub(super) use self::{
    mailbox::{Mail, Mailbox},
    post::Post,
};
use crate::telemetry::Private;

crate::settings! {
    /// What carries events between processes.
    pub struct Broker in "rabbitmq" {
        /// Address of RabbitMQ, such as amqps://user:password@host:5671/vhost; empty: events stay within the process.
        url: Private<String> = "" (secret),
        /// What the names of the exchange and of the queues begin with.
        prefix: String = "mediverse",
        /// Events a hearer may have in hand before it acknowledges them.
        prefetch: u16 = 500,
    }
}

impl Broker {
    /// Whether events leave the process.
    pub fn is_used(&self) -> bool {
        !self.url.expose().is_empty()
    }
}
