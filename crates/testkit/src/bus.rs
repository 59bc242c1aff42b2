//! An event of each class for tests of the bus, and where those who hear it note what they did.

use platform::{
    bus::{Class, Event},
    db::Migration,
};
use serde::{Deserialize, Serialize};

/// The table of what was applied: class, subject, value, and in which order.
pub const APPLIED: &[Migration] = &[Migration {
    name: "applied.sql",
    sql:
        "create table applied (class text not null, subject text not null, value bigint not null, pos bigint not null);
          create index applied_subject on applied (class, subject);",
}];

/// Something said by `source`: `Happened<0>` is a fact, `Happened<1>` a profile, `Happened<2>` a line of a log.
#[derive(Debug, Serialize, Deserialize)]
pub struct Happened<const CLASS: u8> {
    /// The subject.
    pub about: String,
    /// What tells it from the others of its subject.
    pub value: i64,
}

impl<const CLASS: u8> Event for Happened<CLASS> {
    const KIND: &'static str = ["has.happened", "is.so", "was.noted"][CLASS as usize];
    const CLASS: Class = [Class::Fact, Class::Profile, Class::Log][CLASS as usize];
    const SOURCE: &'static str = "source";
    fn subject(&self) -> String {
        self.about.clone()
    }
}
