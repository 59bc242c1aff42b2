//! What operators see of the house: each process tells of itself ([`Own`]), and whoever is asked gathers what all of them
//! tell ([`House`]). Which processes there are is for [`crate::wiring`] to say.

mod decisions;
mod house;
mod log;
mod own;

pub use self::{
    house::{Asked, House, Place},
    own::Own,
};
