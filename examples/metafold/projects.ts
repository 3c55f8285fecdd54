import { type Answer, type Answers, handlerName, type Reply } from '@scopegate/example-harness'
import { METAFOLD_ROUTES } from './policy.ts'

/** The API behind the gate: what is decided by its own records, not by the token. */
export interface Projects {
  readonly answers: Answers
  /** A project of this account, to be read by its owner alone or by everyone. */
  readonly add: (id: string, owner: string, access: 'private' | 'public') => void
  /** From now on the licence of this account pays for no more jobs. */
  readonly exhaust: (account: string) => void
}

/** Creates an API without projects. */
export function createProjects(): Projects {
  const projects = new Map<string, { readonly owner: string; readonly access: 'private' | 'public' }>()
  const exhausted = new Set<string | undefined>()

  const answer: Answer = ({ handler, params, token }) => {
    const project = projects.get(params.projectId ?? '')
    const owned = project !== undefined && token?.account === project.owner
    const readable = owned || (project?.access === 'public' && handler.startsWith('GET '))
    // To whoever may not see it, it is not there.
    if (!readable) return refuse(404, 'Not found')
    if (handler === CREATE_JOB && exhausted.has(token?.account)) return refuse(403, 'The licence is used up')
    return { body: { handler, clientId: token?.clientId ?? null } }
  }
  const ofProjects = METAFOLD_ROUTES.filter(({ path }) => path.includes(':projectId'))
  return {
    answers: Object.fromEntries(ofProjects.map((rule) => [handlerName(rule), answer])),
    add: (id, owner, access) => void projects.set(id, { owner, access }),
    exhaust: (account) => void exhausted.add(account),
  }
}

const CREATE_JOB = 'POST /projects/:projectId/jobs'

function refuse(status: number, msg: string): Reply {
  return { status, body: { msg } }
}
