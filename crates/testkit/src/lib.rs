//! Helps for tests: databases on either engine, those who ask, fakes of contexts that read as sentences.

pub mod asking;
pub mod bus;
pub mod db;
pub mod people;
pub mod proxy;
pub mod rabbit;
pub mod redis;
pub mod topology;
