// The diff editor beside the picker: the document on its left, the text of a candidate on its right.
import * as vscode from 'vscode';

const SCHEME = 'lerp-preview';

/** Registered once; shows one candidate at a time. */
export class Preview implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changes.event;
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  private text = '';
  private count = 0;
  /** Showing and closing, one after the other. */
  private last: Promise<unknown> = Promise.resolve();

  provideTextDocumentContent(): string {
    return this.text;
  }

  /** Shows what a document would become. The focus stays where it is. */
  show(document: vscode.TextDocument, text: string, title: string, line: number): Promise<unknown> {
    return this.after(async () => {
      const name = document.isUntitled ? 'untitled.py' : (document.uri.path.split('/').pop() ?? '');
      const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}`, query: String(this.count) });
      this.text = text;
      this.changes.fire(uri);
      const selection = new vscode.Range(line, 0, line, 0);
      const options: vscode.TextDocumentShowOptions = { preview: false, preserveFocus: true, selection };
      await vscode.commands.executeCommand('vscode.diff', document.uri, uri, title, options);
    });
  }

  /** Closes the diff editor. */
  close(): Promise<unknown> {
    return this.after(async () => {
      this.count += 1;
      const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
      const ours = tabs.filter(
        ({ input }) => input instanceof vscode.TabInputTextDiff && input.modified.scheme === SCHEME,
      );
      await vscode.window.tabGroups.close(ours, true);
    });
  }

  dispose(): void {
    this.registration.dispose();
    this.changes.dispose();
  }

  private after(step: () => Promise<unknown>): Promise<unknown> {
    this.last = this.last.then(step, step);
    return this.last;
  }
}
