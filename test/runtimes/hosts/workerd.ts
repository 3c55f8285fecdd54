import { createWebHost } from './web-host.ts'

// biome-ignore lint/style/noDefaultExport: this is how a Worker says what it is
export default { fetch: createWebHost() }
