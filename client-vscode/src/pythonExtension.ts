/** The interpreter chosen in Microsoft's Python extension, where that is installed; the part of its API used here. */

import * as vscode from 'vscode';

interface PythonEnvironments {
  getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
  resolveEnvironment(path: { readonly path: string }): Promise<
    { readonly executable: { readonly uri?: vscode.Uri } } | undefined
  >;
}

export async function interpreterOfPythonExtension(resource: vscode.Uri | undefined): Promise<string | undefined> {
  const extension = vscode.extensions.getExtension<{ readonly environments?: PythonEnvironments }>('ms-python.python');
  try {
    const environments = (extension?.isActive ? extension.exports : await extension?.activate())?.environments;
    const chosen = environments && (await environments.resolveEnvironment(environments.getActiveEnvironmentPath(resource)));
    return chosen?.executable.uri?.fsPath;
  } catch {
    return undefined; // Its trouble must not be ours: the search goes on with the next candidate.
  }
}
