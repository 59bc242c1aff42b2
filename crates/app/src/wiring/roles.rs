//! What a process does.

use platform::{Error, Result};

platform::words! {
    /// A part of the program that may have processes of its own.
    pub enum Part {
        /// The single entry: forwards to who answers.
        Gateway = "gateway",
        /// The pages.
        Web = "web",
        /// Accounts.
        Auth = "auth",
        /// Patients.
        People = "people",
        /// Facilities and doctors.
        Directory = "directory",
        /// Appointments.
        Scheduling = "scheduling",
        /// What people are told.
        Notifications = "notifications",
    }
}

impl Part {
    /// The contexts: parts with a database.
    pub const CONTEXTS: [Self; 5] = [Self::Auth, Self::People, Self::Directory, Self::Scheduling, Self::Notifications];

    /// Whether it seals with data keys.
    pub fn needs_keys(self) -> bool {
        matches!(self, Self::Auth | Self::People | Self::Scheduling | Self::Notifications)
    }
}

/// The parts that live in this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles {
    parts: Vec<Part>,
    /// Nobody named parts: all of them are here, and the gateway's work is done in process.
    whole: bool,
}

impl Roles {
    /// Everything in one process.
    pub fn whole() -> Self {
        Self { parts: Part::ALL.to_vec(), whole: true }
    }

    /// The parts of a list separated by commas; everything where it is empty. Fails naming a word that is none.
    pub fn parse(text: &str) -> Result<Self> {
        let mut parts = Vec::new();
        for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            let part = word.parse().map_err(|_| {
                let known: Vec<&str> = Part::ALL.iter().map(|part| part.word()).collect();
                Error::internal(format_args!("setting services.roles: {word} is none of {}", known.join(", ")))
            })?;
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        parts.sort_unstable();
        Ok(if parts.is_empty() { Self::whole() } else { Self { parts, whole: false } })
    }

    /// Whether that part lives here.
    pub fn has(&self, part: Part) -> bool {
        self.parts.contains(&part)
    }

    /// Whether everything lives here.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// Whether every context lives here, so that nothing need be asked elsewhere.
    pub fn has_all_contexts(&self) -> bool {
        Part::CONTEXTS.iter().all(|part| self.has(*part))
    }

    /// Whether some context lives here.
    pub fn has_a_context(&self) -> bool {
        Part::CONTEXTS.iter().any(|part| self.has(*part))
    }

    /// Whether other processes forward requests of people and programs to this one.
    pub fn is_behind_a_gateway(&self) -> bool {
        !self.whole && self.parts != [Part::Gateway]
    }

    /// The name of such a process: `gateway+web`, or `all`.
    pub fn name(&self) -> String {
        if self.whole {
            return "all".to_owned();
        }
        self.parts.iter().map(|part| part.word()).collect::<Vec<_>>().join("+")
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, Roles};

    #[test]
    fn roles_are_named_in_any_order_and_slips_are_told() {
        let roles = Roles::parse(" web,gateway, web").unwrap();
        assert_eq!(roles.name(), "gateway+web");
        assert!(roles.has(Part::Web) && !roles.has(Part::Auth) && !roles.has_a_context());
        assert!(Roles::parse("").unwrap().is_whole());
        assert!(!Roles::parse("gateway,web,auth,people,directory,scheduling,notifications").unwrap().is_whole());
        assert!(Roles::parse("webb").unwrap_err().to_string().contains("webb is none of gateway, web"));
    }
}
