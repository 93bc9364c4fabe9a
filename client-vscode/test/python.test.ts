import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { findPython, isNewEnough, pythonCandidates } from '../src/python.ts';

function pythonThatPrints(context: TestContext, text: string): { command: string; arguments: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'caffe-client-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const command = join(folder, 'python');
  writeFileSync(command, `#!/bin/sh\necho '${text}'\n`);
  chmodSync(command, 0o755);
  return { command, arguments: [] };
}

test('the Python of the settings is the only one tried', () => {
  assert.deepEqual(pythonCandidates('/opt/python', '/venv/python', 'linux'), [{ command: '/opt/python', arguments: [] }]);
});

test('the Python extension is asked before the search path', () => {
  const commands = pythonCandidates('', '/venv/python', 'linux').map((candidate) => candidate.command);
  assert.deepEqual(commands.slice(0, 3), ['/venv/python', 'python3', 'python']);
});

test("on Windows the search ends with Python's launcher", () => {
  assert.deepEqual(pythonCandidates('', undefined, 'win32').at(-1), { command: 'py', arguments: ['-3'] });
});

test('3.10 is new enough, 3.9 and 2.7 are not', () => {
  assert.deepEqual([isNewEnough([3, 10]), isNewEnough([3, 9]), isNewEnough([2, 7])], [true, false, false]);
});

test('an old Python is passed over for a later candidate that is new enough', async (context) => {
  const old = pythonThatPrints(context, '3.8');
  const fit = pythonThatPrints(context, '3.12');
  const search = await findPython([old, fit]);
  assert.deepEqual(search, { found: fit, rejected: [`${old.command}: 3.8`] });
});

test('a Python that is not there is told with its reason', async () => {
  const search = await findPython([{ command: '/no/such/python', arguments: [] }]);
  assert.equal(search.found, undefined);
  assert.match(search.rejected[0] ?? '', /^\/no\/such\/python: .*ENOENT/);
});
