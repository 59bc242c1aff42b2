//! Every link, as everybody: none is dead, none leads where its reader has no business (A4, J7).

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, ensure};
use e2e::{Crawl, LogIn, Reader, Routes, Site, Walk};

/// Who walks: a letter, the demo's name of the role.
const WALKERS: [(char, &str); 5] =
    [('g', "guest"), ('p', "patient"), ('d', "doctor"), ('a', "admin"), ('s', "super_admin")];

/// Who has business where, by the beginning of the path; the longest that fits counts. Capital letters: there, what one
/// person has is nobody else's of the same role.
const PAGES: &[(&str, &str)] = &[
    ("/", "gpdas"),
    ("/janji", "Pdas"),
    // Who may read an appointment may by any of its pages: its patient, and the staff of its facility.
    ("/janji/{code}", "Pas"),
    ("/d/janji/{code}", "Das"),
    ("/keluarga", "Pdas"),
    ("/akun", "pdas"),
    ("/kotak-masuk", "pdas"),
    ("/d", "D"),
    // Who may practise may, though they have no practice yet.
    ("/d/kalender", "Ds"),
    ("/a", "as"),
    ("/admin", "as"),
    ("/admin/reservations/{code}", "As"),
    ("/system", "s"),
];

/// Pages that no link leads to.
const UNLINKED: &[&str] = &[
    // Streams and files that scripts, browsers and developers ask for by themselves.
    "/dokter/{slug}/jam",
    "/layanan/{id}/jam",
    "/d/hari-ini/perubahan",
    "/janji/berikutnya.json",
    "/sw.js",
    "/luring",
    "/darurat",
    "/_styleguide",
    "/photos/{file}",
    "/dev/mailbox",
    "/dev/mailbox/letters",
    "/dev/mailbox/letters/{id}",
    // Steps that follow a form: a time that is kept, a booking, a leave, an erasure.
    "/pesan/{hold}",
    "/pesan/{hold}/data",
    "/pesan/{hold}/keluarga",
    "/pesan/{hold}/periksa",
    "/pesan/{hold}/simpan-lagi",
    "/janji/{code}/selesai",
    "/janji/{code}/usulan",
    "/d/cuti/{id}",
    "/a/cuti/{id}",
    "/dihapus/{id}",
    // Of roles that somebody named, of which the demonstration has none, and of desks, which come after consultations.
    "/admin/services/{id}/hours",
    "/admin/roles/of/{id}",
    "/admin/roles/of/{id}/retire",
    // What follows a choice or a form: views that are kept, a table that was looked at.
    "/admin/reservations/views",
    "/admin/reservations/views/forget",
    "/admin/import/keep",
    // Where signing in leads, and letters do.
    "/admin/mulai",
    "/berhenti/{token}",
    // Back to the form, for who comes to the address it is sent to.
    "/admin/reservations/find",
    "/admin/reservations/do",
    "/admin/book/new",
    "/admin/roles/{role}",
    "/admin/audit/check",
    "/d/profil/foto",
    "/d/profil/foto/hapus",
    "/admin/doctors/{id}/photo",
    "/admin/doctors/{id}/photo/remove",
];

/// The row of [`PAGES`] that a route belongs to.
fn readers_of(pattern: &str) -> &'static str {
    let below = |start: &str| {
        start == "/" || pattern.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let row = PAGES.iter().filter(|(start, _)| below(start)).max_by_key(|(start, _)| start.len());
    row.map_or("", |(_, readers)| readers)
}

fn may(letter: char, pattern: &str) -> bool {
    readers_of(pattern).chars().any(|reader| reader.eq_ignore_ascii_case(&letter))
}

/// Somebody of a role, at the door or signed in.
async fn somebody(site: &Site, login: Option<&LogIn>, language: &'static str) -> Result<Reader> {
    let mut reader = Reader::guest(site.url(), language);
    if let Some(login) = login {
        reader.sign_in(login).await?;
    }
    // Who is signed in has a language of their own, which only a choice made here outdoes.
    reader.get(&format!("/?lang={language}")).await?;
    Ok(reader)
}

/// What everybody reached, in both languages.
struct Walked<'s> {
    letter: char,
    role: &'static str,
    login: Option<&'s LogIn>,
    walks: Vec<(&'static str, Walk)>,
}

impl<'s> Walked<'s> {
    async fn by(site: &'s Site, routes: &Routes, letter: char, role: &'static str) -> Result<Self> {
        let login = if letter == 'g' { None } else { Some(site.log_in_of(role)?) };
        let crawl = Crawl::new(site.url(), routes)?;
        let mut walks = Vec::new();
        for language in ["id", "en"] {
            let mut reader = somebody(site, login, language).await.with_context(|| role)?;
            let walk = crawl.walk(&mut reader, language, &["/", "/akun", start_of(letter)]).await;
            walks.push((language, walk.with_context(|| format!("{role} in {language}"))?));
        }
        Ok(Self { letter, role, login, walks })
    }

