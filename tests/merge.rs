//! The merge on real layouts: (text, the tokens it should become, the text it should become). What the edit does not
//! touch keeps its bytes; comments stay; what moves into another block is indented anew.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use lerp::codec::{Lexed, Pair, SlotTable, concept_of, encode, lesson, replacements};
use lerp::synthesis::{Target, merge};
use lerp::text::apply_edits;

fn merged(before: &str, after: &str) -> String {
    let pair = Pair { before: Lexed::new(before).unwrap(), after: Lexed::new(after).unwrap() };
    let concept = concept_of(std::slice::from_ref(&pair));
    let question = lesson(&pair, &concept).unwrap().forward.expect("the edit can be written");
    let mut slots = SlotTable::default();
    let encoded = encode(before, pair.before.start, &pair.before.lexemes, &concept, &mut slots).unwrap();
    let target = Target { source: before, encoded: &encoded, slots: &slots, concept: &concept };
    let edits = merge(&target, &replacements(&question.source, &question.script).unwrap()).unwrap();
    let text = apply_edits(before, &edits);
    // whatever the layout: the tokens are the wanted ones
    let got = Lexed::new(&text).unwrap_or_else(|error| panic!("{error}:\n{text}"));
    assert_eq!(got.ids(&concept, &mut slots.clone()).unwrap(), question.target, "{text}");
    text
}

#[track_caller]
fn check(before: &str, after: &str, expected: &str) {
    assert_eq!(merged(before, after), expected);
}

#[test]
fn a_statement_goes_in_where_it_belongs() {
    check(
        "class A:\n  def f(self):  # first\n\n    # about x\n    x = 1 # one\n    return x\n",
        "def f(self):\n    log()\n    x = 1\n    return x",
        "class A:\n  def f(self):  # first\n    log()\n\n    # about x\n    x = 1 # one\n    return x\n",
    );
    check("def f(): return 1\n", "def f():\n    log()\n    return 1", "def f():\n    log()\n    return 1\n");
    check("def f():\r\n\tg()\r\n", "def f():\n    g()\n    h()", "def f():\r\n\tg()\r\n\th()\r\n");
}

#[test]
fn a_statement_goes_out_with_its_own_comment_only() {
    check(
        "def f(a):\n    # keep\n    print(a)  # debug\n    return a  # result\n",
        "def f(a):\n    return a",
        "def f(a):\n    # keep\n    return a  # result\n",
    );
    check(
        "def f(a):\n    print(a); b = a\n    return b\n",
        "def f(a):\n    b = a\n    return b",
        "def f(a):\n    b = a\n    return b\n",
    );
}

#[test]
fn wrapping_moves_lines_but_not_strings() {
    check(
        "def f(a):\n    '''doc\n    more'''\n    x = g(a,  # first\n          1)\n\n    # then\n    return '''s\n  t''', x\n",
        "def f(a):\n    '''doc\n    more'''\n    try:\n        x = g(a, 1)\n        return '''s\n  t''', x\n    except E:\n        raise",
        "def f(a):\n    '''doc\n    more'''\n    try:\n        x = g(a,  # first\n              1)\n\n        # then\n        return '''s\n  t''', x\n    except E:\n        raise\n",
    );
    check(
        "def f(a):\n    with b:\n        # inside\n        c(a)\n    return a\n",
        "def f(a):\n    c(a)\n    return a",
        "def f(a):\n    # inside\n    c(a)\n    return a\n",
    );
}

#[test]
fn a_loop_becomes_a_comprehension_and_its_comments_stay() {
    check(
        "def f(xs):\n    ys = []  # all\n    for x in xs:\n        # each\n        ys.append( g(x) )\n    return ys\n",
        "def f(xs):\n    ys = [g(x) for x in xs]\n    return ys",
        "def f(xs):\n    # all\n    # each\n    ys = [g(x) for x in xs]\n    return ys\n",
    );
}

#[test]
fn parentheses_and_commas_of_the_layout_stay_balanced() {
    check(
        "def f(a, b):\n    return (a  # one\n            + b)\n",
        "def f(a, b):\n    return check(a + b)",
        "def f(a, b):\n    return (check(a  # one\n            + b))\n",
    );
    check(
        "def f(a):\n    g(\n        a,\n        1,\n    )\n",
        "def f(a):\n    g(a, 1, k=2)",
        "def f(a):\n    g(\n        a,\n        1, k=2,\n    )\n",
    );
    check("def f(a, b):\n    return (a, b)\n", "def f(a, b):\n    return b", "def f(a, b):\n    return b\n");
    check("def f(a):\n    g(a, 1,)\n", "def f(a):\n    g()", "def f(a):\n    g()\n");
}

#[test]
fn strings_change_their_kind_and_keep_their_text() {
    check(
        "def f(a, b):\n    return 'x \"%s\" %d' % (a.c, b)\n",
        "def f(a, b):\n    return f'x \"{a.c}\" {b}'",
        "def f(a, b):\n    return f'x \"{a.c}\" {b}'\n",
    );
    check(
        "def f(d):\n    return 'k: {}'.format(d['k'])\n",
        "def f(d):\n    return f\"k: {d['k']}\"",
        "def f(d):\n    return f\"k: {d['k']}\"\n",
    );
}

#[test]
fn inserted_code_has_the_usual_blanks() {
    check(
        "def f(a):\n    return a\n",
        "def f(a, *args, k: int=1, **kw):\n    x = -a[1:-k] ** 2\n    y = lambda z=1, *w: (z, not w)\n    d = {'a': 1, **kw}\n    del x, y; return a",
        "def f(a, *args, k: int = 1, **kw):\n    x = -a[1:-k] ** 2\n    y = lambda z=1, *w: (z, not w)\n    d = {\"a\": 1, **kw}\n    del x, y\n    return a\n",
    );
    check(
        "def f(a):\n    return a\n",
        "@cache(maxsize=None)\ndef f(a) -> list[int]:\n    return a",
        "@cache(maxsize=None)\ndef f(a) -> list[int]:\n    return a\n",
    );
}
