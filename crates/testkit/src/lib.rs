//! Helps for tests: databases on either engine, fakes, a topology.

pub mod db;
