/** Templates: list, create, read, replace, delete, use. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { uuidv7 } from 'uuidv7'
import { Job } from '../../core/job.js'
import { createFrom } from '../create.js'
import { jobs as examples } from '../examples/jobs.js'
import { IdempotencyHeader } from '../idempotency.js'
import { NewJobBody } from '../new-job.js'
import { problems } from '../problem.js'
import { readTemplate, StoredTemplate, TemplateList, TemplateRequest } from '../template-body.js'
import { readUse, UseRequest } from '../use-template.js'

const tags = ['Templates']

/** What the job of a template can be refused for. */
const ofJob = ['unknown_type', 'invalid_payload', 'not_storable'] as const

const TemplateId = Type.Object({
  id: Type.String({
    format: 'uuid',
    pattern: '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$',
    description: 'The id of a template',
    examples: ['01934b7e-5c4d-7f3a-9b1e-2d6f8a0c4e71'],
    'x-fault': 'must be the id of a template, a UUID such as 01934b7e-5c4d-7f3a-9b1e-2d6f8a0c4e71'
  })
})

const templates: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/templates', {
    config: { scope: 'read', page: true },
    schema: { operationId: 'list_templates', tags, summary: 'List templates', description: 'All of them, by name.', response: { 200: TemplateList } }
  }, async () => ({ data: await app.store.listTemplates() }))

  app.post('/templates', {
    config: { scope: 'admin' },
    schema: {
      operationId: 'create_template', tags, summary: 'Create a template', description: 'A job that is written once and used often. Strings of its payload may hold Liquid; what is wrong with it is told now.',
      body: TemplateRequest, response: { 201: StoredTemplate, ...problems('template_name_taken', 'too_many_templates', 'invalid_template', ...ofJob) }, answerHeaders: { 201: ['Location'] }
    },
    attachValidation: true // the faults of the Liquid and of the payload belong into the same answer
  }, async (request, reply) => {
    const registry = await app.knownTypes.registryFor([request.body?.body?.type])
    const template = readTemplate(uuidv7(), request.body, registry, request.validationError)
    const stored = await app.store.createTemplate(template)
    return reply.code(201).header('location', `/templates/${stored.id}`).send(stored)
  })

  app.get('/templates/:id', {
    config: { scope: 'read', page: true },
    schema: { operationId: 'get_template', tags, summary: 'Read a template', description: 'With the names of its variables.', params: TemplateId, response: { 200: StoredTemplate, ...problems('template_not_found') } }
  }, async (request) => app.store.getTemplate(request.params.id))

  app.put('/templates/:id', {
    config: { scope: 'admin' },
    schema: {
      operationId: 'replace_template', tags, summary: 'Replace a template', description: 'The whole of it: what is left out gets its default.',
      params: TemplateId, body: TemplateRequest, response: { 200: StoredTemplate, ...problems('template_not_found', 'template_name_taken', 'invalid_template', ...ofJob) }
    },
    attachValidation: true
  }, async (request) => {
    if (request.validationError?.validationContext === 'params') throw request.validationError
    const registry = await app.knownTypes.registryFor([request.body?.body?.type])
    return app.store.replaceTemplate(readTemplate(request.params.id, request.body, registry, request.validationError))
  })

  app.delete('/templates/:id', {
    config: { scope: 'admin' },
    schema: { operationId: 'delete_template', tags, summary: 'Delete a template', description: 'Jobs that were made of it stay.', params: TemplateId, response: { 204: Type.Null({ description: 'Deleted' }), ...problems('template_not_found') } }
  }, async (request, reply) => {
    await app.store.deleteTemplate(request.params.id)
    return reply.code(204).send(null)
  })

  app.post('/templates/:id/use', {
    config: { scope: 'write' },
    schema: {
      operationId: 'use_template', tags, summary: 'Use a template', description: 'Creates a job from it, with a time and values for its variables. 200 instead of 201: an earlier request with the same Idempotency-Key has made the job.',
      params: TemplateId, headers: IdempotencyHeader, body: Type.Optional(UseRequest), response: { 200: Job, 201: Job, ...problems('template_not_found', 'job_not_found', 'missing_variable', 'render_failed', 'idempotency_key_reused', ...ofJob) },
      examples: { 200: examples.create_job[200], 201: examples.create_job[201] }, answerHeaders: { 200: ['Location', 'Idempotent-Replayed'], 201: ['Location'] }
    },
    attachValidation: true
  }, async (request, reply) => {
    if (request.validationError?.validationContext === 'params') throw request.validationError
    const check = request.compileValidationSchema(NewJobBody, 'body')
    const stored = await createFrom(app, request, reply, async () => {
      const template = await app.store.getTemplate(request.params.id)
      return readUse(template, request.body ?? {}, {
        registry: await app.knownTypes.registryFor([template.body.type]),
        check: (body) => (check(body) ? {} : { validation: check.errors ?? [], validationContext: 'body' }),
        refused: request.body === undefined ? undefined : request.validationError // a template without variables may be used as it is
      })
    })
    return reply.header('location', `/jobs/${stored.id}`).send(stored)
  })
}

export default templates
