// What a text was before the last edit of a function: what "teach from last edit" compares with. Pure.
import { cut, findFunctions, type PythonFunction } from './functions';

/** Milliseconds without a change after which the next one begins another edit. */
const PAUSE = 5 * 60_000;

export interface Pair {
  name: string;
  before: string;
  after: string;
}

interface Edit {
  before: string;
  /** The function that is edited; undefined outside of any. */
  key: string | undefined;
  line: number;
  last: number;
}

/** The edits of one document. Changes in one function, without a long pause between them, are one edit. */
export class History {
  private edit: Edit | undefined;

  constructor(private text: string) {}

  /** The text has changed, last on this line of the new one. `now` is in milliseconds. */
  change(text: string, line: number, now: number): void {
    const before = this.text;
    if (text === before) {
      return;
    }
    this.text = text;
    const key = around(text, line)?.key;
    const { edit } = this;
    const goesOn = edit !== undefined && edit.key === key && now - edit.last < PAUSE;
    this.edit = { before: goesOn ? edit.before : before, key, line, last: now };
  }

  /** The function as it was before the last edit, and as it is; undefined when there was no edit of one. */
  pair(): Pair | undefined {
    const { edit, text } = this;
    const after = edit && around(text, edit.line);
    const before = after && outermost(edit.before).find(({ key }) => key === after.key);
    if (!before) {
      return undefined;
    }
    const pair = { name: after.name, before: cut(edit.before, before), after: cut(text, after) };
    return pair.before === pair.after ? undefined : pair;
  }
}

/** Functions that are in no other one, with a key that tells those of one name apart. */
function outermost(text: string): (PythonFunction & { key: string })[] {
  const seen = new Map<string, number>();
  let end = 0;
  const found = [];
  for (const one of findFunctions(text)) {
    if (one.start >= end) {
      end = one.end;
      const count = seen.get(one.name) ?? 0;
      seen.set(one.name, count + 1);
      found.push({ ...one, key: `${one.name} ${count}` });
    }
  }
  return found;
}

function around(text: string, line: number) {
  return outermost(text).find(({ start, end }) => start <= line && line < end);
}
