// lerp: Blend with… — another function of an open file, then the picker with what lies between.
import * as vscode from 'vscode';
import { findFunctions } from './functions';
import { Picker } from './picker';
import type { Preview } from './preview';
import { askCandidates, place } from './protocol';
import { SELECTOR, type Server } from './server';

type Choice = vscode.QuickPickItem & { document: vscode.TextDocument; line: number };

export async function blend(server: Server, preview: Preview): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const client = editor && server.running();
  if (!editor || !client) {
    return;
  }
  const where = place(client, editor);
  const items = others(editor);
  if (items.length === 0) {
    void vscode.window.showInformationMessage('lerp: there is no other function in the open files.');
    return;
  }
  const other = await vscode.window.showQuickPick(items, { title: 'lerp: blend with which function' });
  if (!other) {
    return;
  }
  const at = { line: other.line, character: 0 };
  const uri = client.code2ProtocolConverter.asUri(other.document.uri);
  const params = { ...where, with: { textDocument: { uri }, range: { start: at, end: at } } };
  const ask = (_: unknown, token: vscode.CancellationToken) => askCandidates(client, 'lerp/blend', params, token);
  new Picker(editor, preview, `Blend with ${other.label}`, undefined, ask).start();
}

/** Functions of the open Python files, without the one at the cursor. */
function others(editor: vscode.TextEditor): Choice[] {
  const here = editor.selection.active.line;
  const open = vscode.workspace.textDocuments.filter((document) => vscode.languages.match(SELECTOR, document));
  return open.flatMap((document) => {
    const found = findFunctions(document.getText());
    const own = document === editor.document ? found.findLast(({ start, end }) => start <= here && here < end) : undefined;
    const file = vscode.workspace.asRelativePath(document.uri);
    return found
      .filter((one) => one !== own)
      .map(({ name, header }) => ({ label: name, description: `${file}:${header + 1}`, document, line: header }));
  });
}
