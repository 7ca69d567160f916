import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findServer, type Places } from '../src/find';

const places: Places = {
  paths: ['/set/one', '/set/two'],
  interpreter: '/env/bin/python',
  searchPath: '/usr/bin::.:relative:/opt/bin',
  windows: false,
};

function check(what: string, change: Partial<Places>, files: string[], expect: string | undefined) {
  test(what, () => {
    const found = findServer({ ...places, ...change }, (file) => files.includes(file));
    assert.equal(found && `${found.where} ${found.command}`, expect);
  });
}

const everywhere = ['/set/two', '/env/bin/lerp', '/opt/bin/lerp'];
check('the setting comes first', {}, everywhere, 'lerp.path /set/two');
check('then the environment', { paths: [] }, everywhere, 'environment /env/bin/lerp');
check('then PATH', { paths: [], interpreter: undefined }, everywhere, 'PATH /opt/bin/lerp');
check('nowhere', {}, [], undefined);
check('relative paths are not followed', { paths: ['bin/lerp'], interpreter: 'bin/python' }, ['bin/lerp', 'lerp', './lerp'], undefined);
check('relative entries of PATH are not followed', {}, ['lerp', './lerp', 'relative/lerp'], undefined);
const windows = { windows: true, paths: [], interpreter: 'C:\\env\\python.exe', searchPath: 'C:\\bin;D:\\bin' };
check('Windows: Scripts', windows, ['C:\\env\\Scripts\\lerp.exe'], 'environment C:\\env\\Scripts\\lerp.exe');
check('Windows: PATH', windows, ['D:\\bin\\lerp.exe'], 'PATH D:\\bin\\lerp.exe');
