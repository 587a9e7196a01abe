/** A request as a line for a shell. */
export interface Sent {
  readonly method: string
  readonly url: string
  /** JSON text. */
  readonly body?: string
  /** Whether the API asks for a key. */
  readonly needsKey?: boolean
}

export function curl({ method, url, body, needsKey = false }: Sent): string {
  return [
    'curl -s',
    ...(method === (body === undefined ? 'GET' : 'POST') ? [] : [`-X ${method}`]),
    quoted(url),
    // In double quotes, so that the shell puts the key in: it is shown nowhere and stays out of the clipboard.
    ...(needsKey ? ['-H "authorization: Bearer $DULY_KEY"'] : []),
    ...(body === undefined ? [] : ["-H 'content-type: application/json'", `-d ${quoted(body)}`])
  ].join(' ')
}

/** For a POSIX shell: nothing within single quotes means anything. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
