// The Python of the workspace: the setting, or what is selected in the Python extension.
import * as vscode from 'vscode';

/** The part of the Python extension's API that is used; see its documentation for `environments`. */
interface PythonApi {
  environments?: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { path: string };
    resolveEnvironment(path: { path: string }): Promise<{ executable: { uri?: vscode.Uri } } | undefined>;
    onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

const EXTENSION = 'ms-python.python';

async function api(): Promise<PythonApi['environments']> {
  const extension = vscode.extensions.getExtension<PythonApi>(EXTENSION);
  if (!extension) {
    return undefined;
  }
  return (extension.isActive ? extension.exports : await extension.activate())?.environments;
}

/** The interpreter, or undefined when none is known. In an untrusted folder only the user's own setting counts. */
export async function interpreter(log: vscode.LogOutputChannel): Promise<string | undefined> {
  const [set] = vscode.workspace.getConfiguration('lerp').get<string[]>('interpreter', []);
  if (set || !vscode.workspace.isTrusted) {
    return set;
  }
  try {
    const environments = await api();
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const active = environments?.getActiveEnvironmentPath(folder);
    const resolved = active && (await environments?.resolveEnvironment(active));
    return resolved?.executable.uri?.fsPath;
  } catch (error) {
    log.warn(`the Python extension did not say which interpreter is selected: ${error}`);
    return undefined;
  }
}

/** Calls back when another interpreter was selected. */
export async function onInterpreter(changed: () => void): Promise<vscode.Disposable | undefined> {
  try {
    return (await api())?.onDidChangeActiveEnvironmentPath(changed);
  } catch {
    // an extension that does not start can not select one either; `interpreter` has logged it
    return undefined;
  }
}
