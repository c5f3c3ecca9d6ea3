"""Signal (SSCT-1): whether a channel lies in the perimeter that a brand has signed, said with a receipt."""
