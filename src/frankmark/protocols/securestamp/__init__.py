"""SecureStamp: sender stamps, their evidence, their score and their ledger."""
