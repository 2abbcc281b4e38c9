"""What a shard remembers, in few bytes and few objects: ids as numbers, records encoded."""
