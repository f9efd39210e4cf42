//! The data sets of a made-up world, as files: what the enricher reads of it is what it would read of the real one.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::Path;

use ipnet::IpNet;
use ring::digest::{SHA256, digest};

use super::in_process::FIRST_MIDNIGHT;
use super::mmdb::{self, Value};
use super::world::{PlaceForm, World};

/// The most numbers of a scattered place that are told apart.
const SCATTERED_MAX: u32 = 4_096;

impl World {
    /// Writes the world's data sets into a folder: cities, systems, lists of networks, breached passwords, domains of e-mail
    /// addresses to throw away.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write_data_sets(&self, folder: &Path) -> io::Result<()> {
        let built_at_s = u64::try_from(FIRST_MIDNIGHT.as_millis() / 1_000).unwrap_or_default();
        let cities: Vec<(IpNet, Value)> = self.places().flat_map(cities_of).collect();
        fs::write(folder.join("world-city.mmdb"), mmdb::database("World-City", built_at_s, &cities))?;
        let systems: String = self.places().flat_map(systems_of).collect();
        if !systems.is_empty() {
            fs::write(folder.join("world-asn.csv"), format!("start,end,asn,organization\n{systems}"))?;
        }
        let mut lists: BTreeMap<&str, String> = BTreeMap::new();
        for place in self.places() {
            for kind in &place.network {
                lists.entry(kind.as_str()).or_default().push_str(&format!("{}\n", place.range));
            }
        }
        for (kind, list) in lists {
            // A list is known by the words of its name.
            fs::write(folder.join(format!("world-{}.txt", kind.replace('_', "-"))), list)?;
        }
        let domains: String = self.disposable_domains().map(|domain| format!("{domain}\n")).collect();
        if !domains.is_empty() {
            fs::write(folder.join("world-disposable-email.txt"), domains)?;
        }
        let passwords: String =
            self.breached_passwords().map(|word| format!("{}\n", password_sha256_hex(word))).collect();
        fs::write(folder.join("breached-passwords.txt"), passwords)
    }
}

/// The hexadecimal SHA-256 of a password, as an application sends it.
pub(super) fn password_sha256_hex(password: &str) -> String {
    password_sha256(password).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The SHA-256 of a password.
pub(super) fn password_sha256(password: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, password.as_bytes()).as_ref());
    hash
}

/// A place's ranges with their countries and systems: one, or one for each number where it is scattered.
fn parts(place: &PlaceForm) -> Vec<(IpNet, Option<&str>, Option<u32>)> {
    if place.scattered_over.is_empty() {
        return vec![(place.range, place.country.as_deref(), place.asn)];
    }
    let countries = place.scattered_over.iter().zip(0_u32..).cycle();
    let numbered = (1..=SCATTERED_MAX).map_while(|number| place.part(number)).zip(countries);
    numbered.map(|(net, (country, nth))| (net, Some(country.as_str()), place.asn.map(|asn| asn + nth))).collect()
}

fn cities_of(place: &PlaceForm) -> Vec<(IpNet, Value)> {
    let text = |text: &str| Value::Text(text.to_owned());
    let named = |name: &str| Value::Map(vec![("names", Value::Map(vec![("en", text(name))]))]);
    let record = |country: &str| {
        let mut fields = vec![("country", Value::Map(vec![("iso_code", text(country))]))];
        fields.extend(place.city.as_deref().map(|city| ("city", named(city))));
        if let Some((latitude, longitude)) = place.latitude.zip(place.longitude) {
            let mut location = vec![("latitude", Value::Double(latitude)), ("longitude", Value::Double(longitude))];
            location.extend(place.accuracy_km.map(|km| ("accuracy_radius", Value::U16(km))));
            fields.push(("location", Value::Map(location)));
        }
        Value::Map(fields)
    };
    parts(place).into_iter().filter_map(|(net, country, _)| Some((net, record(country?)))).collect()
}

fn systems_of(place: &PlaceForm) -> Vec<String> {
    let line = |(net, _, asn): (IpNet, Option<&str>, Option<u32>)| {
        let (first, last): (IpAddr, IpAddr) = (net.network(), net.broadcast());
        Some(format!("{first},{last},{},\"{}\"\n", asn?, place.organization.as_deref().unwrap_or_default()))
    };
    parts(place).into_iter().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use rightful_domain::{NetworkKind, PasswordHashes};
    use rightful_enrich::Enricher;
    use zeroize::Zeroizing;

    use super::super::event::sample;
    use super::*;

    const WORLD: &str = r#"
        people = []
        breached_passwords = ["hunter2"]
        [devices]
        [places.lisbon]
        range = "192.88.99.0/28"
        country = "PT"
        city = "Lisbon"
        latitude = 38.72
        longitude = -9.14
        accuracy_km = 20
        asn = 64501
        organization = "Tejo, Cable"
        [places.hidden]
        range = "3ffe:99::/48"
        country = "NL"
        asn = 64511
        network = ["vpn", "hosting"]
        [places.botnet]
        range = "3ffe:b000::/36"
        scattered_over = ["BR", "ID"]
        asn = 64600
        network = ["residential"]
        [places.nowhere]
        range = "10.0.0.0/24"
    "#;

    #[test]
    fn what_a_world_says_of_an_address_is_what_the_enricher_reads() {
        let world = World::parse(WORLD).expect("a fixture");
        let folder = tempfile::tempdir().expect("a folder");
        world.write_data_sets(folder.path()).expect("written");
        let enricher = Enricher::open(Some(folder.path()), [7; 32]).expect("read");
        let about = |place: &str| enricher.enrich(&sample(world.address(place)), PasswordHashes::default());
        let country = |place: &str| about(place).country.map(|country| country.as_str().to_owned());
        let lisbon = about("lisbon-7");
        assert_eq!((lisbon.city.as_deref(), lisbon.accuracy_km, lisbon.asn), (Some("Lisbon"), Some(20), Some(64_501)));
        assert_eq!(lisbon.organization.as_deref(), Some("Tejo, Cable"));
        assert_eq!(lisbon.coordinates.map(|at| (at.latitude(), at.longitude())), Some((38.72, -9.14)));
        assert!(about("hidden").is_network(NetworkKind::Vpn) && about("hidden").is_network(NetworkKind::Hosting));
        assert_eq!((country("hidden-300").as_deref(), about("hidden").city), (Some("NL"), None));
        assert_eq!((country("botnet-1").as_deref(), country("botnet-2").as_deref()), (Some("BR"), Some("ID")));
        assert_eq!((about("botnet-3").asn, about("botnet-4").asn), (Some(64_600), Some(64_601)));
        assert_eq!((country("nowhere"), about("nowhere").asn), (None, None));
        assert!(enricher.unused_files().is_empty());

        let credential = |password: &str| {
            let sha256 = Some(Zeroizing::new(password_sha256(password)));
            let hashes = PasswordHashes { sha256, ..PasswordHashes::default() };
            enricher.enrich(&sample(None), hashes).credential.map(|status| status.password_breached)
        };
        assert_eq!((credential("hunter2"), credential("hunter3")), (Some(true), Some(false)));
    }
}
