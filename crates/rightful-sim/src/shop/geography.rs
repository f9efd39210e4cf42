//! Where people live and travel: a handful of cities, far enough apart to notice.

/// A city, as an application with location access would tell it.
#[derive(Debug, PartialEq)]
pub struct City {
    /// Its name.
    pub name: &'static str,
    /// ISO 3166-1 alpha-3.
    pub country: &'static str,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// The language devices there ask for, as a BCP 47 tag.
    pub language: &'static str,
}

const fn city(
    name: &'static str,
    country: &'static str,
    latitude: f64,
    longitude: f64,
    language: &'static str,
) -> City {
    City { name, country, latitude, longitude, language }
}

/// Where customers live.
pub(super) static HOME_CITIES: [City; 6] = [
    city("London", "GBR", 51.507, -0.128, "en-GB"),
    city("Lisbon", "PRT", 38.722, -9.139, "pt-PT"),
    city("Berlin", "DEU", 52.520, 13.405, "de-DE"),
    city("Paris", "FRA", 48.857, 2.352, "fr-FR"),
    city("Warsaw", "POL", 52.230, 21.012, "pl-PL"),
    city("Dublin", "IRL", 53.350, -6.260, "en-IE"),
];

/// Where they travel.
pub(super) static FAR_CITIES: [City; 4] = [
    city("New York", "USA", 40.713, -74.006, "en-US"),
    city("Tokyo", "JPN", 35.690, 139.692, "ja-JP"),
    city("Cape Town", "ZAF", -33.925, 18.424, "en-ZA"),
    city("Singapore", "SGP", 1.352, 103.820, "en-SG"),
];
