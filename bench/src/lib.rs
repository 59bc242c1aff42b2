//! Loads, replays and faults against the program as people run it: over HTTP, beside the real binary.

pub mod bus;
pub mod chaos;
pub mod client;
pub mod crowd;
pub mod faults;
pub mod figures;
pub mod load;
pub mod names;
pub mod numbers;
pub mod pages;
pub mod places;
pub mod plan;
pub mod process;
pub mod races;
pub mod raw;
pub mod ready;
pub mod replay;
pub mod report;
pub mod seed;
pub mod server;
pub mod split;
pub mod staff;
pub mod users;
pub mod visits;
pub mod wire;
pub mod world;

use std::path::PathBuf;

use anyhow::Result;

/// Where data of runs and prepared data lie: `bench` in the folder that cargo builds to.
pub fn folder() -> Result<PathBuf> {
    let built = std::env::current_exe()?;
    let target = built.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file());
    let folder = target.map_or_else(std::env::temp_dir, PathBuf::from).join("bench");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}
