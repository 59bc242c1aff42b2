//! Helps for tests: databases on either engine, those who ask, fakes of contexts that read as sentences.

pub mod asking;
pub mod bus;
pub mod db;
pub mod people;
pub mod proxy;
pub mod rabbit;
pub mod redis;
pub mod topology;

/// A photo of somebody, as a file: 240 by 320 pixels, PNG.
pub const PHOTO: &[u8] = include_bytes!("photo.png");
