//! What a page holds for somebody who follows its links, read from the markup as it is sent.

use std::collections::HashSet;

/// A page, as far as following it goes.
#[derive(Debug, Default)]
pub struct Markup {
    /// The language the page says it is in.
    pub language: String,
    /// Every link, in order.
    pub links: Vec<Link>,
    /// Every form, in order.
    pub forms: Vec<Form>,
    /// What the browser fetches by itself: pictures, styles, scripts.
    pub resources: Vec<String>,
    /// The ids of its parts, to which links within the page lead.
    pub ids: HashSet<String>,
}

/// A link.
#[derive(Debug, Default)]
pub struct Link {
    /// Where it leads, as it is written.
    pub href: String,
    /// What it is called: its label, or its text with that of its pictures.
    pub name: String,
}

/// A form.
#[derive(Debug, Default)]
pub struct Form {
    /// Where it is sent, as it is written.
    pub action: String,
    /// Whether sending it changes something.
    pub posts: bool,
    /// What it sends where nobody fills anything in.
    pub fields: Vec<(String, String)>,
}

impl Form {
    /// The value of a field.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl Markup {
    /// Reads a page. Our own templates are well formed; nothing is repaired.
    pub fn read(page: &str) -> Self {
        let mut reading = Reading::default();
        let mut rest = page;
        while let Some(at) = rest.find('<') {
            reading.text(&rest[..at]);
            rest = reading.tag(&rest[at..]);
        }
        reading.markup
    }
}

/// What is open while a page is read.
#[derive(Default)]
struct Reading {
    markup: Markup,
    link: Option<Link>,
    labelled: bool,
    form: Option<Form>,
    select: Option<Select>,
}

/// A list of choices: the first is sent unless another is chosen.
struct Select {
    name: String,
    first: Option<String>,
    chosen: Option<String>,
}

impl Reading {
    fn text(&mut self, text: &str) {
        if let Some(link) = self.link.as_mut().filter(|_| !self.labelled) {
            link.name.push_str(&plain(text));
        }
    }

    /// Reads what begins with `<`; answers what follows it.
    fn tag<'p>(&mut self, page: &'p str) -> &'p str {
        if let Some(comment) = page.strip_prefix("<!--") {
            return comment.split_once("-->").map_or("", |(_, rest)| rest);
        }
        let (tag, rest) = Tag::read(page);
        if let Some(name) = tag.name.strip_prefix('/') {
            self.closes(name);
            return rest;
        }
        self.opens(&tag);
        match tag.name.as_str() {
            // What is in these is no markup.
            "script" | "style" => rest.find("</").map_or("", |at| &rest[at..]),
            _ => rest,
        }
    }

    fn opens(&mut self, tag: &Tag) {
        if let Some(id) = tag.get("id") {
            self.markup.ids.insert(id.to_owned());
        }
        match tag.name.as_str() {
            "html" => self.markup.language = tag.text("lang"),
            "a" => {
                if let Some(href) = tag.get("href") {
                    let label = tag.text("aria-label");
                    self.labelled = !label.is_empty();
                    self.link = Some(Link { href: href.to_owned(), name: label });
                }
            }
            "img" => {
                self.text(&tag.text("alt"));
                self.markup.resources.extend(tag.get("src").map(ToOwned::to_owned));
            }
            "script" => self.markup.resources.extend(tag.get("src").map(ToOwned::to_owned)),
            "link" => self.markup.resources.extend(tag.get("href").map(ToOwned::to_owned)),
            "form" => {
                let posts = tag.text("method").eq_ignore_ascii_case("post");
                self.form = Some(Form { action: tag.text("action"), posts, fields: Vec::new() });
            }
            "input" => self.input(tag),
            "button" => self.button(tag),
            "select" => self.select = Some(Select { name: tag.text("name"), first: None, chosen: None }),
            "option" => {
                let value = tag.text("value");
                if let Some(select) = &mut self.select {
                    if tag.get("selected").is_some() {
                        select.chosen = Some(value.clone());
                    }
                    select.first.get_or_insert(value);
                }
            }
            _ => {}
        }
    }

    /// A form that is sent by one of several buttons is sent by its first: it alone says what is wanted.
    fn button(&mut self, tag: &Tag) {
        if let Some(form) = &mut self.form
            && let Some(name) = tag.get("name")
            && form.field(name).is_none()
        {
            form.fields.push((name.to_owned(), tag.text("value")));
        }
    }

    fn input(&mut self, tag: &Tag) {
        let sent = match tag.text("type").as_str() {
            "submit" | "button" | "file" | "image" | "reset" => false,
            "checkbox" | "radio" => tag.get("checked").is_some(),
            _ => true,
        };
        if let Some(form) = self.form.as_mut().filter(|_| sent)
            && let Some(name) = tag.get("name")
        {
            form.fields.push((name.to_owned(), tag.text("value")));
        }
    }

    fn closes(&mut self, name: &str) {
        match name {
            "a" => self.markup.links.extend(self.link.take()),
            "form" => self.markup.forms.extend(self.form.take()),
            "select" => {
                if let (Some(select), Some(form)) = (self.select.take(), &mut self.form) {
                    form.fields.push((select.name, select.chosen.or(select.first).unwrap_or_default()));
                }
            }
            _ => {}
        }
    }
}

