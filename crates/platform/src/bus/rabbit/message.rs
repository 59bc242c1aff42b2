//! An event as a message. What it is about and what it says stand in the body alone.

use lapin::{BasicProperties, message::Delivery};

use crate::{Error, Result, bus::event::Envelope};

/// The largest body that is read. What is said is smaller (see `Tx::publish`), its envelope included.
const MOST_BYTES: usize = 1 << 20;
const PERSISTENT: u8 = 2;

/// The body and the properties of an event's message.
pub(super) fn of(event: &Envelope) -> Result<(Vec<u8>, BasicProperties)> {
    let body = serde_json::to_vec(event).map_err(Error::internal)?;
    let properties = BasicProperties::default()
        .with_content_type("application/json".into())
        .with_delivery_mode(PERSISTENT)
        .with_message_id(event.id.as_str().into())
        .with_app_id((&*event.source).into())
        .with_type((event.kind.as_str()).into());
    Ok((body, properties))
}

/// A message that is no event of ours: as much as its sender said of it.
#[derive(Debug)]
pub(super) struct Unreadable {
    pub(super) id: Option<String>,
    pub(super) source: String,
    pub(super) kind: String,
}

/// The event of a message.
pub(super) fn read(delivery: &Delivery) -> std::result::Result<Envelope, Unreadable> {
    let read = if delivery.data.len() > MOST_BYTES { None } else { serde_json::from_slice(&delivery.data).ok() };
    read.ok_or_else(|| {
        let properties = &delivery.properties;
        let word = |word: &Option<lapin::types::ShortString>| word.as_ref().map(|word| word.as_str().to_owned());
        Unreadable {
            id: word(properties.message_id()),
            source: word(properties.app_id()).unwrap_or_default(),
            kind: word(properties.kind()).unwrap_or_default(),
        }
    })
}
