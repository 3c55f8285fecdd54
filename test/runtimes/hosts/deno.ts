import { createWebHost } from './web-host.ts'

declare const Deno: {
  serve(
    options: { port: number; hostname: string; onListen(address: { readonly port: number }): void },
    handler: (request: Request) => Promise<Response>,
  ): unknown
}

const host = createWebHost()
const onListen = ({ port }: { readonly port: number }): void => console.log(JSON.stringify({ port }))
Deno.serve({ port: 0, hostname: '127.0.0.1', onListen }, async (request) => await host(request, {}))
