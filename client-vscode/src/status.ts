/** The server's state beside the language's name in the status bar. */

import * as vscode from 'vscode';
import { ExecuteCommandRequest, State, type DocumentSelector, type LanguageClient } from 'vscode-languageclient/node';

export class ServerStatus implements vscode.Disposable {
  private readonly item: vscode.LanguageStatusItem;
  private readonly dialect: DialectStatus;

  constructor(documents: DocumentSelector) {
    this.dialect = new DialectStatus(documents);
    this.item = vscode.languages.createLanguageStatusItem('caffe.server.status', documents as vscode.DocumentSelector);
    this.item.name = vscode.l10n.t('Caffe language server');
    this.show(State.Stopped);
  }

  /** Show the dialect of the file in front, as this client's server tells it. */
  showDialect(client: LanguageClient): void {
    this.dialect.ask(client);
  }

  show(state: State): void {
    this.item.busy = state === State.Starting;
    if (state === State.Running) {
      this.set(vscode.l10n.t('Caffe: ready'), 'caffe.server.showOutput', vscode.l10n.t('Show Output'));
    } else if (state === State.Starting) {
      this.set(vscode.l10n.t('Caffe: starting'), 'caffe.server.showOutput', vscode.l10n.t('Show Output'));
    } else {
      this.set(vscode.l10n.t('Caffe: stopped'), 'caffe.server.start', vscode.l10n.t('Start'));
      this.item.severity = vscode.LanguageStatusSeverity.Warning;
    }
  }

  showFailure(message: string): void {
    this.set(vscode.l10n.t('Caffe: cannot start'), 'caffe.server.restart', vscode.l10n.t('Try Again'));
    this.item.detail = message;
    this.item.severity = vscode.LanguageStatusSeverity.Error;
    this.item.busy = false;
  }

  private set(text: string, command: string, title: string): void {
    this.item.text = text;
    this.item.detail = '';
    this.item.severity = vscode.LanguageStatusSeverity.Information;
    this.item.command = { command, title };
  }

  dispose(): void {
    this.dialect.dispose();
    this.item.dispose();
  }
}

interface DocumentInformation {
  kind: string;
  title: string | null;
  guessed: boolean | null;
}

/** Which Caffe the file in front is judged for; asked again when its diagnostics were. */
class DialectStatus implements vscode.Disposable {
  private readonly item: vscode.LanguageStatusItem;
  private readonly events: vscode.Disposable;
  private client: LanguageClient | undefined;

  constructor(documents: DocumentSelector) {
    this.item = vscode.languages.createLanguageStatusItem('caffe.dialect', documents as vscode.DocumentSelector);
    this.item.name = vscode.l10n.t('Caffe dialect');
    this.item.command = { command: 'workbench.action.openSettings', title: vscode.l10n.t('Change'), arguments: ['caffe.dialect'] };
    this.events = vscode.Disposable.from(
      vscode.window.onDidChangeActiveTextEditor(() => void this.show()),
      vscode.languages.onDidChangeDiagnostics((change) => {
        const front = vscode.window.activeTextEditor?.document.uri.toString();
        if (change.uris.some((uri) => uri.toString() === front)) void this.show();
      }),
    );
    this.item.text = '';
  }

  ask(client: LanguageClient): void {
    this.client = client;
    void this.show();
  }

  private async show(): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    const client = this.client;
    if (document === undefined || client?.state !== State.Running) return;
    const uri = client.code2ProtocolConverter.asUri(document.uri);
    const request = { command: 'caffe-ls.documentInformation', arguments: [uri] };
    let answer: DocumentInformation | null;
    try {
      answer = await client.sendRequest(ExecuteCommandRequest.type, request);
    } catch {
      return; // A server that ends while it is asked has nothing to say; the next one is asked again.
    }
    if (answer?.title == null) {
      this.item.text = vscode.l10n.t('Caffe: not judged');
      this.item.detail = '';
    } else {
      this.item.text = answer.title;
      this.item.detail = answer.guessed ? vscode.l10n.t('dialect, guessed from the file') : vscode.l10n.t('dialect, as set');
    }
  }

  dispose(): void {
    this.events.dispose();
    this.item.dispose();
  }
}
