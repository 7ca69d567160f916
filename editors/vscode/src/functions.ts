// Functions in Python text, by their indentation: enough to cut out what the user just edited. Pure. The server parses; this
// never decides about an edit.

export interface PythonFunction {
  name: string;
  /** The line of `def`. */
  header: number;
  /** First line, decorators included. */
  start: number;
  /** The line after the last one. */
  end: number;
}

const HEADER = /^([ \t]*)(?:async[ \t]+)?def[ \t]+([\p{L}_][\p{L}\p{N}_]*)/u;

function indent(line: string): number {
  return /^[ \t]*/.exec(line)![0].length;
}

/** Lines that are inside of a string over several lines or of brackets: their indentation means nothing. */
function continued(lines: string[]): boolean[] {
  const inside: boolean[] = [];
  let quote = '';
  let depth = 0;
  for (const line of lines) {
    inside.push(quote !== '' || depth > 0);
    for (let at = 0; at < line.length; at++) {
      const three = line.slice(at, at + 3);
      if (quote) {
        if (line[at] === '\\') {
          at += 1;
        } else if (line.startsWith(quote, at)) {
          at += quote.length - 1;
          quote = '';
        }
      } else if (line[at] === '#') {
        break;
      } else if (three === '"""' || three === "'''") {
        quote = three;
        at += 2;
      } else if (line[at] === '"' || line[at] === "'") {
        quote = line[at];
      } else if ('([{'.includes(line[at])) {
        depth += 1;
      } else if (')]}'.includes(line[at])) {
        depth = Math.max(0, depth - 1);
      }
    }
    // a string in single quotes ends with its line, unless the line goes on
    if (quote.length === 1 && !line.endsWith('\\')) {
      quote = '';
    }
  }
  return inside;
}

/** All functions, in the order of their headers. */
export function findFunctions(text: string): PythonFunction[] {
  const lines = text.split(/\r?\n/);
  const inside = continued(lines);
  const isCode = (at: number) => !inside[at] && lines[at].trim() !== '' && !lines[at].trim().startsWith('#');
  const found: PythonFunction[] = [];
  for (let at = 0; at < lines.length; at++) {
    const header = inside[at] ? null : HEADER.exec(lines[at]);
    if (!header) {
      continue;
    }
    const margin = header[1].length;
    let end = at + 1;
    for (let next = at + 1; next < lines.length; next++) {
      if (isCode(next) && indent(lines[next]) <= margin) {
        break;
      }
      // comments and blanks belong to it when more of it follows
      if (lines[next].trim() !== '' && (inside[next] || indent(lines[next]) > margin)) {
        end = next + 1;
      }
    }
    let start = at;
    for (let above = at - 1; above >= 0; above--) {
      if (isCode(above) && indent(lines[above]) === margin && lines[above].trim().startsWith('@')) {
        start = above;
      } else if (!inside[above]) {
        break;
      }
    }
    found.push({ name: header[2], header: at, start, end });
  }
  return found;
}

/** A function's lines without their common margin. */
export function cut(text: string, { start, end }: PythonFunction): string {
  return dedent(text.split(/\r?\n/).slice(start, end).join('\n')) + '\n';
}

/** Text without the margin of its first line that is not blank. */
export function dedent(text: string): string {
  const lines = text.split(/\r?\n/);
  const first = lines.find((line) => line.trim() !== '') ?? '';
  const margin = first.slice(0, indent(first));
  const shorter = lines.map((line) => (line.startsWith(margin) ? line.slice(margin.length) : line.trimStart()));
  return shorter.join('\n').trimEnd();
}
