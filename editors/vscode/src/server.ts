// The language server's life: found, started, restarted, asked.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { LanguageClient, RevealOutputChannelOn, State } from 'vscode-languageclient/node';
import { findServer, type Found } from './find';
import { interpreter } from './python';
import { serverSettings } from './settings';

/** Documents that the server is told of. Not those that show a preview. */
export const SELECTOR = ['file', 'untitled', 'vscode-notebook-cell'].map((scheme) => ({ language: 'python', scheme }));

/** What the status item shows. */
export type Condition = 'off' | 'missing' | 'starting' | 'running' | 'stopped';

export class Server implements vscode.Disposable {
  /** The program, when it was found. */
  found: Found | undefined;
  private client: LanguageClient | undefined;
  private python: string | undefined;
  private readonly changes = new vscode.EventEmitter<Condition>();
  readonly onChange = this.changes.event;
  /** Starts and stops, one after the other. */
  private last: Promise<void> = Promise.resolve();

  constructor(readonly log: vscode.LogOutputChannel) {}

  /** Starts the server, anew when it runs. */
  restart(): Promise<void> {
    const step = async () => {
      await this.stop();
      await this.start();
    };
    this.last = this.last.then(step, step);
    return this.last;
  }

  /** The running client; otherwise the user is told why there is none. */
  running(): LanguageClient | undefined {
    if (this.client?.state === State.Running) {
      return this.client;
    }
    const why = this.found ? 'the server does not run' : 'the server is not there';
    void tell(`lerp: ${why}.`);
    return undefined;
  }

  dispose(): Promise<void> {
    this.changes.dispose();
    return this.last.then(() => this.stop());
  }

  private async start(): Promise<void> {
    const settings = vscode.workspace.getConfiguration('lerp');
    if (!settings.get<boolean>('enable', true)) {
      this.found = undefined;
      this.changes.fire('off');
      return;
    }
    this.python = await interpreter(this.log);
    const places = {
      paths: settings.get<string[]>('path', []),
      interpreter: this.python,
      searchPath: process.env.PATH ?? '',
      windows: process.platform === 'win32',
    };
    this.found = findServer(places, existsSync);
    if (!this.found) {
      this.log.error('lerp was not found: not in lerp.path, nor in the environment of the interpreter, nor on PATH');
      this.changes.fire('missing');
      return;
    }
    const { command, where } = this.found;
    this.log.info(`${command} (from ${where}), interpreter ${this.python ?? 'not known'}`);
    this.changes.fire('starting');
    this.client = this.make(command);
    try {
      await this.client.start();
    } catch (error) {
      this.log.error(`${command} did not start: ${error}`);
      this.changes.fire('stopped');
      void tell(`lerp: ${command} did not start.`);
    }
  }

  private make(command: string): LanguageClient {
    // in an untrusted folder, nothing that the server runs may be looked up there
    const cwd = workingFolder();
    const client = new LanguageClient(
      'lerp',
      'lerp',
      { command, args: ['server'], options: { cwd } },
      {
        documentSelector: SELECTOR,
        outputChannel: this.log,
        revealOutputChannelOn: RevealOutputChannelOn.Never,
        initializationOptions: this.settings(),
        middleware: {
          workspace: {
            configuration: async (params, token, next) => {
              const values = await next(params, token);
              const ours = params.items.map((item) => item.section === 'lerp');
              return Array.isArray(values) ? values.map((value, n) => (ours[n] ? this.settings() : value)) : values;
            },
          },
        },
      },
    );
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) {
        this.changes.fire('running');
      } else if (newState === State.Stopped) {
        this.changes.fire('stopped');
      }
    });
    return client;
  }

  private settings(): Record<string, unknown> {
    const settings = vscode.workspace.getConfiguration('lerp');
    const around = { trusted: vscode.workspace.isTrusted, interpreter: this.python };
    return serverSettings((key) => settings.get(key), around);
  }

  private async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    try {
      await client?.dispose();
    } catch (error) {
      // it had not started, or it died: either way it is gone
      this.log.debug(`the server ended: ${error}`);
    }
  }
}

/** Where the server and `lerp doctor` are run. */
export function workingFolder(): string {
  const folder = vscode.workspace.workspaceFolders?.find((one) => one.uri.scheme === 'file');
  return vscode.workspace.isTrusted && folder ? folder.uri.fsPath : homedir();
}

async function tell(message: string): Promise<void> {
  const choices = { 'Show status': 'lerp.doctor', 'Restart server': 'lerp.restart' };
  const chosen = await vscode.window.showErrorMessage(message, ...Object.keys(choices));
  if (chosen) {
    await vscode.commands.executeCommand(choices[chosen as keyof typeof choices]);
  }
}
