//! From what a candidate's file holds to the whole text to try.

use crate::syntax::{Function, continued_lines, find_functions, parse};
use crate::text::nearest;
use anyhow::{Result, bail};

/// The text of the module with the candidate in place. The candidate is either the whole new module or, when a function is
/// named, that function alone, at any indentation; strings keep their text.
pub fn fit(original: &str, function: Option<&Function>, candidate: &str) -> Result<String> {
    let Some(function) = function else {
        return Ok(candidate.to_owned());
    };
    let wanted = &function.qualname;
    if let Some(name) = only_function(candidate) {
        let last = wanted.rsplit('.').next().unwrap_or(wanted);
        let last = last.split('#').next().unwrap_or(last);
        if name != last {
            bail!("it defines {name:?}, not {last:?}");
        }
        let at = &function.range;
        let line = original[..at.start].rfind('\n').map_or(0, |end| end + 1);
        let text = indented(candidate, &original[line..at.start]);
        return Ok([&original[..at.start], &text, &original[at.end..]].concat());
    }
    let functions = find_functions(&parse(candidate), candidate);
    if !functions.iter().any(|other| other.qualname == *wanted) {
        let hint = nearest(wanted, functions.iter().map(|other| other.qualname.as_str()));
        let hint = hint.map_or_else(String::new, |name| format!(" (it has {name:?})"));
        bail!("it is neither one function nor a module with {wanted:?} in it{hint}");
    }
    Ok(candidate.to_owned())
}

/// The function that a qualified name means.
pub fn function_named(source: &str, wanted: &str) -> Result<Function> {
    let functions = find_functions(&parse(source), source);
    if let Some(function) = functions.iter().find(|function| function.qualname == wanted) {
        return Ok(function.clone());
    }
    match nearest(wanted, functions.iter().map(|function| function.qualname.as_str())) {
        Some(name) => bail!("there is no function {wanted:?}; did you mean {name:?}?"),
        None => bail!("there is no function {wanted:?}"),
    }
}

/// The name of the function that a text is, when it is one function and nothing else. Told by the lines at its own margin, so that
/// a broken function is known as one, too.
fn only_function(text: &str) -> Option<String> {
    let margin = margin(text);
    let continued = continued(text);
    let mut found: Option<&str> = None;
    for (number, line) in text.lines().enumerate() {
        let code = line.trim();
        if code.is_empty() || code.starts_with('#') || continued.contains(&number) {
            continue;
        }
        let at_margin = line.strip_prefix(margin).is_some_and(|rest| !rest.starts_with([' ', '\t']));
        if !at_margin {
            // less indented than the first line: there is more than that one definition
            if !line.starts_with(margin) {
                return None;
            }
            continue;
        }
        let definition = code.strip_prefix("async ").map_or(code, str::trim_start).strip_prefix("def ");
        match (definition, found) {
            (Some(rest), None) => {
                found = rest.trim_start().split(|letter: char| !(letter.is_alphanumeric() || letter == '_')).next();
            }
            (Some(_), Some(_)) => return None,
            // the end of a signature that was opened above, or a decorator
            (None, _) if code.starts_with([')', ']', '}']) || (found.is_none() && code.starts_with('@')) => {}
            (None, _) => return None,
        }
    }
    found.filter(|name| !name.is_empty()).map(str::to_owned)
}

/// The text without blank lines around it, its margin replaced.
fn indented(text: &str, indent: &str) -> String {
    let margin = margin(text);
    let continued = continued(text);
    let mut out = String::new();
    let mut started = false;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if !started && line.trim().is_empty() {
            continue;
        }
        if continued.contains(&number) {
            out.push_str(line);
        } else if line.trim().is_empty() {
            out.push_str(line.trim_start_matches([' ', '\t']));
        } else {
            // the first line stands where the original's stood
            out.push_str(if started { indent } else { "" });
            out.push_str(line.strip_prefix(margin).unwrap_or_else(|| line.trim_start()));
        }
        started = true;
    }
    out.truncate(out.trim_end().len());
    out
}

/// The blanks before the first line that has code.
fn margin(text: &str) -> &str {
    let code = text.lines().find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    code.map_or("", |line| &line[..line.len() - line.trim_start().len()])
}

