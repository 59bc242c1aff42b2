//! Opens every link that somebody can reach, and says which of them are bad.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use anyhow::Result;
use url::Url;

use crate::{Answer, Form, Markup, Reader, Routes};

/// Pages of one kind that are opened: the same route, asked with the same parameters.
const OF_A_KIND: usize = 4;
/// Pages opened at most. More means that the site makes up addresses without end.
const MOST: usize = 1_000;

/// What is followed, by the routes that the source declares.
#[derive(Debug)]
pub struct Crawl<'r> {
    routes: &'r Routes,
    here: Url,
}

/// What a walk has found.
#[derive(Debug, Default)]
pub struct Walk {
    /// The pages that answered, by the pattern of their route.
    pub reached: BTreeMap<String, Vec<String>>,
    /// The patterns of all routes that were led to, those that only lead on among them.
    pub led_to: BTreeSet<String>,
    /// What is wrong, a line each.
    pub faults: Vec<String>,
    /// How many addresses were asked for.
    pub asked: usize,
}

/// An address still to be opened, and the page that leads there.
struct Step {
    path: String,
    from: String,
}

impl<'r> Crawl<'r> {
    /// A crawl of the site at this address.
    pub fn new(url: &str, routes: &'r Routes) -> Result<Self> {
        Ok(Self { routes, here: Url::parse(url)? })
    }

    /// Follows every link, and every form that only asks, from these pages on. `reader` sees pages in `language`.
    pub async fn walk(&self, reader: &mut Reader, language: &str, start: &[&str]) -> Result<Walk> {
        let mut walk = Walk::default();
        let mut known = HashSet::new();
        let mut kinds: HashMap<String, usize> = HashMap::new();
        let mut steps: VecDeque<Step> =
            start.iter().map(|path| Step { path: (*path).to_owned(), from: "the start".to_owned() }).collect();
        while let Some(step) = steps.pop_front() {
            let kind = self.kind_of(&step.path);
            let seen = kinds.entry(kind).or_default();
            if *seen == OF_A_KIND || !known.insert(step.path.clone()) {
                continue;
            }
            *seen += 1;
            walk.asked += 1;
            if walk.asked > MOST {
                walk.faults.push(format!("more than {MOST} pages are led to: bound the links of {}", step.from));
                break;
            }
            walk.led_to.insert(self.pattern(&step.path).to_owned());
            let answer = reader.get(&step.path).await?;
            self.look_at(&step, &answer, language, &mut walk, &mut steps);
        }
        Ok(walk)
    }

    fn look_at(&self, step: &Step, answer: &Answer, language: &str, walk: &mut Walk, steps: &mut VecDeque<Step>) {
        let Step { path, from } = step;
        match (answer.status, &answer.location) {
            (200, _) => {
                walk.reached.entry(self.pattern(path).to_owned()).or_default().push(path.clone());
                if answer.kind == "text/html" {
                    self.read(step, &Markup::read(&answer.body), language, walk, steps);
                }
            }
            (301..=308, Some(location)) => match self.target(path, location) {
                Some(target) => steps.push_back(Step { path: target, from: from.clone() }),
                None => walk.faults.push(format!("{from} leads to {path}, which leads away to {location}")),
            },
            (status, _) => walk.faults.push(format!("{from} leads to {path}: {status}")),
        }
    }

    /// Looks at the markup of a page and takes down where it leads.
    fn read(&self, step: &Step, page: &Markup, language: &str, walk: &mut Walk, steps: &mut VecDeque<Step>) {
        let path = &step.path;
        let mut fault = |what: String| walk.faults.push(format!("{path}: {what}"));
        // Pages for developers speak one language.
        let for_people = !path.starts_with("/dev/") && !path.starts_with("/api/");
        if for_people && page.language != language {
            fault(format!("is in “{}” where “{language}” was asked for", page.language));
        }
        let mut follow = |target| steps.push_back(Step { path: target, from: path.clone() });
        for link in &page.links {
            if link.name.trim().is_empty() {
                fault(format!("a link to {} has no text", link.href));
            }
            match link.href.strip_prefix('#') {
                Some("") => fault(format!("“{}” leads nowhere", link.name.trim())),
                Some(id) if !page.ids.contains(id) => fault(format!("there is no #{id}")),
                Some(_) => {}
                None => {
                    if let Some(target) = self.target(path, &link.href) {
                        follow(target);
                    }
                }
            }
        }
        for source in &page.resources {
            if let Some(target) = self.target(path, source) {
                follow(target);
            }
        }
        for form in &page.forms {
            match self.target(path, &action(form, path)) {
                Some(target) if form.posts => {
                    let plain = target.split('?').next().unwrap_or(&target);
                    if !self.routes.takes_forms(plain) {
                        fault(format!("a form is sent to {plain}, which takes none"));
                    }
                }
                Some(target) => follow(target),
                None => fault(format!("a form is sent away, to {}", form.action)),
            }
        }
    }

    /// Path and query of an address of this site, as it stands on a page; none where it is elsewhere. The choice of a
    /// language is left out: it is the same page.
    fn target(&self, page: &str, href: &str) -> Option<String> {
        let url = self.here.join(page).ok()?.join(href).ok()?;
        if url.origin() != self.here.origin() {
            return None;
        }
        let kept: Vec<_> = url.query_pairs().filter(|(name, _)| name != "lang").collect();
        if kept.is_empty() {
            return Some(url.path().to_owned());
        }
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
        Some(format!("{}?{query}", url.path()))
    }

    /// The same for pages that differ only in what they are about.
    fn kind_of(&self, target: &str) -> String {
        let query = target.split_once('?').map_or("", |(_, query)| query);
        let mut names: Vec<_> =
            url::form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name.into_owned()).collect();
        names.sort();
        names.dedup();
        format!("{}?{}", self.pattern(target), names.join("&"))
    }

    /// The pattern of the route that answers an address; its path where the source declares none.
    fn pattern<'p>(&'p self, target: &'p str) -> &'p str {
        let path = target.split('?').next().unwrap_or(target);
        self.routes.pattern(path).unwrap_or(path)
    }
}

/// Where a form that asks leads when nobody fills anything in; where a form that changes something is sent.
fn action(form: &Form, page: &str) -> String {
    let action = if form.action.is_empty() { page } else { &form.action };
    if form.posts || form.fields.is_empty() {
        return action.to_owned();
    }
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&form.fields).finish();
    format!("{}?{query}", action.split('?').next().unwrap_or(action))
}
