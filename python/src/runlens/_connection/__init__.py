"""The connection to the root's server, which it finds or starts."""
