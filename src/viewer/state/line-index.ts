import { indexAt } from '../model/at-moment.js';

/** Where an item is in a list that ascends in time; -1 where it is not. Several may be of one moment. */
export function indexOfItem(
  items: readonly { readonly ms: number; readonly key: number }[],
  item: { readonly ms: number; readonly key: number },
): number {
  let index = indexAt(items, item.ms);
  while (index >= 0 && items[index]?.ms === item.ms && items[index]?.key !== item.key) index -= 1;
  return items[index]?.key === item.key ? index : -1;
}
