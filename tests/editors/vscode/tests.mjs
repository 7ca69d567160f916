// What a user does with the extension. Each test opens a file of its own.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { hands } from './hands.mjs';
import { poll, serverProcesses, TEXT } from './workbench.mjs';

/** A test that is given hands. */
const by = (run) => (workbench) => run(hands(workbench));

export const tests = {
  'the light bulb shows our actions, and one changes the document': by(async ({ open, menu, shot, saved, mark, press }) => {
    const path = await open();
    const action = await menu('Add: is None');
    await shot('lightbulb');
    await action.click();
    await saved(path, mark(1));
    await press('Control+z');
    await poll('undone in one step', async () => {
      // saving by itself misses an undo that comes while it saves
      await press('Control+s');
      return readFileSync(path, 'utf8') === TEXT;
    });
  }),

  'the picker shows diffs, takes another strength and tests, and applies the chosen candidate': by(
    async ({ open, command, rows, press, preview, mark, shot, title, saved, real, page }) => {
      const path = await open();
      await command('lerp: Pick candidate');
      await rows('Add: is None').first().click();
      await press('Enter');
      await rows('% sure').first().waitFor();
      await preview(mark(1));
      await shot('picker');
      if (!real) {
        await press('ArrowDown');
        await preview(mark(2));
      }
      await press('Alt+ArrowUp');
      await title('strength 1.25');
      await rows('% sure').nth(real ? 0 : 1).waitFor();
      if (!real) {
        await press('Alt+c');
        await title('tests on');
        await rows('tests: passed (3)').nth(1).waitFor();
        await shot('picker-tests');
        await press('ArrowDown');
      }
      await preview(mark(2));
      await press('Enter');
      await saved(path, mark(2));
      await poll('the preview is closed', async () => (await page.locator('.monaco-diff-editor').count()) === 0);
    },
  ),

  'an edit is taught, offered, and forgotten': by(
    async ({ open, press, type, command, title, told, shot, line, menu, real, saved, rows }) => {
      const path = await open();
      await press('End');
      await type('  # seen');
      await press('ArrowDown', 'Home');
      await type('    print(name)\n');
      await command('lerp: Teach from last edit');
      await title('what you did in greet');
      await type('first-print');
      await press('Enter');
      await told(/learned first-print from 1 example/);
      await shot('teach');
      await line('def other').click();
      const action = await menu('Add: first print (taught)');
      await shot('taught');
      if (real) {
        await press('Escape');
      } else {
        await action.click();
        await saved(path, '# added first-print 1');
      }
      await command('lerp: Forget concept');
      await rows('first-print').first().click();
      await told('first-print is forgotten');
    },
  ),

  'two selections teach, too': by(async ({ open, line, press, type, command, told, title, rows }) => {
    await open();
    const select = () => press('Home', 'Shift+ArrowDown', 'Shift+ArrowDown');
    await line('def other').click();
    await select();
    await command('lerp: Teach from selection');
    await told('That is the function before');
    await line('def other').click();
    await press('ArrowDown', 'End');
    await type(' + 1');
    await press('ArrowUp');
    await select();
    await command('lerp: Teach from selection');
    await title('the step from the first selection to this one');
    await type('two-steps');
    await press('Enter');
    await told(/learned two-steps from 1 example/);
    await command('lerp: Forget concept');
    await rows('two-steps').first().click();
    await told('two-steps is forgotten');
  }),

  'a blend is shown and applied': by(async ({ open, command, rows, press, shot, real, saved }) => {
    const path = await open();
    await command('lerp: Blend with');
    await rows('other').first().click();
    await rows('of the way').nth(4).waitFor();
    await press('ArrowDown', 'ArrowDown');
    await shot('blend');
    if (real) {
      await press('Escape');
      return;
    }
    await press('Enter');
    await saved(path, '# greet to other, 0.50');
  }),

  'the server may die, and can be started anew': by(async ({ open, menu, saved, mark, command }) => {
    const path = await open();
    const another = (than) => poll('another server', async () => serverProcesses().find((pid) => !than.includes(pid)));
    const first = serverProcesses();
    assert.equal(first.length, 1, `one server: ${first}`);
    process.kill(first[0], 'SIGKILL');
    const second = await another(first);
    await (await menu('Add: is None')).click();
    await saved(path, mark(1));
    await command('lerp: Restart server');
    await another([...first, second]);
    await poll('the old one is gone', async () => serverProcesses().length === 1);
  }),

  'the status has what lerp doctor says': by(async ({ open, command, line, shot, press }) => {
    await open();
    // the workbench does not always open the panel when it is asked for the first time
    await poll('the report', async () => {
      await command('lerp: Show status');
      return line('ONNX Runtime').waitFor({ timeout: 15_000 }).then(() => true);
    });
    await shot('status');
    await press('Control+j');
  }),
};

export const restricted = {
  'in an untrusted folder no test is run': by(async ({ open, page, command, rows, press, told, title, shot }) => {
    await open();
    await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).first().waitFor();
    await command('lerp: Pick candidate');
    await rows('Add: is None').first().click();
    await press('Enter');
    await rows('% sure').first().waitFor();
    await press('Alt+c');
    await told('no tests are run in an untrusted folder');
    await title('tests off');
    await shot('untrusted');
    await press('Escape');
    assert.deepEqual(serverProcesses(), [], 'what the environment has is not started');
  }),
};
