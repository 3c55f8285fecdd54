/** @internal */
export type { core, ZodMiniCustom, ZodMiniType } from 'zod/mini'
/**
 * All of zod that options are checked with. The build puts zod's own code for it in place of this file: to load zod as it is
 * installed, with every language of its messages, takes longer than to load all the rest of this package.
 */
export { array, catchall, custom, object, optional, refine, safeParse, strictObject, union } from 'zod/mini'
