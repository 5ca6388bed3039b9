import { ConfigError } from '../../shared/errors/index.ts'
import { CONNECTOR_SIZE, type FunctionNeeds, MARGIN_SECONDS } from './needs.ts'
import type { Options } from './options.ts'
import { labelsOf, mount, probe, resourcesOf, SECURITY } from './pod.ts'
import { connectorSecrets, connectorSettings, imageOf, PORT, secretsOf, settingsOf } from './surroundings.ts'

/** The longest that Knative waits for an answer, unless its operator allows more (max-revision-timeout-seconds). */
const LONGEST_SECONDS = 600

/** @throws ConfigError where a call may take longer than Knative waits for an answer */
export function makeService(needs: FunctionNeeds, options: Options): object {
  const { definition, size, replicas, seconds } = needs
  const { name, access, uses } = definition
  if (seconds > LONGEST_SECONDS)
    throw new ConfigError(
      `${name}: a call may take ${seconds} s, and Knative waits for ${LONGEST_SECONDS}: let it be a job`,
    )
  const labels = labelsOf(name, 'function', options)
  const timeoutSeconds = Math.min(seconds + MARGIN_SECONDS, LONGEST_SECONDS)
  const { env, volumeMounts, volumes } = mount({
    settings: settingsOf(options),
    secrets: secretsOf(definition, options),
    hasSources: uses.includes('sources'),
    disk: size.disk,
  })
  const isForPeople = access === 'public' || access === 'user'
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: {
      name,
      namespace: options.namespace,
      labels: { ...labels, ...(!isForPeople && { 'networking.knative.dev/visibility': 'cluster-local' }) },
    },
    spec: {
      template: {
        metadata: {
          labels,
          annotations: {
            'autoscaling.knative.dev/min-scale': String(replicas.least),
            'autoscaling.knative.dev/max-scale': String(replicas.most),
            'autoscaling.knative.dev/target': String(size.inFlight),
          },
        },
        spec: {
          automountServiceAccountToken: false,
          // A pod that stops is given as long. By default an answer must begin within five minutes, whatever its limit.
          timeoutSeconds,
          responseStartTimeoutSeconds: timeoutSeconds,
          containers: [
            {
              image: imageOf(name, options),
              ports: [{ containerPort: PORT }],
              env,
              readinessProbe: probe('/_/ready'),
              livenessProbe: probe('/_/health'),
              resources: resourcesOf(size),
              securityContext: SECURITY,
              volumeMounts,
            },
          ],
          volumes,
        },
      },
    },
  }
}

/** One works, the other takes over within seconds. */
const REPLICAS = 2
/** A stop waits five seconds for calls in flight, and as long for health checks; with a margin. */
const CONNECTOR_GRACE_SECONDS = 20

/** The connector is not a function: it always runs and nobody calls it. */
export function makeConnector(options: Options): object {
  const { namespace } = options
  const labels = labelsOf('connector', 'connector', options)
  const selector = { 'app.kubernetes.io/name': 'connector', 'app.kubernetes.io/part-of': 'cordage' }
  const { env, volumeMounts, volumes } = mount({
    settings: {
      FUNCTION_URLS: `*=http://{name}.${namespace}.svc.cluster.local`,
      ...connectorSettings(options),
    },
    secrets: connectorSecrets(options),
    hasSources: true,
    hasConnections: true,
    disk: CONNECTOR_SIZE.disk,
  })
  const ask = (path: string) => ({ httpGet: { path, port: PORT } })
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'connector', namespace, labels },
    spec: {
      replicas: REPLICAS,
      selector: { matchLabels: selector },
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          // Those would set CONNECTOR_PORT, where a Service is called connector.
          enableServiceLinks: false,
          terminationGracePeriodSeconds: CONNECTOR_GRACE_SECONDS,
          containers: [
            {
              name: 'connector',
              image: imageOf('connector', options),
              ports: [{ name: 'probes', containerPort: PORT }],
              env,
              // It listens once the store's tables are up to date, which may take minutes after an upgrade.
              startupProbe: { ...ask('/_/health'), periodSeconds: 5, failureThreshold: 120 },
              readinessProbe: ask('/_/ready'),
              livenessProbe: ask('/_/health'),
              resources: resourcesOf(CONNECTOR_SIZE),
              securityContext: SECURITY,
              volumeMounts,
            },
          ],
          volumes,
        },
      },
    },
  }
}
