/** How the server is started: the user's own caffe-ls, or the packed one on a Python that was found. */

import * as vscode from 'vscode';
import type { Executable } from 'vscode-languageclient/node';
import { findPython, pythonCandidates } from './python';
import { interpreterOfPythonExtension } from './pythonExtension';

export class NoPythonError extends Error {
  override readonly name = 'NoPythonError';

  constructor(readonly tried: readonly string[]) {
    super(vscode.l10n.t('The Caffe language server needs Python 3.10 or newer, and none was found.'));
  }
}

export async function serverExecutable(context: vscode.ExtensionContext): Promise<Executable> {
  const settings = vscode.workspace.getConfiguration('caffe.server');
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  // Not in the workspace: Windows looks for a program in the current folder before anywhere else.
  const options = { cwd: context.extensionPath };
  const own = settings.get<string>('path', '').trim();
  if (own) return { command: own, args: ['serve', '--stdio'], options };

  const wished = settings.get<string>('python', '').trim();
  const chosen = wished ? undefined : await interpreterOfPythonExtension(folder);
  const search = await findPython(pythonCandidates(wished, chosen, process.platform));
  if (!search.found) throw new NoPythonError(search.rejected);
  const script = context.asAbsolutePath('start_server.py');
  // -I and -S: neither the user's packages nor the workspace's modules may stand before the packed ones.
  const isolated = [...search.found.arguments, '-I', '-S', '-X', 'utf8', script, 'serve', '--stdio'];
  return { command: search.found.command, args: isolated, options };
}
