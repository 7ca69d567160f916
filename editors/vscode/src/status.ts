// The status item: whether the server runs, and what `lerp doctor` found.
import { execFile } from 'node:child_process';
import * as vscode from 'vscode';
import { type Condition, type Server, workingFolder } from './server';

const PATIENCE_MS = 60_000;
const LOOKS: Record<Condition, { icon: string; says: string; severity?: 'warning' | 'error' }> = {
  off: { icon: 'circle-slash', says: 'switched off by the setting lerp.enable' },
  missing: {
    icon: 'error',
    says: 'the program lerp was not found: run `pip install lerp` in the environment of the project, or set lerp.path',
    severity: 'error',
  },
  starting: { icon: 'loading~spin', says: 'starting' },
  running: { icon: 'wand', says: 'running' },
  stopped: { icon: 'error', says: 'the server does not run; see the logs', severity: 'error' },
};

export class Status implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('lerp.status', vscode.StatusBarAlignment.Right, 50);
  private readonly parts: vscode.Disposable[];
  private condition: Condition = 'starting';
  private report: { text: string; fine: boolean } | undefined;

  constructor(private readonly server: Server) {
    this.item.name = 'lerp';
    this.item.command = 'lerp.doctor';
    this.parts = [
      this.item,
      server.onChange((condition) => this.change(condition)),
      vscode.window.onDidChangeActiveTextEditor(() => this.show()),
    ];
    this.show();
  }

  /** Runs `lerp doctor` and shows in the log what it says. */
  async doctor(): Promise<void> {
    await this.examine();
    const { says } = LOOKS[this.condition];
    this.server.log.info(`lerp: ${says}\n${this.report?.text ?? ''}`);
    this.server.log.show(true);
  }

  dispose(): void {
    this.parts.forEach((part) => part.dispose());
  }

  private change(condition: Condition): void {
    this.condition = condition;
    this.show();
    if (condition === 'running') {
      void this.examine();
    }
  }

  private async examine(): Promise<void> {
    const command = this.server.found?.command;
    this.report = command === undefined ? undefined : await run(command, ['doctor']);
    this.show();
  }

  private show(): void {
    const { icon, says, severity } = LOOKS[this.condition];
    const worried = this.condition === 'running' && this.report?.fine === false;
    this.item.text = `$(${worried ? 'warning' : icon}) lerp`;
    const level = worried ? 'warning' : severity;
    this.item.backgroundColor = level && new vscode.ThemeColor(`statusBarItem.${level}Background`);
    const tooltip = new vscode.MarkdownString(`**lerp**: ${says}`);
    if (this.report) {
      tooltip.appendCodeblock(this.report.text, 'text');
    }
    this.item.tooltip = tooltip;
    if (vscode.window.activeTextEditor?.document.languageId === 'python') {
      this.item.show();
    } else {
      this.item.hide();
    }
  }
}

function run(command: string, args: string[]): Promise<{ text: string; fine: boolean }> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd: workingFolder(), timeout: PATIENCE_MS }, (error, stdout, stderr) => {
      const said = `${stdout}${stderr}`.trim();
      resolve({ text: said || `${command} ${args.join(' ')}: ${error?.message ?? 'said nothing'}`, fine: !error });
    });
  });
}
