// One request under execution. Placeholder shape, filled by the store's arrival.
export class Call {}
