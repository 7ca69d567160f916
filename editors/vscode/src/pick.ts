// lerp: Pick candidate… — which concepts, then which candidate.
import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { type Ask, Picker } from './picker';
import type { Preview } from './preview';
import { ask, askCandidates, type Concept, type Place, place } from './protocol';
import type { Server } from './server';

type Choice = vscode.QuickPickItem & { way: 'add' | 'remove'; name: string };

export async function pick(server: Server, preview: Preview): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const client = editor && server.running();
  if (!editor || !client) {
    return;
  }
  const where = place(client, editor);
  const concepts = await ask<Concept[]>(client, 'lerp/concepts', where);
  const choices = concepts?.flatMap(choicesOf) ?? [];
  if (choices.length === 0) {
    if (concepts) {
      void vscode.window.showInformationMessage('lerp: no concept applies here.');
    }
    return;
  }
  const chosen = await choose(choices);
  if (chosen.length > 0) {
    candidates(client, editor, preview, where, chosen);
  }
}

function candidates(
  client: LanguageClient,
  editor: vscode.TextEditor,
  preview: Preview,
  where: Place,
  chosen: Choice[],
): void {
  const names = (way: string) => chosen.filter((choice) => choice.way === way).map(({ name }) => name);
  const wish = { ...where, add: names('add'), remove: names('remove') };
  const settings = vscode.workspace.getConfiguration('lerp', editor.document);
  const knobs = { strength: settings.get<number | null>('strength') ?? 1, tests: false };
  const what = chosen.map(({ label }) => label).join(', ');
  const asks: Ask = (knobs, token, early) => {
    const tests = knobs?.tests ? testsOf(settings.get('tests')) : 'none';
    const params = { ...wish, strength: knobs?.strength, tests };
    return askCandidates(client, 'lerp/candidates', params, token, early);
  };
  new Picker(editor, preview, what, knobs, asks).start();
}

/** The tests that the switch turns on: those of the setting, or what lerp finds. */
function testsOf(setting: unknown): string {
  return typeof setting === 'string' && setting.trim() !== '' && setting !== 'none' ? setting : 'auto';
}

function choicesOf({ name, title, description, origin, add, remove }: Concept): Choice[] {
  // a taught concept has no detector: it may be tried anywhere
  const taught = origin === 'taught';
  const ways = { add: add ?? taught, remove: remove ?? taught };
  return (['add', 'remove'] as const)
    .filter((way) => ways[way])
    .map((way) => ({ way, name, label: `${way === 'add' ? 'Add' : 'Remove'}: ${title}`, description }));
}

/** One with Enter, several by ticking them first. */
function choose(choices: Choice[]): Promise<Choice[]> {
  return new Promise((resolve) => {
    const list = vscode.window.createQuickPick<Choice>();
    list.title = 'lerp: what to change';
    list.placeholder = 'Enter takes the concept under the cursor, or those that are ticked';
    list.canSelectMany = true;
    // a slow answer may have moved the focus
    list.ignoreFocusOut = true;
    list.matchOnDescription = true;
    list.items = choices;
    list.onDidAccept(() => {
      resolve([...(list.selectedItems.length > 0 ? list.selectedItems : list.activeItems)]);
      list.hide();
    });
    list.onDidHide(() => {
      list.dispose();
      resolve([]);
    });
    list.show();
  });
}
