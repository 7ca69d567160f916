import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverSettings, type Surroundings } from '../src/settings';

function check(what: string, set: Record<string, unknown>, around: Surroundings, expect: object) {
  test(what, () => assert.deepEqual(serverSettings((key) => set[key], around), expect));
}

const trusted = { trusted: true };
check('what is not set is left out', { strength: null, candidates: undefined, model: '', tests: ' ' }, trusted, {});
check('what is set is handed on', { strength: 0, candidates: 2, model: '/m', tests: 'auto' }, trusted, {
  strength: 0,
  candidates: 2,
  model: '/m',
  tests: 'auto',
});
check("the extension's own settings are not", { enable: true, path: ['x'], trace: { server: 'off' } }, trusted, {});
check('the interpreter runs the tests', {}, { trusted: true, interpreter: '/p' }, { python: '/p' });
check('without trust no tests', { tests: 'pytest' }, { trusted: false, interpreter: '/p' }, { tests: 'none' });
check('without trust no tests, even when none are set', {}, { trusted: false }, { tests: 'none' });
