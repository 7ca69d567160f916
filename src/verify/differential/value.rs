//! Values of Python as plain data: what `runner/lerp_values.py` writes, one tag for each kind.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Numbers that differ by less than this share of themselves are the same: adding in another order is no change of behaviour.
const FLOAT_TOLERANCE: f64 = 1e-9;
/// A text is shown up to this many characters.
const SHOWN: usize = 60;

/// One value. Numbers travel as text: Python's have no bounds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Value {
    None,
    Ellipsis,
    NotImplemented,
    Bool(bool),
    Int(String),
    Float(String),
    Complex(String, String),
    Str(String),
    /// A text that is not valid Unicode, as hexadecimal bytes.
    Surrogates(String),
    Bytes(String),
    Bytearray(String),
    /// A long text or long bytes: length and SHA-256.
    Digest(u64, String),
    List(Vec<Value>),
    Tuple(Vec<Value>),
    /// Sorted by what the parts look like.
    Set(Vec<Value>),
    Frozenset(Vec<Value>),
    /// In the dictionary's own order.
    Dict(Vec<(Value, Value)>),
    Range(String, String, String),
    Slice(Vec<Value>),
    /// What an iterator gave, and how it ended: `stop`, `cut`, or the type that it raised.
    Iterator(Vec<Value>, String),
    /// Class and name.
    Enum(String, String),
    /// Class and arguments that make it again.
    Made(String, Vec<Value>),
    /// Of a class made from a built-in type: class, what it is of that type, attributes.
    Derived(String, Box<Value>, Vec<(String, Value)>),
    /// Class and attributes.
    Object(String, Vec<(String, Value)>),
    /// A class, function or module, by the name under which it is imported.
    Global(String),
    /// Known by its type alone.
    Opaque(String),
    /// A part that was met before, by its number.
    Back(usize),
    /// Too large or too deep from here on.
    Cut(u64),
}

impl Value {
    /// Whether two values are the same to a reader of Python: floats by a tolerance, all else exactly.
    pub(super) fn same(&self, other: &Self) -> bool {
        use Value::*;
        let all = |a: &[Self], b: &[Self]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b));
        let named = |a: &[(String, Self)], b: &[(String, Self)]| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.0 == b.0 && a.1.same(&b.1))
        };
        match (self, other) {
            (Float(a), Float(b)) => near(a, b),
            (Complex(a, b), Complex(c, d)) => near(a, c) && near(b, d),
            (List(a), List(b)) | (Tuple(a), Tuple(b)) | (Set(a), Set(b)) | (Frozenset(a), Frozenset(b)) => all(a, b),
            (Slice(a), Slice(b)) => all(a, b),
            (Dict(a), Dict(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.0.same(&b.0) && a.1.same(&b.1)),
            (Iterator(a, end), Iterator(b, other)) => end == other && all(a, b),
            (Made(a, parts), Made(b, others)) => a == b && all(parts, others),
            (Derived(a, held, state), Derived(b, other, others)) => a == b && held.same(other) && named(state, others),
            (Object(a, state), Object(b, others)) => a == b && sorted_same(state, others),
            _ => self == other,
        }
    }

    /// How much there is to read: the smallest differing call is shown.
    pub(super) fn size(&self) -> usize {
        use Value::*;
        match self {
            Int(text) | Float(text) | Str(text) => text.len().max(1),
            Bytes(text) | Bytearray(text) | Surrogates(text) => text.len() / 2 + 1,
            List(parts) | Tuple(parts) | Set(parts) | Frozenset(parts) | Slice(parts) | Iterator(parts, _) => {
                1 + parts.iter().map(|part| 1 + part.size()).sum::<usize>()
            }
            Made(_, parts) => 5 + parts.iter().map(Self::size).sum::<usize>(),
            Dict(pairs) => 1 + pairs.iter().map(|(key, held)| 2 + key.size() + held.size()).sum::<usize>(),
            Derived(_, held, state) => 5 + held.size() + state.iter().map(|(_, part)| 3 + part.size()).sum::<usize>(),
            Object(_, state) => 10 + state.iter().map(|(_, part)| 3 + part.size()).sum::<usize>(),
            _ => 1,
        }
    }

    /// Whether a part refers to another by its number, so that no part may be taken away.
    pub(super) fn refers_back(&self) -> bool {
        use Value::*;
        let any = |parts: &[Self]| parts.iter().any(Self::refers_back);
        match self {
            Back(_) => true,
            List(parts) | Tuple(parts) | Set(parts) | Frozenset(parts) | Slice(parts) => any(parts),
            Iterator(parts, _) | Made(_, parts) => any(parts),
            Dict(pairs) => pairs.iter().any(|(key, held)| key.refers_back() || held.refers_back()),
            Derived(_, held, state) => held.refers_back() || state.iter().any(|(_, part)| part.refers_back()),
            Object(_, state) => state.iter().any(|(_, part)| part.refers_back()),
            _ => false,
        }
    }
}

