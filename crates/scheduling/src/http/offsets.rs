//! Instants written with the facility's offset: `2026-11-24T10:30:00+08:00`.

use jiff::{Timestamp, tz::TimeZone};
use platform::{Error, Result};
use serde::Serialize;
use serde_json::Value;

/// The fields of answers that are instants.
const INSTANTS: [&str; 5] = ["starts_at", "ends_at", "expires_at", "booked_at", "free_until"];

/// An answer as JSON with its instants in the zone it names.
pub fn answer<T: Serialize>(value: &T) -> Result<Value> {
    let mut json = serde_json::to_value(value).map_err(Error::internal)?;
    rewrite(&mut json);
    Ok(json)
}

fn rewrite(json: &mut Value) {
    match json {
        Value::Object(fields) => {
            let zone = fields.get("zone").and_then(Value::as_str).and_then(|name| TimeZone::get(name).ok());
            for (name, value) in fields.iter_mut() {
                match (&zone, value.as_str()) {
                    (Some(zone), Some(text)) if INSTANTS.contains(&name.as_str()) => {
                        if let Ok(at) = text.parse() {
                            *value = Value::String(in_zone(at, zone));
                        }
                    }
                    _ => rewrite(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(rewrite),
        _ => {}
    }
}

/// An instant with the offset of a zone.
pub fn in_zone(at: Timestamp, zone: &TimeZone) -> String {
    at.display_with_offset(zone.to_offset(at)).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    /// J4
    #[test]
    fn r_t5_instants_carry_the_offset_of_the_zone_beside_them() {
        let plain = json!({"items": [{"starts_at": "2026-11-24T02:30:00Z", "zone": "Asia/Makassar"}]});
        let told = super::answer(&plain).unwrap();
        assert_eq!(told["items"][0]["starts_at"], "2026-11-24T10:30:00+08:00");
    }
}
