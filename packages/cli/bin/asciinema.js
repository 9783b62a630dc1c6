#!/usr/bin/env node
import "../dist/bundle/asciinema.cjs";
