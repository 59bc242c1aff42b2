//! Helps for tests: databases on either engine, those who ask, fakes of contexts that read as sentences.

pub mod asking;
pub mod db;
pub mod people;
