import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyEdits, describe, isOffered, type Position, stronger, type Verdict } from '../src/texts';

const TEXT = 'ab\ncd\n';
const offsetAt = ({ line, character }: Position) => line * 3 + character;
const edit = (from: [number, number], to: [number, number], newText: string) => ({
  range: { start: { line: from[0], character: from[1] }, end: { line: to[0], character: to[1] } },
  newText,
});

function check(what: string, edits: ReturnType<typeof edit>[], expect: string) {
  test(what, () => assert.equal(applyEdits(TEXT, edits, offsetAt), expect));
}

check('no edit', [], TEXT);
check('one edit', [edit([0, 1], [1, 1], 'X')], 'aXd\n');
check('edits in any order', [edit([1, 0], [1, 1], 'Y'), edit([0, 0], [0, 0], 'X')], 'Xab\nYd\n');
check('insertions at one place stay in order', [edit([0, 0], [0, 0], '1'), edit([0, 0], [0, 0], '2')], '12ab\ncd\n');
check('at the end', [edit([2, 0], [2, 0], 'ef\n')], 'ab\ncd\nef\n');

test('candidates say what is known of them', () => {
  const shown = (verdict: Verdict, testsRun = 0, reason: string | null = null, confidence?: number) =>
    describe(2, { verdict, testsRun, reason, confidence });
  assert.deepEqual(shown('passed', 3, null, 0.888), { label: '$(check) 2', description: '89% sure, 3 tests passed' });
  assert.equal(shown('passed', 1).description, '1 test passed');
  assert.equal(shown('untested').description, 'not tested');
  const blend = { verdict: 'untested' as const, testsRun: 0, reason: null, position: 0.25, confidence: 1, tests: 'tests: none' };
  assert.equal(describe(1, blend).description, '25% of the way, tests: none');
  const some = { verdict: 'untested' as const, testsRun: 0, reason: null, places: 4, placesChanged: 2 };
  assert.equal(describe(1, some).description, '2 of 4 places, not tested');
  assert.equal(describe(1, { ...some, places: 1, placesChanged: 1 }).description, 'a switch, not tested');
  assert.equal(describe(1, { ...some, places: 0, position: 0.5 }).description, '50% of the way, not tested', 'a blend');
  assert.equal(shown('failed', 1, 'test_x failed').description, 'tests fail, test_x failed');
});

test('only what did not fail is offered', () => {
  const offered = (verdict: Verdict) => isOffered({ verdict, testsRun: 0, reason: null });
  assert.deepEqual((['passed', 'same', 'untested', 'timeout', 'failed', 'pending'] as const).map(offered), [
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});

test('the strength stays within what the server takes', () => {
  assert.equal(stronger(1, 0.25), 1.25);
  assert.equal(stronger(10, 0.25), 10);
  assert.equal(stronger(-10, -0.25), -10);
});
