"""Dedup of one shard in many processes: plan, sign, range, pair, and the fold that asks them."""
