//! The page for everything that went wrong outside a form, and the way to signing in.

use std::sync::Arc;

use askama::Template as _;
use platform::{
    Cx,
    http::{ErrorPage, Problem},
    i18n::Texts,
};

use super::encoded;
use crate::{
    portrait::{self, Sitter},
    speech::Speech,
    view::{self, Area, Here, Shell, Theme, Typed, Who},
};

/// Shows errors to people: what happened, what is safe, what to do next.
#[derive(Debug, Clone)]
pub struct Pages {
    texts: Arc<Texts>,
}

impl Pages {
    /// Pages that speak these texts.
    pub fn new(texts: Arc<Texts>) -> Self {
        Self { texts }
    }
}

impl ErrorPage for Pages {
    fn render(&self, cx: &Cx, problem: &Problem) -> String {
        let speech = Speech { locale: cx.locale, texts: self.texts.clone() };
        let csrf_refused = problem.status == 403
            && self.texts.say(cx.locale, "error-csrf", &[]).is_some_and(|text| text == problem.detail);
        let typed = problem.stale_form.clone().map(|form| Typed::of(form, &problem.instance));
        let who = cx.account().is_ok().then(|| Who {
            name: String::new(),
            line: String::new(),
            portrait: portrait::url(Sitter::Anyone, &cx.actor_text()),
        });
        let mut page = view::ErrorPage {
            shell: Shell {
                locale: cx.locale,
                title: String::new(),
                path: problem.instance.clone(),
                area: Area::Patient,
                here: Here::Nowhere,
                who,
                work: None,
                csrf: String::new(),
                flash: None,
                theme: Theme::Device,
                back: None,
                step: 0,
                unread: 0,
                keeps: false,
                operates: false,
                duties: Vec::new(),
                failing: false,
            },
            status: problem.status,
            stale_form: csrf_refused,
            text: if typed.is_some() { speech.say("oops-form-kept", &[]) } else { text_of(problem) },
            typed,
            request_id: if problem.status >= 500 { problem.request_id.clone() } else { String::new() },
            retry: if csrf_refused || matches!(problem.status, 409 | 412 | 429 | 500..) {
                problem.instance.clone()
            } else {
                String::new()
            },
        };
        page.shell.title = speech.say(page.heading(), &[]);
        page.render_with_values(&speech).unwrap_or_else(|error| {
            tracing::error!(%error, "the error page does not render");
            problem.title.clone()
        })
    }

    fn redirect(&self, _: &Cx, problem: &Problem, path_and_query: &str) -> Option<String> {
        (problem.status == 401).then(|| format!("/masuk?next={}", encoded(place_of(path_and_query))))
    }
}

fn text_of(problem: &Problem) -> String {
    let field = problem.errors.first().map(|field| field.message.clone());
    field.unwrap_or_else(|| if problem.detail.is_empty() { problem.title.clone() } else { problem.detail.clone() })
}

/// The page to come back to: of a form that only takes posts, the page it stands on.
fn place_of(path: &str) -> &str {
    match path {
        _ if path.starts_with("/d/") => "/d/hari-ini",
        _ if path.starts_with("/admin/reservations/") => "/admin/reservations",
        _ if path.starts_with("/a/") => "/a/dokter-menunggu",
        _ if path.starts_with("/akun/perangkat") || path.starts_with("/akun/tampilan") => "/akun",
        "/akun/bahasa" | "/akun/perangkat-ini" => "/akun",
        _ if path.starts_with("/keluar") && !path.starts_with("/keluarga") => "/akun",
        other => other,
    }
}
