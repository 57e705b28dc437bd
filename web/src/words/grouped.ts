/** Things with the same name, in the order in which the names first come. */
export function grouped<T>(things: readonly T[], name: (thing: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const thing of things) {
    const group = groups.get(name(thing));
    if (group === undefined) groups.set(name(thing), [thing]);
    else group.push(thing);
  }
  return groups;
}
