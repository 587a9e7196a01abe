/** How a body becomes a value: UTF-8, JSON, and nothing that could reach a prototype. */
import { isUtf8 } from 'node:buffer'
import fp from 'fastify-plugin'
import { DulyError } from '../../core/errors.js'

export default fp(
  async (app) => {
    const parse = app.getDefaultJsonParser('error', 'error')

    app.removeContentTypeParser('text/plain')
    app.removeContentTypeParser('application/json')
    app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
      const encoding = request.headers['content-encoding'] ?? 'identity'
      if (encoding !== 'identity') return done(new DulyError('unsupported_media_type', { detail: 'Send the body as it is, without content-encoding.' }))
      if (body.length === 0) return done(null, undefined) // clients name the type of a body that they do not send
      if (!isUtf8(body)) return done(new DulyError('malformed_json', { detail: 'The body is not UTF-8.' })) // decoding would store U+FFFD in place of what was meant
      const text = body.toString()
      void parse(request, text, (error, value) => {
        if (error) done(new DulyError('malformed_json', { detail: whyNotJson(text) }))
        else done(null, value)
      })
    })
  },
  { name: 'bodies' }
)

/** Parses once more, because the parser keeps to itself what it did not like. */
function whyNotJson(text: string): string {
  try {
    JSON.parse(text)
    return 'A field named "__proto__" or "constructor" with a "prototype" is refused: rename it.'
  } catch (error) {
    return `The body is not JSON: ${(error as SyntaxError).message}.`
  }
}
