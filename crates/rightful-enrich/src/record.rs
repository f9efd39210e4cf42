//! What the record of a MaxMind DB says, whoever made it: the nested form of MaxMind and DB-IP, and the flat forms.
//!
//! A scalar that is not of a type known is as if it were not there; a record that is broken is none.

use std::fmt;

use serde::Deserializer;
use serde::de::{Deserialize, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// One record. The names are the files' own.
#[derive(Debug, Default)]
pub(crate) struct Record<'a> {
    pub(crate) country: Said<'a>,
    pub(crate) region: Said<'a>,
    pub(crate) city: Said<'a>,
    pub(crate) latitude: Said<'a>,
    pub(crate) longitude: Said<'a>,
    pub(crate) accuracy_radius: Said<'a>,
    pub(crate) asn: Said<'a>,
    /// Who announces the address.
    pub(crate) as_organization: Said<'a>,
    /// Who has it, where it is not said who announces it.
    pub(crate) organization: Said<'a>,
    pub(crate) connection_type: Said<'a>,
    pub(crate) user_type: Said<'a>,
    pub(crate) is_anonymous_vpn: Said<'a>,
    pub(crate) is_hosting_provider: Said<'a>,
    pub(crate) is_proxy: Said<'a>,
    pub(crate) is_tor_exit_node: Said<'a>,
}

impl<'de> Deserialize<'de> for Record<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reading;
        impl<'de> Visitor<'de> for Reading {
            type Value = Record<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a record")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut record = Record::default();
                record.take(&mut map)?;
                Ok(record)
            }
        }
        from.deserialize_map(Reading)
    }
}

impl<'de> Record<'de> {
    /// Takes the fields of a map; those of `location` and `traits` are taken as if they were the record's own.
    fn take<A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<&str>()? {
            let field = match name {
                "country" | "country_code" => &mut self.country,
                "subdivisions" | "region" | "state1" => &mut self.region,
                "city" => &mut self.city,
                "latitude" => &mut self.latitude,
                "longitude" => &mut self.longitude,
                "accuracy_radius" => &mut self.accuracy_radius,
                "autonomous_system_number" | "asn" => &mut self.asn,
                "autonomous_system_organization" | "as_name" => &mut self.as_organization,
                "organization" | "isp" => &mut self.organization,
                "connection_type" => &mut self.connection_type,
                "user_type" => &mut self.user_type,
                "is_anonymous_vpn" => &mut self.is_anonymous_vpn,
                "is_hosting_provider" => &mut self.is_hosting_provider,
                "is_public_proxy" | "is_residential_proxy" => &mut self.is_proxy,
                "is_tor_exit_node" => &mut self.is_tor_exit_node,
                "location" | "traits" => {
                    map.next_value_seed(Inside(self))?;
                    continue;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            let said = map.next_value::<Said<'de>>()?;
            // A code of two letters goes before a name, and true before false.
            if field.is_less_than(&said) {
                *field = said;
            }
        }
        Ok(())
    }
}

/// A map inside a record whose fields are the record's.
struct Inside<'r, 'a>(&'r mut Record<'a>);

impl<'de> serde::de::DeserializeSeed<'de> for Inside<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Inside<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map, or anything")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.0.take(&mut map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        drain(&mut list)
    }

    fn visit_borrowed_str<E>(self, _: &'de str) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }
}

/// What one field says, in any of the forms in which files say it: `"GB"`, `{"iso_code": "GB", "names": {"en": …}}`, a
/// list of such of which the first counts, a number, a flag.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(crate) struct Said<'a> {
    pub(crate) text: Option<&'a str>,
    /// The code of a map that has one beside a name.
    pub(crate) code: Option<&'a str>,
    pub(crate) number: Option<f64>,
    pub(crate) flag: bool,
}

impl<'a> Said<'a> {
    fn is_less_than(&self, other: &Self) -> bool {
        let weight = |said: &Self| {
            let is_code = said.code.is_some() || said.text.is_some_and(|text| text.len() == 2);
            u8::from(said.flag || said.number.is_some() || said.text.is_some()) + u8::from(is_code)
        };
        weight(self) < weight(other)
    }

    /// The code if there is one, or else the text.
    pub(crate) fn code_or_text(&self) -> Option<&'a str> {
        self.code.or(self.text)
    }
}

impl<'de> Deserialize<'de> for Said<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Saying)
    }
}

struct Saying;

impl<'de> Visitor<'de> for Saying {
    type Value = Said<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, a flag, or a map or list of them")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Said { text: Some(text).filter(|text| !text.is_empty()), ..Said::default() })
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Said::default())
    }

    fn visit_bytes<E>(self, _: &[u8]) -> Result<Self::Value, E> {
        Ok(Said::default())
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Said { flag, ..Said::default() })
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Said { number: Some(number), ..Said::default() })
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        // Numbers of systems and radii are far below 2^53.
        Ok(Said { number: Some(number as f64), ..Said::default() })
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Said { number: Some(number as f64), ..Said::default() })
    }

    fn visit_u128<E>(self, _: u128) -> Result<Self::Value, E> {
        Ok(Said::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let first = list.next_element()?.unwrap_or_default();
        drain(&mut list)?;
        Ok(first)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut said = Said::default();
        while let Some(name) = map.next_key::<&str>()? {
            match name {
                "iso_code" => said.code = map.next_value::<Said<'de>>()?.text,
                "names" => said.text = map.next_value::<Names<'de>>()?.0,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(said)
    }
}

/// A name in several languages, of which English is read.
struct Names<'a>(Option<&'a str>);

impl<'de> Deserialize<'de> for Names<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reading;
        impl<'de> Visitor<'de> for Reading {
            type Value = Names<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("names by language")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut english = None;
                while let Some(language) = map.next_key::<&str>()? {
                    if language == "en" {
                        english = map.next_value::<Said<'de>>()?.text;
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(Names(english))
            }
        }
        from.deserialize_map(Reading)
    }
}

fn drain<'de, A: SeqAccess<'de>>(list: &mut A) -> Result<(), A::Error> {
    while list.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}
