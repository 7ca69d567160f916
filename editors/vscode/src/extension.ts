// lerp for VS Code: what is registered, and when the server is started.
import * as vscode from 'vscode';
import { blend } from './blend';
import { pick } from './pick';
import { registerKeys } from './picker';
import { Preview } from './preview';
import { onInterpreter } from './python';
import { Server } from './server';
import { Status } from './status';
import { Teacher } from './teach';

/** Settings with which the server has to be started anew; it asks for the others itself. */
const STARTS = ['enable', 'path', 'interpreter'];

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel('lerp', { log: true });
  const server = new Server(log);
  const status = new Status(server);
  const preview = new Preview();
  const teacher = new Teacher(server);
  const command = (name: string, run: (...args: never[]) => unknown) =>
    vscode.commands.registerCommand(`lerp.${name}`, run);
  context.subscriptions.push(
    log,
    server,
    status,
    preview,
    teacher,
    registerKeys(),
    command('pick', () => pick(server, preview)),
    command('blend', () => blend(server, preview)),
    command('teachFromLastEdit', () => teacher.fromLastEdit()),
    command('teachFromSelection', () => teacher.fromSelection()),
    command('forget', () => teacher.forget()),
    command('restart', () => server.restart()),
    command('showLogs', () => log.show()),
    command('doctor', () => status.doctor()),
    vscode.workspace.onDidGrantWorkspaceTrust(() => server.restart()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (STARTS.some((key) => event.affectsConfiguration(`lerp.${key}`))) {
        void server.restart();
      }
    }),
  );
  const selected = await onInterpreter(() => server.restart());
  if (selected) {
    context.subscriptions.push(selected);
  }
  await server.restart();
}
