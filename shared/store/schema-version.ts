/** Number of the newest file in migrations/ (a test holds it there): bundles do not carry the files. */
export const SCHEMA_VERSION = 40
