/** What bounds a cache: both limits hold at once. */
export interface CacheLimits {
  readonly maxEntries: number
  readonly maxBytes: number
}

/** What a cache may hold: an item says itself how much it takes, and is marked by the cache it is in. */
export interface CacheItem {
  readonly bytes: number
  /** Whether it was asked for since the cache last looked it over. */
  used: boolean
}

/**
 * A bounded map that makes room by dropping the oldest item not used since it was last looked over, so that a flood of new
 * items does not drive out those in use. It knows nothing of time: whoever reads an item judges its age by the server's
 * own clock, since this cache's would be a different one.
 */
export interface BoundedCache<Key, Item extends CacheItem> {
  get(key: Key): Item | undefined
  /** Whether it is kept: nothing is where the item alone is over the limit. */
  set(key: Key, item: Item): boolean
}

/**
 * Creates an empty cache; nothing is shared between two of them. A hit marks its item and moves nothing.
 * @see Zhang et al., "SIEVE is Simpler than LRU", NSDI 2024
 */
export function createBoundedCache<Key, Item extends CacheItem>(
  { maxEntries, maxBytes }: CacheLimits,
  removed?: (item: Item) => void,
): BoundedCache<Key, Item> {
  const items = new Map<Key, Item>()
  let hand = items.keys()
  let held = 0

  const remove = (key: Key): void => {
    const item = items.get(key)
    if (item === undefined) return
    held -= item.bytes
    items.delete(key)
    removed?.(item)
  }
  const evict = (): void => {
    const { value: key, done } = hand.next()
    if (done) hand = items.keys()
    else {
      const item = items.get(key) as Item
      if (item.used) item.used = false
      else remove(key)
    }
  }
  return Object.freeze({
    get: (key: Key) => {
      const item = items.get(key)
      if (item !== undefined && !item.used) item.used = true
      return item
    },
    set: (key: Key, item: Item) => {
      remove(key)
      if (item.bytes > maxBytes || maxEntries < 1) return false
      while (items.size >= maxEntries || held + item.bytes > maxBytes) evict()
      items.set(key, item)
      held += item.bytes
      return true
    },
  })
}
