"""Clock, entropy and files of this machine."""
