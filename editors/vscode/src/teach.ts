// lerp: Teach from last edit, from selection; Forget concept.
import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { dedent } from './functions';
import { History } from './history';
import { ask, type Concept } from './protocol';
import { SELECTOR, type Server } from './server';

interface Example {
  before: string;
  after: string;
}

interface Taught {
  name: string;
  pairs: number;
  confidence: number;
  warnings: string[];
}

/** Changes are looked at when the typing has stopped for so many milliseconds. */
const QUIET = 300;
const NAME = /^[a-z][a-z0-9-]*$/;

/** Remembers the last edit of every open Python document, and the text that was selected first. */
export class Teacher implements vscode.Disposable {
  private readonly histories = new Map<vscode.TextDocument, History>();
  private pending: { document: vscode.TextDocument; line: number; timer: NodeJS.Timeout } | undefined;
  private first: string | undefined;
  private readonly parts: vscode.Disposable[];

  constructor(private readonly server: Server) {
    vscode.workspace.textDocuments.forEach((document) => this.open(document));
    this.parts = [
      vscode.workspace.onDidOpenTextDocument((document) => this.open(document)),
      vscode.workspace.onDidCloseTextDocument((document) => this.histories.delete(document)),
      vscode.workspace.onDidChangeTextDocument((event) => this.change(event)),
    ];
  }

  async fromLastEdit(): Promise<void> {
    this.settle();
    const document = vscode.window.activeTextEditor?.document;
    const pair = document && this.histories.get(document)?.pair();
    if (!pair) {
      void vscode.window.showInformationMessage('lerp: no function of this file was edited since it was opened.');
      return;
    }
    await this.teach(document, pair, `what you did in ${pair.name}`);
  }

  async fromSelection(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (!editor || editor.selection.isEmpty) {
      void vscode.window.showInformationMessage('lerp: select a whole function first.');
      return;
    }
    const { document, selection } = editor;
    // whole lines, or the margin of the first one would be missing
    const end = selection.end.character === 0 && !selection.isSingleLine ? selection.end.line - 1 : selection.end.line;
    const lines = new vscode.Range(selection.start.line, 0, end, document.lineAt(end).text.length);
    const text = `${dedent(document.getText(lines))}\n`;
    if (this.first === undefined || this.first === text) {
      this.first = text;
      const next = 'That is the function before. Now change it, or select another one, and run the command again';
      void vscode.window.showInformationMessage(`lerp: ${next} for the function after.`);
      return;
    }
    const before = this.first;
    this.first = undefined;
    await this.teach(document, { before, after: text }, 'the step from the first selection to this one');
  }

  async forget(): Promise<void> {
    const client = this.server.running();
    const of = client && whose(client, vscode.window.activeTextEditor?.document);
    const concepts = client && (await ask<Concept[]>(client, 'lerp/concepts', { ...of }));
    if (!client || !concepts) {
      return;
    }
    const taught = concepts.filter(({ origin }) => origin === 'taught');
    if (taught.length === 0) {
      void vscode.window.showInformationMessage('lerp: no concept was taught.');
      return;
    }
    const items = taught.map(({ name, title, description }) => ({ label: name, description: title, detail: description }));
    const chosen = await vscode.window.showQuickPick(items, { title: 'lerp: which concept to forget' });
    if (chosen && (await ask(client, 'lerp/forget', { name: chosen.label, ...of }))) {
      void vscode.window.showInformationMessage(`lerp: ${chosen.label} is forgotten.`);
    }
  }

  dispose(): void {
    clearTimeout(this.pending?.timer);
    this.parts.forEach((part) => part.dispose());
  }

  private async teach(document: vscode.TextDocument, { before, after }: Example, what: string): Promise<void> {
    const client = this.server.running();
    const name = client && (await askName(what));
    if (!client || !name) {
      return;
    }
    const params = { name, examples: [{ before, after }], ...whose(client, document) };
    const taught = await ask<Taught>(client, 'lerp/teach', params);
    if (taught) {
      // one example agrees with itself whatever it is
      const several = `${taught.pairs} examples, agreement ${Math.round(taught.confidence * 100)}%`;
      const pairs = taught.pairs === 1 ? '1 example' : several;
      const said = [`lerp: learned ${taught.name} from ${pairs}.`, ...taught.warnings];
      void vscode.window.showInformationMessage(said.join(' '));
    }
  }

  private open(document: vscode.TextDocument): void {
    if (document.languageId === 'python' && ['file', 'untitled', 'vscode-notebook-cell'].includes(document.uri.scheme)) {
      this.histories.set(document, new History(document.getText()));
    }
  }

  private change({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    if (!this.histories.has(document) || contentChanges.length === 0) {
      return;
    }
    if (this.pending?.document !== document) {
      this.settle();
    }
    clearTimeout(this.pending?.timer);
    const line = contentChanges[0].range.start.line;
    this.pending = { document, line, timer: setTimeout(() => this.settle(), QUIET) };
  }

  private settle(): void {
    if (this.pending) {
      const { document, line, timer } = this.pending;
      clearTimeout(timer);
      this.pending = undefined;
      this.histories.get(document)?.change(document.getText(), line, Date.now());
    }
  }
}

/** The document that says which project a concept belongs to; without one it is that of the workspace. */
function whose(client: LanguageClient, document: vscode.TextDocument | undefined): { textDocument?: { uri: string } } {
  if (!document || !vscode.languages.match(SELECTOR, document)) {
    return {};
  }
  return { textDocument: { uri: client.code2ProtocolConverter.asUri(document.uri) } };
}

function askName(what: string): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: `lerp: a name for ${what}`,
    placeHolder: 'our-logging',
    prompt: 'The name of a taught concept adds this example to it.',
    ignoreFocusOut: true,
    validateInput: (name) => (NAME.test(name) ? undefined : 'small letters, digits and hyphens'),
  });
}
