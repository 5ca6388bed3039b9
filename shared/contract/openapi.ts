import { z } from 'zod'
import type { FunctionDefinition } from './define.ts'

const PROBLEM_STATUSES = {
  400: 'Bad input: the field is named',
  404: 'What was asked for is not there',
  413: 'The body is too large',
  415: 'Not JSON',
  429: 'Too many calls',
  503: 'A system behind it does not answer',
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
        [definition.status]: {
          description: 'The answer',
          content: {
            'application/json': { schema: toJsonSchema(definition.output, 'output') },
          },
        },
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
      ...(definition.readOnly && { get: { operationId: `${definition.name}-get`, ...about, parameters } }),
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
    paths,
    components: {
      schemas: {
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
