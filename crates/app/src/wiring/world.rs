//! Time and chance, which everything is given and nothing takes.

use jiff::Timestamp;
use platform::{Clock, Cx, entropy::Entropy};

/// Where time and chance come from.
#[derive(Debug, Clone)]
pub struct World {
    /// Where "now" comes from.
    pub clock: Clock,
    /// Where chance comes from.
    pub entropy: Entropy,
}

impl World {
    /// The machine's clock and the operating system's chance.
    pub fn real() -> Self {
        Self { clock: Clock::System, entropy: Entropy::System }
    }

    /// The real world at another time.
    pub fn at(clock: Clock) -> Self {
        Self { clock, entropy: Entropy::System }
    }

    /// The real world, or as it will be from `at` on.
    pub fn starting_at(at: Option<Timestamp>) -> Self {
        at.map_or_else(Self::real, |at| Self::at(Clock::starting_at(at)))
    }

    /// A part of the program acting by itself.
    pub fn cx(&self, name: &str) -> Cx {
        Cx::system(name, self.clock.clone(), self.entropy.clone())
    }
}
