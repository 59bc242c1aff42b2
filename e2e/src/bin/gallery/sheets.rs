//! Contact sheets: every page of a journey in one picture, a row each; phones beside laptops, light beside dark,
//! Indonesian beside English.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, Result, ensure};
use e2e::{Browser, Scripts, Theme, Viewport, journey};

/// Pages on a sheet; more go on another.
const ROWS: usize = 24;
/// Across a sheet, in pixels.
const WIDTH: u32 = 1_320;
/// The folder of the sheets among those of the journeys.
const SHEETS: &str = "sheets";

const STYLE: &str = "body{margin:24px;background:#e9e7e1;font:600 15px/1.4 system-ui,sans-serif;color:#23302f}\
    h1{font-size:22px;margin:0 0 16px}section{margin:0 0 20px}h2{font-size:15px;margin:0 0 6px}\
    .row{display:flex;gap:10px;align-items:flex-start}.wide{display:grid;grid-template-columns:1fr 1fr;gap:10px}\
    img{display:block;border-radius:6px;box-shadow:0 1px 4px #0004;background:#fff}.phone{width:150px}.laptop{width:266px}";

/// What a page looks like, in the order in which the looks stand: light before dark, `id` before `en`.
type Looks = Vec<PathBuf>;

/// A page of a journey.
#[derive(Default)]
struct Page {
    phone: Looks,
    laptop: Looks,
    taken: Option<SystemTime>,
}

/// Lays out the pictures of every journey.
pub async fn lay_out() -> Result<()> {
    let folder = e2e::pictures();
    let sheets = folder.join(SHEETS);
    let mut made = 0;
    journey(SHEETS, async |journey| {
        let browser = journey.browser(Scripts::On).await?;
        for walk in walks(&folder)? {
            let pages = pages_of(&folder.join(&walk))?;
            for (n, part) in pages.chunks(ROWS).enumerate() {
                let name = if n == 0 { walk.clone() } else { format!("{walk}-{}", n + 1) };
                let to = sheets.join(&name).with_added_extension("png");
                draw(&browser, &markup(&name, part), &to).await?;
                println!("{}", to.display());
                made += 1;
            }
        }
        Ok(())
    })
    .await?;
    ensure!(made > 0, "{} holds no pictures: cargo xtask test --only e2e takes them", folder.display());
    Ok(())
}

/// The journeys that have left pictures.
fn walks(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).with_context(|| format!("{}: no journey has been walked", folder.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() && name != SHEETS {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// The pages of a journey in the order in which they were come to.
fn pages_of(folder: &Path) -> Result<Vec<(String, Page)>> {
    let mut pages: BTreeMap<String, Page> = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let Some((step, size)) = path.file_name().and_then(|name| read_name(name.to_str()?)) else { continue };
        let taken = fs::metadata(&path)?.modified()?;
        let page = pages.entry(step).or_default();
        page.taken = Some(page.taken.map_or(taken, |first| first.min(taken)));
        if size < 700 { page.phone.push(path) } else { page.laptop.push(path) }
    }
    let mut pages: Vec<(String, Page)> = pages.into_iter().collect();
    for (_, page) in &mut pages {
        for looks in [&mut page.phone, &mut page.laptop] {
            looks.sort_by_key(|path| {
                let name = path.display().to_string();
                (name.contains("-dark-"), name.ends_with("-en.png"))
            });
        }
    }
    pages.sort_by_key(|(_, page)| page.taken);
    Ok(pages)
}

/// The step and the width of `<step>-<width>x<height>-<theme>-<language>.png`.
fn read_name(name: &str) -> Option<(String, u32)> {
    let mut parts = name.strip_suffix(".png")?.rsplitn(4, '-');
    let (_language, _theme, size, step) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    Some((step.to_owned(), size.split_once('x')?.0.parse().ok()?))
}

fn markup(name: &str, pages: &[(String, Page)]) -> String {
    let picture =
        |path: &PathBuf, class: &str| format!("<img class={class} src=\"file://{}\" alt=\"\">", path.display());
    let all = |looks: &Looks, class: &str| looks.iter().map(|path| picture(path, class)).collect::<String>();
    let row = |(step, page): &(String, Page)| {
        let (phones, laptops) = (all(&page.phone, "phone"), all(&page.laptop, "laptop"));
        format!("<section><h2>{step}</h2><div class=row>{phones}<div class=wide>{laptops}</div></div></section>")
    };
    let rows: String = pages.iter().map(row).collect();
    format!("<!doctype html><meta charset=utf-8><title>{name}</title><style>{STYLE}</style><h1>{name}</h1>{rows}")
}

/// Draws a sheet as high as it needs to be.
async fn draw(browser: &Browser, markup: &str, to: &Path) -> Result<()> {
    fs::create_dir_all(to.parent().context("a sheet has a folder")?)?;
    let page = to.with_extension("html");
    fs::write(&page, markup)?;
    let wide = |height| Viewport { width: WIDTH, height, phone: false };
    browser.look(wide(800), Theme::Light, "en").await?;
    browser.goto(&format!("file://{}", page.display())).await?;
    let height = browser.execute("return document.documentElement.scrollHeight", vec![]).await?;
    let height = height.as_u64().and_then(|height| u32::try_from(height).ok()).context("a sheet has a height")?;
    browser.look(wide(height), Theme::Light, "en").await?;
    browser.shot("sheet").await?;
    fs::rename(browser.picture_file("sheet"), to)?;
    Ok(fs::remove_file(page)?)
}
