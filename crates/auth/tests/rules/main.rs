//! The rules of auth, on both engines.

mod accounts;
mod house;
mod hearing;
mod passwords;
mod rest;
mod roles;
mod second_factor;
mod sessions;
mod sign_in;
mod trail;
