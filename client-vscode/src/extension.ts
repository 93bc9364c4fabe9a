/** The client: starts the server, stops it, and shows how it fares. All knowledge of Caffe is in the server. */

import * as vscode from 'vscode';
import { RevealOutputChannelOn, State, type LanguageClient, type LanguageClientOptions } from 'vscode-languageclient/node';
import { buildingCommands } from './building';
import { CaffeClient } from './client';
import { CAFFE_DOCUMENTS, LanguageRecognition, isCaffeDocument } from './documents';
import { SHOW_REPORT_COMMAND, TrainingLogs } from './logs';
import { NoPythonError, serverExecutable } from './server';
import { SET_SETTING_COMMAND, setSetting, toldAtTheStart } from './settings';
import { ServerStatus } from './status';

const RESTARTS_IN_THREE_MINUTES = 4;

let server: CaffeServer | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const starting = (server = new CaffeServer(context));
  context.subscriptions.push(
    new LanguageRecognition(),
    vscode.commands.registerCommand('caffe.server.start', () => starting.start()),
    vscode.commands.registerCommand('caffe.server.stop', () => starting.stop()),
    vscode.commands.registerCommand('caffe.server.restart', () => starting.restart()),
    vscode.commands.registerCommand('caffe.server.showOutput', () => starting.output.show()),
    vscode.commands.registerCommand(SET_SETTING_COMMAND, setSetting),
    buildingCommands(() => starting.startedClient()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('caffe.server')) void starting.restart();
    }),
    vscode.workspace.onDidOpenTextDocument((document) => void starting.startFor([document])),
  );
  void starting.startFor(vscode.workspace.textDocuments);
  void startWhereNetsAre(starting);
}

export function deactivate(): Promise<void> | undefined {
  return server?.stop();
}

/** A plain text file alone starts nothing: the extension is awake only to look whether it is Caffe's. */
async function startWhereNetsAre(waiting: CaffeServer): Promise<void> {
  const nets = await vscode.workspace.findFiles('**/*.prototxt', undefined, 1);
  if (nets.length > 0) await waiting.startOnce();
}

class CaffeServer {
  readonly output = vscode.window.createOutputChannel('Caffe', { log: true });
  private readonly status = new ServerStatus(CAFFE_DOCUMENTS);
  private client: CaffeClient | undefined;
  private turn: Promise<void> | undefined;
  private readonly logs = new TrainingLogs(() => this.startedClient());

  constructor(private readonly context: vscode.ExtensionContext) {
    context.subscriptions.push(this.output, this.status, this.logs);
  }

  async startFor(documents: readonly vscode.TextDocument[]): Promise<void> {
    if (documents.some(isCaffeDocument)) await this.startOnce();
  }

  /** Starts the server unless it was started or stopped before: a server that the user stopped stays so. */
  startOnce(): Promise<void> {
    return this.turn ?? this.start();
  }

  async startedClient(): Promise<LanguageClient | undefined> {
    await this.startOnce();
    return this.client;
  }

  start(): Promise<void> {
    return this.inTurn(() => this.run());
  }

  stop(): Promise<void> {
    return this.inTurn(() => this.end());
  }

  restart(): Promise<void> {
    return this.inTurn(async () => {
      await this.end();
      await this.run();
    });
  }

  /** One after the other: a command given while the server still starts waits for it. */
  private inTurn(step: () => Promise<void>): Promise<void> {
    this.turn = (this.turn ?? Promise.resolve()).then(step);
    return this.turn;
  }

  private async run(): Promise<void> {
    if (this.client?.state === State.Running) return;
    await this.end();
    try {
      this.status.show(State.Starting);
      const executable = await serverExecutable(this.context);
      this.output.info([executable.command, ...(executable.args ?? [])].join(' '));
      const client = new CaffeClient('caffe', 'Caffe', executable, this.clientOptions());
      this.client = client;
      this.logs.attach(client);
      client.onDidChangeState((change) => this.status.show(change.newState));
      await client.start();
      this.status.showDialect(client);
    } catch (error) {
      this.tell(error);
    }
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    try {
      await client?.dispose();
    } catch (error) {
      this.output.warn(String(error));
    }
    this.status.show(State.Stopped);
  }

  private clientOptions(): LanguageClientOptions {
    return {
      documentSelector: CAFFE_DOCUMENTS,
      outputChannel: this.output,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      connectionOptions: { maxRestartCount: RESTARTS_IN_THREE_MINUTES },
      initializationOptions: () => toldAtTheStart(SHOW_REPORT_COMMAND),
      middleware: this.logs.middleware,
      // Which files to watch the server says itself.
      synchronize: { configurationSection: 'caffe' },
    };
  }

  private tell(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.status.showFailure(message);
    this.output.error(message);
    const openSettings = vscode.l10n.t('Open Settings');
    const showOutput = vscode.l10n.t('Show Output');
    const tryAgain = vscode.l10n.t('Try Again');
    if (error instanceof NoPythonError) error.tried.forEach((line) => this.output.error(line));
    // Not awaited: the notification may stay open while the server is started again.
    void vscode.window.showErrorMessage(message, openSettings, showOutput, tryAgain).then((choice) => {
      if (choice === openSettings) void vscode.commands.executeCommand('workbench.action.openSettings', 'caffe.server');
      if (choice === showOutput) this.output.show();
      if (choice === tryAgain) void this.restart();
    });
  }
}
