"""Pure ground: encodings, canonical JSON, keys, signed objects and log mathematics."""
