"""What proves the figures: quality on press copy, thresholds, throughput. Not part of the distribution."""
