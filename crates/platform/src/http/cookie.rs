//! Cookies: reading one, and writing ours with every guard a browser knows.

use http::{HeaderMap, HeaderValue, header};

use crate::error::{Error, Result};

/// The cookie that holds the session. With HTTPS its name binds it to this host (`__Host-`, RFC 6265bis).
pub fn session_name(https: bool) -> &'static str {
    if https { "__Host-session" } else { "session" }
}

/// The cookie that holds a guest's secret for forms.
pub(super) fn guest_name(https: bool) -> &'static str {
    if https { "__Host-guest" } else { "guest" }
}

/// The value of a cookie of the request.
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs =
        headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(';'));
    pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// A `Set-Cookie` value that scripts cannot read and other sites do not send. Lives `max_age` seconds, or as long as
/// the browser where `None`; 0 deletes. Fails where the value is no cookie text.
pub fn write(name: &str, value: &str, max_age: Option<u64>, https: bool) -> Result<HeaderValue> {
    write_under("/", name, value, max_age, https)
}

/// As [`write`], sent with requests under this path alone. Such a cookie cannot bear a `__Host-` name.
pub fn write_under(path: &str, name: &str, value: &str, max_age: Option<u64>, https: bool) -> Result<HeaderValue> {
    let life = max_age.map_or(String::new(), |seconds| format!("; Max-Age={seconds}"));
    let secure = if https { "; Secure" } else { "" };
    if [value, path]
        .into_iter()
        .any(|text| text.bytes().any(|byte| !byte.is_ascii_graphic() || b"\",;\\".contains(&byte)))
    {
        return Err(Error::internal("a cookie holds characters that cookies cannot hold"));
    }
    HeaderValue::from_str(&format!("{name}={value}; Path={path}; HttpOnly; SameSite=Lax{secure}{life}"))
        .map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, header};

    #[test]
    fn cookies_are_found_among_others_and_written_with_guards() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=1; session=xyz".parse().unwrap());
        headers.append(header::COOKIE, "lang=en".parse().unwrap());
        assert_eq!(super::read(&headers, "session"), Some("xyz"));
        assert_eq!(super::read(&headers, "lang"), Some("en"));
        assert_eq!(super::read(&headers, "b"), None);
        let written = super::write("__Host-session", "v", Some(60), true).unwrap();
        assert_eq!(written, "__Host-session=v; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60");
        let under = super::write_under("/order/7", "note", "v", None, true).unwrap();
        assert_eq!(under, "note=v; Path=/order/7; HttpOnly; SameSite=Lax; Secure");
        assert!(super::write("a", "x; Domain=evil", None, true).is_err());
        assert!(super::write_under("/; Domain=evil", "a", "x", None, true).is_err());
    }
}
