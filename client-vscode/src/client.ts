/** The language client, which starts a server that died again, whatever it was doing when it died. */

import { ErrorAction, LanguageClient, type ErrorHandler } from 'vscode-languageclient/node';
import { isLostConnection } from './connection';

export class CaffeClient extends LanguageClient {
  /**
   * As the library's own, but that a lost connection is left to its end, which follows at once and starts the server
   * again. The library stops the client at a failed write, and what was stopped is not started again.
   */
  override createDefaultErrorHandler(maxRestartCount?: number): ErrorHandler {
    const usual = super.createDefaultErrorHandler(maxRestartCount);
    return {
      error: (error, message, count) =>
        isLostConnection(error) ? { action: ErrorAction.Continue, handled: true } : usual.error(error, message, count),
      closed: () => usual.closed(),
    };
  }
}
