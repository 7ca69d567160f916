// Pure parts of the picker: edits on a text, and how a candidate is shown.

export interface Position {
  line: number;
  character: number;
}

export interface TextEdit {
  range: { start: Position; end: Position };
  newText: string;
}

export type Verdict = 'passed' | 'untested' | 'timeout' | 'failed';

/** What of a candidate is shown. */
export interface Shown {
  confidence?: number;
  verdict: Verdict;
  testsRun: number;
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
  untested: '$(circle-outline)',
  timeout: '$(watch)',
  failed: '$(error)',
};

/** Whether the user may apply it. */
export function isOffered(candidate: Shown): boolean {
  return candidate.verdict === 'passed' || candidate.verdict === 'untested';
}

/** `$(check) 1` and `89% sure, 3 tests passed`. */
export function describe(number: number, candidate: Shown): { label: string; description: string } {
  const { confidence, verdict, testsRun, reason } = candidate;
  const tests = testsRun === 1 ? '1 test' : `${testsRun} tests`;
  const verdicts: Record<Verdict, string> = {
    passed: `${tests} passed`,
    untested: 'not tested',
    timeout: 'tests took too long',
    failed: 'tests fail',
  };
  const parts = [confidence === undefined ? '' : `${Math.round(confidence * 100)}% sure`, verdicts[verdict], reason ?? ''];
  return { label: `${MARKS[verdict]} ${number}`, description: parts.filter(Boolean).join(', ') };
}

export const STEP = 0.25;
const STRONGEST = 10;

/** The next strength up or down, within what the server takes. */
export function stronger(strength: number, by: number): number {
  return Math.min(STRONGEST, Math.max(-STRONGEST, strength + by));
}
