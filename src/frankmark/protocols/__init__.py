"""Pure protocols, strangers to one another."""
