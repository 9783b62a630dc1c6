export { Acknowledger, decodeAck, encodeAck } from "./ack.js";
export { AlisDecoder, AlisEncoder } from "./codec.js";
export { AlisError } from "./error.js";
export { type ByteStream, FanOut, type FanOutOptions } from "./fan-out.js";
export { encodeEot, encodeEvent, encodeInit } from "./frame.js";
export { Hub, type HubOptions, type Subscriber, type Subscription } from "./hub.js";
export { type Dialect, type Init, MAGIC, type Message } from "./message.js";
export { Producer, type ProducerListener, type ProducerOptions, type ProducerSocket } from "./producer.js";
export { StreamDecoder } from "./stream-decoder.js";
export {
  type Decode,
  type DecoderOptions,
  negotiate,
  numbering,
  type Subprotocol,
  SubprotocolDecoder,
  subprotocols,
} from "./subprotocol.js";
export { Receiver, reconnectDelay, type Socket, Viewer, type ViewerListener, type ViewerOptions } from "./viewer.js";
