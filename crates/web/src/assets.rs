//! The files a page needs: one stylesheet, small modules, the icon sprite.
//!
//! Addresses carry a hash over all files (`/assets/<hash>/<name>`), so a browser may keep them for ever and modules
//! may import each other by plain relative names.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};

macro_rules! css {
    ($($path:literal),+ $(,)?) => { &[$(($path, include_str!(concat!("../assets/css/", $path)))),+] };
}

/// The layers in the order in which they win, then each file once.
const LAYERS: &str = "@layer reset, tokens, base, layout, components, screens, utilities;\n";

/// Style sources, in order. Name and content.
pub const STYLES: &[(&str, &str)] = css![
    "reset.css",
    "tokens.css",
    "base.css",
    "layout/primitives.css",
    "layout/shell.css",
    "components/button.css",
    "components/card.css",
    "components/chip.css",
    "components/avatar.css",
    "components/meta.css",
    "components/field.css",
    "components/segmented.css",
    "components/switch.css",
    "components/steps.css",
    "components/daystrip.css",
    "components/slot.css",
    "components/notice.css",
    "components/summary.css",
    "components/ring.css",
    "components/actionbar.css",
    "components/tabs.css",
    "components/list.css",
    "components/pager.css",
    "components/empty.css",
    "components/toast.css",
    "components/dialog.css",
    "components/timeline.css",
    "components/section.css",
    "components/language.css",
    "components/details.css",
    "screens/home.css",
    "screens/search.css",
    "screens/doctor.css",
    "screens/booking.css",
    "screens/appointments.css",
    "screens/account.css",
    "screens/inbox.css",
    "utilities.css",
    "print.css",
];

/// Style sources of the pages people work on, fetched by those alone.
pub const STAFF_STYLES: &[(&str, &str)] = css![
    "components/table.css",
    "screens/day.css",
    "screens/schedule.css",
    "screens/system.css",
    "screens/admin.css",
    "screens/masters.css",
];

struct File {
    name: &'static str,
    kind: &'static str,
    body: Cow<'static, str>,
}

const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml; charset=utf-8";

static FILES: LazyLock<Vec<File>> = LazyLock::new(|| {
    vec![
        File { name: "app.css", kind: "text/css; charset=utf-8", body: Cow::Owned(stylesheet(STYLES)) },
        File { name: "staff.css", kind: "text/css; charset=utf-8", body: Cow::Owned(stylesheet(STAFF_STYLES)) },
        File {
            name: "styleguide.css",
            kind: "text/css; charset=utf-8",
            body: Cow::Borrowed(include_str!("../assets/css/screens/styleguide.css")),
        },
        File { name: "app.js", kind: JS, body: Cow::Borrowed(include_str!("../assets/js/app.js")) },
        File { name: "enhance.js", kind: JS, body: Cow::Borrowed(include_str!("../assets/js/enhance.js")) },
        File { name: "live-slots.js", kind: JS, body: Cow::Borrowed(include_str!("../assets/js/live-slots.js")) },
        File {
            name: "hold-countdown.js",
            kind: JS,
            body: Cow::Borrowed(include_str!("../assets/js/hold-countdown.js")),
        },
        File { name: "day-strip.js", kind: JS, body: Cow::Borrowed(include_str!("../assets/js/day-strip.js")) },
        File { name: "slot-choice.js", kind: JS, body: Cow::Borrowed(include_str!("../assets/js/slot-choice.js")) },
        File { name: "live-inbox.js", kind: JS, body: Cow::Borrowed(include_str!("../assets/js/live-inbox.js")) },
        File { name: "release.js", kind: JS, body: Cow::Borrowed(include_str!("../assets/js/release.js")) },
        File { name: "install.js", kind: JS, body: Cow::Borrowed(include_str!("../assets/js/install.js")) },
        File { name: "print.js", kind: JS, body: Cow::Borrowed(include_str!("../assets/js/print.js")) },
        File { name: "kept-visits.js", kind: JS, body: Cow::Borrowed(include_str!("../assets/js/kept-visits.js")) },
        File { name: "theme.js", kind: JS, body: Cow::Borrowed(include_str!("../assets/js/theme.js")) },
        File { name: "field-count.js", kind: JS, body: Cow::Borrowed(include_str!("../assets/js/field-count.js")) },
        File { name: "icons.svg", kind: SVG, body: Cow::Borrowed(include_str!("../assets/img/icons.svg")) },
        File { name: "logo.svg", kind: SVG, body: Cow::Borrowed(include_str!("../assets/img/logo.svg")) },
        File {
            name: "empty-calendar.svg",
            kind: SVG,
            body: Cow::Borrowed(include_str!("../assets/img/empty-calendar.svg")),
        },
        File {
            name: "empty-search.svg",
            kind: SVG,
            body: Cow::Borrowed(include_str!("../assets/img/empty-search.svg")),
        },
        File {
            name: "empty-family.svg",
            kind: SVG,
            body: Cow::Borrowed(include_str!("../assets/img/empty-family.svg")),
        },
        File { name: "empty-day.svg", kind: SVG, body: Cow::Borrowed(include_str!("../assets/img/empty-day.svg")) },
        File { name: "service.svg", kind: SVG, body: Cow::Borrowed(include_str!("../assets/img/service.svg")) },
        File { name: "empty-inbox.svg", kind: SVG, body: Cow::Borrowed(include_str!("../assets/img/empty-inbox.svg")) },
        File { name: "offline.svg", kind: SVG, body: Cow::Borrowed(include_str!("../assets/img/offline.svg")) },
        File { name: "error.svg", kind: SVG, body: Cow::Borrowed(include_str!("../assets/img/error.svg")) },
    ]
});

