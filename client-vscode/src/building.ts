/** Actions of the server that build something out of a net, as commands: for the context menu and the palette. */

import * as vscode from 'vscode';
import {
  CodeActionRequest,
  CodeActionResolveRequest,
  CodeActionTriggerKind,
  Command,
  type CodeAction,
  type LanguageClient,
} from 'vscode-languageclient/node';

/** Each command asks the server for the one action of its kind. */
const KINDS: Readonly<Record<string, string>> = {
  'caffe.insertCheckFinite': 'refactor.caffe.checkFinite.insert',
  'caffe.insertAllCheckFinite': 'refactor.caffe.checkFinite.insertAll',
  'caffe.removeAllCheckFinite': 'refactor.caffe.checkFinite.remove',
  'caffe.learnAnew': 'refactor.caffe.learnAnew',
  'caffe.createDeployNet': 'refactor.caffe.deploy',
  'caffe.createInputCheck': 'refactor.caffe.inputCheck',
};

export function buildingCommands(started: () => Promise<LanguageClient | undefined>): vscode.Disposable {
  const commands = Object.entries(KINDS).map(([command, kind]) =>
    vscode.commands.registerCommand(command, async () => {
      const editor = vscode.window.activeTextEditor;
      const client = await started();
      if (editor && client) await build(client, editor, kind);
    }),
  );
  return vscode.Disposable.from(...commands);
}

async function build(client: LanguageClient, editor: vscode.TextEditor, kind: string): Promise<void> {
  const uri = editor.document.uri;
  const version = editor.document.version;
  const action = await actionOf(client, editor, kind);
  if (action?.disabled) return; // The server has told why.
  const edit = await client.protocol2CodeConverter.asWorkspaceEdit(action?.edit);
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

/**
 * The server is asked, not the editor's `vscode.executeCodeActionProvider`: that asks all extensions, and is canceled
 * whenever one of them comes up meanwhile, which shows the user an error.
 */
async function actionOf(client: LanguageClient, editor: vscode.TextEditor, kind: string): Promise<CodeAction | undefined> {
  const place = new vscode.Range(editor.selection.active, editor.selection.active);
  const offered = await client.sendRequest(CodeActionRequest.type, {
    textDocument: client.code2ProtocolConverter.asTextDocumentIdentifier(editor.document),
    range: client.code2ProtocolConverter.asRange(place),
    context: { diagnostics: [], only: [kind], triggerKind: CodeActionTriggerKind.Invoked },
  });
  const action = offered?.find((item): item is CodeAction => !Command.is(item) && item.kind === kind);
  return action && (action.edit ? action : await client.sendRequest(CodeActionResolveRequest.type, action));
}
