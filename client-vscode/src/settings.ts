/** The settings that the server begins with, and its quick fixes that change one: "check the file as SSD". */

import * as vscode from 'vscode';

export const SET_SETTING_COMMAND = 'caffe.setSetting';

/**
 * What `initialize` tells the server; with the settings at hand it need not ask before the first diagnostics.
 * Of several folders each may have settings of its own: the server asks for those.
 */
export function toldAtTheStart(reportCommand: string): object {
  const commands = { settingCommand: SET_SETTING_COMMAND, reportCommand };
  const severalFolders = (vscode.workspace.workspaceFolders?.length ?? 0) > 1;
  return severalFolders ? commands : { ...commands, caffe: vscode.workspace.getConfiguration('caffe') };
}

/** Arguments as the server sends them: the setting's name without `caffe.`, its value, the document's URI. */
export async function setSetting(name: unknown, value: unknown, document: unknown): Promise<void> {
  if (typeof name !== 'string' || typeof document !== 'string') return;
  const uri = vscode.Uri.parse(document);
  const inFolder = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
  const target = inFolder ? vscode.ConfigurationTarget.WorkspaceFolder : vscode.ConfigurationTarget.Global;
  await vscode.workspace.getConfiguration('caffe', uri).update(name, value, target);
}
