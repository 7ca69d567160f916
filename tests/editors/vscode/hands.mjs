// What a user does in the workbench, step by step.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { poll, shot } from './workbench.mjs';

let count = 0;

/** The steps. `real`: the edit is the model's, and there may be only one. */
export function hands({ page, folder, real }) {
  const rows = (text) => page.locator('.quick-input-list .monaco-list-row', { hasText: text });
  const line = (text) => page.locator('.view-line', { hasText: text }).first();
  return {
    rows,
    line,
    real,
    mark: (n) => (real ? 'name is' : `# added none-comparison ${n}`),
    press: async (...keys) => {
      for (const key of keys) {
        await page.keyboard.press(key);
      }
    },
    type: (text) => page.keyboard.type(text),
    shot: (name) => shot(page, name),
    /** A file, opened alone, with the cursor in its second line. */
    open: async () => {
      count += 1;
      const name = `file${count}.py`;
      const file = page.locator('.explorer-folders-view .monaco-list-row').getByText(name, { exact: true });
      await poll(`${name} is open`, async () => {
        await file.first().dblclick({ timeout: 10_000 });
        await page.locator('.tab.active', { hasText: name }).waitFor({ timeout: 10_000 });
        return true;
      });
      await line('name == None').click();
      return join(folder, name);
    },
    saved: (path, text) => poll(`${text} in ${path}`, async () => readFileSync(path, 'utf8').includes(text)),
    command: async (title) => {
      const input = page.locator('.quick-input-widget input.input').first();
      await poll(`the command ${title}`, async () => {
        await page.keyboard.press('F1');
        await input.fill(`>${title}`, { timeout: 10_000 });
        await rows(title).first().click({ timeout: 10_000 });
        return true;
      });
    },
    /** Opens the light bulb's menu, which sometimes fails, until it has the action. */
    menu: async (title) => {
      const action = page.locator('.action-widget .monaco-list-row', { hasText: title });
      await poll(`the light bulb has ${title}`, async () => {
        await page.keyboard.press('Control+.');
        return action.waitFor({ timeout: 10_000 }).then(() => true, () => page.keyboard.press('Escape').then(() => false));
      });
      return action;
    },
    title: (text) => page.locator('.quick-input-title', { hasText: text }).first().waitFor(),
    told: (text) => page.locator('.notification-list-item', { hasText: text }).first().waitFor(),
    preview: (text) => page.locator('.modified-in-monaco-diff-editor .view-line', { hasText: text }).first().waitFor(),
    page,
  };
}
