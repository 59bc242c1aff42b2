//! What a process tells of itself, asked of each of them by its address: for who looks at the whole house no replica
//! stands for another.

use std::net::SocketAddr;

use contracts::system::{ContextJobs, LogLine, ParkedEvent, Process, ProcessState};

use crate::{Caller, Passes, Upstream, caller::One, verbs::remote};

/// The name of this service: every process has it.
pub const PROCESS: &str = "process";
/// Places asked at most of one part.
const MOST: usize = 64;

/// One process at an address.
#[derive(Debug, Clone)]
pub struct RemoteProcess {
    caller: One,
}

/// The processes of a part, wherever they are now.
#[derive(Debug, Clone)]
pub struct Processes {
    caller: Caller,
}

impl Processes {
    /// The processes at these places, an upstream of the service [`PROCESS`].
    pub fn at(places: Upstream, passes: Passes) -> Self {
        Self { caller: Caller::new(places, passes) }
    }

    /// Those known now, by their addresses; none where no name can be looked up.
    pub async fn all(&self) -> Vec<(SocketAddr, RemoteProcess)> {
        let mut all: Vec<_> = self.caller.each().await.into_iter().take(MOST).collect();
        all.sort_by_key(One::address);
        all.into_iter().map(|one| (one.address(), RemoteProcess { caller: one })).collect()
    }
}

remote! {
    Process as "process", RemoteProcess, serve_process {
        read state() -> ProcessState;
        read parked() -> Vec<ParkedEvent>;
        // A second time finds nothing parked any more, or nothing dead.
        write retry_parked(hearer & str, id & str) -> ();
        write drop_parked(hearer & str, id & str, reason & str) -> ();
        read jobs() -> Vec<ContextJobs>;
        write retry_job(context & str, id & str) -> ();
        write drop_job(context & str, id & str, reason & str) -> ();
        read logs(trace: Option<String>) -> Vec<LogLine>;
    }
}
