//! The rules of auth, on both engines.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod doorkeeping;
#[cfg(test)]
mod grants;
#[cfg(test)]
mod hearing;
#[cfg(test)]
mod house;
#[cfg(test)]
mod kept_views;
#[cfg(test)]
mod named_roles;
#[cfg(test)]
mod passwords;
#[cfg(test)]
mod rest;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod second_factor;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod strangers;
#[cfg(test)]
mod trail;
