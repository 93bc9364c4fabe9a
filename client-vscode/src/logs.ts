/** Training logs: large ones are read from disk by the server, and a log's report is a document of its own. */

import * as vscode from 'vscode';
import {
  DidOpenTextDocumentNotification,
  ExecuteCommandRequest,
  type LanguageClient,
  type Middleware,
} from 'vscode-languageclient/node';

export const SHOW_REPORT_COMMAND = 'caffe.showLogReport';

const REPORT_SCHEME = 'caffe-report';
const REPORT_CHANGED = 'caffe/logReportChanged';

/** Logs of more text than this are not sent to the server, which has them on disk. */
const CHARACTERS_TO_SEND = 1_000_000;

export class TrainingLogs implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  /** Logs that the server reads from disk: those in editors, and those of which only the report is shown. */
  private readonly followed = new Set<string>();
  private readonly subscriptions: vscode.Disposable[];
  private client: LanguageClient | undefined;

  constructor(private readonly started: () => Promise<LanguageClient | undefined>) {
    this.subscriptions = [
      this.changed,
      vscode.workspace.registerTextDocumentContentProvider(REPORT_SCHEME, this),
      vscode.workspace.onDidCloseTextDocument((document) => void this.closed(document.uri)),
      vscode.commands.registerCommand('caffe.openTrainingLog', (uri?: vscode.Uri) => this.open(uri)),
      vscode.commands.registerCommand(SHOW_REPORT_COMMAND, (uri?: string) => this.show(uri)),
    ];
  }

  /** Listen to a server that has just begun: it knows of no log yet. */
  attach(client: LanguageClient): void {
    this.client = client;
    this.followed.clear();
    client.onNotification(REPORT_CHANGED, ({ uri }: { uri: string }) => {
      this.changed.fire(reportUri(client.protocol2CodeConverter.asUri(uri)));
    });
  }

  readonly middleware: Middleware = {
    didOpen: async (document, next) => {
      if (!isLarge(document) || !(await this.follow(document.uri))) await next(document);
    },
    didChange: async (change, next) => {
      const document = change.document;
      if (!this.followed.has(document.uri.toString())) return next(change);
      // Not dirty: the editor has read again what the server reads from disk itself.
      if (!document.isDirty) return;
      await this.forget(document.uri);
      const client = this.client;
      const params = client?.code2ProtocolConverter.asOpenTextDocumentParams(document);
      if (client && params) await client.sendNotification(DidOpenTextDocumentNotification.type, params);
    },
    didClose: async (document, next) => {
      if (!this.followed.has(document.uri.toString())) await next(document);
    },
  };

  async provideTextDocumentContent(report: vscode.Uri): Promise<string> {
    const log = vscode.Uri.parse(report.query);
    await this.started();
    const known = await this.ask<string>('caffe-ls.logReport', log);
    if (known !== undefined) return known;
    const found = await this.follow(log);
    return (found ? await this.ask<string>('caffe-ls.logReport', log) : undefined) ?? vscode.l10n.t('The log cannot be read.');
  }

  dispose(): void {
    this.subscriptions.forEach((subscription) => subscription.dispose());
  }

  /** Whatever its size: the editor gets its report alone. */
  private async open(uri?: vscode.Uri): Promise<void> {
    const title = vscode.l10n.t('Open Training Log');
    const options: vscode.OpenDialogOptions = { title, openLabel: title, canSelectFiles: true };
    const inFront = uriInFront();
    if (inFront) options.defaultUri = inFront;
    const chosen = uri ?? (await vscode.window.showOpenDialog(options))?.[0];
    if (chosen) await this.show(chosen.toString());
  }

  private async show(uri?: string): Promise<void> {
    const log = uri ? vscode.Uri.parse(uri) : uriInFront();
    if (!log) return;
    this.changed.fire(reportUri(log));
    const document = await vscode.workspace.openTextDocument(reportUri(log));
    await vscode.window.showTextDocument(document, { preview: false });
  }

  private async follow(uri: vscode.Uri): Promise<boolean> {
    if (uri.scheme !== 'file' || !(await this.ask<boolean>('caffe-ls.openLog', uri))) return false;
    this.followed.add(uri.toString());
    return true;
  }

  private async forget(uri: vscode.Uri): Promise<void> {
    if (this.followed.delete(uri.toString())) await this.ask('caffe-ls.closeLog', uri);
  }

  /** A log is followed as long as it, or its report, is open. */
  private async closed(uri: vscode.Uri): Promise<void> {
    const log = uri.scheme === REPORT_SCHEME ? vscode.Uri.parse(uri.query) : uri;
    const names = new Set([log.toString(), reportUri(log).toString()]);
    const open = vscode.workspace.textDocuments.some((one) => !one.isClosed && names.has(one.uri.toString()));
    if (!open) await this.forget(log);
  }

  private async ask<T>(command: string, uri: vscode.Uri): Promise<T | undefined> {
    const client = this.client;
    if (!client?.isRunning()) return undefined;
    const request = { command, arguments: [client.code2ProtocolConverter.asUri(uri)] };
    return ((await client.sendRequest(ExecuteCommandRequest.type, request)) as T | null) ?? undefined;
  }
}

/** The file of the tab in front; of files that are too large for extensions, the tab is all that there is. */
function uriInFront(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputText && input.uri.scheme === 'file' ? input.uri : undefined;
}

function isLarge(document: vscode.TextDocument): boolean {
  if (document.languageId !== 'caffe-log' || document.uri.scheme !== 'file' || document.isDirty) return false;
  return document.offsetAt(document.lineAt(document.lineCount - 1).range.end) > CHARACTERS_TO_SEND;
}

function reportUri(log: vscode.Uri): vscode.Uri {
  return vscode.Uri.from({ scheme: REPORT_SCHEME, path: `${log.path}.report`, query: log.toString() });
}
