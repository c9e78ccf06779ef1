// Placeholder to be replaced by the resp work.
export class ReplyWriter {}
