/** What Node's HTTP parser refuses: there is no request to answer, so the problem is written to the socket. */
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { DulyError, type ErrorCode } from '../core/errors.js'
import { PROBLEM_JSON, problemOf } from './problem.js'

const REFUSED: Record<string, ErrorCode> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'headers_too_large'
}

export function onClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  if (socket.writable) {
    const problem = problemOf(new DulyError(REFUSED[error.code ?? ''] ?? 'malformed_request'))
    const body = JSON.stringify(problem)
    socket.write(`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\ncontent-type: ${PROBLEM_JSON}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`)
  }
  socket.destroy(error)
}
