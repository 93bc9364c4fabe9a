import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { isLostConnection } from '../src/connection.ts';

/** What Node says to who writes to a process that was killed: before it has noticed that, or after. */
function errorOfWritingToKilledProcess(when: 'before' | 'after'): Promise<Error> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)']);
  return new Promise((resolve) => {
    const write = (): void => {
      child.stdin.write('x'.repeat(10_000_000), (error) => error && resolve(error));
    };
    child.stdin.on('error', resolve);
    child.on(when === 'before' ? 'spawn' : 'close', write);
    child.kill('SIGKILL');
  });
}

for (const when of ['before', 'after'] as const) {
  test(`a write that fails ${when} the process is known to be dead is a lost connection`, async () => {
    assert.ok(isLostConnection(await errorOfWritingToKilledProcess(when)));
  });
}

test('a message that is no JSON is not a lost connection', () => {
  assert.throws(() => JSON.parse('nonsense'), (error: Error) => !isLostConnection(error));
});
