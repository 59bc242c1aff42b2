//! The program `mediverse`: every context put together in one process, with its command line, its REST API and its
//! sample data. [`wiring`] is the one file that knows them all.

pub mod api;
pub mod cli;
pub mod demo;
pub mod health;
pub mod mailbox;
pub mod settings;
pub mod site;
pub mod wiring;
