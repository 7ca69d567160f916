// What the server is told of the settings. Pure: a setting is asked for by a function.

/** Handed on as they are; the others are the extension's own. */
const PLAIN = ['testTimeout', 'testBudget', 'experimental', 'strength', 'confidence', 'candidates', 'seed'];
const TEXTS = ['model', 'onnxruntime', 'tests'];

export interface Surroundings {
  /** Whether the user trusts what is in the folder. */
  trusted: boolean;
  /** The Python that runs tests. */
  interpreter?: string;
}

/**
 * The settings as the server reads them. What is not set is left out, so that the project's pyproject.toml and the
 * environment hold. Without trust no test is run, whatever was set.
 */
export function serverSettings(get: (key: string) => unknown, around: Surroundings): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const key of PLAIN) {
    const value = get(key);
    if (typeof value === 'number' || typeof value === 'boolean') {
      settings[key] = value;
    }
  }
  for (const key of TEXTS) {
    const value = get(key);
    if (typeof value === 'string' && value.trim() !== '') {
      settings[key] = value;
    }
  }
  if (around.interpreter) {
    settings.python = around.interpreter;
  }
  if (!around.trusted) {
    settings.tests = 'none';
    delete settings.python;
  }
  return settings;
}
