import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cut, dedent, findFunctions } from '../src/functions';

function check(what: string, text: string, expect: string[]) {
  test(what, () => {
    const found = findFunctions(text).map(({ name, start, end }) => `${name} ${start}-${end}`);
    assert.deepEqual(found, expect);
  });
}

check('nothing', '', []);
check('two functions', 'def f():\n    return 1\n\n\nasync def g():\n    return 2\n', ['f 0-2', 'g 4-6']);
check('one line', 'def f(): return 1\nx = 2\n', ['f 0-1']);
check('decorators', 'x = 1\n@a\n@b(1,\n   2)\ndef f():\n    pass\n', ['f 1-6']);
check('a method and a nested function', 'class A:\n    def f(self):\n        def g():\n            pass\n        return g\n', [
  'f 1-5',
  'g 2-4',
]);
check('a string over lines', 'def f():\n    x = """\ndef no():\n"""\n    return x\ny = 1\n', ['f 0-5']);
check('brackets over lines', 'def f(\n    a,\n):\n    return [\n1\n]\nx = 1\n', ['f 0-6']);
check('quotes in comments and strings', "def f():  # it's\n    return 'a\\'b'\ndef g():\n    pass\n", ['f 0-2', 'g 2-4']);
check('a comment at the margin in the middle', 'def f():\n    a = 1\n# note\n    return a\n# behind\n', ['f 0-4']);
check('broken code', 'def f(:\n    return (\ndef g():\n', ['f 0-3']);
check('\\r\\n', 'def é():\r\n    return 1\r\nx = 1\r\n', ['é 0-2']);

test('functions are cut out without their margin', () => {
  const text = 'class A:\n    @a\n    def f(self):\n\n        return 1\n\n    x = 1\n';
  assert.equal(cut(text, findFunctions(text)[0]), '@a\ndef f(self):\n\n    return 1\n');
  assert.equal(dedent('\n  a\n    b\n c\n\n'), '\na\n  b\nc');
});