/// Attributes may be set in another order.
fn sorted_same(a: &[(String, Value)], b: &[(String, Value)]) -> bool {
    let sorted = |state: &[(String, Value)]| {
        let mut state = state.to_vec();
        state.sort_by(|a, b| a.0.cmp(&b.0));
        state
    };
    a.len() == b.len() && sorted(a).iter().zip(&sorted(b)).all(|(a, b)| a.0 == b.0 && a.1.same(&b.1))
}

fn near(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    match (a.parse::<f64>(), b.parse::<f64>()) {
        // the signs of zeros are seen by the text
        (Ok(a), Ok(b)) if a.is_finite() && b.is_finite() && (a != 0.0 || b != 0.0) => {
            (a - b).abs() <= FLOAT_TOLERANCE * a.abs().max(b.abs())
        }
        _ => false,
    }
}

/// The part of a name after its module.
pub(super) fn short(name: &str) -> &str {
    name.split_once(':').map_or(name, |(module, path)| if path.is_empty() { module } else { path })
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use Value::*;
        match self {
            None => f.write_str("None"),
            Ellipsis => f.write_str("..."),
            NotImplemented => f.write_str("NotImplemented"),
            Bool(true) => f.write_str("True"),
            Bool(false) => f.write_str("False"),
            Int(text) | Float(text) => f.write_str(text),
            Complex(real, imaginary) => write!(f, "complex({real}, {imaginary})"),
            Str(text) => f.write_str(&quoted(text)),
            Surrogates(hex) => write!(f, "<text that is not Unicode, {hex}>"),
            Bytes(hex) => write!(f, "bytes.fromhex('{hex}')"),
            Bytearray(hex) => write!(f, "bytearray.fromhex('{hex}')"),
            Digest(length, _) => write!(f, "<{length} characters>"),
            List(parts) => write!(f, "[{}]", Listed(parts)),
            Tuple(parts) if parts.len() == 1 => write!(f, "({},)", parts[0]),
            Tuple(parts) => write!(f, "({})", Listed(parts)),
            Set(parts) if parts.is_empty() => f.write_str("set()"),
            Set(parts) => write!(f, "{{{}}}", Listed(parts)),
            Frozenset(parts) => write!(f, "frozenset({{{}}})", Listed(parts)),
            Dict(pairs) => {
                let pairs: Vec<String> = pairs.iter().map(|(key, held)| format!("{key}: {held}")).collect();
                write!(f, "{{{}}}", pairs.join(", "))
            }
            Range(start, stop, step) => write!(f, "range({start}, {stop}, {step})"),
            Slice(parts) => write!(f, "slice({})", Listed(parts)),
            Iterator(parts, end) if end == "stop" => write!(f, "iter([{}])", Listed(parts)),
            Iterator(parts, end) if end == "cut" => write!(f, "iter([{}, ...])", Listed(parts)),
            Iterator(parts, end) => write!(f, "<iterator: {}, then {}>", Listed(parts), short(end)),
            Enum(class, name) => write!(f, "{}.{name}", short(class)),
            Made(class, parts) => write!(f, "{}({})", short(class), Listed(parts)),
            Derived(class, held, _) => write!(f, "{}({held})", short(class)),
            Object(class, state) => {
                let state: Vec<String> = state.iter().map(|(name, part)| format!("{name}={part}")).collect();
                write!(f, "<{} {}>", short(class), state.join(" "))
            }
            Global(name) => f.write_str(short(name)),
            Opaque(name) => write!(f, "<{}>", short(name)),
            Back(_) => f.write_str("<the same again>"),
            Cut(_) => f.write_str("..."),
        }
    }
}

