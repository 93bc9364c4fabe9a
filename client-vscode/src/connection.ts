/** What an error of the connection to the server means. */

/**
 * Whether the error is a stream that ended, as when the server dies while it is written to.
 * Node gives such errors a code (EPIPE, ECONNRESET, ERR_STREAM_DESTROYED); a message that makes no sense has none.
 */
export function isLostConnection(error: Error): boolean {
  return typeof (error as NodeJS.ErrnoException).code === 'string';
}
