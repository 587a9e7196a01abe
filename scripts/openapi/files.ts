/** The files that are made of the routes: what is in each, the same bytes every time. */
import { pino } from 'pino'
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript'
import { type AppDeps, buildApp } from '../../api/app.js'
import type { Document } from '../../api/openapi/document.js'
import type { Store } from '../../core/store/index.js'
import { collectionOf, environmentOf } from './postman.js'

/** Text of each file by its path from the root of the repository. */
export async function generatedFiles(): Promise<Record<string, string>> {
  const document = await readDocument()
  return {
    'openapi.json': json(document),
    'client/schema.d.ts': `/** Made of openapi.json by \`npm run openapi\`: change the routes, not this. */\n${astToString(await openapiTS(structuredClone(document) as unknown as OpenAPI3, { defaultNonNullable: false }))}`,
    'postman/duly.postman_collection.json': json(await collectionOf(document)),
    'postman/local.postman_environment.json': json(environmentOf('Duly, local', 'http://127.0.0.1:3000')),
    'postman/hosted.postman_environment.json': json(environmentOf('Duly, hosted', 'https://duly.example.com'))
  }
}

/** As the API serves it; no route is called that would need a store. */
export async function readDocument(): Promise<Document> {
  const app = await buildApp({
    store: {} as Store,
    timeline: {} as AppDeps['timeline'],
    registry: { types: [], validate: () => [] },
    log: pino({ level: 'silent' })
  })
  await app.ready()
  const document = JSON.parse(JSON.stringify(app.swagger())) as Document
  await app.close()
  return document
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`
