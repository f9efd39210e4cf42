//! The stored form of what data sets say of an event's address: where it is, whose it is, what its network is called.
//!
//! It follows an entry's own words from version 2 of entries on; in version 1 there was none, and nothing was known.

use rightful_domain::{Coordinates, CountryCode, Enrichment, NetworkClaim, NetworkKind};
use serde::{Deserialize, Serialize};

use super::Undecodable;
use super::number::Numbered;

#[derive(Serialize, Deserialize)]
pub(crate) struct StoredWhereabouts<'a> {
    country: Option<&'a str>,
    region: Option<&'a str>,
    city: Option<&'a str>,
    /// Latitude and longitude in millionths of a degree.
    coordinates: Option<(i32, i32)>,
    accuracy_km: Option<u16>,
    asn: Option<u32>,
    organization: Option<&'a str>,
    /// Kind, who says so.
    #[serde(borrow)]
    networks: Vec<(u8, &'a str)>,
}

impl<'a> StoredWhereabouts<'a> {
    /// None where nothing is known, as without data sets.
    pub(crate) fn of(enrichment: &'a Enrichment) -> Option<Self> {
        let stored = Self {
            country: enrichment.country.as_ref().map(CountryCode::as_str),
            region: enrichment.region.as_deref(),
            city: enrichment.city.as_deref(),
            coordinates: enrichment.coordinates.map(Coordinates::microdegrees),
            accuracy_km: enrichment.accuracy_km,
            asn: enrichment.asn,
            organization: enrichment.organization.as_deref(),
            networks: enrichment.networks.iter().map(|claim| (claim.kind.number(), &*claim.said_by)).collect(),
        };
        let is_known = stored.country.is_some()
            || stored.region.is_some()
            || stored.city.is_some()
            || stored.coordinates.is_some()
            || stored.accuracy_km.is_some()
            || stored.asn.is_some()
            || stored.organization.is_some()
            || !stored.networks.is_empty();
        is_known.then_some(stored)
    }

    /// Puts it back beside what else is known.
    pub(crate) fn restore(self, enrichment: &mut Enrichment) -> Result<(), Undecodable> {
        let claim = |(kind, said_by): (u8, &str)| {
            Ok(NetworkClaim { kind: NetworkKind::of_number(kind)?, said_by: said_by.into() })
        };
        let country = self.country.map(CountryCode::new).transpose();
        let coordinates = self
            .coordinates
            .map(|(latitude, longitude)| Coordinates::from_microdegrees(latitude, longitude))
            .transpose();
        enrichment.country = country.map_err(|_| Undecodable("not a country"))?;
        enrichment.region = self.region.map(Into::into);
        enrichment.city = self.city.map(Into::into);
        enrichment.coordinates = coordinates.map_err(|_| Undecodable("not a place"))?;
        enrichment.accuracy_km = self.accuracy_km;
        enrichment.asn = self.asn;
        enrichment.organization = self.organization.map(Into::into);
        enrichment.networks = self.networks.into_iter().map(claim).collect::<Result<_, _>>()?;
        Ok(())
    }
}
