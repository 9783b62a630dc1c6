#!/usr/bin/env node
require("../dist/bundle/asciinema.cjs");
