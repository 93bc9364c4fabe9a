/** Which documents the server gets, and the recognition of those whose name does not tell. */

import * as vscode from 'vscode';
import type { DocumentSelector } from 'vscode-languageclient/node';
import { CHARACTERS_TO_READ, caffeLanguageOf } from './content';

/**
 * By language and by pattern: where another extension owns the language of *.prototxt, the pattern still holds.
 * A document that several filters match is opened once.
 */
export const CAFFE_DOCUMENTS: DocumentSelector = [
  { scheme: 'file', language: 'prototxt' },
  { scheme: 'untitled', language: 'prototxt' },
  { scheme: 'file', language: 'caffe-log' },
  { scheme: 'file', pattern: '**/*.prototxt' },
];

/** Languages whose documents may be Caffe's under another name: plain text, and other extensions' text format. */
const UNSURE_LANGUAGES = new Set(['plaintext', 'log', 'textproto', 'prototext', 'pbtxt', 'txtpb', 'protobuf-text']);

export function isCaffeDocument(document: vscode.TextDocument): boolean {
  return vscode.languages.match(CAFFE_DOCUMENTS as vscode.DocumentSelector, document) > 0;
}

/** Gives a document of Caffe's its language, once: whoever then chooses another keeps it. */
export class LanguageRecognition implements vscode.Disposable {
  private readonly decided = new Set<string>();
  private readonly subscriptions: vscode.Disposable[];

  constructor() {
    this.subscriptions = [
      vscode.workspace.onDidOpenTextDocument((document) => this.recognise(document)),
      // Closing and reopening is also what a change of language looks like: forget only closed editors.
      vscode.window.tabGroups.onDidChangeTabs((change) => {
        for (const tab of change.closed) {
          if (tab.input instanceof vscode.TabInputText) this.decided.delete(tab.input.uri.toString());
        }
      }),
    ];
    vscode.workspace.textDocuments.forEach((document) => this.recognise(document));
  }

  private recognise(document: vscode.TextDocument): void {
    if (document.uri.scheme !== 'file' || !UNSURE_LANGUAGES.has(document.languageId) || isCaffeDocument(document)) return;
    const name = document.uri.toString();
    if (this.decided.has(name)) return;
    this.decided.add(name);
    const beginning = new vscode.Range(document.positionAt(0), document.positionAt(CHARACTERS_TO_READ));
    const language = caffeLanguageOf(document.getText(beginning));
    if (language) void vscode.languages.setTextDocumentLanguage(document, language);
  }

  dispose(): void {
    this.subscriptions.forEach((subscription) => subscription.dispose());
  }
}
