// The picker: candidates in a list, the diff of the active one in the editor, the strength by keys, a switch for tests.
import * as vscode from 'vscode';
import type { Preview } from './preview';
import { CHANGED, type Candidate, type Candidates } from './protocol';
import { applyEdits, describe, isOffered, STEP, stronger } from './texts';

/** What the user sets while picking. */
export interface Knobs {
  strength: number;
  tests: boolean;
}

/** Asks for candidates; undefined when that failed and was said. Those that come early are handed to `early`. */
export type Ask = (
  knobs: Knobs | undefined,
  token: vscode.CancellationToken,
  early: (answer: Candidates) => void,
) => Promise<Candidates | undefined>;

type Item = vscode.QuickPickItem & { candidate?: Candidate; number: number };

const WEAKER = { iconPath: new vscode.ThemeIcon('remove'), tooltip: 'Weaker (Alt+Down)' };
const STRONGER = { iconPath: new vscode.ThemeIcon('add'), tooltip: 'Stronger (Alt+Up)' };
const TESTS = { iconPath: new vscode.ThemeIcon('beaker'), tooltip: 'Run tests, or not (Alt+C)' };

/** The picker that is open: there is one at a time. */
let open: Picker | undefined;

/** The commands that are bound to keys while a picker is open. */
export function registerKeys(): vscode.Disposable {
  const key = (name: string, press: (picker: Picker) => void) =>
    vscode.commands.registerCommand(`lerp.pick.${name}`, () => open && press(open));
  return vscode.Disposable.from(
    key('stronger', (picker) => picker.turn(STEP)),
    key('weaker', (picker) => picker.turn(-STEP)),
    key('tests', (picker) => picker.switchTests()),
  );
}

export class Picker {
  private readonly list = vscode.window.createQuickPick<Item>();
  private asking: vscode.CancellationTokenSource | undefined;
  private readonly document: vscode.TextDocument;
  private readonly version: number;
  private readonly selection: vscode.Selection;

  constructor(
    editor: vscode.TextEditor,
    private readonly preview: Preview,
    private readonly what: string,
    private readonly knobs: Knobs | undefined,
    private readonly ask: Ask,
  ) {
    this.document = editor.document;
    this.version = editor.document.version;
    this.selection = editor.selection;
    this.list.buttons = knobs ? [WEAKER, STRONGER, TESTS] : [];
    this.list.ignoreFocusOut = true;
    this.list.matchOnDescription = true;
    this.list.onDidTriggerButton((button) => {
      if (button === TESTS) {
        this.switchTests();
      } else {
        this.turn(button === STRONGER ? STEP : -STEP);
      }
    });
    this.list.onDidChangeActive(([item]) => this.show(item));
    this.list.onDidAccept(() => this.accept());
    this.list.onDidHide(() => this.close());
  }

  /** Opens it, in place of another one. */
  start(): void {
    open?.list.hide();
    open = this;
    void vscode.commands.executeCommand('setContext', 'lerp.picking', true);
    this.list.show();
    void this.fill();
  }

  turn(by: number): void {
    if (!this.knobs) {
      return;
    }
    this.knobs.strength = stronger(this.knobs.strength, by);
    void this.fill();
  }

  switchTests(): void {
    if (!this.knobs) {
      return;
    }
    if (!vscode.workspace.isTrusted) {
      void vscode.window.showWarningMessage('lerp: no tests are run in an untrusted folder.');
      return;
    }
    this.knobs.tests = !this.knobs.tests;
    void this.fill();
  }

  private async fill(): Promise<void> {
    this.asking?.cancel();
    const asking = new vscode.CancellationTokenSource();
    this.asking = asking;
    const set = this.knobs && ` · strength ${this.knobs.strength.toFixed(2)} · tests ${this.knobs.tests ? 'on' : 'off'}`;
    this.list.title = `lerp: ${this.what}${set ?? ''}`;
    this.list.placeholder = 'decoding…';
    this.list.busy = true;
    this.list.items = [];
    const answer = await this.ask(this.knobs && { ...this.knobs }, asking.token, ({ candidates }) => {
      if (!asking.token.isCancellationRequested) {
        this.offer(candidates);
      }
    });
    if (asking.token.isCancellationRequested) {
      return;
    }
    this.list.busy = false;
    if (!answer) {
      this.list.hide();
      return;
    }
    this.offer(answer.candidates);
    const [conflict] = answer.conflicts ?? [];
    this.list.placeholder = answer.message ?? conflict ?? 'Enter applies, Escape leaves everything as it is';
    if (answer.candidates.length === 0) {
      const label = answer.message ?? 'nothing suitable was found';
      this.list.items = [{ label, alwaysShow: true, number: 0 }];
    }
  }

  private offer(candidates: Candidate[]): void {
    this.list.items = candidates.map((candidate, at) => ({ ...describe(at + 1, candidate), candidate, number: at + 1 }));
  }

  private show(item: Item | undefined): void {
    if (!item?.candidate || this.isStale()) {
      return;
    }
    const { edits } = item.candidate;
    const offset = (at: { line: number; character: number }) =>
      this.document.offsetAt(new vscode.Position(at.line, at.character));
    const text = applyEdits(this.document.getText(), edits, offset);
    const line = Math.min(...edits.map(({ range }) => range.start.line), this.document.lineCount);
    void this.preview.show(this.document, text, `lerp: candidate ${item.number}`, line);
  }

  private async accept(): Promise<void> {
    const candidate = this.list.activeItems[0]?.candidate;
    if (candidate && !isOffered(candidate)) {
      void vscode.window.showWarningMessage('lerp: the tests do not pass on this candidate; it is not applied.');
      return;
    }
    this.list.hide();
    if (!candidate) {
      return;
    }
    // the edits are for the text that was sent: never for another
    if (this.isStale()) {
      void vscode.window.showWarningMessage(CHANGED);
      return;
    }
    const edit = new vscode.WorkspaceEdit();
    for (const { range, newText } of candidate.edits) {
      const { start, end } = range;
      const lines = new vscode.Range(start.line, start.character, end.line, end.character);
      edit.replace(this.document.uri, lines, newText);
    }
    await vscode.workspace.applyEdit(edit);
  }

  private isStale(): boolean {
    return this.document.isClosed || this.document.version !== this.version;
  }

  private async close(): Promise<void> {
    this.asking?.cancel();
    this.list.dispose();
    if (open === this) {
      open = undefined;
      await vscode.commands.executeCommand('setContext', 'lerp.picking', false);
    }
    await this.preview.close();
    if (!open && !this.document.isClosed) {
      await vscode.window.showTextDocument(this.document, { selection: this.selection });
    }
  }
}
