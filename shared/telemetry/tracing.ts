import type { Span, Tracer } from '@opentelemetry/api'

/** One call being traced. */
export type CallTrace = {
  /** 32 hex digits. */
  traceId: string
  end(status: number): void
}

/** Makes a span for each call and sends it on; undefined where no endpoint is configured. */
export type Tracing = {
  /** @param traceparent the caller's, whose trace the span then belongs to */
  start(name: string, traceparent: string | undefined): CallTrace
  /** Sends what is left. */
  close(): Promise<void>
}

/**
 * Loads OpenTelemetry and exports spans over OTLP/HTTP. Nothing of it is loaded without an endpoint: it costs memory and
 * start-up time.
 * @param endpoint the collector's base URL, as in OTEL_EXPORTER_OTLP_ENDPOINT
 */
export async function startTracing(endpoint: string | undefined): Promise<Tracing | undefined> {
  if (endpoint === undefined) return undefined
  const [
    { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace },
    sdk,
    { OTLPTraceExporter },
    { resourceFromAttributes },
  ] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ])
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` })
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'cordage' }),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter })],
  })
  const tracer: Tracer = provider.getTracer('cordage')
  const parentOf = (traceparent: string | undefined) => {
    const [, traceId, spanId, flags] =
      /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent ?? '') ?? []
    return traceId && spanId && flags
      ? trace.setSpanContext(ROOT_CONTEXT, {
          traceId,
          spanId,
          traceFlags: Number.parseInt(flags, 16),
          isRemote: true,
        })
      : ROOT_CONTEXT
  }
  return {
    start(name, traceparent) {
      const span: Span = tracer.startSpan(name, { kind: SpanKind.SERVER }, parentOf(traceparent))
      return {
        traceId: span.spanContext().traceId,
        end(status) {
          span.setAttribute('http.response.status_code', status)
          if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
          span.end()
        },
      }
    },
    close: () => provider.shutdown(),
  }
}
