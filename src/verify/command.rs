//! `--tests CMD`: a pytest command is taken apart, any other is run as it is.

/// How the tests of a command are run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Plan {
    /// By the runner, test by test.
    Pytest {
        /// pytest's arguments.
        arguments: Vec<String>,
        /// Variables set in front of the command.
        env: Vec<(String, String)>,
    },
    /// By the shell; the exit status alone counts.
    Shell(String),
}

/// Characters that mean something to a shell: such a command is more than one program and its arguments.
const SHELL: &[char] = &['|', '&', ';', '<', '>', '`', '$', '(', ')', '\n', '*', '?', '~'];
/// Programs that run another in the project's environment, which is where lerp runs it anyway.
const LAUNCHERS: &[&str] = &["uv", "poetry", "pdm", "rye", "pipenv", "hatch"];

/// Takes a command apart.
pub(super) fn plan(command: &str) -> Plan {
    pytest(command).unwrap_or_else(|| Plan::Shell(command.to_owned()))
}

fn pytest(command: &str) -> Option<Plan> {
    if command.contains(SHELL) {
        return None;
    }
    let words = shlex::split(command)?;
    let mut rest = words.as_slice();
    let mut env = Vec::new();
    while let Some((name, value)) = rest.first()?.split_once('=') {
        if !name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
            return None;
        }
        env.push((name.to_owned(), value.to_owned()));
        rest = &rest[1..];
    }
    if LAUNCHERS.contains(&rest.first()?.as_str()) && rest.get(1)? == "run" {
        rest = &rest[2..];
    }
    let (program, mut arguments) = rest.split_first()?;
    let program = program.rsplit(['/', '\\']).next()?.trim_end_matches(".exe");
    if program.starts_with("python") && arguments.starts_with(&["-m".to_owned(), "pytest".to_owned()]) {
        arguments = &arguments[2..];
    } else if program != "pytest" && program != "py.test" {
        return None;
    }
    Some(Plan::Pytest { arguments: arguments.to_vec(), env })
}

#[cfg(test)]
mod tests {
    use super::*;

    type Taken<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)]);

    fn check(command: &str, expect: Option<Taken>) {
        let expect = match expect {
            None => Plan::Shell(command.to_owned()),
            Some((arguments, env)) => Plan::Pytest {
                arguments: arguments.iter().map(|word| (*word).to_owned()).collect(),
                env: env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            },
        };
        assert_eq!(plan(command), expect, "{command}");
    }

    #[test]
    fn pytest_commands_are_known_in_every_dress() {
        check("pytest -q", Some((&["-q"], &[])));
        check("python3 -m pytest tests/test_a.py -k 'a or b'", Some((&["tests/test_a.py", "-k", "a or b"], &[])));
        check("uv run pytest", Some((&[], &[])));
        check("MODE=fast /opt/x/bin/py.test a", Some((&["a"], &[("MODE", "fast")])));
        check("make test", None);
        check("pytest -q && ruff check", None);
        check("python -m unittest", None);
        check("pytest 'unclosed", None);
        check("", None);
    }
}
