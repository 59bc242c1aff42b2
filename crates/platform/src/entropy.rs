//! Chance as a parameter: the operating system's, or a seeded sequence for tests and the demonstration.

use std::{
    cell::RefCell,
    sync::{Arc, Mutex},
};

/// Bytes asked of the operating system at a time, for the many small draws: identifiers, nonces, codes.
const POOL: usize = 512;
/// The longest draw that is served from them; keys are asked for by themselves.
const SMALL: usize = 16;

thread_local! {
    /// Random bytes not given out yet, from the position on.
    static FRESH: RefCell<([u8; POOL], usize)> = const { RefCell::new(([0; POOL], POOL)) };
}

/// Where random bytes come from.
#[derive(Debug, Clone)]
pub enum Entropy {
    /// The operating system's generator; the only one fit for secrets.
    System,
    /// A repeatable sequence (SplitMix64): for tests and sample data.
    Seeded(Arc<Mutex<u64>>),
}

impl Entropy {
    /// A repeatable sequence.
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Arc::new(Mutex::new(seed)))
    }

    /// Fills the buffer.
    pub fn fill(&self, buffer: &mut [u8]) {
        match self {
            Self::System if buffer.len() <= SMALL => from_pool(buffer),
            Self::System => ask_system(buffer),
            Self::Seeded(state) => {
                let mut state = state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                for chunk in buffer.chunks_mut(8) {
                    chunk.copy_from_slice(&split_mix(&mut state).to_le_bytes()[..chunk.len()]);
                }
            }
        }
    }

    /// So many random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut buffer = [0; N];
        self.fill(&mut buffer);
        buffer
    }

    /// A number below `bound` (which must not be 0), without the bias of a plain remainder.
    pub fn below(&self, bound: u64) -> u64 {
        let limit = u64::MAX - u64::MAX % bound;
        loop {
            let draw = u64::from_le_bytes(self.bytes());
            if draw < limit {
                return draw % bound;
            }
        }
    }
}

fn ask_system(buffer: &mut [u8]) {
    getrandom::fill(buffer).expect("the operating system gives random bytes");
}

/// Each byte is given out once and not kept.
fn from_pool(buffer: &mut [u8]) {
    FRESH.with_borrow_mut(|(bytes, next)| {
        if *next + buffer.len() > POOL {
            ask_system(bytes);
            *next = 0;
        }
        let given = &mut bytes[*next..*next + buffer.len()];
        buffer.copy_from_slice(given);
        given.fill(0);
        *next += buffer.len();
    });
}

/// One step of SplitMix64 (Steele, Lea, Flood 2014).
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::Entropy;

    #[test]
    fn small_draws_never_repeat_nor_hold_what_was_given_out() {
        let draws: Vec<[u8; 10]> = (0..10_000).map(|_| Entropy::System.bytes()).collect();
        assert_eq!(draws.iter().collect::<HashSet<_>>().len(), draws.len());
        assert!(draws.iter().all(|draw| *draw != [0; 10]));
    }
}
