"""StampedSafe: self-contained proofs that a text or a file was there, made and verified without anybody's help."""
