import { z } from 'zod'
import { JOB_STATES } from '../jobs/index.ts'
import type { FunctionDefinition } from './define.ts'

const PROBLEM_STATUSES = {
  400: 'Bad input: the field is named',
  404: 'What was asked for does not exist',
  413: 'The body is too large',
  415: 'Not JSON',
  429: 'Too many calls',
  503: 'A system behind it does not answer',
}

const STARTED = {
  202: {
    description: 'A job was started; GET /jobs/<jobId> shows its state',
    headers: { Location: { schema: { type: 'string' } } },
    content: {
      'application/json': {
        schema: {
          type: 'object',
          properties: { jobId: { type: 'string', format: 'uuid' } },
          required: ['jobId'],
        },
      },
    },
  },
}

/** A schema as JSON has it: dates are texts there. */
export function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): object {
  return z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type === 'date')
        Object.assign(jsonSchema, { type: 'string', format: 'date-time' })
    },
  })
}

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
})
const answered = (status: number, description: string, schema: object) => ({
  [status]: { description, content: { 'application/json': { schema } } },
})
const JOB = { $ref: '#/components/schemas/Job' }
const JOB_ID = { name: 'jobId', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } }
const NO_JOB = { 404: problem('There is no such job, or it is not yours') }

/** Where the jobs of all functions are. */
const JOB_PATHS = {
  '/jobs': {
    get: {
      operationId: 'list-jobs',
      summary: 'Jobs, the latest first: an operator sees all, everybody else their own',
      tags: ['user'],
      parameters: [
        {
          name: 'state',
          in: 'query',
          schema: { enum: JOB_STATES },
        },
        { name: 'function', in: 'query', schema: { type: 'string' } },
        { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 1000, default: 100 } },
      ],
      responses: {
        ...answered(200, 'The jobs', { type: 'object', properties: { jobs: { type: 'array', items: JOB } } }),
        400: problem('Bad input: the parameter is named'),
      },
    },
  },
  '/jobs/{jobId}': {
    get: {
      operationId: 'read-job',
      summary: 'The state of a job',
      tags: ['user'],
      parameters: [JOB_ID],
      responses: { ...answered(200, 'The job', JOB), ...NO_JOB },
    },
    delete: {
      operationId: 'cancel-job',
      summary: 'Cancels a job; a running one stops within two seconds',
      tags: ['user'],
      parameters: [JOB_ID],
      responses: { ...answered(202, 'The job as it is now', JOB), ...NO_JOB },
    },
  },
}

/** The OpenAPI 3.1 document of these functions, at the gateway's paths. */
export function makeOpenApi(definitions: Iterable<FunctionDefinition>): object {
  const paths: Record<string, object> = {}
  for (const definition of definitions) {
    if (definition.kind !== 'request' || definition.access === 'internal') continue
    const schema = toJsonSchema(definition.input, 'input') as {
      properties?: Record<string, object>
      required?: string[]
    }
    const about = {
      summary: definition.summary,
      tags: [definition.access],
      responses: {
        ...(definition.job
          ? STARTED
          : {
              [definition.status]: {
                description: 'The answer',
                content: {
                  'application/json': { schema: toJsonSchema(definition.output, 'output') },
                  ...Object.fromEntries(
                    definition.forms?.map(({ type, schema }) => [type, { schema }]) ?? [],
                  ),
                },
              },
            }),
        ...Object.fromEntries(
          Object.entries(PROBLEM_STATUSES).map(([status, description]) => [
            status,
            {
              description,
              content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
            },
          ]),
        ),
      },
    }
    const parameters = Object.entries(schema.properties ?? {}).map(([name, property]) => ({
      name,
      in: 'query',
      required: schema.required?.includes(name) ?? false,
      schema: property,
    }))
    paths[`/function/${definition.name}`] = {
      post: {
        operationId: definition.name,
        ...about,
        requestBody: {
          required: true,
          content: { 'application/json': { schema, example: definition.example ?? {} } },
        },
      },
      ...((definition.readOnly || definition.show) && {
        get: { operationId: `${definition.name}-get`, ...about, parameters },
      }),
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Cordage',
      version: '0.1.0',
      description:
        'Answers over the operational database. Every answer says in `asOf` how fresh it is. In a query string, `filters.priceMax=10` is the field priceMax of filters.',
    },
    paths: { ...paths, ...JOB_PATHS },
    components: {
      schemas: {
        Job: {
          type: 'object',
          properties: {
            jobId: { type: 'string', format: 'uuid' },
            function: { type: 'string' },
            state: { enum: JOB_STATES },
            progress: {
              type: ['object', 'null'],
              properties: { share: { type: 'number', minimum: 0, maximum: 1 }, text: { type: 'string' } },
            },
            attempts: { type: 'integer' },
            createdAt: { type: 'string', format: 'date-time' },
            startedAt: { type: ['string', 'null'], format: 'date-time' },
            finishedAt: { type: ['string', 'null'], format: 'date-time' },
            result: { description: 'What the function answered, once it is done' },
            problem: { description: 'Why it failed, or why it waits to be retried; RFC 9457' },
          },
        },
        Problem: {
          type: 'object',
          description: 'RFC 9457',
          properties: {
            type: { type: 'string' },
            title: { type: 'string' },
            status: { type: 'integer' },
            detail: { type: 'string' },
            reason: { type: 'string', description: 'A fixed snake_case word' },
            errors: {
              type: 'array',
              items: {
                type: 'object',
                properties: { field: { type: 'string' }, detail: { type: 'string' } },
              },
            },
            traceId: { type: 'string' },
          },
        },
      },
    },
  }
}
