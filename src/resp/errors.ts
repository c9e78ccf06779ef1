// The error lines that clients see, in Redis's own words, in one place. Functions where a name or number goes in. They
// carry their code first and no `-`.

export const syntaxError = 'ERR syntax error';
export const wrongType = 'WRONGTYPE Operation against a key holding the wrong kind of value';
export const noSuchKey = 'ERR no such key';
export const indexOutOfRange = 'ERR index out of range';
export const notAnInteger = 'ERR value is not an integer or out of range';
export const hashNotAnInteger = 'ERR hash value is not an integer';
export const hashNotAFloat = 'ERR hash value is not a float';
export const notAFloat = 'ERR value is not a valid float';
export const overflow = 'ERR increment or decrement would overflow';
export const decrementOverflow = 'ERR decrement would overflow';
export const notANumberIncrement = 'ERR value is NaN or Infinity';
export const notANumberResult = 'ERR increment would produce NaN or Infinity';
export const sameObject = 'ERR source and destination objects are the same';
export const dbOutOfRange = 'ERR DB index is out of range';
export const stringTooLong = 'ERR string exceeds maximum allowed size (proto-max-bulk-len)';
export const offsetOutOfRange = 'ERR offset is out of range';
export const notAHyperLogLog = 'WRONGTYPE Key is not a valid HyperLogLog string value.';
export const corruptHyperLogLog = 'INVALIDOBJ Corrupted HLL object detected';
export const busyKey = 'BUSYKEY Target key name already exists.';
export const invalidTtl = 'ERR Invalid TTL value, must be >= 0';
export const invalidIdleTime = 'ERR Invalid IDLETIME value, must be >= 0';
export const invalidFrequency = 'ERR Invalid FREQ value, must be >= 0 and <= 255';
export const badPayloadFooter = 'ERR DUMP payload version or checksum are wrong';
export const badPayload = 'ERR Bad data format';
export const notDumpable = 'ERR values of this type cannot be dumped';
export const bitOffsetInvalid = 'ERR bit offset is not an integer or out of range';
export const bitInvalid = 'ERR bit is not an integer or out of range';
export const bitArgumentInvalid = 'ERR The bit argument must be 1 or 0.';
export const bitopNotOneKey = 'ERR BITOP NOT must be called with a single source key.';
export const bitfieldTypeInvalid =
  'ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.';
export const bitfieldOverflowInvalid = 'ERR Invalid OVERFLOW type specified';
export const bitfieldOnlyGet = 'ERR BITFIELD_RO only supports the GET subcommand';
export const invalidCursor = 'ERR invalid cursor';
export const outOfMemory = "OOM command not allowed when used memory > 'maxmemory'.";
export const noAuth = 'NOAUTH Authentication required.';
export const wrongPassword = 'WRONGPASS invalid username-password pair or user is disabled.';
export const noProto = 'NOPROTO unsupported protocol version';
export const loading = 'LOADING Redis is loading the dataset in memory';
export const noScripts = 'ERR Lua scripts and functions are not supported by this server';
export const notBusy = 'NOTBUSY No scripts in execution right now.';
export const notInTransaction = 'ERR Command not allowed inside a transaction';
export const execWithoutMulti = 'ERR EXEC without MULTI';
export const discardWithoutMulti = 'ERR DISCARD without MULTI';
export const nestedMulti = 'ERR MULTI calls can not be nested';
export const watchInMulti = 'ERR WATCH inside MULTI is not allowed';
export const execAborted = 'EXECABORT Transaction discarded because of previous errors.';
export const execRefused = (reason: string): string =>
  `EXECABORT Transaction discarded because of: ${reason}`;
export const notWhileMonitoring = "ERR Replica can't interact with the keyspace";
export const notWhileSubscribed = (name: string): string =>
  `ERR Can't execute '${name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`;
export const valueOutOfRange = 'ERR value is out of range';
export const numKeysPositive = 'ERR numkeys should be greater than 0';
export const numKeysTooMany = "ERR Number of keys can't be greater than number of args";
export const limitNegative = "ERR LIMIT can't be negative";
export const sortOptionDenied = (option: string): string =>
  `ERR ${option} option of SORT denied due to insufficient ACL permissions.`;
export const notSortable = "ERR One or more scores can't be converted into double";
export const rankZero =
  "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list";