fn continued(text: &str) -> std::collections::BTreeSet<usize> {
    // an indented text is no module, but the body of something
    let body = format!("if True:\n{text}");
    let parsed = if margin(text).is_empty() { parse(text) } else { parse(&body) };
    let moved = usize::from(!margin(text).is_empty());
    continued_lines(&parsed).into_iter().filter_map(|line| line.checked_sub(moved)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULE: &str = "import os\n\n\nclass A:\n    @property\n    def f(self):\n        return 1\n\n    def g(self):\n        return 2\n\n\ndef h():\n    return 3\n";

    fn check(name: &str, candidate: &str, expect: Result<&str, &str>) {
        let function = function_named(MODULE, name).unwrap();
        let fitted = fit(MODULE, Some(&function), candidate).map_err(|error| error.to_string());
        match (fitted, expect) {
            (Ok(text), Ok(expect)) => assert_eq!(text, expect, "{candidate:?}"),
            (Err(message), Err(expect)) => assert!(message.contains(expect), "{message}"),
            (fitted, _) => panic!("{candidate:?}: {fitted:?}"),
        }
    }

    #[test]
    fn a_function_takes_the_place_and_the_indentation_of_the_old_one() {
        let with = |old: &str, new: &str| MODULE.replace(old, new);
        check("h", "def h():\n    return 4\n", Ok(&with("return 3", "return 4")));
        check(
            "h",
            "\n# why\ndef h():\n    return 4",
            Ok(&with("def h():\n    return 3", "# why\ndef h():\n    return 4")),
        );
        check("A.g", "def g(self):\n    return 4\n", Ok(&with("return 2", "return 4")));
        check("A.g", "    def g(self):\n        return 4\n", Ok(&with("return 2", "return 4")));
        check("A.g", "\tdef g(self):\n\t\treturn 4\n", Ok(&with("        return 2", "    \treturn 4")));
        let decorated = "@property\ndef f(\n    self,\n) -> int:\n\n    return 4\n";
        let expect = "@property\n    def f(\n        self,\n    ) -> int:\n\n        return 4";
        check("A.f", decorated, Ok(&with("@property\n    def f(self):\n        return 1", expect)));
        check(
            "h",
            "async def h():\n    return 4\n",
            Ok(&with("def h():\n    return 3", "async def h():\n    return 4")),
        );
    }

    #[test]
    fn strings_keep_their_text() {
        let text = "def g(self):\n    return '''a\nb\n    c'''\n";
        check("A.g", text, Ok(&MODULE.replace("return 2", "return '''a\nb\n    c'''")));
        let indented = "    def g(self):\n        return '''a\nb\n    c'''\n";
        check("A.g", indented, Ok(&MODULE.replace("return 2", "return '''a\nb\n    c'''")));
    }

    #[test]
    fn broken_functions_are_fitted_all_the_same() {
        check("h", "def h(:\n    return 4\n", Ok(&MODULE.replace("h():\n    return 3", "h(:\n    return 4")));
        check("h", "def h():\n    return (4\n", Ok(&MODULE.replace("return 3", "return (4")));
    }

    #[test]
    fn a_module_is_taken_as_it_is() {
        let whole = MODULE.replace("return 3", "return 4");
        check("h", &whole, Ok(&whole));
        check("h", "import re\n\n\ndef h():\n    pass\n", Ok("import re\n\n\ndef h():\n    pass\n"));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        check("h", "def k():\n    return 4\n", Err("it defines \"k\", not \"h\""));
        check("A.g", "def f(self):\n    return 4\n", Err("it defines \"f\", not \"g\""));
        check("h", "", Err("neither one function nor a module with \"h\""));
        check("h", "return 4\n", Err("neither one function"));
        check("A.g", "class A:\n    def gg(self):\n        return 4\n", Err("(it has \"A.gg\")"));
        check("h", "def h():\n    pass\ndef k():\n    pass\n", Ok("def h():\n    pass\ndef k():\n    pass\n"));
    }

    #[test]
    fn no_text_makes_it_panic() {
        let seed = "  @a\n\tdef h(\u{e9}:\n'''x\ny''' # \r\n async  def \u{3000}(\n)";
        let letters: Vec<char> = seed.chars().collect();
        let function = function_named(MODULE, "A.f").unwrap();
        for start in 0..letters.len() {
            for end in start..letters.len() {
                let text: String = letters[start..end].iter().collect();
                let _ = fit(MODULE, Some(&function), &text);
                indented(&text, "    ");
            }
        }
    }
}
