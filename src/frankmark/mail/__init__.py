"""Pure mail: addresses, messages and the authentication standards every protocol shares."""
