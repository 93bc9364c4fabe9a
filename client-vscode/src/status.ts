/** The server's state beside the language's name in the status bar. */

import * as vscode from 'vscode';
import { State, type DocumentSelector } from 'vscode-languageclient/node';

export class ServerStatus implements vscode.Disposable {
  private readonly item: vscode.LanguageStatusItem;

  constructor(documents: DocumentSelector) {
    this.item = vscode.languages.createLanguageStatusItem('caffe.server.status', documents as vscode.DocumentSelector);
    this.item.name = vscode.l10n.t('Caffe language server');
    this.show(State.Stopped);
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
    this.item.dispose();
  }
}