/// Parts with commas between.
struct Listed<'a>(&'a [Value]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in self.0.iter().enumerate() {
            write!(f, "{}{part}", if at == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

/// As Python writes a string, with its control characters escaped.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut shown = String::from(quote);
    for letter in text.chars() {
        match letter {
            '\\' => shown.push_str("\\\\"),
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            _ if letter == quote => shown.extend(['\\', quote]),
            _ if letter.is_control() => shown.extend(letter.escape_unicode()),
            _ => shown.push(letter),
        }
    }
    shown.push(quote);
    shown
}

/// Cut to what fits in a line.
pub(super) fn brief(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(json: &str) -> Value {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn the_same_is_what_python_would_call_the_same_and_no_more() {
        let int = r#"{"int":"1"}"#;
        for (a, b, expect) in [
            (r#""none""#, r#""none""#, true),
            (int, int, true),
            (int, r#"{"bool":true}"#, false),
            (int, r#"{"float":"1.0"}"#, false),
            (r#"{"float":"nan"}"#, r#"{"float":"nan"}"#, true),
            (r#"{"float":"nan"}"#, r#"{"float":"1.0"}"#, false),
            (r#"{"float":"0.0"}"#, r#"{"float":"-0.0"}"#, false),
            (r#"{"float":"inf"}"#, r#"{"float":"1e308"}"#, false),
            (r#"{"float":"0.9999999999999999"}"#, r#"{"float":"1.0"}"#, true),
            (r#"{"float":"0.99999"}"#, r#"{"float":"1.0"}"#, false),
            (r#"{"list":[]}"#, r#"{"tuple":[]}"#, false),
            (
                r#"{"dict":[[{"int":"1"},"none"],[{"int":"2"},"none"]]}"#,
                r#"{"dict":[[{"int":"2"},"none"],[{"int":"1"},"none"]]}"#,
                false,
            ),
            (
                r#"{"object":["m:A",[["x","none"],["y",{"int":"1"}]]]}"#,
                r#"{"object":["m:A",[["y",{"int":"1"}],["x","none"]]]}"#,
                true,
            ),
            (r#"{"object":["m:A",[]]}"#, r#"{"object":["m:B",[]]}"#, false),
            (r#"{"iterator":[[],"stop"]}"#, r#"{"iterator":[[],"builtins:ValueError"]}"#, false),
            (r#"{"list":[{"float":"1.0"}]}"#, r#"{"list":[{"float":"1.0000000000000002"}]}"#, true),
        ] {
            assert_eq!(value(a).same(&value(b)), expect, "{a} {b}");
        }
    }

    #[test]
    fn values_are_shown_as_python_writes_them() {
        for (json, expect) in [
            (r#"{"tuple":[{"int":"1"}]}"#, "(1,)"),
            (r#"{"str":"it's\n"}"#, "\"it's\\n\""),
            (r#"{"dict":[[{"str":"a"},{"list":[]}]]}"#, "{'a': []}"),
            (r#"{"derived":["m:P",{"tuple":[{"int":"1"}]},[]]}"#, "P((1,))"),
            (r#"{"global":"json:"}"#, "json"),
            (r#"{"object":["m:A",[["x",{"back":0}]]]}"#, "<A x=<the same again>>"),
            (r#"{"set":[]}"#, "set()"),
        ] {
            assert_eq!(value(json).to_string(), expect);
        }
        assert_eq!(brief(&"é".repeat(70)).chars().count(), SHOWN + 1);
    }
}
