//! What stands around every page.

use platform::i18n::Locale;

/// The frame of a page.
#[derive(Debug, Clone)]
pub struct Shell {
    /// The language of the page.
    pub locale: Locale,
    /// The page's title, without the product's name. Never a complaint, drug or diagnosis.
    pub title: String,
    /// Path and query of this page without `lang`, for the language switch: `/cari?q=anak`.
    pub path: String,
    /// Whose menus are shown.
    pub area: Area,
    /// Which menu entry is lit.
    pub here: Here,
    /// Who is signed in.
    pub who: Option<Who>,
    /// Whose menus belong to this person's work, if they have any: patients' pages then lead there as well.
    pub work: Option<Area>,
    /// Token every form of the page carries back.
    pub csrf: String,
    /// A notice about what just happened.
    pub flash: Option<Flash>,
    /// The theme chosen by hand, if any.
    pub theme: Theme,
    /// The way back, shown in the top bar of phones in place of the logo.
    pub back: Option<Back>,
    /// The step of the booking, 1 to 3; 0 elsewhere.
    pub step: u8,
    /// How much in the inbox is not read yet.
    pub unread: i64,
    /// This device keeps the next visits of whoever is signed in, to be read without a connection.
    pub keeps: bool,
    /// The person may see how the house is.
    pub operates: bool,
    /// What an administrator's menu offers.
    pub duties: Vec<Duty>,
    /// A form was refused: the title says so first.
    pub failing: bool,
}

impl Shell {
    /// This page in the other language.
    pub fn other_language(&self) -> String {
        let joint = if self.path.contains('?') { '&' } else { '?' };
        format!("{}{joint}lang={}", self.path, self.other_tag())
    }

    /// The tag of the other language.
    pub fn other_tag(&self) -> &'static str {
        match self.locale {
            Locale::Id => "en",
            Locale::En => "id",
        }
    }
}

impl Shell {
    /// The menu of the area, in order.
    pub fn menu(&self) -> Vec<Entry> {
        let entry = |here: Here, href: &'static str, icon: &'static str, label: &'static str| Entry {
            href,
            icon,
            label,
            current: self.here == here,
        };
        let account = match self.who {
            Some(_) => entry(Here::Account, "/akun", "user", "nav-account"),
            None => entry(Here::Account, "/masuk", "user", "nav-login"),
        };
        match self.area {
            Area::Patient => {
                let mut menu = vec![
                    entry(Here::Home, "/", "home", "nav-home"),
                    entry(Here::Search, "/cari", "search", "nav-search"),
                ];
                menu.push(match self.work {
                    Some(Area::Doctor) => entry(Here::Today, "/d/hari-ini", "stethoscope", "nav-today"),
                    Some(Area::Admin) => {
                        let (href, icon, label) = self.first_duty();
                        entry(Here::More, href, icon, label)
                    }
                    Some(Area::Patient) | None => entry(Here::Appointments, "/janji", "cal", "nav-appointments"),
                });
                menu.push(account);
                menu
            }
            Area::Doctor => vec![
                entry(Here::Today, "/d/hari-ini", "cal", "nav-today"),
                entry(Here::Schedule, "/d/jadwal", "clock", "nav-schedule"),
                entry(Here::Search, "/cari", "search", "nav-search"),
                account,
            ],
            Area::Admin => {
                let duty = |duty: Duty, here: Here| {
                    let (href, icon, label) = duty.place();
                    self.duties.contains(&duty).then(|| entry(here, href, icon, label))
                };
                let mut menu: Vec<Entry> = duty(Duty::Reservations, Here::Reservations).into_iter().collect();
                menu.extend(duty(Duty::Approvals, Here::Approvals));
                menu.extend(duty(Duty::Schedules, Here::Schedule));
                menu.extend(duty(Duty::Places, Here::Places));
                menu.extend(duty(Duty::Doctors, Here::Doctors));
                menu.extend(duty(Duty::Users, Here::Users));
                menu.extend(duty(Duty::Roles, Here::Roles));
                menu.extend(duty(Duty::Audit, Here::Audit));
                if self.operates {
                    menu.push(entry(Here::System, "/system", "pulse", "nav-system"));
                }
                menu.push(account);
                menu
            }
        }
    }

    /// The menu at the lower edge of phones: as much of [`Shell::menu`] as thumbs can hit, the rest behind one entry.
    pub fn bar(&self) -> Vec<Entry> {
        let menu = self.menu();
        if menu.len() <= 5 {
            return menu;
        }
        let (mut first, rest) = (menu[..3].to_vec(), &menu[3..menu.len() - 1]);
        let current = self.here == Here::More || rest.iter().any(|entry| entry.current);
        first.push(Entry { href: "/admin", icon: "grid", label: "nav-more", current });
        first.extend(menu.last().copied());
        first
    }

    /// The number on the bell: `9+` beyond nine.
    pub fn unread_short(&self) -> String {
        if self.unread > 9 { "9+".to_owned() } else { self.unread.to_string() }
    }

    /// The page the logo leads to.
    pub fn start(&self) -> &'static str {
        match self.area {
            Area::Patient => "/",
            Area::Doctor => "/d/hari-ini",
            // Whoever has one thing to do needs no page to choose from.
            Area::Admin if self.duties.len() == 1 => self.first_duty().0,
            Area::Admin => "/admin",
        }
    }

    /// Where an administrator's work begins: with what waits for a decision, for who may take it.
    pub fn first_duty(&self) -> (&'static str, &'static str, &'static str) {
        let first =
            if self.duties.contains(&Duty::Approvals) { Some(Duty::Approvals) } else { self.duties.first().copied() };
        first.map_or(("/admin", "grid", "admin-title"), Duty::place)
    }
}

