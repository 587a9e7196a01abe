import type { Examples } from '../openapi/route.js'

const ready: Examples = {
  200: {
    ok: { status: 'ok', checks: { store: { status: 'ok', latency_ms: 1.2 }, redis: { status: 'ok', latency_ms: 0.3 } } },
    redis_is_down: { status: 'degraded', checks: { store: { status: 'ok', latency_ms: 1.2 }, redis: { status: 'down', latency_ms: 0.4, detail: 'does not answer' } } }
  },
  503: {
    store_is_down: { status: 'unavailable', checks: { store: { status: 'down', latency_ms: 1_500.3, detail: 'does not answer' }, redis: { status: 'ok', latency_ms: 0.3 } } }
  }
}

export const health = {
  livez: { 200: { alive: { status: 'ok' } } },
  readyz: ready,
  healthz: ready
} satisfies Record<string, Examples>
