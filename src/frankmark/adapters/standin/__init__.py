"""Real servers on loopback that stand in for the world when a demonstration or a test has none: DNS, RDAP, TLS."""