    /// A page of each kind that was reached, with the pattern of its route.
    fn pages(&self) -> impl Iterator<Item = (&str, &str)> {
        let (_, walk) = &self.walks[0];
        walk.reached.iter().filter_map(|(pattern, paths)| Some((pattern.as_str(), paths.first()?.as_str())))
    }

    fn faults(&self) -> impl Iterator<Item = String> {
        let role = self.role;
        let all = self.walks.iter().flat_map(|(language, walk)| walk.faults.iter().map(move |fault| (language, fault)));
        all.map(move |(language, fault)| format!("{role} in {language}: {fault}"))
    }

    /// Pages that are not the role's, though a link led there.
    fn strays(&self) -> impl Iterator<Item = String> {
        let stray = self.pages().filter(|(pattern, _)| !may(self.letter, pattern));
        stray.map(|(pattern, path)| format!("{} is shown {path} ({pattern})", self.role))
    }
}

/// Where a role begins its work.
fn start_of(letter: char) -> &'static str {
    match letter {
        'd' => "/d/hari-ini",
        'a' | 's' => "/admin",
        _ => "/",
    }
}

/// What `reader` is shown though it is none of theirs.
async fn intrusions(reader: &mut Reader, who: &str, paths: &[&str]) -> Result<Vec<String>> {
    let mut shown = Vec::new();
    for path in paths {
        let answer = reader.get(path).await?;
        let sent_to_sign_in = answer.status == 303 && answer.location.is_some_and(|to| to.starts_with("/masuk?next="));
        if !sent_to_sign_in && !matches!(answer.status, 403 | 404) {
            shown.push(format!("{who} asks for {path}: {}", answer.status));
        }
    }
    Ok(shown)
}

/// A Monday morning: on a Sunday nobody has a visit today that could be moved.
const MONDAY: &[&str] = &["--clock", "2026-11-23T01:10:00Z"];

/// A4, J7
#[tokio::test(flavor = "multi_thread")]
async fn every_link_leads_somewhere_and_nobody_where_they_have_no_business() -> Result<()> {
    let site = Site::demo(MONDAY).await?;
    let routes = Routes::of_source()?;
    let walking = WALKERS.map(|(letter, role)| Walked::by(&site, &routes, letter, role));
    let walked = futures_util::future::try_join_all(walking).await?;
    let mut wrong: Vec<String> = walked.iter().flat_map(Walked::faults).collect();
    wrong.extend(walked.iter().flat_map(Walked::strays));

    // What one role reaches, the others ask for by its address.
    let pages: BTreeMap<&str, &str> = walked.iter().flat_map(Walked::pages).collect();
    for Walked { letter, role, login, .. } in &walked {
        let foreign: Vec<&str> =
            pages.iter().filter(|(pattern, _)| !may(*letter, pattern)).map(|(_, path)| *path).collect();
        wrong.extend(intrusions(&mut somebody(&site, *login, "id").await?, role, &foreign).await?);
    }
    // What one person has, the next of the same role asks for.
    for Walked { letter, role, login, .. } in &walked {
        let own = |pattern: &&str| pattern.contains('{') && readers_of(pattern).contains(letter.to_ascii_uppercase());
        let walk = walked.iter().find(|walk| walk.letter == *letter).context("who walked")?;
        let own: Vec<&str> = walk.pages().filter(|(pattern, _)| own(pattern)).map(|(_, path)| path).collect();
        let Some(other) = site.log_ins_of(role).find(|other| login.is_some_and(|login| login.email != other.email))
        else {
            ensure!(own.is_empty(), "the demo tells one {role} only");
            continue;
        };
        wrong.extend(intrusions(&mut somebody(&site, Some(other), "id").await?, &other.email, &own).await?);
    }

    let walks = || walked.iter().flat_map(|walked| &walked.walks).map(|(_, walk)| walk);
    let led_to: BTreeSet<&str> = walks().flat_map(|walk| &walk.led_to).map(String::as_str).collect();
    let unlinked = routes.pages().filter(|pattern| !led_to.contains(pattern) && !UNLINKED.contains(pattern));
    wrong.extend(unlinked.map(|pattern| format!("nothing leads to {pattern}")));
    for Walked { role, walks, .. } in &walked {
        for (language, walk) in walks {
            println!("{role} in {language}: {} addresses, {} routes", walk.asked, walk.reached.len());
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}
