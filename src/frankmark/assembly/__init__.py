"""Settings become one record of services; the only place where things are plugged together."""
