//! The first facility of a house.

use clap::Args;
use contracts::directory::{FacilityForm, FacilitySearch, Region};
use platform::{Cx, Error, Result};

use super::{ATTEMPTS, ask::Asker};
use crate::wiring::House;

/// What is known of it.
#[derive(Debug, Args)]
pub(super) struct Place {
    /// Name of the first facility.
    #[arg(long = "facility", value_name = "NAME")]
    name: Option<String>,
    /// Its city or regency: a name (Makassar) or a code (73.71).
    #[arg(long, value_name = "CITY")]
    city: Option<String>,
    /// Its street address.
    #[arg(long, value_name = "ADDRESS")]
    address: Option<String>,
    /// Its zone, such as Asia/Makassar; follows from the city where it is not named.
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
}

impl Place {
    /// Opens it, unless there is one. Nobody need: an empty name leaves it to the pages.
    pub(super) async fn open_first(&self, asker: &Asker<'_>, house: &House, cx: &Cx) -> Result<()> {
        if !house.directory.search_facilities(cx, FacilitySearch::default()).await?.items.is_empty() {
            asker.tell("init-facility-there", &[]);
            return Ok(());
        }
        let given = [&self.name, &self.city, &self.address, &self.zone];
        let asked = asker.asks() && given.iter().any(|flag| flag.is_none());
        for attempt in 1.. {
            let name = asker.text(self.name.as_deref(), "init-facility", "", |name| Ok(name.trim().to_owned()))?;
            if name.is_empty() {
                asker.tell("init-facility-later", &[]);
                break;
            }
            match self.open(asker, house, cx, &name).await {
                Ok(()) => break,
                Err(error @ (Error::Invalid(_) | Error::Conflict(_))) if asked && attempt < ATTEMPTS => {
                    asker.tell_error(&error);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn open(&self, asker: &Asker<'_>, house: &House, cx: &Cx, name: &str) -> Result<()> {
        let city = asker.needed(self.city.as_deref(), "init-city", "--city")?;
        let city = regency(house, cx, &city).await?;
        let address = asker.needed(self.address.as_deref(), "init-address", "--address")?;
        let zone = asker.text(self.zone.as_deref(), "init-zone", zone_of(&city.code), |zone| Ok(zone.to_owned()))?;
        let form = FacilityForm {
            name: name.to_owned(),
            zone,
            address,
            regency: city.code,
            latitude: None,
            longitude: None,
            phone: None,
            bpjs: false,
            active: true,
        };
        let made = house.directory.add_facility(cx, form).await?;
        asker.tell("init-facility-made", &[("name", made.name), ("city", made.regency_name)]);
        Ok(())
    }
}

/// The regency or city of a code, or of a name with or without what kind it is. Fails where there is none, or several.
async fn regency(house: &House, cx: &Cx, asked: &str) -> Result<Region> {
    let asked = asked.trim().to_lowercase();
    let mut found = Vec::new();
    for province in house.directory.regions(cx, None).await? {
        let below = house.directory.regions(cx, Some(province.code)).await?;
        found.extend(below.into_iter().filter(|region| region.code == asked || is_called(&region.name, &asked)));
    }
    match (found.pop(), found.pop()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(Error::conflict("init-no-city").with("city", asked)),
        (Some(one), Some(other)) => Err(Error::conflict("init-cities")
            .with("one", format_args!("{} {}", one.code, one.name))
            .with("other", format_args!("{} {}", other.code, other.name))),
    }
}

/// `Kota Makassar` is called Makassar too.
fn is_called(name: &str, asked: &str) -> bool {
    let name = name.to_lowercase();
    let short = ["kota administrasi ", "kota ", "kabupaten ", "kab. "].iter().find_map(|kind| name.strip_prefix(kind));
    name == asked || short == Some(asked)
}

/// The zone of a regency, by its province: the islands from Bali to Sulawesi are in the middle, Maluku and Papua in the
/// east.
fn zone_of(regency: &str) -> &'static str {
    match regency.get(..2) {
        Some("51" | "52" | "53" | "63" | "64" | "65" | "71" | "72" | "73" | "74" | "75" | "76") => "Asia/Makassar",
        Some("81" | "82" | "91" | "92" | "93" | "94" | "95" | "96") => "Asia/Jayapura",
        _ => "Asia/Jakarta",
    }
}

#[cfg(test)]
mod tests {
    use super::{is_called, zone_of};

    #[test]
    fn cities_have_a_short_name_and_a_zone() {
        assert!(is_called("Kota Makassar", "makassar") && is_called("Kota Makassar", "kota makassar"));
        assert!(!is_called("Kota Makassar", "kota"));
        let zones = ["31.74", "51.71", "73.71", "94.71"].map(zone_of);
        assert_eq!(zones, ["Asia/Jakarta", "Asia/Makassar", "Asia/Makassar", "Asia/Jayapura"]);
    }
}
