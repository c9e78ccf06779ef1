// The version of Redis whose behaviour clients may expect of this server. Sidekiq and BullMQ refuse lower ones.

export const redisVersion = '7.2.5';
