"""Names, fetches and probes over real sockets."""
