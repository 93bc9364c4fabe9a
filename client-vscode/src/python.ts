/** Finds a Python that can run the packed server. */

import { execFile } from 'node:child_process';

export interface PythonCommand {
  readonly command: string;
  readonly arguments: readonly string[];
}

export interface PythonSearch {
  /** The first that is new enough. */
  readonly found: PythonCommand | undefined;
  /** What was tried and why it was not taken, a line each. */
  readonly rejected: readonly string[];
}

export const OLDEST_PYTHON: readonly [number, number] = [3, 10];

const PROBE = 'import sys; print("%d.%d" % sys.version_info[:2])';
const PROBE_MILLISECONDS = 15_000;

/** The commands to try, best first. A Python named in the settings is the only one tried: a wish is not second-guessed. */
export function pythonCandidates(fromSettings: string, fromPythonExtension: string | undefined, platform: string): PythonCommand[] {
  const plain = (command: string): PythonCommand => ({ command, arguments: [] });
  if (fromSettings) return [plain(fromSettings)];
  const candidates = fromPythonExtension ? [plain(fromPythonExtension)] : [];
  candidates.push(plain('python3'), plain('python'));
  if (platform === 'win32') return [...candidates, { command: 'py', arguments: ['-3'] }];
  return [...candidates, ...['3.14', '3.13', '3.12', '3.11', '3.10'].map((version) => plain(`python${version}`))];
}

export async function findPython(candidates: readonly PythonCommand[]): Promise<PythonSearch> {
  const rejected: string[] = [];
  for (const candidate of candidates) {
    const name = [candidate.command, ...candidate.arguments].join(' ');
    const answer = await versionOf(candidate);
    if (answer.version && isNewEnough(answer.version)) return { found: candidate, rejected };
    rejected.push(`${name}: ${answer.version ? answer.version.join('.') : answer.problem}`);
  }
  return { found: undefined, rejected };
}

export function isNewEnough([major, minor]: readonly [number, number]): boolean {
  return major === OLDEST_PYTHON[0] && minor >= OLDEST_PYTHON[1];
}

interface Answer {
  readonly version?: readonly [number, number];
  readonly problem?: string;
}

function versionOf(python: PythonCommand): Promise<Answer> {
  return new Promise((resolve) => {
    execFile(python.command, [...python.arguments, '-I', '-S', '-c', PROBE], { timeout: PROBE_MILLISECONDS, windowsHide: true }, (error, stdout) => {
      const version = /^(\d+)\.(\d+)\s*$/.exec(stdout);
      if (version) resolve({ version: [Number(version[1]), Number(version[2])] });
      else resolve({ problem: error ? error.message.split('\n', 1)[0] ?? '' : 'no answer' });
    });
  });
}
