import assert from 'node:assert/strict';
import { test } from 'node:test';
import { History } from '../src/history';

const MINUTE = 60_000;
const file = (f: string, g = 'return 2') => `x = 1\n\n\ndef f():\n    ${f}\n\n\ndef g():\n    ${g}\n`;
const def = (name: string, body: string) => `def ${name}():\n    ${body}\n`;

/** Changes: [text, line, minutes since the beginning]. */
function check(what: string, changes: [string, number, number][], expect: [string, string, string] | undefined) {
  test(what, () => {
    const history = new History(file('return 1'));
    changes.forEach(([text, line, minutes]) => history.change(text, line, minutes * MINUTE));
    const [name, before, after] = expect ?? [];
    assert.deepEqual(history.pair(), expect && { name, before: def(name!, before!), after: def(name!, after!) });
  });
}

check('no edit', [], undefined);
check('one edit', [[file('return 11'), 4, 0]], ['f', 'return 1', 'return 11']);
check('changes in one function are one edit', [[file('a'), 4, 0], [file('ab'), 4, 4], [file('abc'), 4, 8]], ['f', 'return 1', 'abc']);
check('a long pause begins another', [[file('a'), 4, 0], [file('ab'), 4, 6]], ['f', 'a', 'ab']);
check('another function begins another', [[file('a'), 4, 0], [file('a', 'b'), 8, 1]], ['g', 'return 2', 'b']);
check('back again, too', [[file('a'), 4, 0], [file('a', 'b'), 8, 1], [file('c', 'b'), 4, 1]], ['f', 'a', 'c']);
check('lines above may come and go', [[file('a'), 4, 0], [`# new\n${file('b')}`, 5, 1]], ['f', 'return 1', 'b']);
check('what was undone is no edit', [[file('a'), 4, 0], [file('return 1'), 4, 1]], undefined);
check('outside of functions', [[file('return 1').replace('x = 1', 'x = 2'), 0, 0]], undefined);
check('a new function has no before', [[`${file('return 1')}def h():\n    pass\n`, 10, 0]], undefined);
check('no change', [[file('return 1'), 4, 0]], undefined);