static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut hasher = Sha256::new();
    for file in FILES.iter() {
        hasher.update(file.body.as_bytes());
    }
    hasher.finalize().iter().take(6).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
});

/// One stylesheet out of its sources, layer order first.
pub fn stylesheet<T: AsRef<str>>(sources: &[(&str, T)]) -> String {
    let mut sheet = String::from(LAYERS);
    for (_, source) in sources {
        sheet.push_str(source.as_ref());
    }
    sheet
}

/// The address of a file of ours.
pub fn url(name: &str) -> String {
    format!("/assets/{}/{name}", *HASH)
}

/// The service worker, which keeps the files of this release that pages for everybody need: each is small.
pub fn worker() -> String {
    static WORKER: LazyLock<String> = LazyLock::new(|| {
        let everybodys = FILES.iter().filter(|file| !matches!(file.name, "staff.css" | "styleguide.css"));
        let names: Vec<String> = everybodys.map(|file| format!("'{}'", file.name)).collect();
        include_str!("../assets/js/sw.js")
            .replace("__RELEASE__", &HASH)
            .replace("__FILES__", &format!("[{}]", names.join(", ")))
    });
    WORKER.clone()
}

/// Every script a page may load, by name.
pub fn scripts() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.iter().filter(|file| file.kind == JS).map(|file| (file.name, file.body.as_ref()))
}

/// The size in bytes of what a first page fetches besides itself: style and entry module.
pub fn first_page_bytes() -> usize {
    FILES.iter().filter(|file| matches!(file.name, "app.css" | "app.js")).map(|file| file.body.len()).sum()
}

/// Serves `/assets/<hash>/<name>`.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{hash}/{name}", get(serve))
}

async fn serve(Path((hash, name)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let Some(file) = FILES.iter().find(|file| file.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let tag = format!("\"{}\"", *HASH);
    // A page from before an update asks with an old hash: it gets the file of today, to be asked for again.
    let keep = if hash == *HASH { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut answer = if headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        file.body.clone().into_owned().into_response()
    };
    let sent = answer.headers_mut();
    sent.insert(CONTENT_TYPE, HeaderValue::from_static(file.kind));
    sent.insert(CACHE_CONTROL, HeaderValue::from_static(keep));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        sent.insert(ETAG, tag);
    }
    answer
}
