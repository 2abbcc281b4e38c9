"""`newsfold feeds test`: a feed fetched once, nothing published, everything told."""
