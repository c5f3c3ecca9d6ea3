"""The only outbound I/O; each adapter keeps the law of a port."""
