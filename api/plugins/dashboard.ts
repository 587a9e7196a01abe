/**
 * The dashboard: its page where a person navigates, its files where nothing else is.
 *
 * The page and the API share addresses: `/jobs` is a list of jobs to a program, and the page with that list to a browser
 * that navigates there. `Accept` decides, and says so in `Vary`. Neither needs a key: there is nothing secret in a page
 * before it has asked the API for something.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { etagOf, type WebBuild, type WebFile } from '../web-build.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The dashboard has a page at this address, too. */
    page?: boolean
  }
}

export interface DashboardOptions {
  /** Undefined: there is none to serve. */
  readonly build: WebBuild | undefined
}

/** Scripts, styles and connections of this origin only, and nothing inline; the frame shows what jobs have produced. */
export const PAGE_CSP = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:", "font-src 'self'", "connect-src 'self'",
  "frame-src 'self'", "manifest-src 'self'", "base-uri 'self'", "form-action 'self'", "frame-ancestors 'none'"
].join(';')

/** Pages at whose address there is no route of the API. */
const PAGES: ReadonlySet<string> = new Set(['/', '/login'])
/** Where Bull Board was. */
const BULL_BOARD = /^\/admin\/queues(?:\/|$)/
const YEAR_S = 31_536_000

const NOT_BUILT = `The dashboard is not built here: "npm run build" makes it, and "npm start" does so by itself.
The API works without it; docs describes it, and openapi.json does so for machines.
`

export default fp<DashboardOptions>(
  async (app, { build }) => {
    app.addHook('onRequest', async (request, reply) => {
      if (request.method !== 'GET' && request.method !== 'HEAD') return
      const { page = false } = request.routeOptions.config
      if (!page && !request.is404) return // an address of the API alone
      const path = pathOf(request)
      if (request.is404 && BULL_BOARD.test(path)) return reply.redirect(rootOf(request), 302)

      const isNavigation = wantsPage(request)
      addVary(reply, 'Accept')
      if (!isNavigation && request.is404) {
        const file = await build?.file(path)
        if (file) return sendFile(request, reply, file)
      }
      if (!isNavigation && path !== '/') return

      const text = await build?.page(rootOf(request))
      if (text !== undefined) return sendPage(request, reply, text, page || PAGES.has(path) ? 200 : 404)
      if (isNavigation && path === '/') return reply.code(404).type('text/plain; charset=utf-8').send(NOT_BUILT)
    })
  },
  { name: 'dashboard', dependencies: ['security-headers'] }
)

/** As it was asked for: other schedulers' addresses are none of the page's. */
const pathOf = ({ originalUrl }: FastifyRequest): string => originalUrl.split('?', 1)[0]!

/** A fetch of a script takes anything, and says so; a browser that navigates names HTML. */
function wantsPage({ headers: { accept = '', 'sec-fetch-mode': mode } }: FastifyRequest): boolean {
  return /\btext\/html\b/i.test(accept) && (mode === undefined || mode === 'navigate')
}

/**
 * The address that the page's own are relative to. A proxy that serves the API under a prefix may say so in
 * `X-Forwarded-Prefix`; without that, as many steps up as the path has folders lead to the same place, whatever a proxy
 * has taken away in front.
 */
export function rootOf(request: FastifyRequest): string {
  const prefix = prefixOf(request)
  if (prefix !== '') return `${prefix}/`
  return '../'.repeat(pathOf(request).split('/').length - 2) || './'
}

/** `/duly`, or '' when no proxy names one. Only plain names: this becomes a part of the page, of redirects and of cookies. */
export function prefixOf({ headers: { 'x-forwarded-prefix': given } }: FastifyRequest): string {
  return typeof given === 'string' && /^(?:\/(?!\.+(?:\/|$))[A-Za-z0-9._~-]{1,100}){1,10}\/?$/.test(given) ? given.replace(/\/$/, '') : ''
}

function sendPage(request: FastifyRequest, reply: FastifyReply, text: string, status: 200 | 404): FastifyReply {
  const etag = etagOf(text)
  addVary(reply, 'X-Forwarded-Prefix')
  reply.headers({ 'content-security-policy': PAGE_CSP, 'cache-control': 'no-cache', etag })
  if (status === 200 && request.headers['if-none-match'] === etag) return reply.code(304).send()
  return sendContent(request, reply.code(status).type('text/html; charset=utf-8'), Buffer.from(text))
}

function sendFile(request: FastifyRequest, reply: FastifyReply, { type, bytes, gzipped, etag, isHashed }: WebFile): FastifyReply {
  addVary(reply, 'Accept-Encoding')
  reply.headers({ 'cache-control': isHashed ? `public, max-age=${YEAR_S}, immutable` : 'no-cache', etag })
  if (request.headers['if-none-match'] === etag) return reply.code(304).send()
  reply.type(type)
  if (!gzipped || !/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return sendContent(request, reply, bytes)
  return sendContent(request, reply.header('content-encoding', 'gzip'), gzipped)
}

/** A HEAD is told how long it is. */
function sendContent({ method }: FastifyRequest, reply: FastifyReply, content: Buffer): FastifyReply {
  return method === 'HEAD' ? reply.header('content-length', content.length).send('') : reply.send(content)
}

/** Beside what others have written there. */
function addVary(reply: FastifyReply, name: string): void {
  const there = reply.getHeader('vary')
  reply.header('vary', there === undefined ? name : `${String(there)}, ${name}`)
}
