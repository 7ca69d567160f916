// code-server with the extension in it, and a browser that shows it. What starts here ends with `end`.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';

const { LERP_EDITORS: home, LERP_VSIX: vsix, LERP_PYTHON_VSIX: python, LERP_TEST_SERVER: server, LERP_SHOTS: shots } = process.env;
const { chromium } = createRequire(join(home, 'package.json'))('playwright-core');
/** Everything is waited for, nothing is timed: so long only a workbench waits that is stuck. */
const PATIENCE = 400_000;
export const TEXT = 'def greet(name):\n    if name == None:\n        return 1\n    return "é😀"\n\n\ndef other(name):\n    return name\n';
/** More than the tests open. */
const FILES = 20;
const HOST = '127.0.0.1';

const started = Date.now();
const say = (what) => console.log(`     ${what} (${Math.round((Date.now() - started) / 1000)} s)`);
const children = [];
let log = '';

/** Everything that a run needs on disk, away from what the user has. */
function scratch(settings) {
  const root = mkdtempSync('/tmp/lerp-vscode-');
  const [folder, user, environment] = [join(root, 'project'), join(root, 'data', 'User'), join(root, 'venv', 'bin')];
  [folder, user, environment, shots].forEach((path) => mkdirSync(path, { recursive: true }));
  // a project, for what is taught to be kept with it
  writeFileSync(join(folder, 'pyproject.toml'), '');
  // made before the workbench starts: the list of files is late to know new ones
  for (let n = 1; n <= FILES; n += 1) {
    writeFileSync(join(folder, `file${n}.py`), TEXT);
  }
  // the environment of the interpreter that the stand-in for the Python extension names
  symlinkSync(server, join(environment, 'lerp'));
  writeFileSync(join(user, 'settings.json'), JSON.stringify(settings));
  return { root, folder, environment };
}

const freePort = () =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, HOST, () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

function codeServer({ root, environment }, args) {
  const cli = join(home, 'node_modules/code-server/out/node/entry.js');
  const places = ['--user-data-dir', join(root, 'data'), '--extensions-dir', join(root, 'extensions')];
  const own = { EXTENSIONS_GALLERY: `{"serviceUrl":"http://${HOST}:9"}`, HOME: root, LERP_TEST_ENVIRONMENT: environment };
  const child = spawn(join(home, 'node'), [cli, ...places, ...args], { env: { ...process.env, ...own }, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.on('data', (data) => (log += data));
  child.stderr.on('data', (data) => (log += data));
  children.push(child);
  return child;
}

/** Waits until the condition gives something true; what it throws counts as no. */
export async function poll(what, condition) {
  const start = Date.now();
  for (;;) {
    const value = await condition().catch(() => undefined);
    if (value) {
      return value;
    }
    if (Date.now() - start > PATIENCE) {
      throw new Error(`waited in vain: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

let browser;
let places;

/** Nothing that was started stays behind, also when the time is up. */
export async function end(code) {
  if (code !== 0) {
    console.log(`code-server said:\n${log.slice(-3000)}`);
  }
  await Promise.race([browser?.close().catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 5000))]);
  children.forEach((child) => child.kill());
  if (places) {
    rmSync(places.root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
  process.exit(code);
}

/** Opens the workbench on the project, with its first file, and waits until lerp's server runs. */
export async function start({ settings, untrusted }) {
  places = scratch(settings);
  const port = await freePort();
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    timeout: PATIENCE,
    // `end` ends it: there may be a picture to take before
    handleSIGTERM: false,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
  });
  say('the browser is there');
  const install = codeServer(places, [vsix, python].flatMap((one) => ['--install-extension', one]));
  assert.equal(await new Promise((done) => install.on('exit', done)), 0, `the extensions are not installed:\n${log}`);
  say('the extensions are installed');
  const trust = untrusted ? [] : ['--disable-workspace-trust'];
  codeServer(places, ['--auth', 'none', '--bind-addr', `${HOST}:${port}`, '--disable-telemetry', '--disable-update-check', ...trust]);
  await poll('code-server listens', () => fetch(`http://${HOST}:${port}/healthz`).then((answer) => answer.ok));
  say('code-server listens');
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(PATIENCE);
  const first = encodeURIComponent(JSON.stringify([['openFile', `vscode-remote://${HOST}:${port}${join(places.folder, 'file1.py')}`]]));
  await page.goto(`http://${HOST}:${port}/?folder=${places.folder}&payload=${first}`, { waitUntil: 'commit' });
  const item = '.statusbar-item:has-text("lerp")';
  const stages = {
    'the workbench is drawn': '.monaco-workbench',
    'the file is shown': '.monaco-editor .view-line:has-text("def greet")',
    'lerp is in the status bar': item,
    'its server runs': `${item} :is(.codicon-wand, .codicon-warning)`,
  };
  for (const [what, selector] of Object.entries(stages)) {
    await page.locator(selector).first().waitFor();
    say(what);
  }
  return { page, folder: places.folder };
}

/** Processes of the language server, as Linux lists them. */
export function serverProcesses() {
  const words = (pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    } catch {
      // it has ended meanwhile
      return [''];
    }
  };
  const isServer = ([program, argument]) => program.startsWith(places.environment) && argument === 'server';
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isServer(words(name))).map(Number);
}

export const shot = (page, name) => page.screenshot({ path: join(shots, `${name}.png`) });