export const countNegative = "ERR COUNT can't be negative";
export const maxLengthNegative = "ERR MAXLEN can't be negative";
export const countNotPositive = 'ERR count should be greater than 0';
export const outOfRangePositive = 'ERR value is out of range, must be positive';

export const textTooLong = (bytesMax: number): string => `ERR argument is longer than ${bytesMax} bytes`;
export const wrongArguments = (name: string): string => `ERR wrong number of arguments for '${name}' command`;
export const invalidExpire = (name: string): string => `ERR invalid expire time in '${name}' command`;
export const valueNotBetween = (min: number | bigint, max: number | bigint): string =>
  `ERR value is out of range, value must between ${min} and ${max}`;
export const unsupportedOption = (option: string): string => `ERR Unsupported option ${option}`;
export const expireConditionsClash = 'ERR NX and XX, GT or LT options at the same time are not compatible';
export const expireBoundsClash = 'ERR GT and LT options at the same time are not compatible';
export const fieldsMissing = 'ERR Mandatory argument FIELDS is missing or not at the right position';
export const fieldCountNotPositive = 'ERR Number of fields must be a positive integer';
export const fieldCountNotAboveZero = 'ERR Parameter `numFields` should be greater than 0';
export const fieldCountWrong = 'ERR The `numfields` parameter must match the number of arguments';
export const fieldCountInvalid = 'ERR invalid number of fields';
export const fieldTimeNegative = 'ERR invalid expire time, must be >= 0';
export const fieldTimesClash = 'ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified';
export const fieldConditionsClash = 'ERR Only one of FXX or FNX arguments can be specified';
export const unknownArgument = (text: string): string => `ERR unknown argument: ${text}`;
export const invalidDatabase = (which: 'first' | 'second'): string => `ERR invalid ${which} DB index`;
export const flushRefused = (name: string): string =>
  `ERR ${name.toUpperCase()} is refused while this node syncs, as it would empty the whole fleet: see sync.allow_flush`;
export const swapRefused = 'ERR SWAPDB is refused while this node syncs, as its peers would not swap with it';
export const patternTooLong = (bytesMax: number): string => `ERR pattern is longer than ${bytesMax} bytes`;
export const lcsNotStrings = 'ERR The specified keys must contain string values';
export const lcsBothForms = 'ERR If you want both the length and indexes, please just use IDX.';
export const lcsTooLarge = 'ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len';
export const unknownSubcommand = (name: string, container: string): string =>
  `ERR unknown subcommand '${name}'. Try ${container.toUpperCase()} HELP.`;
export const readOnly = "READONLY You can't write against a read only replica.";
export const misconf = (reason: string): string => `MISCONF Errors writing to the AOF file: ${reason}`;
export const tooManyKeys = (max: number): string => `OOM key limit of ${max} keys (store.max_keys) reached`;
export const keyTooLarge = (max: number): string =>
  `ERR key exceeds the limit of ${max} bytes (store.max_key_size)`;
export const valueTooLarge = (max: number): string =>
  `ERR value exceeds the limit of ${max} bytes (store.max_value_size)`;
export const noPermission = (reason: 'command' | 'key' | 'channel', user: string, command: string): string =>
  reason === 'command'
    ? `NOPERM User ${user} has no permissions to run the '${command}' command`
    : `NOPERM No permissions to access a ${reason}`;

export const notAFloatRange = 'ERR min or max is not a float';
export const notALexRange = 'ERR min or max not valid string range item';
export const notANumberScore = 'ERR resulting score is not a number (NaN)';
export const sortedSetExistenceClash = 'ERR XX and NX options at the same time are not compatible';
export const sortedSetConditionsClash = 'ERR GT, LT, and/or NX options at the same time are not compatible';
export const incrementTooMany = 'ERR INCR option supports a single increment-element pair';
export const limitNeedsRange =
  'ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX';
export const withScoresNotByLex = 'ERR syntax error, WITHSCORES not supported in combination with BYLEX';
export const weightNotAFloat = 'ERR weight value is not a float';
export const noInputKeys = (name: string): string =>
  `ERR at least 1 input key is needed for '${name}' command`;
export const invalidPlace = (longitude: string, latitude: string): string =>
  `ERR invalid longitude,latitude pair ${longitude},${latitude}`;
