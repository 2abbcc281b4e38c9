"""`newsfold log`: the embedded log as a whole, copied, put back, moved to Kafka."""
