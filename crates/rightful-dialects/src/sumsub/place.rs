//! Coordinates of a device, in the spellings that clients use: the vendor's documentation names the field and not its shape.

use rightful_domain::TOLD_ACCURACY_KM;

use crate::fields::{Fault, Fields};
use crate::json::Node;
use crate::scalars::{latitude, longitude};

const NO_COORDS: &str = "must be {lat, lon}, {latitude, longitude} or \"lat,lon\", in degrees";
/// The longest text of two numbers, in bytes.
const TEXT_BYTES_MAX: usize = 64;

/// Degrees north and east, where they are good for more than a region: `{lat, lon}` (or `lng`), `{latitude, longitude, accuracy}`,
/// with the accuracy in meters, or `"52.5,13.4"`. Numbers may be texts. One without the other, or none, is nothing told.
pub(super) fn read(node: Node<'_>) -> Result<Option<(f64, f64)>, Fault> {
    match node {
        Node::Object(members) => of_object(&mut Fields::new(members)),
        Node::Text(text) => of_text(&text).map(Some),
        _ => Err(Fault::new(NO_COORDS)),
    }
}

fn of_object(fields: &mut Fields<'_>) -> Result<Option<(f64, f64)>, Fault> {
    let north = one_of(fields, &["lat", "latitude"], latitude)?;
    let east = one_of(fields, &["lon", "lng", "longitude"], longitude)?;
    let meters = fields.take("accuracy").and_then(|told| number(&told));
    // What is not known to be bad is taken for good; below zero, browsers and phones say that they do not know.
    let is_good = meters.is_none_or(|meters| (0.0..=f64::from(TOLD_ACCURACY_KM) * 1_000.0).contains(&meters));
    Ok(north.zip(east).filter(|_| is_good))
}

fn one_of(
    fields: &mut Fields<'_>,
    names: &[&str],
    read: impl Fn(Node<'_>) -> Result<f64, Fault>,
) -> Result<Option<f64>, Fault> {
    let Some(name) = names.iter().find(|name| fields.has(name)) else { return Ok(None) };
    fields.optional(name, |node| read(unquoted(node)))
}

/// A number that was written as a text.
fn unquoted(node: Node<'_>) -> Node<'_> {
    match &node {
        Node::Text(text) => number_of(text).unwrap_or(node),
        _ => node,
    }
}

fn number_of(text: &str) -> Option<Node<'static>> {
    let number = text.trim().parse().ok().and_then(serde_json::Number::from_f64);
    number.map(Node::Number)
}

fn number(node: &Node<'_>) -> Option<f64> {
    match node {
        Node::Number(number) => number.as_f64(),
        Node::Text(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn of_text(text: &str) -> Result<(f64, f64), Fault> {
    let fault = || Fault::new(NO_COORDS);
    let (north, east) = text.split_once([',', ';']).filter(|_| text.len() <= TEXT_BYTES_MAX).ok_or_else(fault)?;
    let [north, east] = [north, east].map(number_of);
    Ok((latitude(north.ok_or_else(fault)?)?, longitude(east.ok_or_else(fault)?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(told: &str, expected: Option<Option<(f64, f64)>>) {
        let body = format!(r#"{{"coords": {told}}}"#);
        let mut members = Fields::new(crate::json::parse_object(body.as_bytes()).unwrap());
        let read = members.optional("coords", read).map(Option::flatten);
        assert_eq!(read.ok(), expected, "{told}");
    }

    #[test]
    fn coordinates_are_read_in_each_spelling_and_refused_where_there_is_no_such_place() {
        let berlin = Some(Some((52.5, 13.4)));
        for told in [
            r#"{"lat": 52.5, "lon": 13.4}"#,
            r#"{"lat": 52.5, "lng": 13.4}"#,
            r#"{"latitude": 52.5, "longitude": 13.4}"#,
            r#"{"latitude": "52.5", "longitude": " 13.4 "}"#,
            r#"{"lat": 52.5, "lon": 13.4, "accuracy": 50000}"#,
            r#"{"lat": 52.5, "lon": 13.4, "accuracy": "12"}"#,
            r#"{"lat": 52.5, "lon": 13.4, "accuracy": null}"#,
            r#""52.5,13.4""#,
            r#""52.5; 13.4""#,
        ] {
            check(told, berlin);
        }
        // Not good enough, or only half told: nothing is known.
        for told in [
            r#"{"lat": 52.5, "lon": 13.4, "accuracy": 50001}"#,
            r#"{"lat": 52.5, "lon": 13.4, "accuracy": -1}"#,
            r#"{"lat": 52.5}"#,
            "{}",
            "null",
        ] {
            check(told, Some(None));
        }
        for told in [
            r#"{"lat": 91, "lon": 13.4}"#,
            r#"{"lat": 52.5, "lon": -180.1}"#,
            r#"{"lat": "north", "lon": 13.4}"#,
            r#"{"lat": 1e300, "lon": 13.4}"#,
            r#"{"lat": true, "lon": 13.4}"#,
            r#""52.5""#,
            r#""52.5,13.4,1""#,
            r#""NaN,13.4""#,
            r#""inf,13.4""#,
            r#""91,13.4""#,
            r#""""#,
            "52.5",
            "[52.5, 13.4]",
        ] {
            check(told, None);
        }
    }
}
