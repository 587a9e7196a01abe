/** The description of the API: for machines at /openapi.json, for people at /docs. */
import swagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import Type from 'typebox'
import { openapi as examples } from '../examples/openapi.js'
import { describeRoute } from '../openapi/describe.js'
import type { Document } from '../openapi/document.js'
import { finishDocument } from '../openapi/finish.js'
import { INFO, SECURITY_SCHEMES, TAGS } from '../openapi/parts.js'
import { version } from '../version.js'

/** Before the routes: it sees those that come after it. Nothing is put together until somebody asks. */
export default fp(
  async (app) => {
    await app.register(swagger, {
      openapi: { openapi: '3.1.0', info: { ...INFO, version: version() }, tags: [...TAGS], components: { securitySchemes: SECURITY_SCHEMES } },
      convertConstToEnum: false,
      transform: ({ schema, url, route }) => ({ schema: describeRoute(schema, route), url }),
      transformObject: ({ openapiObject }: { openapiObject?: unknown }) => finishDocument(openapiObject as Document)
    } as FastifyDynamicSwaggerOptions)
    await app.register(routes)
  },
  { name: 'openapi' }
)

/** Scripts and styles of its own only; styles also inline, which Swagger UI sets by itself. */
const CSP = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'"
}

const routes: FastifyPluginAsyncTypebox = async (app) => {
  let text: string | undefined
  app.get('/openapi.json', {
    config: { scope: 'none' },
    schema: {
      operationId: 'get_openapi',
      tags: ['Description'],
      summary: 'Read this description',
      description: 'OpenAPI 3.1, for generators and other tools. For people the same is at `/docs`.',
      response: { 200: Type.Object({ openapi: Type.String(), info: Type.Object({}), paths: Type.Object({}) }, { title: 'OpenApi' }) },
      examples: examples.get_openapi
    }
  }, async (_request, reply) => reply.type('application/json; charset=utf-8').send((text ??= JSON.stringify(app.swagger())) as never))

  let page: Promise<FastifyInstance> | undefined
  for (const url of ['/docs', '/docs/*']) {
    app.get(url, { config: { scope: 'none' }, schema: { hide: true } }, async (request, reply) => {
      page ??= openPage(app)
      const { 'if-none-match': etag, 'if-modified-since': since } = request.headers
      const answer = await (await page).inject({ method: 'GET', url: request.url, headers: { ...(etag && { 'if-none-match': etag }), ...(since && { 'if-modified-since': since }) } })
      if (answer.statusCode === 404) return reply.callNotFound()
      const { connection: _connection, 'transfer-encoding': _encoding, ...headers } = answer.headers
      return reply.code(answer.statusCode).headers(headers).send(answer.rawPayload)
    })
  }
}

/** An application of its own, made when somebody comes: with the API it would cost each start 30 ms and 7 MB. */
async function openPage(app: FastifyInstance): Promise<FastifyInstance> {
  const { default: swaggerUi } = await import('@fastify/swagger-ui')
  const page = Fastify()
  await page.register(swagger, { mode: 'static', specification: { document: app.swagger() as never } })
  await page.register(swaggerUi, { routePrefix: '/docs', staticCSP: CSP as never, theme: { title: 'Duly: HTTP API', css: [NO_TOPBAR] }, uiConfig: { persistAuthorization: true, displayOperationId: true } })
  return page
}

/** It advertises the framework, and would load any other description. */
const NO_TOPBAR = { filename: 'no-topbar.css', content: '.swagger-ui .topbar { display: none }' }
