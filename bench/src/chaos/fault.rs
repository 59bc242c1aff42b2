//! What is broken, how, and how it is made whole again.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use jiff::SignedDuration;

use super::link::Mode;
use super::network::Network;
use super::{now, pause};
use crate::numbers::Dice;

/// Something that breaks. The numbers are those of the list in `docs/chaos.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Fault {
    /// Nothing: what the load alone does on this machine.
    None,
    /// 1: every process killed in turn, again and again.
    Kill,
    /// 1, of the replicas of scheduling alone: one of two killed and away, then the other.
    Replica,
    /// 2: the broker ended and started, then every connection to it cut.
    Broker,
    /// 3: the database server crashed while it commits, its connections ended, then found at another port.
    Database,
    /// 4: Redis ended, started empty, emptied.
    Cache,
    /// 5: one of two replicas of scheduling stopped (SIGSTOP), later goes on.
    Pause,
    /// 6: ways between services, to the broker and to a database broken: refused, silent, silent one way.
    Partition,
    /// 7: 200 ms more to every database.
    Slow,
    /// 8: one replica's clock ten minutes ahead, then ten minutes behind.
    Clock,
    /// 9: replicas taken away and added.
    Scale,
    /// 10: one replica can write no file any more.
    Disk,
}

impl Fault {
    /// Everything that breaks, in order of worth.
    pub const ALL: [Self; 11] = [
        Self::Kill,
        Self::Replica,
        Self::Broker,
        Self::Cache,
        Self::Database,
        Self::Pause,
        Self::Scale,
        Self::Partition,
        Self::Slow,
        Self::Clock,
        Self::Disk,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Kill => "kill",
            Self::Replica => "replica",
            Self::Broker => "broker",
            Self::Database => "database",
            Self::Cache => "cache",
            Self::Pause => "pause",
            Self::Partition => "partition",
            Self::Slow => "slow",
            Self::Clock => "clock",
            Self::Scale => "scale",
            Self::Disk => "disk",
        }
    }

    /// The share of operations that must be answered in time, and the longest gap, where one is aimed at.
    pub fn aim(self) -> Option<(f64, Option<Duration>)> {
        match self {
            Self::Replica | Self::Broker | Self::Cache | Self::Scale => Some((0.999, None)),
            Self::Pause => Some((0.99, Some(Duration::from_secs(2)))),
            _ => None,
        }
    }

    /// Breaks things for about so long, and mends them.
    pub async fn happen(self, network: &mut Network, lasting: Duration, dice: &mut Dice) -> Result<()> {
        match self {
            Self::None => pause(lasting).await,
            Self::Kill => kill(network, lasting, dice).await?,
            Self::Replica => replica(network, lasting).await?,
            Self::Broker => broker(network, lasting).await?,
            Self::Database => database(network, lasting).await?,
            Self::Cache => cache(network, lasting).await?,
            Self::Pause => {
                let node = network.node("scheduling-1")?;
                node.signal("STOP").await?;
                pause(lasting).await;
                node.signal("CONT").await?;
            }
            Self::Partition => partition(network, lasting).await?,
            Self::Slow => {
                for link in network.to_databases().values() {
                    link.become_(Mode::Slow(Duration::from_millis(200)));
                }
                pause(lasting).await;
            }
            Self::Clock => clock(network, lasting).await?,
            Self::Scale => scale(network, lasting).await?,
            Self::Disk => disk(network, lasting).await?,
        }
        network.mend();
        Ok(())
    }
}

/// Each process in turn, in an order of chance, each killed again only when all are ready.
async fn kill(network: &Network, lasting: Duration, dice: &mut Dice) -> Result<()> {
    let end = tokio::time::Instant::now() + lasting;
    let mut kills = 0;
    'all: loop {
        let mut order: Vec<usize> = (0..network.nodes.len()).collect();
        for at in (1..order.len()).rev() {
            order.swap(at, dice.below(at as u64 + 1) as usize);
        }
        for at in order {
            let node = &network.nodes[at];
            // Between one thing and another of what it does.
            pause(Duration::from_millis(200 + dice.below(800))).await;
            node.replace().await?;
            node.ready().await?;
            kills += 1;
            // Everybody at least once, however short the run.
            if kills >= network.nodes.len() && tokio::time::Instant::now() > end {
                break 'all;
            }
        }
    }
    println!("  {kills} kills");
    Ok(())
}