/// An entry of the menu.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Where it leads.
    pub href: &'static str,
    /// Icon name.
    pub icon: &'static str,
    /// Text key.
    pub label: &'static str,
    /// The page belongs to it.
    pub current: bool,
}

impl Entry {
    /// Stands at the right end of wide screens as a portrait or a button, so not in the row of links.
    pub fn is_account(&self) -> bool {
        self.icon == "user"
    }
}

/// Whose menus a page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// Guests and patients.
    Patient,
    /// Doctors at work.
    Doctor,
    /// Administrators at work.
    Admin,
}

/// A part of the administrators' work somebody is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// Appointments of the facilities.
    Reservations,
    /// What waits for a decision.
    Approvals,
    /// Consultation hours and leave of the doctors.
    Schedules,
    /// Facilities, their services and rules.
    Places,
    /// Doctors.
    Doctors,
    /// Accounts.
    Users,
    /// What roles allow.
    Roles,
    /// The audit trail.
    Audit,
}

impl Duty {
    /// Its page, icon and text key.
    pub fn place(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Reservations => ("/admin/reservations", "cal", "nav-reservations"),
            Self::Approvals => ("/a/dokter-menunggu", "check", "nav-approvals"),
            Self::Schedules => ("/a/jadwal", "clock", "nav-schedule"),
            Self::Places => ("/admin/facilities", "hospital", "nav-places"),
            Self::Doctors => ("/admin/doctors", "stethoscope", "nav-doctors"),
            Self::Users => ("/admin/users", "users", "nav-users"),
            Self::Roles => ("/admin/roles", "shield", "nav-roles"),
            Self::Audit => ("/admin/audit", "history", "nav-audit"),
        }
    }

    /// The text key of what is done there.
    pub fn line(self) -> &'static str {
        match self {
            Self::Reservations => "reservations-part-line",
            Self::Approvals => "approvals-part-line",
            Self::Schedules => "schedules-part-line",
            Self::Places => "places-part-line",
            Self::Doctors => "doctors-part-line",
            Self::Users => "users-part-line",
            Self::Roles => "roles-part-line",
            Self::Audit => "audit-part-line",
        }
    }
}

/// The menu entry a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Here {
    /// None of them.
    Nowhere,
    /// Home.
    Home,
    /// Search and doctors.
    Search,
    /// Own appointments.
    Appointments,
    /// What one was told.
    Inbox,
    /// Own account.
    Account,
    /// The doctor's day.
    Today,
    /// Consultation hours and leave.
    Schedule,
    /// What waits for an administrator's decision.
    Approvals,
    /// The house for its operators.
    System,
    /// Appointments of the facilities.
    Reservations,
    /// Facilities, services and doctors.
    Places,
    /// Doctors for those who take them on.
    Doctors,
    /// Accounts.
    Users,
    /// What roles allow.
    Roles,
    /// The audit trail.
    Audit,
    /// Everything there is to administer.
    More,
}

/// The person signed in.
#[derive(Debug, Clone)]
pub struct Who {
    /// Full name with titles.
    pub name: String,
    /// One line under the name: a speciality, a role.
    pub line: String,
    /// Address of the portrait.
    pub portrait: String,
}

/// A notice about what just happened, shown once.
#[derive(Debug, Clone)]
pub struct Flash {
    /// Its colour and icon.
    pub tone: Tone,
    /// What it says, ready to read.
    pub text: String,
}

/// How serious a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It worked.
    Ok,
    /// Good to know.
    Info,
    /// Time or a decision is awaited.
    Wait,
    /// It did not work.
    Danger,
}

impl Tone {
    /// The class of the notice.
    pub fn class(self) -> &'static str {
        match self {
            Self::Ok => "notice--ok",
            Self::Info => "notice--info",
            Self::Wait => "notice--wait",
            Self::Danger => "notice--danger",
        }
    }

    /// The icon of the notice.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Ok => "check",
            Self::Info => "info",
            Self::Wait => "clock",
            Self::Danger => "alert",
        }
    }
}

/// The theme of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the device says.
    #[default]
    Device,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// The value of `data-theme` and of the form.
    pub fn word(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// The way back to where a person came from.
#[derive(Debug, Clone)]
pub struct Back {
    /// Where it leads.
    pub href: String,
    /// Text key of where that is: `back-results`.
    pub label: &'static str,
}
