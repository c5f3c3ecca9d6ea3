"""The embedded default store."""
