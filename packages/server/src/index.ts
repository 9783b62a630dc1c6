export { type Collaborators, createApp } from "./app.js";
export { type Config, ConfigError, readConfig } from "./config.js";
export { createLog, type Log } from "./log.js";
export { type RunningServer, startServer } from "./server.js";
