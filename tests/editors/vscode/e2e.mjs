// The extension in the real workbench: code-server in a browser, driven as a user would. See tests/editors/vscode.sh.
import { setTimeout as pause } from 'node:timers/promises';
import { restricted, tests } from './tests.mjs';
import { end, shot, start } from './workbench.mjs';

// with --untrusted, the folder is opened without trust, and other tests are run
const untrusted = process.argv.includes('--untrusted');
const only = process.argv.slice(2).find((argument) => !argument.startsWith('--'));
// with the model in place of the scripted engine, the edit is the real one, and there may be only one
const real = process.env.LERP_TEST_REAL === '1';

const settings = {
  // without trust, what the folder's environment has is not taken
  ...(untrusted && { 'lerp.path': [process.env.LERP_TEST_SERVER] }),
  // how good a model is at this concept, and how sure, is not what is tested here
  'lerp.confidence': real ? 0 : 0.1,
  'lerp.experimental': real,
  'files.autoSave': 'afterDelay',
  'files.autoSaveDelay': 100,
  'telemetry.telemetryLevel': 'off',
  'security.workspace.trust.enabled': untrusted,
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
  'workbench.startupEditor': 'none',
  'editor.lightbulb.enabled': 'on',
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  // what only costs time here, or takes the keys
  'editor.cursorBlinking': 'solid',
  'editor.minimap.enabled': false,
  'editor.quickSuggestions': { other: 'off', comments: 'off', strings: 'off' },
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'update.mode': 'none',
  'workbench.enableExperiments': false,
  'workbench.reduceMotion': 'on',
};

let opened;
process.on('SIGTERM', async () => {
  console.log('the time is up');
  await Promise.race([opened && shot(opened.page, 'time-is-up').catch(() => undefined), pause(10_000)]);
  await end(124);
});

try {
  opened = await start({ settings, untrusted });
} catch (error) {
  console.log(`FAIL the workbench does not open\n${error.stack ?? error}`);
  await end(1);
}
const { page, folder } = opened;
let failed = 0;
const all = Object.entries(untrusted ? restricted : tests).filter(([name]) => !only || name.includes(only));
if (all.length === 0) {
  console.log(`there is no test with ${JSON.stringify(only)} in its name`);
  failed = 1;
}
for (const [name, test] of all) {
  // a busy machine loses keys and clicks: what fails twice is a failure
  for (const attempt of [1, 2]) {
    try {
      await test({ page, folder, real });
      console.log(`ok   ${name}${attempt > 1 ? ', at the second attempt' : ''}`);
      break;
    } catch (error) {
      await shot(page, `failed-${failed + 1}-${attempt}`).catch(() => undefined);
      console.log(`${attempt > 1 ? 'FAIL' : 'again'} ${name}\n${error.stack ?? error}`);
      failed += attempt > 1 ? 1 : 0;
      await page.keyboard.press('Escape').catch(() => undefined);
      await pause(1000);
    }
  }
}
await end(failed > 0 ? 1 : 0);
