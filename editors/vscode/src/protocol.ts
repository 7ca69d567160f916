// The requests of editors/PROTOCOL.md, and what is said when one fails.
import * as vscode from 'vscode';
import { type CancellationToken, type LanguageClient, ProgressType } from 'vscode-languageclient/node';
import type { Shown, TextEdit } from './texts';

/** A document's version, a place in it. */
export interface Place {
  textDocument: { uri: string; version: number };
  range: { start: { line: number; character: number }; end: { line: number; character: number } };
}

export interface Candidate extends Shown {
  edits: TextEdit[];
}

export interface Candidates {
  function: string;
  version: number;
  message: string | null;
  /** Sentences on concepts that stand in each other's way. */
  conflicts?: string[];
  candidates: Candidate[];
}

export interface Concept {
  name: string;
  title: string;
  description: string;
  /** `taught` for the user's own; a server of before teaching does not say. */
  origin?: 'built-in' | 'taught';
  add: boolean | null;
  remove: boolean | null;
}

const METHOD_NOT_FOUND = -32601;
const CANCELLED = -32800;
const STALE = -32801;

/** Where the cursor or the selection of an editor is. */
export function place(client: LanguageClient, editor: vscode.TextEditor): Place {
  const { code2ProtocolConverter: convert } = client;
  return {
    textDocument: convert.asVersionedTextDocumentIdentifier(editor.document),
    range: convert.asRange(editor.selection),
  };
}

/** Sends a request. Undefined when it failed: then the user was told, unless it was the user who cancelled. */
export async function ask<T>(
  client: LanguageClient,
  method: string,
  params: unknown,
  token?: CancellationToken,
): Promise<T | undefined> {
  try {
    // a token that is undefined would be taken for a second parameter, and the request sent as an array
    return await (token ? client.sendRequest<T>(method, params, token) : client.sendRequest<T>(method, params));
  } catch (error) {
    tell(method, error as { code?: number; message?: string });
    return undefined;
  }
}

const PARTIAL = new ProgressType<Candidates>();
let tokens = 0;

/** `lerp/candidates` and `lerp/blend`: what is known so far is handed to `early`, the whole is returned. */
export async function askCandidates(
  client: LanguageClient,
  method: string,
  params: object,
  token: CancellationToken,
  early?: (answer: Candidates) => void,
): Promise<Candidates | undefined> {
  tokens += 1;
  const partialResultToken = `lerp-candidates-${tokens}`;
  const listening = early && client.onProgress(PARTIAL, partialResultToken, early);
  try {
    return await ask<Candidates>(client, method, early ? { ...params, partialResultToken } : params, token);
  } finally {
    listening?.dispose();
  }
}

function tell(method: string, { code, message }: { code?: number; message?: string }): void {
  if (code === METHOD_NOT_FOUND) {
    const version = 'this version of the server can not do that';
    void vscode.window.showErrorMessage(`lerp: ${version} (${method}). Update it: pip install --upgrade lerp`);
  } else if (code === STALE) {
    void vscode.window.showWarningMessage(CHANGED);
  } else if (code !== CANCELLED) {
    void vscode.window.showErrorMessage(`lerp: ${message ?? 'the request failed'}`);
  }
}

export const CHANGED = 'lerp: the text was changed in the meantime; nothing was edited.';
