export { Acknowledger, decodeAck, encodeAck } from "./ack.js";
export { AlisDecoder, AlisEncoder } from "./codec.js";
export { AlisError } from "./error.js";
export { type ByteStream, FanOut, type FanOutOptions } from "./fan-out.js";
export { encodeEot, encodeEvent, encodeInit } from "./frame.js";
export { Hub, type HubOptions, type Subscriber, type Subscription } from "./hub.js";
export { type Dialect, type Init, MAGIC, type Message } from "./message.js";
export { negotiate, StreamDecoder, type Subprotocol, subprotocols } from "./subprotocol.js";
export { type Socket, Viewer, type ViewerListener, type ViewerOptions } from "./viewer.js";
