//! A certificate from an authority that speaks ACME (RFC 8555): ordered when there is none, renewed when two thirds of
//! its life are over, proven by http-01 on the plain port.
//!
//! Gateways share a folder and nothing else. Whoever holds the lock in it orders; all show the answers that lie there,
//! and all take the certificate from it. What becomes of an order is noted there too, so that neither a restart nor
//! another gateway asks sooner than it should.

mod channel;
mod folder;
mod keeper;
mod order;
mod record;

use std::{net::IpAddr, path::PathBuf};

use platform::{Error, Result};

pub(crate) use self::{
    folder::{Folder, is_token},
    keeper::Keeper,
};
use crate::settings::Settings;

/// What is ordered, where, and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Where the authority tells what it offers.
    pub directory: String,
    /// Where it may write to, as a URL.
    pub contact: Option<String>,
    /// What the certificate is for, in lower case.
    pub names: Vec<String>,
    /// See [`Folder`].
    pub folder: PathBuf,
    /// A further authority that the directory's own certificate may come from.
    pub trust: Option<PathBuf>,
}

impl Plan {
    /// What the settings say; `None` where certificates are not ordered. Fails where they cannot be.
    pub fn of(settings: &Settings) -> Result<Option<Self>> {
        if settings.acme_directory.is_empty() {
            return Ok(None);
        }
        let wrong = |what: &str| Err(Error::internal(format_args!("setting gateway.acme_directory {what}")));
        if !settings.acme_directory.starts_with("https://") {
            return wrong("is no address with https");
        }
        if !(settings.certificate.is_empty() && settings.private_key.is_empty()) {
            return wrong("and gateway.certificate exclude each other");
        }
        if settings.acme_folder.is_empty() {
            return wrong("needs gateway.acme_folder");
        }
        if settings.redirect_listen.is_empty() {
            return wrong("needs gateway.redirect_listen: the authority asks there whether the names are ours");
        }
        let names = if settings.acme_names.is_empty() { &settings.hosts } else { &settings.acme_names };
        let names: Vec<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
        if names.is_empty() {
            return wrong("needs gateway.acme_names or gateway.hosts");
        }
        if let Some(name) = names.iter().find(|name| !is_orderable(name)) {
            return Err(Error::internal(format_args!(
                "setting gateway.acme_names: {name} cannot be proven by http-01"
            )));
        }
        let contact = Some(settings.acme_contact.trim()).filter(|contact| !contact.is_empty());
        let contact = contact.map(|contact| match contact.strip_prefix("mailto:") {
            Some(_) => contact.to_owned(),
            None => format!("mailto:{contact}"),
        });
        Ok(Some(Self {
            directory: settings.acme_directory.clone(),
            contact,
            names,
            folder: PathBuf::from(&settings.acme_folder),
            trust: Some(&settings.acme_trust).filter(|file| !file.is_empty()).map(PathBuf::from),
        }))
    }
}

/// A name of letters, digits, hyphens and dots: no address, and no `*.`, which only DNS can prove.
fn is_orderable(name: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty() && label.len() <= 63 && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    name.len() <= 253 && name.split('.').all(is_label) && name.parse::<IpAddr>().is_err()
}

#[cfg(test)]
mod tests {
    use super::Plan;
    use crate::settings::Settings;

    fn settings() -> Settings {
        Settings {
            acme_directory: "https://authority.example/directory".to_owned(),
            acme_folder: "acme".to_owned(),
            redirect_listen: "0.0.0.0:80".to_owned(),
            hosts: vec!["Klinik.example".to_owned()],
            ..Settings::defaults().unwrap()
        }
    }

    #[test]
    fn the_names_people_come_by_are_ordered() {
        let plan = Plan::of(&settings()).unwrap().unwrap();
        assert_eq!((plan.names, plan.contact), (vec!["klinik.example".to_owned()], None));
        let told = Settings {
            acme_names: vec!["www.klinik.example".to_owned()],
            acme_contact: "it@klinik.example".to_owned(),
            ..settings()
        };
        let plan = Plan::of(&told).unwrap().unwrap();
        assert_eq!(plan.names, ["www.klinik.example"]);
        assert_eq!(plan.contact.as_deref(), Some("mailto:it@klinik.example"));
        assert_eq!(Plan::of(&Settings::defaults().unwrap()).unwrap(), None);
    }

    #[test]
    fn what_cannot_work_does_not_start() {
        let named = |name: &str| Settings { acme_names: vec![name.to_owned()], ..settings() };
        for (wrong, part) in [
            (Settings { acme_directory: "http://authority.example".to_owned(), ..settings() }, "https"),
            (Settings { certificate: "chain.pem".to_owned(), ..settings() }, "exclude"),
            (Settings { acme_folder: String::new(), ..settings() }, "acme_folder"),
            (Settings { redirect_listen: String::new(), ..settings() }, "redirect_listen"),
            (Settings { hosts: Vec::new(), ..settings() }, "acme_names"),
            (named("*.klinik.example"), "*.klinik.example"),
            (named("203.0.113.9"), "203.0.113.9"),
            (named("klinik..example"), "http-01"),
            (named("klinik.example/x"), "http-01"),
        ] {
            let told = Plan::of(&wrong).unwrap_err().to_string();
            assert!(told.contains(part), "{told} does not name {part}");
        }
    }
}
