import type { Examples } from '../openapi/route.js'

export const openapi = {
  get_openapi: { 200: { beginning: { openapi: '3.1.0', info: { title: 'Duly', version: '0.1.0' }, paths: {} } } }
} satisfies Record<string, Examples>