/// Nobody starts it again for half of the time: the other has all the work.
async fn replica(network: &Network, lasting: Duration) -> Result<()> {
    for name in ["scheduling-1", "scheduling-2"] {
        let node = network.node(name)?;
        node.crash().await?;
        pause(lasting / 2).await;
        node.bring_back();
        node.ready().await?;
        network.ready().await?;
    }
    Ok(())
}

async fn broker(network: &mut Network, lasting: Duration) -> Result<()> {
    network.rabbit.crash().await?;
    pause(lasting * 3 / 4).await;
    network.rabbit.start_again().await?;
    for _ in 0..4 {
        pause(lasting / 16).await;
        network.to_rabbit().cut();
    }
    Ok(())
}

async fn database(network: &mut Network, lasting: Duration) -> Result<()> {
    const END_ALL: &str = "select count(pg_terminate_backend(pid)) from pg_stat_activity where pid <> pg_backend_pid() and usename <> 'postgres'";
    network.postgres.crash().await?;
    network.postgres.start_again().await?;
    pause(lasting / 3).await;
    for _ in 0..3 {
        network.postgres.connect("postgres").await?.query_one(END_ALL, &[]).await?;
        pause(lasting / 9).await;
    }
    network.postgres.crash().await?;
    let elsewhere = network.postgres.start_elsewhere().await?;
    for link in network.to_databases().values() {
        link.lead_to(elsewhere);
    }
    pause(lasting / 3).await;
    Ok(())
}

async fn cache(network: &mut Network, lasting: Duration) -> Result<()> {
    network.redis.crash().await?;
    pause(lasting / 2).await;
    network.redis.start_again().await?;
    for _ in 0..4 {
        pause(lasting / 8).await;
        network.redis.say("FLUSHALL").await?;
        network.to_redis().cut();
    }
    Ok(())
}

async fn partition(network: &Network, lasting: Duration) -> Result<()> {
    let scheduling = network.to_node("scheduling-1")?;
    let people = network.to_node("people")?;
    let own = network.to_databases().get("people").context("people's database")?;
    for (link, mode) in [
        (scheduling, Mode::Shut),
        (scheduling, Mode::Silent),
        (scheduling, Mode::Deaf),
        (people, Mode::Silent),
        (network.to_rabbit(), Mode::Silent),
        (network.to_rabbit(), Mode::Deaf),
        (network.to_redis(), Mode::Silent),
        (own, Mode::Deaf),
    ] {
        link.become_(mode);
        pause(lasting / 8).await;
        link.become_(Mode::Open);
        network.ready().await?;
    }
    Ok(())
}

/// The clock is set by a start flag, so that the process is started anew for it; what it says and is told is judged by
/// the others by their own clocks.
async fn clock(network: &Network, lasting: Duration) -> Result<()> {
    let node = network.node("scheduling-1")?;
    for minutes in [10, -10] {
        node.take_away().await?;
        let clock = now() + SignedDuration::from_mins(minutes);
        node.change(|start| {
            start.args.truncate(4);
            start.args.extend(["--clock".to_owned(), clock.to_string()]);
        });
        node.bring_back();
        // Its passes are refused by the others and theirs by it, so that it never says it is ready and is gone around.
        pause(lasting / 2).await;
    }
    node.take_away().await?;
    node.change(|start| start.args.truncate(4));
    node.bring_back();
    node.ready().await
}

async fn scale(network: &Network, lasting: Duration) -> Result<()> {
    for name in ["scheduling-2", "web-2", "scheduling-1", "web-1"] {
        let node = network.node(name)?;
        node.take_away().await?;
        pause(lasting / 8).await;
        node.bring_back();
        node.ready().await?;
        pause(lasting / 8).await;
    }
    Ok(())
}

/// A service writes nothing but its log: a process that may write no file at all, and whose log goes where there is no
/// room, stands for a full disk.
async fn disk(network: &Network, lasting: Duration) -> Result<()> {
    let node = network.node("scheduling-1")?;
    node.take_away().await?;
    node.change(|start| start.largest_file = Some(0));
    node.bring_back();
    let ready = node.ready().await;
    pause(lasting).await;
    node.take_away().await?;
    node.change(|start| start.largest_file = None);
    node.bring_back();
    node.ready().await?;
    if let Err(error) = ready {
        bail!("a process that can write no file does not start: {error:#}");
    }
    Ok(())
}
