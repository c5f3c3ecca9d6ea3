"""The node: HTTP in front of the services."""
