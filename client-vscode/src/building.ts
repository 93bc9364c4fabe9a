/** Actions of the server that build something out of a net, as commands: for the context menu and the palette. */

import * as vscode from 'vscode';

/** Each command asks the server for the one action of its kind. */
const KINDS: Readonly<Record<string, string>> = {
  'caffe.insertCheckFinite': 'refactor.caffe.checkFinite.insert',
  'caffe.insertAllCheckFinite': 'refactor.caffe.checkFinite.insertAll',
  'caffe.removeAllCheckFinite': 'refactor.caffe.checkFinite.remove',
  'caffe.createDeployNet': 'refactor.caffe.deploy',
  'caffe.createInputCheck': 'refactor.caffe.inputCheck',
};

export function buildingCommands(started: () => Promise<unknown>): vscode.Disposable {
  const commands = Object.entries(KINDS).map(([command, kind]) =>
    vscode.commands.registerCommand(command, async () => {
      await started();
      await build(vscode.CodeActionKind.Empty.append(kind));
    }),
  );
  return vscode.Disposable.from(...commands);
}

async function build(kind: vscode.CodeActionKind): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return;
  const uri = editor.document.uri;
  const version = editor.document.version;
  const place = new vscode.Range(editor.selection.active, editor.selection.active);
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', uri, place, kind.value, 1);
  const edit = actions.find((action) => action.kind && kind.contains(action.kind))?.edit;
  if (!edit || editor.document.version !== version) {
    void vscode.window.showInformationMessage(vscode.l10n.t('There is nothing to do here.'));
    return;
  }
  // As with a refactoring from the editor's own menu, the files that it writes are saved.
  if (!(await vscode.workspace.applyEdit(edit, { isRefactoring: true }))) return;
  const edited = edit.entries().map(([changed]) => changed);
  const made = edited.find((changed) => changed.path.endsWith('.prototxt'));
  if (made && made.toString() !== uri.toString()) await vscode.window.showTextDocument(made);
}
