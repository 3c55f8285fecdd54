/** @internal */
export type { core, ZodMiniCustom, ZodMiniType } from 'zod/mini'
/**
 * All of zod that options are checked with. The build puts zod's own code in place of this import, and nothing of zod into
 * the declarations: whoever installs this package needs no zod.
 */
export { array, catchall, custom, object, optional, safeParse, strictObject, union } from 'zod/mini'
