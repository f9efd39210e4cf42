//! Writes a small MaxMind DB (format 2.0), so that a made-up world is read as the real one is: from a file.
//!
//! Only what a table of places needs: a tree of 32-bit records in IPv6's space, and maps of text and numbers.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;

/// What a record may hold.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Double(f64),
    U16(u16),
    U32(u32),
    U64(u64),
    Map(Vec<(&'static str, Self)>),
    List(Vec<Self>),
}

/// Bytes between the tree and the data.
const SEPARATOR: [u8; 16] = [0; 16];
/// What the metadata begins with.
const MARK: &[u8] = b"\xab\xcd\xefMaxMind.com";
/// Where IPv4 is in IPv6's space: `::/96`.
const V4_DEPTH: u8 = 96;

/// A database of these ranges, of which none may contain another.
pub(super) fn database(kind: &str, built_at_s: u64, ranges: &[(IpNet, Value)]) -> Vec<u8> {
    let (data, places) = data_of(ranges);
    let mut tree = Tree::new();
    for ((net, _), place) in ranges.iter().zip(places) {
        tree.insert(net, place);
    }
    let n_nodes = u32::try_from(tree.nodes.len()).unwrap_or(u32::MAX);
    let mut bytes = Vec::with_capacity(tree.nodes.len() * 8 + data.len() + 512);
    for slot in tree.nodes.iter().flatten() {
        let record = match slot {
            Slot::Empty => n_nodes,
            Slot::Node(node) => *node,
            Slot::Data(place) => n_nodes + 16 + place,
        };
        bytes.extend_from_slice(&record.to_be_bytes());
    }
    bytes.extend_from_slice(&SEPARATOR);
    bytes.extend_from_slice(&data);
    bytes.extend_from_slice(MARK);
    write(&metadata(kind, built_at_s, n_nodes), &mut bytes);
    bytes
}

/// The data section, with equal records once, and where in it each range's record is.
fn data_of(ranges: &[(IpNet, Value)]) -> (Vec<u8>, Vec<u32>) {
    let mut data = Vec::new();
    let mut known: BTreeMap<Vec<u8>, u32> = BTreeMap::new();
    let mut places = Vec::with_capacity(ranges.len());
    for (_, value) in ranges {
        let mut record = Vec::new();
        write(value, &mut record);
        let end = u32::try_from(data.len()).unwrap_or(u32::MAX);
        let place = *known.entry(record.clone()).or_insert(end);
        if place == end {
            data.extend_from_slice(&record);
        }
        places.push(place);
    }
    (data, places)
}

fn metadata(kind: &str, built_at_s: u64, n_nodes: u32) -> Value {
    let text = |text: &str| Value::Text(text.to_owned());
    Value::Map(vec![
        ("node_count", Value::U32(n_nodes)),
        ("record_size", Value::U16(32)),
        ("ip_version", Value::U16(6)),
        ("database_type", text(kind)),
        ("languages", Value::List(vec![text("en")])),
        ("binary_format_major_version", Value::U16(2)),
        ("binary_format_minor_version", Value::U16(0)),
        ("build_epoch", Value::U64(built_at_s)),
        ("description", Value::Map(vec![("en", text("places that are nowhere"))])),
    ])
}

/// A binary tree by the bits of addresses.
struct Tree {
    nodes: Vec<[Slot; 2]>,
}

#[derive(Clone, Copy)]
enum Slot {
    Empty,
    Node(u32),
    Data(u32),
}

impl Tree {
    fn new() -> Self {
        Self { nodes: vec![[Slot::Empty; 2]] }
    }

    fn insert(&mut self, net: &IpNet, place: u32) {
        let (bits, depth) = match net.network() {
            IpAddr::V4(v4) => (u128::from(u32::from(v4)), V4_DEPTH + net.prefix_len()),
            IpAddr::V6(v6) => (u128::from(v6), net.prefix_len()),
        };
        let mut node = 0_usize;
        for level in 0..depth {
            let side = usize::from(bits >> (127 - level) & 1 == 1);
            let is_last = level + 1 == depth;
            let next = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
            let Some(slot) = self.nodes.get_mut(node).and_then(|slots| slots.get_mut(side)) else { return };
            match *slot {
                _ if is_last => *slot = Slot::Data(place),
                Slot::Node(child) => node = child as usize,
                Slot::Empty | Slot::Data(_) => {
                    *slot = Slot::Node(next);
                    node = next as usize;
                    self.nodes.push([Slot::Empty; 2]);
                }
            }
        }
    }
}

/// Writes a value: a control byte of type and length, then the content.
fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Text(text) => {
            control(2, text.len(), out);
            out.extend_from_slice(text.as_bytes());
        }
        Value::Double(number) => {
            control(3, 8, out);
            out.extend_from_slice(&number.to_be_bytes());
        }
        Value::U16(number) => unsigned(5, &number.to_be_bytes(), out),
        Value::U32(number) => unsigned(6, &number.to_be_bytes(), out),
        Value::U64(number) => unsigned(9, &number.to_be_bytes(), out),
        Value::Map(fields) => {
            control(7, fields.len(), out);
            for (name, value) in fields {
                write(&Value::Text((*name).to_owned()), out);
                write(value, out);
            }
        }
        Value::List(values) => {
            control(11, values.len(), out);
            values.iter().for_each(|value| write(value, out));
        }
    }
}

fn unsigned(kind: u8, bytes: &[u8], out: &mut Vec<u8>) {
    control(kind, bytes.len(), out);
    out.extend_from_slice(bytes);
}

/// Types above 7 are extended: their number follows. Lengths of 29 to 284 take a further byte; none here is longer.
fn control(kind: u8, length: usize, out: &mut Vec<u8>) {
    let (short, more) = match u8::try_from(length) {
        Ok(short) if short < 29 => (short, None),
        _ => (29, Some(u8::try_from(length.saturating_sub(29)).unwrap_or(u8::MAX))),
    };
    if kind <= 7 {
        out.push(kind << 5 | short);
    } else {
        out.push(short);
        out.push(kind - 7);
    }
    out.extend(more);
}
