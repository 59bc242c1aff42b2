//! The routes of the pages, as the source declares them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

/// Every declared route.
#[derive(Debug)]
pub struct Routes(Vec<Route>);

#[derive(Debug)]
struct Route {
    pattern: String,
    gets: bool,
    posts: bool,
}

impl Routes {
    /// Those of the pages and of what else the program serves to browsers.
    pub fn of_source() -> Result<Self> {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("crates");
        let mut routes = Vec::new();
        for folder in ["web/src", "app/src"] {
            for file in sources(&crates.join(folder))? {
                declared(&fs::read_to_string(&file).with_context(|| file.display().to_string())?, &mut routes);
            }
        }
        ensure!(routes.len() > 50, "only {} routes are declared in {}", routes.len(), crates.display());
        Ok(Self(routes))
    }

    /// The pattern of the route that answers a path: literal segments win over variable ones.
    pub fn pattern(&self, path: &str) -> Option<&str> {
        self.of(path).map(|route| route.pattern.as_str())
    }

    /// Whether a form may be sent there.
    pub fn takes_forms(&self, path: &str) -> bool {
        self.of(path).is_some_and(|route| route.posts)
    }

    /// The patterns of every page that can be asked for.
    pub fn pages(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|route| route.gets).map(|route| route.pattern.as_str())
    }

    fn of(&self, path: &str) -> Option<&Route> {
        let fits = self.0.iter().filter(|route| fits(&route.pattern, path));
        fits.min_by_key(|route| route.pattern.matches('{').count())
    }
}

/// Whether a path has the form of a pattern: `/dokter/{slug}`.
fn fits(pattern: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if wanted == given || (wanted.starts_with('{') && !given.is_empty()) => {}
            _ => return false,
        }
    }
}

/// `.route("/path", get(show).post(keep))`, on one line or several.
fn declared(source: &str, routes: &mut Vec<Route>) {
    for declaration in source.split(".route(").skip(1) {
        let Some(rest) = declaration.trim_start().strip_prefix('"') else { continue };
        let Some((pattern, rest)) = rest.split_once('"') else { continue };
        let handlers = rest.split("\n        .").next().unwrap_or(rest);
        let handlers = handlers.split(';').next().unwrap_or(handlers);
        let gets = handlers.contains("get(");
        routes.push(Route { pattern: pattern.to_owned(), gets, posts: handlers.contains("post(") });
    }
}

fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(sources(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::Routes;

    #[test]
    fn a_path_belongs_to_its_nearest_route() -> anyhow::Result<()> {
        let routes = Routes::of_source()?;
        assert_eq!(routes.pattern("/"), Some("/"));
        assert_eq!(routes.pattern("/keluarga/tambah"), Some("/keluarga/tambah"));
        assert_eq!(routes.pattern("/keluarga/pat_1"), Some("/keluarga/{id}"));
        assert_eq!(routes.pattern("/nowhere/at/all"), None);
        assert!(routes.takes_forms("/masuk") && !routes.takes_forms("/cari"));
        assert!(routes.pages().all(|pattern| pattern != "/keluar"), "one leaves by a form alone");
        Ok(())
    }
}
