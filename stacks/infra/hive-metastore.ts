import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ConfigError } from '../../shared/errors/index.ts'
import { takeFreePort } from '../../shared/store/embedded.ts'
import { type Server, startServer, TOOLS } from './server.ts'

export type HiveMetastoreOptions = {
  /** Folder of its own. */
  home: string
  /** Where tables go that are made without a place: `s3://bucket/prefix`. */
  warehouse: string
  /** Buckets in which tables lie, that of the warehouse among them. */
  buckets: string[]
}

/** `url` is what Trino's `hive.metastore.uri` takes. */
export type HiveMetastore = Server & { url: string }

/**
 * Hive's own metastore, its database in memory. Of a table's place it makes sure that there is such a folder, which object
 * storage needs not: it has folders of this machine in the place of buckets, and so no client of them.
 */
export async function startHiveMetastore(options: HiveMetastoreOptions): Promise<HiveMetastore> {
  const install = join(TOOLS, 'hive-metastore')
  if (!existsSync(install)) throw new ConfigError('Hive\'s metastore is not there: run "make setup-infra"')
  const home = resolve(options.home)
  const port = await takeFreePort()
  mkdirSync(home, { recursive: true })
  const folders = options.buckets.map((bucket): [string, string] => {
    const folder = join(home, 'folders', bucket)
    mkdirSync(folder, { recursive: true })
    return [`fs.viewfs.mounttable.${bucket}.linkMergeSlash`, pathToFileURL(folder).href]
  })
  writeSite(join(home, 'metastore-site.xml'), {
    'metastore.thrift.port': String(port),
    'metastore.thrift.bind.host': '127.0.0.1',
    'javax.jdo.option.ConnectionURL': 'jdbc:derby:memory:metastore;create=true',
    'javax.jdo.option.ConnectionDriverName': 'org.apache.derby.jdbc.EmbeddedDriver',
    'datanucleus.schema.autoCreateAll': 'true',
    'metastore.schema.verification': 'false',
    // Others need what Hive itself brings.
    'metastore.task.threads.always': 'org.apache.hadoop.hive.metastore.events.EventCleanerTask',
    'metastore.warehouse.dir': options.warehouse,
    'fs.s3.impl': 'org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme',
    ...Object.fromEntries(folders),
  })
  const server = await startServer({
    name: 'hive-metastore',
    command: 'java',
    args: [
      '-Xmx256M',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-cp',
      `${home}:${join(install, '*')}`,
      'org.apache.hadoop.hive.metastore.HiveMetaStore',
    ],
    home,
    readyWithinMs: 120_000,
    isReady: () => canConnect(port),
  })
  return { ...server, url: `thrift://127.0.0.1:${port}` }
}

function writeSite(file: string, settings: Record<string, string>): void {
  const properties = Object.entries(settings).map(
    ([name, value]) => `  <property><name>${name}</name><value>${value}</value></property>\n`,
  )
  writeFileSync(file, `<configuration>\n${properties.join('')}</configuration>\n`)
}

function canConnect(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve()
    }).once('error', reject)
  })
}
