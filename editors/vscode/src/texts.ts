// Pure parts of the picker: edits on a text, and how a candidate is shown.

export interface Position {
  line: number;
  character: number;
}

export interface TextEdit {
  range: { start: Position; end: Position };
  newText: string;
}

export type Verdict = 'passed' | 'same' | 'untested' | 'timeout' | 'failed' | 'pending';

/** What of a candidate is shown. */
export interface Shown {
  confidence?: number;
  verdict: Verdict;
  testsRun: number;
  /** The verdict in the server's words. */
  tests?: string;
  /** At how many places it could change the function, and at how many it does. */
  places?: number;
  placesChanged?: number;
  /** Of a blend: the share of the way, 0 to 1. */
  position?: number | null;
  reason: string | null;
}

/** The text after edits that do not overlap; all positions are in the text before. */
export function applyEdits(text: string, edits: TextEdit[], offsetAt: (position: Position) => number): string {
  const spans = edits.map(({ range, newText }) => ({
    start: offsetAt(range.start),
    end: offsetAt(range.end),
    newText,
  }));
  // stable: insertions at one place stay in their order
  spans.sort((a, b) => a.start - b.start || a.end - b.end);
  let done = 0;
  let out = '';
  for (const { start, end, newText } of spans) {
    out += text.slice(done, start) + newText;
    done = Math.max(done, end);
  }
  return out + text.slice(done);
}

const MARKS: Record<Verdict, string> = {
  passed: '$(check)',
  same: '$(pass)',
  untested: '$(circle-outline)',
  timeout: '$(watch)',
  failed: '$(error)',
  pending: '$(loading~spin)',
};

/** Whether the user may apply it. */
export function isOffered(candidate: Shown): boolean {
  return ['passed', 'same', 'untested'].includes(candidate.verdict);
}

/** `$(check) 1` and `89% sure, 3 tests passed`. */
export function describe(number: number, candidate: Shown): { label: string; description: string } {
  const { confidence, verdict, testsRun, reason, position } = candidate;
  const tests = testsRun === 1 ? '1 test' : `${testsRun} tests`;
  const verdicts: Record<Verdict, string> = {
    passed: `${tests} passed`,
    same: 'the same on recorded calls',
    untested: 'not tested',
    timeout: 'tests took too long',
    failed: 'tests fail',
    pending: 'being tested',
  };
  const way = typeof position === 'number' ? `${Math.round(position * 100)}% of the way` : '';
  const sure = confidence === undefined || way ? '' : `${Math.round(confidence * 100)}% sure`;
  const { places = 0, placesChanged = 0 } = candidate;
  // with one place there is nothing for less strength to take away
  const where = places > 1 ? `${placesChanged} of ${places} places` : places === 1 ? 'a switch' : '';
  const parts = [way, sure, where, candidate.tests ?? verdicts[verdict], reason ?? ''];
  return { label: `${MARKS[verdict]} ${number}`, description: parts.filter(Boolean).join(', ') };
}

export const STEP = 0.25;
const STRONGEST = 10;

/** The next strength up or down, within what the server takes. */
export function stronger(strength: number, by: number): number {
  return Math.min(STRONGEST, Math.max(-STRONGEST, strength + by));
}