/// A tag with its attributes; the name of one that closes begins with a slash.
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    fn read(page: &str) -> (Self, &str) {
        let page = &page[1..];
        let end = page.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(page.len());
        let (name, mut rest) = page.split_at(end);
        let mut attributes = Vec::new();
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
            if rest.is_empty() || rest.starts_with('>') {
                break;
            }
            let end = rest.find(|c: char| c.is_whitespace() || "=>/".contains(c)).unwrap_or(rest.len());
            let (key, after) = rest.split_at(end);
            let (value, after) = match after.trim_start().strip_prefix('=') {
                Some(after) => value(after.trim_start()),
                None => ("", after),
            };
            attributes.push((key.to_ascii_lowercase(), plain(value)));
            rest = after;
        }
        let name = name.trim_end_matches('/').to_ascii_lowercase();
        (Self { name, attributes }, rest.strip_prefix('>').unwrap_or(rest))
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }

    fn text(&self, key: &str) -> String {
        self.get(key).unwrap_or_default().to_owned()
    }
}

/// The value of an attribute and what follows it.
fn value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote) {
            return inner.split_once(quote).unwrap_or((inner, ""));
        }
    }
    text.split_at(text.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(text.len()))
}

/// Text with its references read.
fn plain(text: &str) -> String {
    let mut read = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        read.push_str(&rest[..at]);
        let reference = rest[at..].split_once(';').and_then(|(name, after)| Some((character(&name[1..])?, after)));
        if let Some((character, after)) = reference {
            read.push(character);
            rest = after;
        } else {
            read.push('&');
            rest = &rest[at + 1..];
        }
    }
    read.push_str(rest);
    read
}

fn character(name: &str) -> Option<char> {
    let number = match name.strip_prefix('#') {
        Some(digits) => match digits.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => digits.parse().ok(),
        },
        None => None,
    };
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "nbsp" => Some('\u{a0}'),
        _ => number.and_then(char::from_u32),
    }
}

#[cfg(test)]
mod tests {
    use super::Markup;

    #[test]
    fn links_forms_and_ids_are_read_as_a_browser_reads_them() {
        let page = Markup::read(
            r#"<!doctype html><html lang="id"><head><link rel=stylesheet href=/a.css><script>if (a<b) "<a href=/no>x</a>"</script></head>
            <!-- <a href="/hidden">no</a> --><main id=main><a href="/cari?q=a&#38;b=1"><svg/> Cari <b>anak</b></a>
            <a href='/x' aria-label="Tutup"><svg></svg></a><a href="/empty"><svg><path d="M0 0"/></svg></a>
            <a href="/p"><img src="/p.svg" alt="Foto"></a>
            <form action="/cari"><input name=q value="gigi &amp; mulut"><input type=checkbox name=bpjs value=1>
            <input type="radio" name="r" value="2" checked><select name="kota"><option value="">Semua</option><option value="73.71" selected>Makassar</option></select><button name="b">Cari</button></form>
            <form method=POST action="/masuk"><input type=hidden name=csrf value=t></form></main></html>"#,
        );
        let links: Vec<_> = page.links.iter().map(|link| (link.href.as_str(), link.name.trim())).collect();
        assert_eq!(links, [("/cari?q=a&b=1", "Cari anak"), ("/x", "Tutup"), ("/empty", ""), ("/p", "Foto")]);
        assert_eq!(page.language, "id");
        assert!(page.ids.contains("main"));
        assert_eq!(page.resources, ["/a.css", "/p.svg"]);
        let fields: Vec<_> = page.forms[0].fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(fields, [("q", "gigi & mulut"), ("r", "2"), ("kota", "73.71"), ("b", "")]);
        assert!(!page.forms[0].posts && page.forms[1].posts);
        assert_eq!(page.forms[1].field("csrf"), Some("t"));
    }
}
