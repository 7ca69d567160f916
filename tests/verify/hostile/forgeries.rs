//! Wrong functions that lie to their tests. Each is first seen to fool a plain pytest, or lerp without its gate.

use std::process::Command;

use lerp::verify::{Settings, Status, TestsSetting, Tier};

use super::super::support::{Shop, total_after, write};

/// What holds a forgery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    /// The rule that gives verdicts.
    Rule,
    /// The gate alone: inside its process it can not be told from truth. It is not run.
    Gate,
}
use Held::{Gate, Rule};

/// Name, the first lines of a `total` that then returns 0 … or never returns, and what holds it.
const FORGERIES: &[(&str, &str, Held)] = &[
    ("ends the process", "import os; os._exit(0)", Rule),
    ("closes all pipes and ends", "import os; os.closerange(3, 256); os._exit(0)", Rule),
    ("skips", "import pytest; pytest.skip('no')", Rule),
    ("skips as unittest does", "import unittest; raise unittest.SkipTest('no')", Rule),
    ("expects its failure", "import pytest; pytest.xfail('no')", Rule),
    ("ends pytest", "import pytest; pytest.exit('bye', 0)", Rule),
    ("ends well by atexit", "import atexit, os; atexit.register(os._exit, 0)", Rule),
    (
        "ends well by __del__",
        "import os, builtins\nclass Last:\n    def __del__(self, end=os._exit): end(0)\nbuiltins.last = Last()",
        Rule,
    ),
    (
        "ends the process from a thread",
        "import os, threading, time; threading.Thread(target=os._exit, args=(0,)).start(); time.sleep(5)",
        Rule,
    ),
    (
        "ends the process by a timer",
        "import os, signal, time; signal.signal(14, lambda *_: os._exit(0)); signal.setitimer(0, 0.01); time.sleep(5)",
        Rule,
    ),
    ("equals everything", "class Any:\n    def __eq__(self, other): return True\nreturn Any()", Gate),
    (
        "a number that equals everything",
        "class Any(int):\n    def __eq__(self, other): return True\nreturn Any()",
        Gate,
    ),
    ("a class made at run time", "return type('Any', (), {'__eq__': lambda self, other: True})()", Gate),
    (
        "rewrites the reports",
        "from _pytest import reports\nmake = reports.TestReport.__init__\ndef passed(self, nodeid, location, keywords, outcome, longrepr, *rest, **more): make(self, nodeid, location, keywords, 'passed', None, *rest, **more)\nreports.TestReport.__init__ = passed",
        Gate,
    ),
    (
        "knows its tests by name",
        "import sys\nreturn {'test_sum': 6, 'test_empty': 0}[sys._getframe(1).f_code.co_name]",
        Gate,
    ),
    (
        "reads the answer from the test",
        "import sys\nconstants = sys._getframe(1).f_code.co_consts\nreturn [value for value in constants if isinstance(value, int)][-1]",
        Gate,
    ),
    (
        "calls the original on disk",
        "import builtins\nplace = {}\nexec(builtins.open(__file__).read(), place)\nreturn place['total'](prices)",
        Gate,
    ),
];

fn forged(lines: &str) -> String {
    total_after(lines).replace("return sum(prices)", "return 'wrong'")
}

#[test]
fn forgeries_fool_a_plain_pytest() {
    let Some(shop) = Shop::new() else { return };
    let python = shop.verifier().project().interpreter.executable.clone();
    for (name, lines, _) in FORGERIES {
        shop.reset();
        write(&shop.root().join("shop.py"), &forged(lines));
        if *name == "calls the original on disk" {
            // what it looks for is there in an overlay only; the next test sees it pass
            continue;
        }
        let output = Command::new(&python)
            .args(["-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"])
            .env("PYTHONPATH", shop.root())
            .current_dir(shop.root())
            .output()
            .unwrap();
        assert!(output.status.success(), "{name} does not fool pytest: {}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn no_forgery_is_a_pass() {
    let Some(mut shop) = Shop::new() else { return };
    for (gate, tier) in [(false, Tier::T1), (false, Tier::T2), (false, Tier::T3), (true, Tier::T1)] {
        shop.settings = Settings { gate, fastest: tier, ..shop.settings };
        let verifier = shop.verifier();
        for (name, lines, held) in FORGERIES {
            let candidate = shop.candidate(&forged(lines));
            let verdict = verifier.verify(&candidate, &TestsSetting::Auto, &|| false);
            if gate {
                assert_ne!(verdict.status, Status::Passed, "{name}");
                continue;
            }
            assert_eq!(verdict.tier, Some(tier), "{name}: {verdict:?}");
            if *held == Gate {
                assert_eq!(verdict.status, Status::Passed, "{name} is held without the gate, say so here: {verdict:?}");
            } else {
                assert_ne!(verdict.status, Status::Passed, "{name} in {tier:?}");
            }
        }
    }
}