export const unknownUnit = 'ERR unsupported unit provided. please use M, KM, FT, MI';
export const radiusNotANumber = 'ERR need numeric radius';
export const radiusNegative = 'ERR radius cannot be negative';
export const widthNotANumber = 'ERR need numeric width';
export const heightNotANumber = 'ERR need numeric height';
export const boxNegative = 'ERR height or width cannot be negative';
export const memberNotDecoded = 'ERR could not decode requested zset member';
export const geoCountNotPositive = 'ERR COUNT must be > 0';
export const anyNeedsCount = 'ERR the ANY argument requires COUNT argument';
export const storeClashes = (what: string): string =>
  `ERR ${what} is not compatible with WITHDIST, WITHHASH and WITHCOORD options`;
export const centerMissing = (name: string): string =>
  `ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ${name}`;
export const shapeMissing = (name: string): string =>
  `ERR exactly one of BYRADIUS and BYBOX can be specified for ${name}`;

// Keys that are not held whole
export const unheldOffline = 'EVICTED the key was evicted here, and the hub that has it cannot be reached';
export const unheldLate = 'EVICTED the key was evicted here, and could not be fetched in time: try again';

// Streams
export const wrongSubcommand = (name: string, container: string): string =>
  `ERR unknown subcommand or wrong number of arguments for '${name}'. Try ${container} HELP.`;
export const badStreamId = 'ERR Invalid stream ID specified as stream command argument';
export const badStreamInterval = (which: 'start' | 'end'): string =>
  `ERR invalid ${which} ID for the interval`;
export const streamIdZero = 'ERR The ID specified in XADD must be greater than 0-0';
export const streamIdTooSmall =
  'ERR The ID specified in XADD is equal or smaller than the target stream top item';
export const streamExhausted = 'ERR The stream has exhausted the last possible ID, unable to add more items';
export const maxLenNotPositive = 'ERR The MAXLEN argument must be >= 0.';
export const limitNotPositive = 'ERR The LIMIT argument must be >= 0.';
export const trimOptionsClash =
  'ERR syntax error, MAXLEN and MINID options at the same time are not compatible';
export const trimMissing = 'ERR syntax error, XTRIM must be called with a trimming strategy';
export const limitWithoutTrim =
  'ERR syntax error, LIMIT cannot be used without specifying a trimming strategy';
export const limitWithoutApproximation =
  'ERR syntax error, LIMIT cannot be used without the special ~ option';
export const entriesAddedNegative = 'ERR entries_added must be positive';
export const setIdBelowGivenDeleted =
  'ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id';
export const setIdBelowDeleted =
  'ERR The ID specified in XSETID is smaller than current max_deleted_entry_id';
export const setIdBelowTop = 'ERR The ID specified in XSETID is smaller than the target stream top item';
export const setIdBelowLength =
  'ERR The entries_added specified in XSETID is smaller than the target stream length';
export const noSuchKeyOrGroup = (key: string, group: string): string =>
  `NOGROUP No such key '${key}' or consumer group '${group}'`;
export const noSuchGroup = (group: string, key: string): string =>
  `NOGROUP No such consumer group '${group}' for key name '${key}'`;
export const noSuchGroupToRead = (key: string, group: string): string =>
  `NOGROUP No such key '${key}' or consumer group '${group}' in XREADGROUP with GROUP option`;
export const groupExists = 'BUSYGROUP Consumer Group name already exists';
export const streamGone = 'UNBLOCKED the stream key no longer exists';
export const streamMissing =
  'ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM ' +
  'option to create an empty stream automatically.';
export const entriesReadNegative = 'ERR value for ENTRIESREAD must be positive or -1';
export const streamsUnbalanced =
  "ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.";
export const groupMissing = 'ERR Missing GROUP option for XREADGROUP';
export const groupOptionMisplaced = (option: string): string =>
  `ERR The ${option} option is only supported by XREADGROUP. You called XREAD instead.`;
export const newEntriesMisplaced =
  'ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.';
export const idMeaningless = (id: string): string =>
  `ERR The ${id} ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by ` +
  `specifying a proper ID, or use the > ID to get new messages. The ${id} ID would just return an empty result set.`;
export const badClaimNumber = (what: string, name: string): string =>
  `ERR Invalid ${what} argument for ${name.toUpperCase()}`;
export const unknownClaimOption = (option: string): string => `ERR Unrecognized XCLAIM option '${option}'`;
export const claimCountNotPositive = 'ERR COUNT must be > 0';
