/** The version of this command, as it shows it and sends it to servers. The package's version is the same: tested. */
export const VERSION = "0.1.0";
