/**
 * What browsers may do with answers: as good as nothing, because they are data.
 *
 * A route that serves a page says what that page needs, and gets it in place of the default:
 * `app.get('/docs', { helmet: { contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'self'"] } } }, ... })`.
 * No HSTS and no upgrade-insecure-requests: the service speaks plain HTTP, and whoever puts TLS in front of it adds them there.
 */
import helmet, { type FastifyHelmetOptions } from '@fastify/helmet'
import fp from 'fastify-plugin'

const OPTIONS: FastifyHelmetOptions = {
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  crossOriginResourcePolicy: { policy: 'same-origin' },
  referrerPolicy: { policy: 'no-referrer' },
  xContentTypeOptions: true,
  xFrameOptions: { action: 'deny' },
  strictTransportSecurity: false,
  // These speak to pages, downloads and plug-ins of old; a browser without HTTPS complains about some of them.
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false
}

/** What helmet makes of these options, which a test compares: it would make it anew for each request, at 15 us of CPU. */
const HEADERS = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY'
}

export default fp(
  async (app) => {
    await app.register(helmet, { ...OPTIONS, global: false })
    app.addHook('onRequest', (request, reply, done) => {
      if (!('helmet' in request.routeOptions.config)) reply.headers(HEADERS)
      done()
    })
  },
  { name: 'security-headers' }
)
