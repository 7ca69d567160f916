//! One call, what came of it, and whether two such answers are the same.

use serde::{Deserialize, Serialize};

use super::value::{Value, brief, short};

/// Arguments of a call, as the body of the function meets them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Call {
    /// Which definition of the name, in the order of the text: a property has several.
    pub(super) which: usize,
    pub(super) positional: Vec<Value>,
    pub(super) keywords: Vec<(String, Value)>,
}

impl Call {
    pub(super) fn values(&self) -> impl Iterator<Item = &Value> {
        self.positional.iter().chain(self.keywords.iter().map(|(_, value)| value))
    }

    pub(super) fn size(&self) -> usize {
        self.values().map(Value::size).sum()
    }

    /// `f(1, key=2)`.
    pub(super) fn shown(&self, function: &str) -> String {
        let positional = self.positional.iter().map(|value| brief(&value.to_string()));
        let keywords = self.keywords.iter().map(|(name, value)| format!("{name}={}", brief(&value.to_string())));
        format!("{function}({})", positional.chain(keywords).collect::<Vec<_>>().join(", "))
    }
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Outcome {
    /// It ended.
    Answer(Answer),
    /// It did not end in time.
    Slow,
    /// The arguments could not be made again.
    Unmade(String),
    /// The process ended in it.
    #[serde(skip)]
    Died,
}

/// How a call ended and what it left.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Answer {
    #[serde(flatten)]
    end: End,
    /// The arguments afterwards.
    arguments: Vec<Value>,
    /// The head of what it wrote to `sys.stdout`.
    printed: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum End {
    Returned(Value),
    Raised {
        class: String,
        /// A `raise` in the file itself.
        own: bool,
        /// The exception's arguments, of an own one.
        said: Option<Vec<Value>>,
    },
}

/// Exceptions by which Python says that the arguments are of a wrong kind.
const WRONG_KIND: &[&str] = &["builtins:TypeError", "builtins:AttributeError"];

impl Outcome {
    /// Whether the original's answer says what a candidate has to do. Arguments that lerp made up (`varied`) may be of a kind that
    /// the function does not take: what it does with those is accident.
    pub(super) fn counts(&self, varied: bool) -> bool {
        match self {
            Self::Answer(Answer { end: End::Raised { class, own, .. }, .. }) => {
                !varied || *own || !WRONG_KIND.contains(&class.as_str())
            }
            Self::Answer(_) => true,
            Self::Slow | Self::Unmade(_) | Self::Died => false,
        }
    }

    /// Whether two outcomes are the same: end, arguments afterwards, output.
    pub(super) fn same(&self, other: &Self) -> bool {
        let (Self::Answer(a), Self::Answer(b)) = (self, other) else { return self == other };
        let all = |a: &[Value], b: &[Value]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b));
        a.printed == b.printed && all(&a.arguments, &b.arguments) && a.end.same(&b.end)
    }

    /// The two outcomes in words, cut down to what differs.
    pub(super) fn difference(&self, was: &Self) -> (String, String) {
        let (Self::Answer(a), Self::Answer(b)) = (self, was) else { return (self.end_shown(), was.end_shown()) };
        if !a.end.same(&b.end) {
            return (self.end_shown(), was.end_shown());
        }
        if a.printed != b.printed {
            let printed = |text: &str| format!("prints {}", brief(&Value::Str(text.to_owned()).to_string()));
            return (printed(&a.printed), printed(&b.printed));
        }
        let at = a.arguments.iter().zip(&b.arguments).position(|(a, b)| !a.same(b)).unwrap_or_default();
        let left = |answer: &Answer| {
            let value = answer.arguments.get(at).map(|value| brief(&value.to_string())).unwrap_or_default();
            format!("leaves argument {} as {value}", at + 1)
        };
        (left(a), left(b))
    }

    fn end_shown(&self) -> String {
        match self {
            Self::Answer(Answer { end: End::Returned(value), .. }) => brief(&value.to_string()),
            Self::Answer(Answer { end: End::Raised { class, said, .. }, .. }) => {
                let said =
                    said.as_ref().map(|said| said.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
                brief(&format!("raises {}{}", short(class), said.map_or(String::new(), |said| format!("({said})"))))
            }
            Self::Slow => "does not end".to_owned(),
            Self::Died => "ends the process".to_owned(),
            Self::Unmade(kind) => format!("arguments that can not be made ({})", short(kind)),
        }
    }
}

impl End {
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Returned(a), Self::Returned(b)) => a.same(b),
            // the interpreter's own words change with the way in which a thing is written
            (Self::Raised { class: a, said: x, .. }, Self::Raised { class: b, said: y, .. }) => {
                let words =
                    |(x, y): (&Vec<Value>, &Vec<Value>)| x.len() == y.len() && x.iter().zip(y).all(|(x, y)| x.same(y));
                a == b && x.as_ref().zip(y.as_ref()).is_none_or(words)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(json: &str) -> Outcome {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn what_differs_is_named() {
        let answer = |end: &str, rest: &str| outcome(&format!(r#"{{"answer":{{{end},{rest}}}}}"#));
        let plain = r#""arguments":[{"int":"3"}],"printed":"""#;
        let five = answer(r#""returned":{"int":"5"}"#, plain);
        let own = r#""raised":{"class":"builtins:ValueError","own":true,"said":[{"str":"no"}]}"#;
        let other = r#""raised":{"class":"builtins:ValueError","own":true,"said":[{"str":"yes"}]}"#;
        let python = r#""raised":{"class":"builtins:ValueError","own":false,"said":null}"#;
        for (a, b, expect) in [
            (answer(r#""returned":{"int":"5"}"#, plain), &five, None),
            (answer(r#""returned":{"int":"4"}"#, plain), &five, Some(("4", "5"))),
            (
                answer(r#""returned":{"int":"5"}"#, r#""arguments":[{"int":"4"}],"printed":"""#),
                &five,
                Some(("leaves argument 1 as 4", "leaves argument 1 as 3")),
            ),
            (
                answer(r#""returned":{"int":"5"}"#, r#""arguments":[{"int":"3"}],"printed":"x""#),
                &five,
                Some(("prints 'x'", "prints ''")),
            ),
            (answer(own, plain), &five, Some(("raises ValueError('no')", "5"))),
            (answer(own, plain), &answer(other, plain), Some(("raises ValueError('no')", "raises ValueError('yes')"))),
            (answer(own, plain), &answer(python, plain), None),
            (Outcome::Died, &five, Some(("ends the process", "5"))),
            (outcome(r#""slow""#), &five, Some(("does not end", "5"))),
        ] {
            assert_eq!(a.same(b), expect.is_none(), "{a:?}");
            if let Some((now, was)) = expect {
                assert_eq!(a.difference(b), (now.to_owned(), was.to_owned()));
            }
        }
    }

    #[test]
    fn a_complaint_about_made_up_arguments_does_not_count() {
        let raised = |class: &str, own: bool| {
            outcome(&format!(
                r#"{{"answer":{{"raised":{{"class":"builtins:{class}","own":{own},"said":null}},"arguments":[],"printed":""}}}}"#
            ))
        };
        assert!(raised("TypeError", false).counts(false));
        assert!(!raised("TypeError", false).counts(true));
        assert!(raised("TypeError", true).counts(true));
        assert!(raised("KeyError", false).counts(true));
        assert!(!Outcome::Slow.counts(false));
    }
}
