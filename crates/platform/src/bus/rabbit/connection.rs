//! A connection to the broker: whatever is asked of it ends within a bounded time.

use std::{future::Future, time::Duration};

use lapin::{Connection, ConnectionProperties, uri::AMQPUri};
use tokio::time::timeout;

use super::Broker;
use crate::{Error, Result};

/// How long opening may take.
const OPEN_WITHIN: Duration = Duration::from_secs(5);
/// How long the broker may take to answer: as long as it may be silent.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// How long saying good-bye may take.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);
/// Seconds after which a silent broker is taken for gone.
const HEARTBEAT: u16 = 10;

/// Opens a connection under a name that the broker's operators see.
pub(super) async fn open(broker: &Broker, name: &str) -> Result<Connection> {
    let mut uri: AMQPUri = broker
        .url
        .expose()
        .parse()
        // The reason may quote the password.
        .map_err(|_| Error::internal("setting rabbitmq.url is no address of RabbitMQ"))?;
    uri.query.heartbeat.get_or_insert(HEARTBEAT);
    let properties = ConnectionProperties::default().with_connection_name(name.into());
    let opened = timeout(OPEN_WITHIN, Connection::connect_uri(uri, properties)).await;
    opened.map_err(|_| Error::Unavailable("broker"))?.map_err(away)
}

/// Says good-bye, if the broker still listens.
pub(super) async fn close(connection: &Connection) {
    let _ = timeout(CLOSE_WITHIN, connection.close(200, "bye".into())).await;
}

/// What the broker answers. A connection that is lost while it is asked may leave the question open for ever; then it
/// counts as gone.
pub(super) async fn answered<T>(asked: impl Future<Output = lapin::Result<T>>) -> Result<T> {
    timeout(ANSWER_WITHIN, asked).await.map_err(|_| Error::Unavailable("broker"))?.map_err(away)
}

/// The broker cannot be used now.
pub(super) fn away(error: lapin::Error) -> Error {
    tracing::debug!(%error, "the broker does not do it");
    Error::Unavailable("broker")
}

#[cfg(test)]
mod tests {
    use super::answered;
    use crate::Error;

    #[tokio::test(start_paused = true)]
    async fn what_is_never_answered_is_not_waited_for() {
        let asked = std::future::pending::<lapin::Result<()>>();
        assert!(matches!(answered(asked).await, Err(Error::Unavailable("broker"))));
    }
}
