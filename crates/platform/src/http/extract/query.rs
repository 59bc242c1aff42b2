//! Query strings and HTML forms.

use std::borrow::Cow;

use axum::extract::{FromRequest, FromRequestParts, Request};
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::body::{has_media_type, read_bounded};
use crate::{
    error::{Error, Result},
    http::fields::{Reread, field_errors_among},
};

/// The query string. Names may repeat (for a `Vec`), `name=` counts as not given. 422 names the field that is wrong.
#[derive(Debug, Clone, Copy, Default)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let query = parts.uri.query().unwrap_or_default();
        // A search form sends the fields nobody filled in; they ask for nothing. `lang` belongs to the edge.
        let given: Vec<&str> = query.split('&').filter(|pair| asks_something(pair)).collect();
        read(given.join("&").as_bytes()).map(Self)
    }
}

fn asks_something(pair: &str) -> bool {
    pair.split_once('=').is_some_and(|(name, value)| name != "lang" && !value.is_empty())
}

/// An HTML form, urlencoded. Fields come as typed, empty ones too; the `csrf` field is taken out before.
/// 415 for another media type, 413 beyond the limit, 422 naming the field that is wrong.
#[derive(Debug, Clone, Copy, Default)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        if !has_media_type(request.headers(), |kind| kind == "application/x-www-form-urlencoded") {
            return Err(Error::Unsupported);
        }
        let bytes = read_bounded(request).await?;
        let fields: Vec<&[u8]> = bytes.split(|byte| *byte == b'&').filter(|pair| !pair.starts_with(b"csrf=")).collect();
        read(&fields.join(&b'&')).map(Self)
    }
}

fn read<T: DeserializeOwned>(encoded: &[u8]) -> Result<T> {
    if let Some((name, _)) =
        url::form_urlencoded::parse(encoded).find(|(name, value)| name.contains('\0') || value.contains('\0'))
    {
        return Err(Error::invalid(name.replace('\0', ""), "nul"));
    }
    let reader = serde_html_form::Deserializer::new(url::form_urlencoded::parse(encoded));
    serde_path_to_error::deserialize(reader).map_err(|error| {
        let pairs: Vec<(Cow<'_, str>, Cow<'_, str>)> = url::form_urlencoded::parse(encoded).collect();
        field_errors_among(&error, pairs.iter().map(|(name, _)| &**name), |field| {
            let (mut spoilt, mut rest) = (pairs.clone(), pairs.clone());
            rest.retain(|(name, _)| name != field);
            spoilt.iter_mut().filter(|(name, _)| name == field).for_each(|(_, value)| *value = "\u{1}".into());
            match Reread::of(read_pairs::<T>(&spoilt)) {
                Reread::Tracked => Reread::Tracked,
                Reread::Fine | Reread::Refused(_) => Reread::of(read_pairs::<T>(&rest)),
            }
        })
    })
}

fn read_pairs<T: DeserializeOwned>(
    pairs: &[(Cow<'_, str>, Cow<'_, str>)],
) -> std::result::Result<T, serde_path_to_error::Error<serde_html_form::de::Error>> {
    let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    serde_path_to_error::deserialize(serde_html_form::Deserializer::new(url::form_urlencoded::parse(
        encoded.as_bytes(),
    )))
}
